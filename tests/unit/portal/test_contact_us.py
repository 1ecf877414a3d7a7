"""Contact us: a message about one order, filled in as far as it can be."""

import secrets

import pytest

from shared.queries import case_list
from shared.queries.support_values import CaseFilter, CaseRow
from tests.builders import an_order, ship
from tests.unit.portal.conftest import Page, Shop


def _cases(shop: Shop) -> tuple[CaseRow, ...]:
    return case_list.case_list(shop.db, shop.merchant_id, CaseFilter()).rows


def _form(shop: Shop) -> tuple[Page, str]:
    order = shop.take(an_order().with_(number="NL-5").with_item("Tea kettle", 2).with_item("Lamp"))
    buyer = shop.buyer(order)
    return buyer.get(f"/orders/{order}/contact"), f"/orders/{order}/contact"


def test_the_page_knows_the_order_and_what_it_is_mostly_about(shop: Shop) -> None:
    page, _path = _form(shop)

    assert page.heading == "Contact us"
    fields = page.fields()
    assert fields["category"] == "Orders, Shipping & Fulfillment"
    assert fields["message"] == "Order NL-5\n2 × Tea kettle\n1 × Lamp\n\n"
    assert "Send" in page.buttons()
    labels = [Page.words(label) for label in page.soup.find_all("label")]
    assert labels == ["Category", "Message", "Pictures"]


def test_a_message_is_kept_for_the_shop_and_thanked_for(shop: Shop) -> None:
    order = shop.take(an_order().with_(number="NL-6"))
    ship(shop.db, shop.merchant_id, order)
    buyer = shop.buyer(order)
    fields = buyer.get(f"/orders/{order}/contact").fields()

    page = buyer.send(f"/orders/{order}/contact", fields, message="Please send it back\r\n<b>soon</b>")

    assert [role for role, _words in page.said] == ["status"]
    assert "Thank you" in page.said[0][1]
    [case] = _cases(shop)
    assert (case.order_number, case.category) == ("NL-6", "Orders, Shipping & Fulfillment")
    assert case.newest == "Please send it back\n<b>soon</b>"
    assert "You wrote a message" in (page.region("Timeline") or "")


def test_sending_twice_opens_one_case(shop: Shop) -> None:
    order = shop.take()
    buyer = shop.buyer(order)
    fields = buyer.get(f"/orders/{order}/contact").fields()

    for _ in range(2):
        page = buyer.send(f"/orders/{order}/contact", fields)
        assert [role for role, _words in page.said] == ["status"]
    assert len(_cases(shop)) == 1


@pytest.mark.parametrize(
    ("changed", "name"),
    [
        ({"message": "  "}, "message"),
        ({"message": "x" * 2001}, "message"),
        ({"message": "a\x00b"}, "message"),
        ({"category": ""}, "category"),
        ({"category": "Anything"}, "category"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(
    shop: Shop, changed: dict[str, str], name: str
) -> None:
    order = shop.take()
    buyer = shop.buyer(order)
    fields = {**buyer.get(f"/orders/{order}/contact").fields(), "message": "My words"}

    page = buyer.post(f"/orders/{order}/contact", {**fields, **changed})

    assert page.response.status_code == 422
    assert [role for role, _words in page.said] == ["alert"]
    assert page.soup.find(id=f"{name}-error")
    if "message" not in changed:
        assert page.fields()["message"] == "My words"
    assert _cases(shop) == ()


def test_a_message_without_the_pages_token_is_refused(shop: Shop) -> None:
    order = shop.take()
    buyer = shop.buyer(order)
    fields = buyer.get(f"/orders/{order}/contact").fields()

    for token in ("", secrets.token_hex(20)):
        page = buyer.post(f"/orders/{order}/contact", {**fields, "csrf_token": token})
        assert page.response.status_code == 400
    assert _cases(shop) == ()
