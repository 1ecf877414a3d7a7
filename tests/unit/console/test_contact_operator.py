"""Contact us for merchants: reaches the operator's support agents, the order filled in (operator_case)."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID, uuid4

from bs4 import BeautifulSoup
from sqlalchemy import select

from shared import wording
from shared.actions import operator_cases
from shared.actions.case_steps import Message
from shared.domain.actors import Actor, ActorKind
from shared.domain.permissions import Role
from shared.domain.support import CaseState
from shared.queries import agents
from shared.queries.orders import order_page
from shared.queries.support_values import CaseView
from shared.storage.records import LetterRecord
from tests.builders import an_order, ship
from tests.unit.console.browsing import (
    Browser,
    Shop,
    fields_of,
    links_named,
    order_path,
    read,
    value_of,
    words_of,
)

PLACE = "/console/contact"
AGENT = Actor(ActorKind.SUPPORT_AGENT, name="Robin")


def asked(shop: Shop) -> CaseView:
    [case] = agents.asked(shop.db, shop.merchant_id)
    return agents.operator_case(shop.db, shop.merchant_id, case.id)


def ask(browser: Browser, following: str = "", **changed: str) -> str:
    """Send the form as it stands, with some fields changed, and return where it leads."""
    page = browser.page(f"{PLACE}{following}")
    fields = {**typed(page), **changed}
    response = browser.post(PLACE, data=fields)
    assert response.status_code == 303, words_of(read(response).main)
    return str(response.location)


def typed(page: BeautifulSoup) -> dict[str, str]:
    sent = {name: value_of(page, name) for name in ("csrf_token", "nonce", "number", "phone")}
    for name in ("category", "reason"):
        chosen = page.select_one(f'select[name="{name}"] option[selected]')
        sent[name] = str(chosen["value"]) if chosen else ""
    area = page.find("textarea")
    sent["message"] = area.text.lstrip("\r\n") if area else ""
    return sent


def letters(shop: Shop) -> list[str]:
    with shop.db.snapshot(shop.merchant_id) as tx:
        return list(tx.session.scalars(select(LetterRecord.event)))


def timeline(shop: Shop, order_id: UUID, asker: ActorKind = ActorKind.MERCHANT_USER) -> str:
    page = order_page(shop.db, shop.merchant_id, order_id, asker)
    say = wording.timeline_for_buyer if asker is ActorKind.BUYER else wording.timeline_for_merchant
    return "; ".join(say(row, page.currency) for row in page.timeline)


def test_the_menus_foot_leads_there(owner: Browser) -> None:
    assert links_named(owner.page("/console/orders"), "Contact us")[0]["href"] == PLACE
    page = owner.page(PLACE)
    assert typed(page)["category"] == "Orders, Shipping & Fulfillment"
    assert "None yet." in words_of(page.main)


def test_where_canceling_is_blocked_it_is_offered_with_everything_filled_in(
    owner: Browser, shop: Shop
) -> None:
    order_id = an_order().with_(number="NL-3").with_item("Tea kettle", 2).taken_in(shop.db, shop.merchant_id)
    assert not links_named(owner.page(order_path(order_id)).main, "Contact us")  # type: ignore[arg-type]
    ship(shop.db, shop.merchant_id, order_id)
    [link] = links_named(owner.page(order_path(order_id)).main, "Contact us")  # type: ignore[arg-type]

    fields = typed(owner.page(f"{link['href']}&reason=NoInventory"))

    assert (fields["number"], fields["reason"]) == ("NL-3", "NoInventory")
    assert fields["message"].startswith("2 × Tea kettle (TEA-KETTLE)\nWhy it cannot be canceled here: ")


def a_half_sent_order(shop: Shop) -> UUID:
    """Take in an order of which one line has left and the other may still be canceled."""
    order = an_order().with_(number="NL-3").with_item("Tea kettle", 2).with_item("Lamp", 1)
    order_id = order.taken_in(shop.db, shop.merchant_id)
    ship(shop.db, shop.merchant_id, order_id, 2, 0)
    return order_id


def test_where_part_cannot_be_canceled_page_and_window_lead_there_with_that_part(
    owner: Browser, shop: Shop
) -> None:
    order_id = a_half_sent_order(shop)

    for more in ("", "/cancel"):
        [link] = links_named(owner.page(order_path(order_id, more)).main, "Contact us")  # type: ignore[arg-type]
        fields = typed(owner.page(str(link["href"])))
        assert fields["category"] == "Orders, Shipping & Fulfillment"
        assert fields["number"] == "NL-3"
        assert fields["message"].startswith("2 × Tea kettle (TEA-KETTLE)\nWhy it cannot be canceled here: ")
        assert "Lamp" not in fields["message"]


def test_the_window_takes_the_chosen_reason_along(owner: Browser, shop: Shop) -> None:
    order_id = a_half_sent_order(shop)
    path = order_path(order_id, "/cancel")
    sent = {**fields_of(owner.page(path)), "reason": "NoInventory"}

    page = read(owner.post(f"{path}/quote", data=sent))

    [link] = links_named(page.main, "Contact us")  # type: ignore[arg-type]
    assert link["data-takes"] == "reason"
    assert typed(owner.page(str(link["href"])))["reason"] == "NoInventory"


def test_the_list_and_a_batch_lead_there_for_what_they_cannot_cancel(owner: Browser, shop: Shop) -> None:
    order_id = an_order().with_(number="NL-3").taken_in(shop.db, shop.merchant_id)
    an_order().with_(number="NL-4").taken_in(shop.db, shop.merchant_id)
    ship(shop.db, shop.merchant_id, order_id)
    wanted = f"{PLACE}?order={order_id}"
    of_list = links_named(owner.page("/console/orders?period=all").main, "Contact us")  # type: ignore[arg-type]
    assert [link["href"] for link in of_list] == [wanted]

    window = owner.page(f"/console/orders/cancel?order={order_id}")
    sent = {**fields_of(window), "reason": "NoInventory"}
    preview = owner.page(owner.post("/console/orders/cancel", data=sent).location)

    [link] = links_named(preview.main, "Contact us")  # type: ignore[arg-type]
    assert link["href"] == f"{wanted}&reason=NoInventory"


def test_whoever_may_not_write_is_led_nowhere(visitor: Browser, open_shop: Callable[..., Shop]) -> None:
    shop = open_shop(role=Role.VIEWER)
    order_id = a_half_sent_order(shop)
    visitor.sign_in(shop.email)

    for path in (order_path(order_id), "/console/orders?period=all"):
        assert not links_named(visitor.page(path).main, "Contact us")  # type: ignore[arg-type]


def test_a_message_reaches_the_agents_once_and_stands_in_the_timeline(owner: Browser, shop: Shop) -> None:
    order_id = an_order().with_(number="NL-3").taken_in(shop.db, shop.merchant_id)
    nonce = str(uuid4())

    for _ in range(2):
        ask(
            owner,
            f"?order={order_id}",
            message="Please stop it.",
            reason="NoInventory",
            phone="+1 206 555 0100",
            nonce=nonce,
        )

    case = asked(shop)
    assert [said.body for said in case.messages] == [
        "Reason for cancellation: No inventory\n\nPlease stop it."
    ]
    assert (case.order_number, case.phone) == ("NL-3", "+1 206 555 0100")
    assert agents.account_of(shop.db, case.id).merchant_id == shop.merchant_id
    assert timeline(shop, order_id).startswith("Maya Lindqvist wrote to Rescind support; ")
    assert "Rescind" not in timeline(shop, order_id, ActorKind.BUYER)
    assert not order_page(shop.db, shop.merchant_id, order_id, ActorKind.BUYER).cases


def test_it_need_not_be_about_an_order(owner: Browser, shop: Shop) -> None:
    place = ask(owner, message="How do I import?")

    assert "How do I import?" in words_of(owner.page(place).main)
    assert links_named(owner.page(PLACE), "Orders, Shipping & Fulfillment")
    assert asked(shop).order_id is None


def test_what_is_wrong_is_said(owner: Browser, shop: Shop) -> None:
    fields = {**typed(owner.page(PLACE)), "message": "Help"}

    for changed, words in (
        ({"number": "NL-none"}, "There is no order of this number."),
        ({"phone": "call me"}, "Enter a phone number"),
        ({"message": ""}, "Write your message."),
        ({"category": ""}, "Choose what it is about."),
    ):
        response = owner.post(PLACE, data={**fields, **changed})
        assert response.status_code == 422
        assert words in words_of(read(response).main)
    assert agents.asked(shop.db, shop.merchant_id) == ()


def test_the_answer_stands_there_by_the_operators_name_and_is_mailed(owner: Browser, shop: Shop) -> None:
    order_id = an_order().taken_in(shop.db, shop.merchant_id)
    place = ask(owner, f"?order={order_id}", message="Please stop it.")

    operator_cases.answer(shop.db, shop.merchant_id, asked(shop).id, Message("It is stopped."), AGENT)

    page = owner.page(place)
    assert "Rescind support" in words_of(page.select(".thread li")[-1])
    assert "It is stopped." in words_of(page.main)
    assert "operator_replied" in letters(shop)
    fields = {**{name: value_of(page, name) for name in ("csrf_token", "nonce")}, "message": "Thank you"}
    assert owner.post(place, data=fields).status_code == 303
    assert asked(shop).state is CaseState.OPEN
    assert timeline(shop, order_id).startswith(
        "Maya Lindqvist wrote to Rescind support; Rescind support answered"
    )


def test_a_viewer_writes_to_nobody(visitor: Browser, open_shop: Callable[..., Shop]) -> None:
    visitor.sign_in(open_shop(role=Role.VIEWER).email)

    assert visitor.get(PLACE).status_code == 403
    assert not links_named(visitor.page("/console/orders"), "Contact us")


def test_what_another_merchant_asked_is_nowhere_to_be_found(
    owner: Browser, open_shop: Callable[..., Shop]
) -> None:
    other = open_shop()
    order_id = an_order().taken_in(other.db, other.merchant_id)
    asking = operator_cases.Asking("Products", Message("Help"), order_id)
    case_id = operator_cases.ask(other.db, other.merchant_id, asking, AGENT)

    assert owner.get(f"{PLACE}/{case_id}").status_code == 404
    assert owner.send(f"{PLACE}/{case_id}", message="x", nonce="").status_code == 404
    assert owner.get(f"{PLACE}?order={order_id}").status_code == 404
    assert owner.get(f"/console/support/{case_id}").status_code == 404
    assert len(asked(other).messages) == 1
