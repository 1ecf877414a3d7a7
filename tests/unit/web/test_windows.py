import re
from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

import pytest
from bs4 import BeautifulSoup, Tag
from flask import Flask, render_template_string
from wtforms import RadioField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # missing in the stubs only

from shared import wording
from shared.domain.ids import LineItemId, OrderId, PaymentId, new_id
from shared.domain.metrics import RateTerms
from shared.domain.orders import Gateway, ItemStatus, OrderStatus, PaymentStatus
from shared.domain.reasons import Reason
from shared.domain.refunds import Kept, KeptReason, LineShare, PaymentShare, Quote
from shared.domain.units import UnitRange
from shared.queries.order_values import ItemView, OrderPage, Totals
from shared.queries.quote_values import QuoteView
from shared.web.cancel_form import CancelWindowForm
from shared.web.forms import LongTextField, TextField

REASONS = [(code.value, wording.reason(code)) for code in Reason]
WINDOW = (
    '{% from "components/cancel_window.html" import cancel_window %}'
    '{{ cancel_window(form, order, quote, wording, "/x/cancel", "/x/cancel/quote", "/x", '
    "merchant, as_dialog) }}"
)


class ConsoleForm(CancelWindowForm):
    keeping: tuple[str, ...] = ()
    scope = RadioField(
        choices=[SelectChoice("entire", "Cancel entire order"), SelectChoice("items", "Cancel items")],
        default="items",
    )
    refund = RadioField(
        choices=[SelectChoice("all", "All of it"), SelectChoice("less", "Less")], default="all"
    )
    refund_amount = TextField("Amount to refund")
    less_choice = "refund-1"
    message = LongTextField("Message to customer")
    memo = LongTextField("Seller memo", limit=2000)


def _item(label: str, *, ordered: int, may_go: int, status: ItemStatus = ItemStatus.UNSHIPPED) -> ItemView:
    return ItemView(
        id=LineItemId(new_id()),
        sku=f"SKU-{label}",
        asin="B000000001",
        title=label,
        label=label,
        image_url="",
        unit_price_minor=6400,
        amount_minor=6400 * ordered,
        ordered=ordered,
        shipped=ordered - may_go,
        canceled=0,
        requested=0,
        status=status,
        cancelable_quantity=may_go,
        blockers=(),
    )


KETTLE = _item("Kettle", ordered=3, may_go=2, status=ItemStatus.PARTIALLY_SHIPPED)
LAMP = _item("Lamp", ordered=1, may_go=1)
CUP = _item("Cup", ordered=1, may_go=0, status=ItemStatus.SHIPPED)
ORDER = OrderPage(
    id=OrderId(new_id()),
    number="NL-1",
    merchant_name="Northlight Home",
    merchant_slug="northlight",
    time_zone="UTC",
    currency="USD",
    version=1,
    placed_at=datetime(2026, 11, 20, tzinfo=UTC),
    buyer_name="Ana Torres",
    buyer_email="ana@example.com",
    delivery=(),
    status=OrderStatus.PARTIALLY_SHIPPED,
    badge=ItemStatus.PARTIALLY_SHIPPED,
    payment_status=PaymentStatus.PAID,
    items=(KETTLE, LAMP, CUP),
    totals=Totals(32000, 0, 500, 0, 0, 32500, 32500, 0),
    requests=(),
    refunds=(),
    reported_refunds=(),
    shipments=(),
    timeline=(),
    cases=(),
    memo="",
    policy_label="",
    is_old=False,
    can_adjust=False,
)
QUOTE = Quote(
    hash="f" * 64,
    currency="USD",
    value_minor=19200,
    shipping_minor=0,
    repriced_minor=0,
    fee_minor=0,
    refund_minor=19200,
    lines=(
        LineShare(KETTLE.id, (UnitRange(0, 2),), 12800),
        LineShare(LAMP.id, (UnitRange(0, 1),), 6400),
    ),
    payments=(PaymentShare(PaymentId(new_id()), Gateway.STRIPE, "", 19200),),
    kept=(Kept(500, KeptReason.SHIPPING_ALREADY_SHIPPED),),
    fee_percent=0,
    withheld_minor=0,
    voids=(),
)
VIEW = QuoteView(QUOTE, 3, 3, 3, RateTerms(), Fraction(11, 1000), Fraction(12, 1000))


def _window(
    app: Flask, *, merchant: bool = False, as_dialog: bool = False, view: QuoteView = VIEW
) -> BeautifulSoup:
    with app.test_request_context("/x/cancel"):
        kind, reasons = (ConsoleForm, REASONS) if merchant else (CancelWindowForm, REASONS)
        form = kind.for_items(ORDER.items, reasons)
        page = render_template_string(
            WINDOW, form=form, order=ORDER, quote=view, merchant=merchant, as_dialog=as_dialog
        )
    return BeautifulSoup(page, "html.parser")


def _only(page: Tag, name: str | None = None, **attributes: Any) -> Tag:
    found = page.find(name, attrs=None, **attributes)
    assert isinstance(found, Tag)
    return found


def _labelled(page: BeautifulSoup, words: str) -> str:
    for label in page.find_all("label"):
        if " ".join(label.get_text().split()) == words and label.get("for"):
            return _only(page, id=label["for"]).name
    return ""


@pytest.mark.parametrize(
    ("label", "element"),
    [
        ("Quantity to cancel: Kettle", "input"),
        ("Quantity to cancel: Lamp", "input"),
        ("Quantity to cancel: Cup", ""),
        ("Reason for cancellation", "select"),
        ("Additional comments", "textarea"),
    ],
)
def test_fields_are_named_exactly_as_promised(app: Flask, label: str, element: str) -> None:
    assert _labelled(_window(app), label) == element


@pytest.mark.parametrize("label", ["Message to customer", "Seller memo"])
def test_the_console_asks_for_more(app: Flask, label: str) -> None:
    assert _labelled(_window(app, merchant=True), label) == "textarea"
    assert _labelled(_window(app), label) == ""


def test_the_console_names_sku_and_asin_and_the_rate(app: Flask) -> None:
    text = _window(app, merchant=True).get_text(" ", strip=True)

    assert "SKU SKU-Kettle, ASIN B000000001" in text
    assert "7 days: 1.1% now, 1.2% after" in text
    assert "Cancel entire order" in text


def test_quantities_are_preset_to_all_that_may_go(app: Flask) -> None:
    fields = _window(app).find_all("input", type="number")

    assert [(field["value"], field["max"]) for field in fields] == [("2", "2"), ("1", "1")]


def test_the_receipt_adds_up_and_says_what_is_kept(app: Flask) -> None:
    receipt = _only(_window(app), "section").get_text(" ", strip=True)

    assert "2 × Kettle $128.00 1 × Lamp $64.00 Back to you $192.00" in receipt
    assert "Shipping of $5.00 is not refunded" in receipt


def test_money_that_was_never_charged_is_told_apart(app: Flask) -> None:
    payment = replace(QUOTE.payments[0], gateway=Gateway.GIFT_CARD, amount_minor=3000)
    split = replace(QUOTE, refund_minor=3000, payments=(payment,))
    receipt = _only(_window(app, view=replace(VIEW, quote=split)), "section").get_text(" ", strip=True)

    assert "Will not be charged −$162.00 Back to you $30.00" in receipt


def test_a_page_of_its_own_has_the_heading_and_a_dialog_is_named_by_it(app: Flask) -> None:
    page = _window(app)
    dialog = _only(_window(app, as_dialog=True), "dialog")

    assert [h1.get_text() for h1 in page.find_all("h1")] == ["Cancel order"]
    assert page.find("dialog") is None
    assert _only(dialog, id=dialog["aria-labelledby"]).get_text() == "Cancel order"
    assert dialog.find("h1") is None


@pytest.mark.parametrize("as_dialog", [False, True])
@pytest.mark.parametrize("merchant", [False, True])
def test_no_id_is_given_twice(app: Flask, *, merchant: bool, as_dialog: bool) -> None:
    page = _window(app, merchant=merchant, as_dialog=as_dialog)
    ids = [element["id"] for element in page.find_all(id=True)]

    assert sorted(ids) == sorted(set(ids))
    assert not re.search(r"\bstyle=|\bon\w+=", str(page))


def test_the_buttons_are_real_and_in_their_order(app: Flask) -> None:
    foot = _only(_window(app), class_="window-foot")

    assert [button.get_text() for button in foot.find_all("button")] == ["Keep order", "Cancel order"]


def _posted(app: Flask, **sent: str) -> CancelWindowForm:
    with app.test_request_context("/x/cancel", method="POST", data=sent):
        form = CancelWindowForm.for_items(ORDER.items, REASONS)
        form.submitted()
        return form


def test_a_confirm_acts_on_the_quantities_that_were_posted(app: Flask) -> None:
    form = _posted(
        app, **{f"quantity-{KETTLE.id}": "1", f"quantity-{LAMP.id}": "0", "reason": "FoundCheaper"}
    )

    assert form.quantities() == {KETTLE.id: 1}
    assert form.reason.data == "FoundCheaper"


def test_what_shipped_in_the_meantime_is_for_the_action_to_refuse(app: Flask) -> None:
    form = _posted(app, **{f"quantity-{CUP.id}": "1"})

    assert not form.quantity_field(CUP.id).errors
    assert form.quantities() == {CUP.id: 1}


def test_more_than_was_ordered_is_refused_beside_the_field(app: Flask) -> None:
    form = _posted(app, **{f"quantity-{KETTLE.id}": "4", "reason": "nonsense"})

    assert form.quantity_field(KETTLE.id).errors == ["Enter a whole number from 0 to 2."]
    assert next(field for field, _ in form.problems()) == f"quantity-{KETTLE.id}"
    assert form.quantities() == {}


def test_a_line_of_another_order_is_refused(app: Flask) -> None:
    with pytest.raises(Exception, match="400"):
        _posted(app, **{f"quantity-{new_id()}": "1"})
