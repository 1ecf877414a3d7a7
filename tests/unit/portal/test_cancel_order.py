"""The Cancel order window: what it offers, what it files, and what it says when the order has moved on."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from sqlalchemy import select

from shared.storage.records import RequestRecord, RequestUnitsRecord
from tests.builders import accept, an_order, automatic, request, ship
from tests.unit.portal.conftest import Page, Shop


class Window:
    """A window that somebody has opened and not confirmed yet."""

    def __init__(self, shop: Shop, *items: tuple[str, int], **changes: object) -> None:
        order = an_order().with_(shipping_minor=500, **changes)
        for title, quantity in items or (("Tea kettle", 2),):
            order = order.with_item(title, quantity, quantity * 1000)
        self.shop = shop
        self.order = shop.take(order)
        self.path = f"/orders/{self.order}/cancel"
        self.buyer = shop.buyer(self.order)
        self.page = self.buyer.get(self.path)
        self.fields = self.page.fields()
        self.names = [f"quantity-{line}" for line in shop.lines(self.order)]

    def confirm(self, *quantities: object, **changed: str) -> Page:
        """Confirm with these quantities, in the order of the lines, and follow where it leads."""
        typed = {name: str(units) for name, units in zip(self.names, quantities, strict=False)}
        return self.buyer.send(self.path, {**self.fields, **typed, **changed})

    def requests(self) -> list[RequestRecord]:
        with self.shop.db.begin(self.shop.merchant_id) as tx:
            return list(tx.session.scalars(select(RequestRecord).where(RequestRecord.order_id == self.order)))

    def units(self) -> list[int]:
        """What is asked for of each line, in their order."""
        with self.shop.db.begin(self.shop.merchant_id) as tx:
            rows = tx.session.scalars(select(RequestUnitsRecord)).all()
        asked = {row.line_item_id: row.quantity for row in rows}
        return [asked.get(line, 0) for line in self.shop.lines(self.order)]


def test_the_window_presets_all_that_may_go_and_shows_what_comes_back(shop: Shop) -> None:
    window = Window(shop, ("Tea kettle", 2), ("Mug", 1), ("Mug", 3))

    assert window.page.heading == "Cancel order"
    assert [window.fields[name] for name in window.names] == ["2", "1", "3"]
    labels = [Page.words(label) for label in window.page.soup.find_all("label")]
    assert labels[:3] == [
        "Quantity to cancel: Tea kettle",
        "Quantity to cancel: Mug",
        "Quantity to cancel: Mug (2)",
    ]
    assert {"Reason for cancellation", "Additional comments"} <= set(labels)
    assert "$65.00" in (window.page.region("Refund") or "")
    assert {"Cancel order", "Keep order", "Update refund"} <= set(window.page.buttons())


def test_the_reasons_are_the_customers_and_begin_with_none(shop: Shop) -> None:
    options = Window(shop).page.soup.select("select option")

    assert [option["value"] for option in options][:2] == ["", "OrderedByMistake"]
    assert Page.words(options[0]) == ""
    assert len(options) == 11


def test_the_script_gets_the_same_window_as_a_dialog(shop: Shop) -> None:
    window = Window(shop)

    page = window.buyer.get(window.path, headers={"X-Fragment": "dialog"})

    assert page.soup.find("html") is None
    dialog = page.soup.find("dialog")
    assert dialog is not None
    assert page.words(page.soup.find(id=dialog["aria-labelledby"])) == "Cancel order"
    assert set(window.fields) == {
        str(tag["name"]) for tag in dialog.find_all(["input", "select", "textarea"])
    }


def test_a_confirmed_window_files_a_request_of_exactly_these_units(shop: Shop) -> None:
    window = Window(shop, ("Tea kettle", 2), ("Mug", 3))

    page = window.confirm(1, 2, reason="FoundCheaper", comments="Found it\nnearer home")

    assert [role for role, _words in page.said] == ["status"]
    assert page.said[0][1].startswith("Cancellation requested.")
    assert "Cancellation requested" in page.row("Tea kettle")
    assert "Found cheaper somewhere else" in (page.region("Cancellation") or "")
    assert "Found it nearer home" in (page.region("Cancellation") or "")
    assert window.units() == [1, 2]
    [filed] = window.requests()
    assert (filed.state, filed.source, filed.requested_by) == ("requested", "buyer", "buyer")


def test_a_reason_is_not_needed(shop: Shop) -> None:
    window = Window(shop)

    window.confirm(2)

    assert window.requests()[0].reason is None


def test_the_message_is_said_once(shop: Shop) -> None:
    window = Window(shop)
    window.confirm(1)

    assert window.buyer.get(f"/orders/{window.order}").said == []


def test_an_item_at_0_is_left_out(shop: Shop) -> None:
    window = Window(shop, ("Tea kettle", 2), ("Mug", 3))

    window.confirm(0, 3)

    assert window.units() == [0, 3]


def test_looking_at_the_window_changes_nothing(shop: Shop) -> None:
    window = Window(shop)

    window.buyer.client.head(window.path)
    window.buyer.get(f"{window.path}?reason=Other&quantity=2")

    assert window.requests() == []


def test_confirming_twice_files_one_request_and_answers_alike(shop: Shop) -> None:
    window = Window(shop)

    first, second = window.confirm(1), window.confirm(1)

    assert first.said == second.said
    assert len(window.requests()) == 1


def test_confirming_twice_at_once_files_one_request(shop: Shop) -> None:
    window = Window(shop)
    cookie = window.buyer.client.get_cookie("buyer")
    assert cookie is not None
    answers: list[int] = []

    def press() -> None:
        client = shop.app.test_client()
        client.set_cookie("buyer", cookie.value)
        answers.append(client.post(window.path, data=window.fields).status_code)

    presses = [threading.Thread(target=press) for _ in range(2)]
    for thread in presses:
        thread.start()
    for thread in presses:
        thread.join()

    assert answers == [303, 303]
    assert len(window.requests()) == 1


def test_a_second_press_after_the_answer_does_not_claim_that_it_waits(shop: Shop) -> None:
    window = Window(shop)
    window.confirm(1)
    accept(shop.db, shop.merchant_id, window.requests()[0].id)  # type: ignore[arg-type]

    page = window.confirm(1)

    assert [role for role, _words in page.said] == ["status"]
    assert "received before" in page.said[0][1]
    assert len(window.requests()) == 1


def test_a_stale_window_shows_the_new_refund_and_keeps_what_was_typed(shop: Shop) -> None:
    window = Window(shop, ("Tea kettle", 2), ("Mug", 3))
    ship(shop.db, shop.merchant_id, window.order, 1)

    page = window.confirm(2, 1, reason="Other", comments="My words")

    assert page.response.status_code == 409
    assert page.heading == "Cancel order"
    assert [role for role, _words in page.said] == ["alert"]
    assert "changed since you opened this window" in page.said[0][1]
    typed = page.fields()
    assert (typed["reason"], typed["comments"]) == ("Other", "My words")
    assert [typed[name] for name in window.names] == ["1", "1"]
    assert typed["quote_hash"] != window.fields["quote_hash"]
    assert "$20.00" in (page.region("Refund") or "")
    assert window.requests() == []

    window.fields = typed
    assert [role for role, _words in window.confirm(1, 1).said] == ["status"]
    assert window.units() == [1, 1]


def test_a_window_without_the_quote_it_showed_shows_one_first(shop: Shop) -> None:
    window = Window(shop)

    page = window.confirm(1, quote_hash="")

    assert page.response.status_code == 409
    assert window.requests() == []


def test_who_loses_the_race_against_the_parcel_reads_why(shop: Shop) -> None:
    window = Window(shop)
    ship(shop.db, shop.merchant_id, window.order)

    page = window.confirm(2)

    assert page.heading.startswith("Order ")
    assert page.said == [("alert", "Nothing was canceled. It has already shipped.")]
    assert window.requests() == []


def test_an_order_that_may_not_be_canceled_has_no_window(shop: Shop) -> None:
    order = shop.take(an_order().with_(hold=True))
    buyer = shop.buyer(order)

    page = buyer.open(f"/orders/{order}/cancel")

    assert page.heading.startswith("Order ")
    assert "on hold" in (page.region("Cancellation") or "")
    assert page.said == []


def test_what_another_request_holds_cannot_be_asked_for_again(shop: Shop) -> None:
    window = Window(shop)
    request(shop.db, shop.merchant_id, window.order, 1)
    window.fields = window.buyer.get(window.path).fields()

    page = window.confirm(2)

    assert page.response.status_code == 422
    assert "Enter a whole number from 0 to 1." in page.text
    assert len(window.requests()) == 1


@pytest.mark.parametrize(
    "typed",
    [
        "3",
        "-1",
        "0.5",
        "1.0",
        "1_0",
        "+1",
        "01",
        "1e0",
        "\uff11",
        "\u0663",
        "one",
        "",
        "9999999",
        "1 1",
        "0x1",
        "1,0",
    ],
)
def test_only_plain_numbers_within_the_order_are_quantities(shop: Shop, typed: str) -> None:
    window = Window(shop)

    page = window.confirm(typed, comments="My words")

    assert page.response.status_code == 422
    assert [role for role, _words in page.said] == ["alert"]
    assert "Enter a whole number from 0 to 2." in page.text
    assert page.fields()["comments"] == "My words"
    assert page.fields()[window.names[0]] == typed
    assert window.requests() == []


def test_nothing_chosen_is_said(shop: Shop) -> None:
    page = Window(shop).confirm(0)

    assert page.response.status_code == 422
    assert "Choose at least one unit to cancel." in page.text


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"reason": "NoInventory"}, "Choose one of the options."),
        ({"reason": "<script>"}, "Choose one of the options."),
        ({"comments": "x" * 501}, "Use 500 characters at most."),
        ({"comments": "a\x07b"}, "Remove the characters that cannot be shown"),
        ({"comments": "\u202eevil"}, "Remove the characters that cannot be shown"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(shop: Shop, changed: dict[str, str], sentence: str) -> None:
    window = Window(shop)

    page = window.confirm(1, **changed)

    assert page.response.status_code == 422
    assert sentence in page.text
    assert window.requests() == []


def test_fields_that_nobody_made_are_refused(shop: Shop) -> None:
    window = Window(shop)
    foreign = shop.lines(shop.take())[0]

    for extra in ({"refund": "99999"}, {f"quantity-{foreign}": "1"}, {"price": "1"}):
        assert window.confirm(1, **extra).response.status_code == 400
    doubled = [*window.fields.items(), (window.names[0], "1")]
    body = "&".join(f"{name}={value}" for name, value in doubled)
    answer = window.buyer.client.post(
        window.path, data=body, content_type="application/x-www-form-urlencoded"
    )
    assert answer.status_code == 400
    assert window.requests() == []


def test_a_form_of_another_site_files_nothing(shop: Shop) -> None:
    window = Window(shop)

    for token in ("", "forged"):
        page = window.confirm(1, csrf_token=token)
        assert page.response.status_code == 400
        assert [role for role, _words in page.said] == ["alert"]
    assert window.requests() == []


def test_an_automatic_shop_answers_at_once(open_shop: Callable[..., Shop]) -> None:
    window = Window(open_shop(policy=automatic()))

    page = window.confirm(2)

    assert page.said[0][1].startswith("Cancellation requested.")
    assert window.requests()[0].state == "accepting"


def test_texts_are_shown_as_they_were_typed(shop: Shop) -> None:
    window = Window(shop)
    naughty = '"><script>alert(1)</script>{{7*7}} \U0001f4a9 \u0645\u0631\u062d\u0628\u0627 =HYPERLINK("x")'

    page = window.confirm(1, comments=naughty)

    assert naughty in (page.region("Cancellation") or "")
    assert page.soup.find("script", src=False) is None


def test_too_many_posts_are_put_off(shop: Shop) -> None:
    window = Window(shop)

    answers = [window.confirm(0).response.status_code for _ in range(31)]

    assert answers == [422] * 30 + [429]
    assert window.buyer.get(window.path).response.status_code == 200
