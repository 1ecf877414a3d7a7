"""States, statuses, units, money texts, permissions, rates: the small rules, walked through."""

import itertools
from dataclasses import replace
from fractions import Fraction
from uuid import RFC_4122, UUID

import pytest

from shared.domain.cancellation import Move, RequestState, after, bwp_state, may
from shared.domain.errors import AlreadyDecided, Refusal
from shared.domain.ids import new_id, new_keys
from shared.domain.intake import IncomingDiscount, allocate
from shared.domain.metrics import RateCounts, forecast, rate
from shared.domain.money import split, to_minor
from shared.domain.orders import ItemStatus, item_status
from shared.domain.permissions import Permission, Role, holds
from shared.domain.policy import Mode, Policy, from_document, to_document
from shared.domain.reasons import Reason
from shared.domain.restock import DEFAULT_RESTOCK, rule_for
from shared.domain.units import UnitRange, count, drop_last, free, take
from tests.unit.domain.facts import incoming, taken_in

LEGAL = {
    (RequestState.REQUESTED, Move.ACCEPT): RequestState.ACCEPTING,
    (RequestState.REQUESTED, Move.DECLINE): RequestState.DECLINED,
    (RequestState.REQUESTED, Move.WITHDRAW): RequestState.WITHDRAWN,
    (RequestState.REQUESTED, Move.SHIP): RequestState.DECLINED,
    (RequestState.ACCEPTING, Move.EXECUTE): RequestState.ACCEPTED,
    (RequestState.ACCEPTING, Move.WITHDRAW): RequestState.WITHDRAWN,
    (RequestState.ACCEPTING, Move.REINSTATE): RequestState.DECLINED,
    (RequestState.ACCEPTING, Move.TOO_LATE): RequestState.DECLINED,
    (RequestState.ACCEPTING, Move.END): RequestState.DECLINED,
    (RequestState.REQUESTED, Move.END): RequestState.DECLINED,
}


@pytest.mark.parametrize(("state", "move"), list(itertools.product(RequestState, Move)))
def test_every_move_in_every_state_is_legal_or_refused(state: RequestState, move: Move) -> None:
    assert may(state, move) == ((state, move) in LEGAL)
    if may(state, move):
        assert after(state, move) is LEGAL[state, move]
    else:
        with pytest.raises(AlreadyDecided):
            after(state, move)


@pytest.mark.parametrize(
    ("state", "word"),
    list(zip(RequestState, ("PENDING", "PENDING", "SUCCESS", "REJECTED", "REJECTED"), strict=True)),
)
def test_states_have_words_in_the_foreign_vocabulary(state: RequestState, word: str) -> None:
    assert bwp_state(state) == word


@pytest.mark.parametrize(
    ("shipped", "canceled", "requested", "pending", "status"),
    [
        (1, 1, 1, True, ItemStatus.CANCELLATION_REQUESTED),
        (0, 4, 0, True, ItemStatus.CANCELED),
        (3, 1, 0, False, ItemStatus.SHIPPED),
        (1, 1, 0, False, ItemStatus.PARTIALLY_SHIPPED),
        (0, 1, 0, True, ItemStatus.PARTIALLY_CANCELED),
        (0, 0, 0, True, ItemStatus.PENDING),
        (0, 0, 0, False, ItemStatus.UNSHIPPED),
    ],
)
def test_the_first_rule_that_holds_names_the_item_status(
    shipped: int,
    canceled: int,
    requested: int,
    pending: bool,  # noqa: FBT001 - a column of the table
    status: ItemStatus,
) -> None:
    derived = item_status(ordered=4, shipped=shipped, canceled=canceled, requested=requested, pending=pending)
    assert derived is status


def test_free_units_are_what_nobody_claims() -> None:
    claimed = [UnitRange(4, 6), UnitRange(1, 2)]
    assert free(8, claimed) == (UnitRange(0, 1), UnitRange(2, 4), UnitRange(6, 8))
    assert free(2, [UnitRange(0, 2)]) == ()


def test_units_are_taken_from_the_front_and_dropped_from_the_back() -> None:
    gaps = (UnitRange(0, 1), UnitRange(2, 4))
    assert take(gaps, 2) == (UnitRange(0, 1), UnitRange(2, 3))
    assert drop_last(gaps, 1) == (UnitRange(0, 1), UnitRange(2, 3))
    assert count(gaps) == 3
    with pytest.raises(ValueError, match="4"):
        take(gaps, 4)


@pytest.mark.parametrize(
    ("text", "exponent", "minor"),
    [("12.50", 2, 1250), (" 5800 ", 0, 5800), ("1.234", 3, 1234), ("-0.10", 2, -10), ("7", 2, 700)],
)
def test_plain_amounts_become_minor_units(text: str, exponent: int, minor: int) -> None:
    assert to_minor(text, exponent) == minor


@pytest.mark.parametrize("text", ["", "1,50", "1.555", "12e3", "NaN", "\uff11", "--1", "9" * 20])
def test_anything_else_is_no_amount(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the message is the text itself
        to_minor(text, 2)


def test_without_any_weight_the_first_share_takes_all() -> None:
    assert split(5, [0, 0]) == [5, 0]
    assert split(5, []) == []


def test_a_discount_on_some_skus_leaves_the_others_alone() -> None:
    order = incoming((1, 1000, 0), (1, 1000, 0))
    some = IncomingDiscount(300, skus=("SKU-1",))
    discounted = allocate(replace(order, discounts=(some,)))
    assert [line.discount_minor for line in discounted.lines] == [0, 300]


@pytest.mark.parametrize("discount", [IncomingDiscount(300, skus=("NONE",)), IncomingDiscount(3000)])
def test_a_discount_that_fits_no_line_is_refused(discount: IncomingDiscount) -> None:
    order = incoming((1, 1000, 0))
    with pytest.raises(ValueError, match="discount"):
        allocate(replace(order, discounts=(discount,)))


def test_a_line_discount_above_its_price_is_refused() -> None:
    order = incoming((1, -1, 0))
    with pytest.raises(ValueError, match="discounts exceed"):
        allocate(order)


def test_shipping_of_free_items_is_spread_by_quantity() -> None:
    free = allocate(incoming((1, 0, 0), (3, 0, 0), shipping=400))
    assert [line.shipping_minor for line in free.lines] == [100, 300]


def test_an_unknown_line_is_not_found() -> None:
    order = taken_in(incoming((1, 1000, 0)))
    with pytest.raises(KeyError):
        order.line(new_id())


def test_a_policy_survives_its_document() -> None:
    policy = Policy(mode=Mode.AUTOMATIC, window_hours=3, undo_minutes=5)
    assert from_document(to_document(policy)) == policy


def test_buyers_reasons_restock_and_missing_ones_count_as_other() -> None:
    assert DEFAULT_RESTOCK[Reason.ORDERED_BY_MISTAKE]
    assert not DEFAULT_RESTOCK[Reason.NO_INVENTORY]
    assert rule_for(None) is Reason.OTHER
    assert rule_for(Reason.NO_INVENTORY) is Reason.NO_INVENTORY


def test_only_owners_configure_and_viewers_only_read() -> None:
    assert [role for role in Role if holds(role, Permission.CONFIGURE)] == [Role.OWNER]
    assert [permission for permission in Permission if holds(Role.VIEWER, permission)] == [Permission.READ]


def test_the_rate_is_a_share_and_nothing_without_orders() -> None:
    assert rate(RateCounts(40, 1)) == Fraction(1, 40)
    assert rate(RateCounts(0, 0)) is None
    assert forecast(RateCounts(40, 1), 1) == Fraction(1, 20)


def test_ids_are_of_version_seven_and_ordered_by_time() -> None:
    first = new_id()
    assert (first.version, first.variant) == (7, "specified in RFC 4122")


def test_a_refusal_says_its_code_when_it_has_no_words() -> None:
    assert str(Refusal()) == "refused"
    assert Refusal("No.", left=1).facts == {"left": 1}


def test_ids_drawn_at_once_are_ids_like_those_drawn_one_by_one() -> None:
    before = new_id()

    keys = new_keys(200)

    ids = [UUID(key) for key in keys]
    assert [str(each) for each in ids] == keys
    assert {(each.version, each.variant) for each in ids} == {(7, RFC_4122)}
    assert len(set(ids)) == 200
    assert all(each.int >> 80 >= before.int >> 80 for each in ids)
    assert new_keys(0) == []
