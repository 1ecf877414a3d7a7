"""A conversation with the shop: read on the order page, answered there, with pictures (case_picture)."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from uuid import UUID, uuid4

from shared.actions import cases
from shared.actions.case_steps import Message
from shared.domain.actors import BUYER, Actor, ActorKind
from shared.domain.support import CaseState, MessageKind
from shared.pictures import read_picture
from shared.queries import support
from tests.builders import USER
from tests.pictures import a_picture
from tests.unit.portal.conftest import Buyer, Page, Shop

CATEGORY = "Orders, Shipping & Fulfillment"


def a_case(shop: Shop, order: UUID, body: str = "Where is it?", **more: object) -> UUID:
    message = Message(body, **more)  # type: ignore[arg-type]
    return cases.open_case(shop.db, shop.merchant_id, order, CATEGORY, message, BUYER)


def test_without_a_message_the_order_page_has_no_conversation(shop: Shop) -> None:
    order = shop.take()

    assert shop.buyer(order).get(f"/orders/{order}").region(CATEGORY) is None


def test_the_conversation_stands_on_the_order_page_without_notes(shop: Shop) -> None:
    order = shop.take()
    case_id = a_case(shop, order)
    cases.reply(shop.db, shop.merchant_id, case_id, Message("It left today."), USER)
    note = Message("She calls daily.", kind=MessageKind.NOTE)
    cases.reply(shop.db, shop.merchant_id, case_id, note, USER)

    region = shop.buyer(order).get(f"/orders/{order}").region(CATEGORY)

    assert region is not None
    assert "Where is it?" in region
    assert "Northlight Home" in region
    assert "It left today." in region
    assert "Answered" in region
    assert "daily" not in region


def test_an_answer_is_added_once_and_it_is_the_shops_turn(shop: Shop) -> None:
    order = shop.take()
    case_id = a_case(shop, order)
    cases.reply(shop.db, shop.merchant_id, case_id, Message("Which one?"), USER)
    buyer = shop.buyer(order)
    fields = buyer.get(f"/orders/{order}").fields()

    for _ in range(2):
        page = buyer.send(f"/orders/{order}/messages/{case_id}", fields, message="The blue one")
        assert page.said == [("status", "Your answer was sent.")]

    case = support.case_view(shop.db, shop.merchant_id, case_id)
    assert [said.body for said in case.messages] == ["Where is it?", "Which one?", "The blue one"]
    assert case.state is CaseState.OPEN
    assert "You answered a message" in page.text


def test_pictures_go_along_and_come_back_as_pictures(shop: Shop) -> None:
    order = shop.take()
    case_id = a_case(shop, order)
    buyer = shop.buyer(order)
    fields: dict[str, object] = dict(buyer.get(f"/orders/{order}").fields())
    fields |= {"message": "Look", "pictures": [(BytesIO(a_picture()), "dent.jpg")]}

    page = Page(buyer.client.post(f"/orders/{order}/messages/{case_id}", data=fields, follow_redirects=True))

    image = page.soup.select_one(".pictures img")
    assert image is not None
    assert image["alt"] == "Picture 1 from You"
    served = buyer.get(str(image["src"])).response
    assert (served.status_code, served.mimetype) == (200, "image/jpeg")
    assert served.headers["Content-Disposition"].startswith("inline")


def test_what_is_wrong_is_said_on_a_page_with_the_conversation(shop: Shop) -> None:
    order = shop.take()
    case_id = a_case(shop, order)
    buyer = shop.buyer(order)
    fields = buyer.get(f"/orders/{order}").fields()

    page = buyer.post(f"/orders/{order}/messages/{case_id}", {**fields, "message": ""})

    assert page.response.status_code == 422
    assert [role for role, _words in page.said] == ["alert"]
    assert "Where is it?" in page.text


def test_an_older_conversation_is_answered_on_a_page_of_its_own(shop: Shop) -> None:
    order = shop.take()
    older = a_case(shop, order)
    a_case(shop, order, "Another thing")
    buyer = shop.buyer(order)

    assert "Answer" in buyer.get(f"/orders/{order}").links()
    page = buyer.get(f"/orders/{order}/messages/{older}")
    assert page.heading == CATEGORY
    assert "Another thing" not in page.text


def test_who_writes_very_often_is_asked_to_wait(shop: Shop) -> None:
    order = shop.take()
    case_id = a_case(shop, order)
    buyer = shop.buyer(order)
    path = f"/orders/{order}/messages/{case_id}"
    fields = buyer.get(path).fields()

    answers = [
        buyer.post(path, {**fields, "message": "Hello?", "nonce": str(uuid4())}).response.status_code
        for _ in range(31)
    ]

    assert answers == [303] * 30 + [429]


def test_conversations_and_pictures_of_other_orders_are_nowhere(
    shop: Shop, open_shop: Callable[..., Shop]
) -> None:
    mine = shop.take()
    buyer = shop.buyer(mine)
    picture = (read_picture(a_picture()),)
    for owner in (shop, open_shop()):
        theirs = owner.take()
        case_id = a_case(owner, theirs, pictures=picture)
        [picture_id] = support.case_view(owner.db, owner.merchant_id, case_id).messages[0].pictures
        _finds_nothing(buyer, mine, case_id, picture_id)
        _finds_nothing(buyer, theirs, case_id, picture_id)
        assert len(support.case_view(owner.db, owner.merchant_id, case_id).messages) == 1


def test_a_picture_in_a_note_is_not_for_the_customer(shop: Shop) -> None:
    order = shop.take()
    case_id = a_case(shop, order)
    note = Message("Inside", (read_picture(a_picture()),), kind=MessageKind.NOTE)
    cases.reply(shop.db, shop.merchant_id, case_id, note, Actor(ActorKind.MERCHANT_USER))
    [picture_id] = support.case_view(shop.db, shop.merchant_id, case_id).messages[-1].pictures

    assert shop.buyer(order).get(f"/orders/{order}/pictures/{picture_id}").response.status_code == 404


def _finds_nothing(buyer: Buyer, order: UUID, case_id: UUID, picture_id: UUID) -> None:
    path = f"/orders/{order}/messages/{case_id}"
    assert buyer.get(path).response.status_code == 404
    token = buyer.get("/orders/none").fields().get("csrf_token", "")
    answer = buyer.post(path, {"csrf_token": token, "message": "x", "nonce": ""})
    assert answer.response.status_code in {400, 404}
    assert buyer.get(f"/orders/{order}/pictures/{picture_id}").response.status_code == 404
