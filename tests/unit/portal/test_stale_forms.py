"""What a customer typed is still there when its page was open too long; a second tab disturbs none."""

from __future__ import annotations

from tests.builders import an_order
from tests.unit.portal.conftest import Buyer, Page, Shop

STALE = "This page was open too long; nothing was changed."


def stale(buyer: Buyer, path: str, fields: dict[str, str], **changed: str) -> Page:
    """Send a form as a tab does whose session has ended since."""
    sent = {**fields, **changed, "csrf_token": "of long ago"}
    return buyer.post(path, sent, headers={"Referer": f"http://localhost{path}"})


def test_opening_another_order_leaves_the_window_of_the_first_good(shop: Shop) -> None:
    first, second = shop.take(), shop.take()
    buyer = shop.buyer(first)
    window = buyer.get(f"/orders/{first}/cancel")

    buyer.get(shop.link(second))
    buyer.get(shop.link(first))

    answer = buyer.send(f"/orders/{first}/cancel", window.fields(), comments="Too late for us.")
    assert answer.said[0][1].startswith("Cancellation requested.")
    assert "Too late for us." in answer.text


def test_a_stale_cancel_window_is_shown_again_with_what_was_typed(shop: Shop) -> None:
    order = shop.take(an_order().with_item(quantity=3))
    buyer = shop.buyer(order)
    path = f"/orders/{order}/cancel"
    [line] = shop.lines(order)

    page = stale(
        buyer,
        path,
        buyer.get(path).fields(),
        **{f"quantity-{line}": "2", "reason": "FoundCheaper", "comments": "Too late for us."},
    )

    assert page.response.status_code == 400
    assert page.said == [
        ("alert", f"{STALE} What you typed is still here. Check it, then press the button once more.")
    ]
    fields = page.fields()
    assert (fields[f"quantity-{line}"], fields["reason"], fields["comments"]) == (
        "2",
        "FoundCheaper",
        "Too late for us.",
    )
    assert "Cancellation requested" not in buyer.get(f"/orders/{order}").text
    again = buyer.send(path, fields)
    assert again.said[0][1].startswith("Cancellation requested.")
    assert "Too late for us." in again.text


def test_a_stale_message_to_the_shop_is_shown_again_and_sent_once_confirmed(shop: Shop) -> None:
    order = shop.take()
    buyer = shop.buyer(order)
    path = f"/orders/{order}/contact"

    page = stale(buyer, path, buyer.get(path).fields(), message="Where is it?")

    assert page.response.status_code == 400
    assert page.fields()["message"] == "Where is it?"
    assert "Where is it?" not in buyer.get(f"/orders/{order}").text
    assert buyer.send(path, page.fields()).said[0][1].startswith("Thank you")


def test_whoever_has_no_session_any_more_can_copy_what_they_wrote(shop: Shop, nobody: Buyer) -> None:
    order = shop.take(an_order().with_(number="NL-SECRET"))
    path = f"/orders/{order}/contact"

    page = stale(nobody, path, {}, message="Where is <b>it</b>?", number="5")

    assert page.response.status_code == 400
    assert [area.get_text().strip() for area in page.soup.find_all("textarea")] == ["Where is <b>it</b>?"]
    assert page.soup.find_all("b") == []
    assert [words for _role, words in page.said] == [STALE]
    assert "NL-SECRET" not in page.text


def test_what_another_site_sends_is_neither_shown_nor_kept(shop: Shop) -> None:
    order = shop.take()
    buyer = shop.buyer(order)
    path = f"/orders/{order}/cancel"
    sent = {"comments": "Planted.", "csrf_token": "x"}

    for headers in ({}, {"Referer": "http://evil.example/"}):
        page = buyer.post(path, sent, headers=headers)
        assert page.response.status_code == 400
        assert "Planted." not in page.text
        assert page.heading == "Please try again"


def test_a_stale_press_of_a_button_does_nothing(shop: Shop) -> None:
    order = shop.take()
    buyer = shop.buyer(order)
    window = buyer.get(f"/orders/{order}/cancel")
    buyer.send(f"/orders/{order}/cancel", window.fields())
    action = str(buyer.get(f"/orders/{order}").soup.select_one('form[action$="/withdraw"]')["action"])  # type: ignore[index]

    page = stale(buyer, action, {})

    assert (page.response.status_code, page.heading) == (400, "Please try again")
    assert "Request withdrawn" not in buyer.get(f"/orders/{order}").text
