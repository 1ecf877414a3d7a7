"""An order without prices: its pages say so, and a person enters what goes back."""

import pytest

from shared.actions import cancellations, execution, intake
from shared.domain.actors import SYSTEM
from shared.domain.permissions import Role
from shared.domain.reasons import Reason
from shared.queries.invariants import violations_of
from tests.builders import USER
from tests.unit.console.browsing import message, read, words_of
from tests.unit.stores.making import readings, unshipped_row, unshipped_text


@pytest.fixture
def canceled(shop, tmp_path):
    """Give the address of a canceled order whose prices are not known, and of the form for its amount."""

    def canceled(**changes):
        text = unshipped_text(unshipped_row(**changes))
        order_id = intake.take_in(shop.db, shop.merchant_id, readings(tmp_path, text), actor=SYSTEM)[
            0
        ].order_id
        ask = cancellations.Ask(reason=Reason.NO_INVENTORY)
        request_id = cancellations.request(shop.db, shop.merchant_id, order_id, ask, USER)
        execution.execute(shop.db, shop.merchant_id, request_id)
        order = f"/console/orders/{order_id}"
        return order, f"{order}/requests/{request_id}/amount"

    return canceled


def test_the_order_page_asks_for_the_amount(owner, canceled) -> None:
    order, form = canceled()

    page = owner.page(order)

    assert "The prices of this order are not known here." in words_of(page)
    assert page.find("a", string="Enter amount")["href"] == form
    assert words_of(owner.page(form).h1) == "Enter amount"


def test_an_entered_amount_waits_to_be_paid(owner, shop, canceled) -> None:
    order, form = canceled()

    role, words = owner.told(owner.send(form, amount="44.88"))
    page = owner.page(order)

    assert (role, words) == ("status", "Amount entered.")
    assert "€44.88" in words_of(page)
    assert page.find("a", string="Enter amount") is None
    assert violations_of(shop.db, shop.merchant_id) == []
    assert owner.told(owner.send(form, amount="1"))[0] == "alert"


@pytest.mark.parametrize("amount", ["", "x", "-1", "1,50", "1.234", "9" * 19])
def test_what_is_no_amount_is_refused_beside_its_field(owner, canceled, amount) -> None:
    _order, form = canceled()

    sent = owner.send(form, amount=amount)

    assert sent.status_code == 422
    assert read(sent).find(id="amount-error") is not None


def test_without_a_known_currency_it_is_asked_for(owner, canceled) -> None:
    order, form = canceled(sales_channel="")
    assert owner.send(form, amount="10", currency="XYZ").status_code == 422

    assert message(owner.page(owner.send(form, amount="1000", currency="jpy").location))[0] == "status"

    assert "¥1,000" in words_of(owner.page(order))


def test_who_may_not_refund_may_not_enter_it(open_shop, app, canceled) -> None:
    _order, form = canceled()
    viewer = app.test_client()
    viewer.sign_in(open_shop(role=Role.AGENT).email)

    assert viewer.get(form).status_code == 403
