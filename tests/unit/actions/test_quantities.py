"""How many units may go, and what becomes of the order: cases that cost other systems money or trust."""

from uuid import UUID

import pytest

from shared.actions import cancellations, execution
from shared.domain.actors import BUYER, ActorKind
from shared.domain.cancellation import RequestState
from shared.domain.errors import AlreadyDecided, InvalidContent, NotEligible
from shared.domain.ids import LineItemId, MerchantId
from shared.domain.orders import ItemStatus, OrderStatus
from shared.domain.reasons import Reason
from shared.queries.invariants import violations_of
from shared.queries.order_values import OrderPage
from shared.queries.orders import order_page
from shared.storage.engine import Database
from tests.builders import USER, a_merchant, accept, an_order, automatic, cancel, line_ids, request, ship


def of(db: Database, units: int, **more) -> tuple[MerchantId, UUID]:
    merchant_id = a_merchant(db)
    order = an_order().with_item("Kettle", units, units * 1_000).with_(**more)
    return merchant_id, order.taken_in(db, merchant_id)


def told(db: Database, merchant_id: MerchantId, order_id: UUID) -> OrderPage:
    assert violations_of(db, merchant_id) == []
    return order_page(db, merchant_id, order_id, ActorKind.BUYER)


def test_two_units_and_later_one_more_of_the_same_line_are_canceled(db: Database) -> None:
    merchant_id, order_id = of(db, 4)

    accept(db, merchant_id, request(db, merchant_id, order_id, 2))
    accept(db, merchant_id, request(db, merchant_id, order_id, 1))

    order = told(db, merchant_id, order_id)
    assert (order.items[0].canceled, order.items[0].open) == (3, 1)
    assert [refund.amount_minor for refund in order.refunds] == [2_000, 1_000]


@pytest.mark.parametrize(("units", "refusal"), [(0, NotEligible), (4, NotEligible), (-1, InvalidContent)])
def test_no_unit_fewer_than_none_and_more_than_there_are_is_refused(
    db: Database, units: int, refusal: type[Exception]
) -> None:
    merchant_id, order_id = of(db, 3)

    with pytest.raises(refusal):
        request(db, merchant_id, order_id, units)

    assert told(db, merchant_id, order_id).requests == ()


def test_less_than_no_unit_does_not_ship(db: Database) -> None:
    merchant_id, order_id = of(db, 3)
    ship(db, merchant_id, order_id, 2)

    with pytest.raises(InvalidContent):
        ship(db, merchant_id, order_id, -1)

    assert told(db, merchant_id, order_id).items[0].shipped == 2


def test_a_line_of_another_order_is_refused_even_beside_a_right_one(db: Database) -> None:
    merchant_id, order_id = of(db, 3)
    foreign = line_ids(db, merchant_id, an_order().taken_in(db, merchant_id))[0]
    own = line_ids(db, merchant_id, order_id)[0]

    with pytest.raises(InvalidContent):
        cancellations.request(
            db, merchant_id, order_id, cancellations.Ask({own: 1, LineItemId(foreign): 1}), USER
        )

    assert told(db, merchant_id, order_id).requests == ()


def test_an_order_of_which_one_shipped_and_the_rest_was_canceled_is_shipped(db: Database) -> None:
    merchant_id, order_id = of(db, 3)
    ship(db, merchant_id, order_id, 1)
    cancel(db, merchant_id, order_id, 1)
    assert told(db, merchant_id, order_id).status is OrderStatus.PARTIALLY_SHIPPED

    cancel(db, merchant_id, order_id, 1)

    order = told(db, merchant_id, order_id)
    assert (order.status, order.badge) == (OrderStatus.SHIPPED, ItemStatus.SHIPPED)
    assert not order.can_cancel


def test_what_is_left_after_a_cancellation_still_ships(db: Database) -> None:
    merchant_id, order_id = of(db, 2)
    cancel(db, merchant_id, order_id, 1)

    ship(db, merchant_id, order_id)

    order = told(db, merchant_id, order_id)
    assert (order.items[0].shipped, order.status) == (1, OrderStatus.SHIPPED)


def test_units_that_shipped_are_never_the_ones_that_are_canceled(db: Database) -> None:
    merchant_id, order_id = of(db, 3)
    ship(db, merchant_id, order_id, 2)

    with pytest.raises(NotEligible):
        cancel(db, merchant_id, order_id, 2)
    cancel(db, merchant_id, order_id)

    item = told(db, merchant_id, order_id).items[0]
    assert (item.shipped, item.canceled) == (2, 1)


def test_a_bundle_keeps_its_proportions_until_the_last_one_goes(db: Database) -> None:
    merchant_id = a_merchant(db)
    order = an_order().with_item("Set", 3, 9_000).with_item("Cup", 6, 0, parent_sku="SET")
    order_id = order.taken_in(db, merchant_id)

    for gone in (1, 2, 3):
        cancel(db, merchant_id, order_id, 1, 0)
        assert [item.canceled for item in told(db, merchant_id, order_id).items] == [gone, 2 * gone]

    assert told(db, merchant_id, order_id).status is OrderStatus.CANCELED


def test_canceling_the_last_line_cancels_the_order(db: Database) -> None:
    merchant_id = a_merchant(db)
    order_id = an_order().with_item("Kettle").with_item("Mug").taken_in(db, merchant_id)

    cancel(db, merchant_id, order_id, 1, 0)
    assert told(db, merchant_id, order_id).status is OrderStatus.UNSHIPPED
    cancel(db, merchant_id, order_id, 0, 1)

    assert told(db, merchant_id, order_id).status is OrderStatus.CANCELED


def test_a_line_without_a_price_is_canceled_like_any_other_and_brings_nothing_back(db: Database) -> None:
    merchant_id = a_merchant(db)
    order_id = an_order().with_item("Kettle").with_item("Gift", 1, 0).taken_in(db, merchant_id)

    cancel(db, merchant_id, order_id, 0, 1)

    order = told(db, merchant_id, order_id)
    assert (order.items[1].status, order.refunds) == (ItemStatus.CANCELED, ())


def test_an_item_that_no_shop_lists_any_more_is_canceled_under_the_title_it_was_sold_by(db: Database) -> None:
    merchant_id = a_merchant(db)
    order_id = an_order().with_item("Discontinued lamp", sku="").taken_in(db, merchant_id)

    cancel(db, merchant_id, order_id, reason=Reason.PRICING_ERROR)

    item = told(db, merchant_id, order_id).items[0]
    assert (item.title, item.status) == ("Discontinued lamp", ItemStatus.CANCELED)


def test_of_what_shipped_before_the_decision_only_the_rest_is_canceled_and_both_figures_are_told(
    db: Database,
) -> None:
    merchant_id, order_id = of(db, 3)
    request_id = request(db, merchant_id, order_id)
    ship(db, merchant_id, order_id, 1)

    accept(db, merchant_id, request_id)

    view = told(db, merchant_id, order_id).requests[0]
    assert (view.units[0].asked, view.units[0].quantity, view.state) == (3, 2, RequestState.ACCEPTED)


def test_an_accepted_request_may_be_taken_back_until_it_is_carried_out_and_not_after(db: Database) -> None:
    merchant_id = a_merchant(db, automatic(undo_minutes=30))
    order_id = an_order().with_item("Kettle", 2, 2_000).taken_in(db, merchant_id)
    first = request(db, merchant_id, order_id, 1)

    cancellations.withdraw(db, merchant_id, first, BUYER)
    execution.execute(db, merchant_id, first)
    assert told(db, merchant_id, order_id).items[0].open == 2

    ask = cancellations.Ask(None, Reason.BUYER_CANCELED)
    second = cancellations.request(db, merchant_id, order_id, ask, USER)
    execution.execute(db, merchant_id, second)
    with pytest.raises(AlreadyDecided):
        cancellations.withdraw(db, merchant_id, second, USER)


def test_an_open_request_keeps_the_words_it_was_made_with_when_the_list_changes(
    db: Database, monkeypatch
) -> None:
    merchant_id, order_id = of(db, 2)
    request(db, merchant_id, order_id, 1, reason=Reason.PRICE_TOO_HIGH)
    before = told(db, merchant_id, order_id).requests[0].reason_words

    monkeypatch.setattr("shared.wording.reason_said", lambda _terms: "Words of a later day")
    request(db, merchant_id, order_id, 1, reason=Reason.PRICE_TOO_HIGH)

    words = [view.reason_words for view in told(db, merchant_id, order_id).requests]
    assert words == [before, "Words of a later day"]
    assert before == "Item price too high"
