"""A case: the conversation with a customer, who has it, and what is done from it."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from uuid import UUID, uuid4

import pytest

from shared import wording
from shared.actions import canned_replies, cases, execution
from shared.actions.case_steps import Message
from shared.domain.actors import BUYER, ActorKind
from shared.domain.errors import NotFound
from shared.domain.permissions import Role
from shared.domain.support import CaseState, MessageKind
from shared.pictures import read_picture
from shared.queries import support
from shared.queries.orders import order_page
from shared.queries.support_values import CaseView
from tests.builders import USER, an_order
from tests.pictures import a_picture
from tests.post import messages_of
from tests.unit.console.browsing import (
    Browser,
    Shop,
    buttons_named,
    fields_of,
    links_named,
    message,
    order_path,
    read,
    value_of,
    words_of,
)
from tests.unit.console.test_support import a_case


def path(case_id: UUID, more: str = "") -> str:
    return f"/console/support/{case_id}{more}"


def read_case(shop: Shop, case_id: UUID) -> CaseView:
    return support.case_view(shop.db, shop.merchant_id, case_id)


def timeline(shop: Shop, order_id: UUID) -> list[str]:
    page = order_page(shop.db, shop.merchant_id, order_id, ActorKind.MERCHANT_USER)
    return [wording.timeline_for_merchant(row, page.currency) for row in page.timeline]


def answer(browser: Browser, case_id: UUID, **fields: object) -> tuple[str, str]:
    page = browser.page(path(case_id))
    sent = {
        "csrf_token": value_of(page, "csrf_token"),
        "nonce": value_of(page, "nonce"),
        "kind": "message",
        **fields,
    }
    return browser.told(browser.post(path(case_id, "/reply"), data=sent))


def test_an_answer_reaches_the_customer_and_it_is_their_turn(owner: Browser, shop: Shop) -> None:
    case_id = a_case(shop)

    assert answer(owner, case_id, message="It left today.")[0] == "status"

    case = read_case(shop, case_id)
    assert [(said.author_name, said.body) for said in case.messages] == [
        ("Ana Torres", "Where is it?"),
        ("Maya Lindqvist", "It left today."),
    ]
    assert case.state is CaseState.WAITING
    assert case.assignee_id == support.colleagues(shop.db, shop.merchant_id)[0].id
    assert "Waiting for customer" in words_of(owner.page(path(case_id)).h1.parent)  # type: ignore[union-attr]
    assert [mail.event for mail in messages_of(shop.db, shop.merchant_id)][-1] == "case_replied"
    assert case.order_id is not None
    assert timeline(shop, case.order_id)[0] == "Maya Lindqvist answered a message"


def test_a_note_stays_among_the_team(owner: Browser, shop: Shop) -> None:
    case_id = a_case(shop)
    mails = len(messages_of(shop.db, shop.merchant_id))

    answer(owner, case_id, message="She has called twice.", kind="note")

    case = read_case(shop, case_id)
    assert case.messages[-1].kind is MessageKind.NOTE
    assert case.state is CaseState.OPEN
    assert len(messages_of(shop.db, shop.merchant_id)) == mails
    assert case.order_id is not None
    seen = order_page(shop.db, shop.merchant_id, case.order_id, ActorKind.BUYER).cases[0]
    assert [said.body for said in seen.messages] == ["Where is it?"]
    assert "Internal note" in words_of(owner.page(path(case_id)).main)


def test_an_answer_sent_twice_is_sent_once(owner: Browser, shop: Shop) -> None:
    case_id = a_case(shop)
    nonce = str(uuid4())
    mails = len(messages_of(shop.db, shop.merchant_id))

    for _ in range(2):
        answer(owner, case_id, message="It left today.", nonce=nonce)

    assert len(read_case(shop, case_id).messages) == 2
    assert len(messages_of(shop.db, shop.merchant_id)) == mails + 1


def test_a_picture_goes_along_and_is_served_as_a_picture_alone(owner: Browser, shop: Shop) -> None:
    case_id = a_case(shop)

    answer(owner, case_id, message="Like this?", pictures=[(BytesIO(a_picture("PNG")), "../x.html")])

    image = owner.page(path(case_id)).select_one(".pictures img")
    assert image is not None
    assert image["alt"] == "Picture 1 from Maya Lindqvist"
    served = owner.get(str(image["src"]))
    assert (served.status_code, served.mimetype) == (200, "image/png")
    assert served.headers["X-Content-Type-Options"] == "nosniff"
    assert served.headers["Content-Disposition"] == 'inline; filename="picture.png"'


def test_what_is_no_picture_is_refused_and_what_was_typed_stays(owner: Browser, shop: Shop) -> None:
    case_id = a_case(shop)
    page = owner.page(path(case_id))
    sent = {name: value_of(page, name) for name in ("csrf_token", "nonce")}

    for pictures, words in (
        ([(BytesIO(b"<svg/>"), "x.png")], "x.png is no JPEG"),
        ([(BytesIO(a_picture()), f"{n}.jpg") for n in range(6)], "Choose 5 pictures at most"),
    ):
        data = {**sent, "kind": "message", "message": "Like this?", "pictures": pictures}
        response = owner.post(path(case_id, "/reply"), data=data)
        assert response.status_code == 422
        assert words in response.get_data(as_text=True)
        assert "Like this?" in response.get_data(as_text=True)
    assert len(read_case(shop, case_id).messages) == 1


def test_a_conversation_takes_only_so_many_pictures(shop: Shop) -> None:
    case_id = a_case(shop)
    picture = read_picture(a_picture())
    for _ in range(8):
        cases.reply(shop.db, shop.merchant_id, case_id, Message("More", (picture,) * 5), USER)

    with pytest.raises(Exception, match="40 pictures"):
        cases.reply(shop.db, shop.merchant_id, case_id, Message("Too many", (picture,)), USER)


def test_an_empty_answer_is_refused(owner: Browser, shop: Shop) -> None:
    response = owner.send(path(a_case(shop), "/reply"), message=" ", kind="message", nonce="")

    assert response.status_code == 422
    assert "Write your message." in response.get_data(as_text=True)


def test_it_can_be_given_to_a_colleague_and_taken_back(owner: Browser, shop: Shop) -> None:
    case_id = a_case(shop)
    maya = support.colleagues(shop.db, shop.merchant_id)[0]

    told = owner.told(owner.send(path(case_id, "/assign"), assignee=str(maya.id)))
    assert told == ("status", "Assigned to Maya Lindqvist.")
    assert read_case(shop, case_id).assignee_id == maya.id
    owner.told(owner.send(path(case_id, "/assign"), assignee=""))
    assert read_case(shop, case_id).assignee_id is None
    assert owner.send(path(case_id, "/assign"), assignee=str(uuid4())).status_code == 422
    with pytest.raises(NotFound):
        cases.assign(shop.db, shop.merchant_id, case_id, uuid4())


def test_a_refused_answer_leaves_the_case_with_whom_it_is(owner: Browser, shop: Shop) -> None:
    case_id = a_case(shop)
    maya = support.colleagues(shop.db, shop.merchant_id)[0]
    owner.send(path(case_id, "/assign"), assignee=str(maya.id))

    page = read(owner.send(path(case_id, "/reply"), kind="message", message=""))

    chosen = page.select_one('[name="assignee"] option[selected]')
    assert words_of(chosen) == "Maya Lindqvist"


def test_it_is_resolved_and_taken_up_again(owner: Browser, shop: Shop) -> None:
    case_id = a_case(shop)

    owner.told(owner.send(path(case_id, "/resolve")))
    assert read_case(shop, case_id).state is CaseState.RESOLVED
    assert buttons_named(owner.page(path(case_id)), "Reopen")
    owner.told(owner.send(path(case_id, "/reopen")))
    case = read_case(shop, case_id)
    assert case.state is CaseState.OPEN
    assert case.order_id is not None
    assert timeline(shop, case.order_id)[:2] == [
        "Maya Lindqvist took a conversation up again",
        "Maya Lindqvist marked a conversation as resolved",
    ]


def test_a_customer_who_writes_again_opens_it_again(shop: Shop) -> None:
    case_id = a_case(shop)
    cases.resolve(shop.db, shop.merchant_id, case_id, USER)
    order_id = read_case(shop, case_id).order_id
    assert order_id is not None

    cases.answer_case(shop.db, shop.merchant_id, order_id, case_id, Message("Still nothing"), BUYER)

    assert read_case(shop, case_id).state is CaseState.OPEN


def test_canceling_from_the_case_notes_and_resolves_it(owner: Browser, shop: Shop) -> None:
    case_id = a_case(shop)
    order_id = read_case(shop, case_id).order_id
    assert order_id is not None
    [link] = links_named(owner.page(path(case_id)), "Cancel order")
    window = owner.page(str(link["href"]))
    form = window.find("form", class_="window-form")
    fields = {**fields_of(window), "reason": "NoInventory"}

    response = owner.post(str(form["action"]), data=fields)  # type: ignore[index]

    assert response.location == path(case_id)
    assert message(owner.page(path(case_id)))[0] == "status"
    case = read_case(shop, case_id)
    assert case.state is CaseState.RESOLVED
    assert case.messages[-1].body == "Units were canceled from this case."
    page = order_page(shop.db, shop.merchant_id, order_id, ActorKind.MERCHANT_USER)
    execution.execute(shop.db, shop.merchant_id, page.requests[0].id)
    assert not links_named(owner.page(path(case_id)), "Cancel order")


def test_a_case_of_another_order_is_no_place_to_cancel_from(owner: Browser, shop: Shop) -> None:
    case_id = a_case(shop)
    other = an_order().taken_in(shop.db, shop.merchant_id)
    window = owner.page(order_path(other, "/cancel"))
    fields = {**fields_of(window), "reason": "NoInventory"}

    for wrong in (case_id, "nonsense"):
        response = owner.post(order_path(other, f"/cancel?case={wrong}"), data=fields)
        assert response.status_code == 404
    page = order_page(shop.db, shop.merchant_id, other, ActorKind.MERCHANT_USER)
    assert not page.requests
    assert read_case(shop, case_id).state is CaseState.OPEN


def test_a_canned_reply_is_filled_in(owner: Browser, shop: Shop) -> None:
    body = "Hello {customer_name}, order {order_number} of {shop_name}. {your_name}"
    canned_replies.save_reply(shop.db, shop.merchant_id, "Greeting", body)
    reply = support.replies(shop.db, shop.merchant_id)[0]
    case_id = a_case(shop, number="NL-{shop_name}")

    page = owner.page(path(case_id, f"?reply={reply.id}"))
    area, choice = page.find("textarea"), page.select_one("#canned option")

    assert area is not None
    assert choice is not None
    assert area.text.strip() == "Hello Ana Torres, order NL-{shop_name} of Northlight Home. Maya Lindqvist"
    assert str(choice["data-text"]) == area.text.strip()


def test_a_viewer_reads_and_changes_nothing(visitor: Browser, open_shop: Callable[..., Shop]) -> None:
    shop = open_shop(role=Role.VIEWER)
    case_id = a_case(shop)
    visitor.sign_in(shop.email)

    page = visitor.page(path(case_id))

    assert not page.main.find_all("form")  # type: ignore[union-attr]
    for more in ("/reply", "/assign", "/resolve", "/reopen", "/credit", "/replacement"):
        assert visitor.send(path(case_id, more)).status_code == 403


def test_the_case_of_another_merchant_is_nowhere_to_be_found(
    owner: Browser, open_shop: Callable[..., Shop]
) -> None:
    other = open_shop()
    case_id = a_case(other)
    cases.reply(other.db, other.merchant_id, case_id, Message("See", (read_picture(a_picture()),)), USER)
    picture_id = read_case(other, case_id).messages[-1].pictures[0]

    for address in (path(case_id), path(case_id, "/credit"), f"/console/support/pictures/{picture_id}"):
        assert owner.get(address).status_code == 404
    for more in ("/resolve", "/reopen"):
        assert owner.send(path(case_id, more)).status_code == 404
    sent = {"message": "x", "kind": "message", "nonce": str(uuid4())}
    assert owner.send(path(case_id, "/reply"), **sent).status_code == 404
    assert owner.send(path(case_id, "/assign"), assignee="").status_code == 404
    assert len(read_case(other, case_id).messages) == 2
