"""The e-mails of conversations: a new one to the team, an answer to the customer."""

from __future__ import annotations

import pytest

from shared.actions import cases, merchants, operator_cases
from shared.actions.case_steps import Message
from shared.domain.actors import BUYER, Actor, ActorKind
from shared.domain.permissions import Role
from shared.pictures import read_picture
from shared.storage.engine import Database
from tests.builders import USER, an_order
from tests.pictures import a_picture
from tests.post import BASE_URL
from tests.unit.mail.test_letters import Shop, a_shop, both_say, text_of


@pytest.fixture
def shop(db: Database) -> Shop:
    return a_shop(db)


def test_the_team_reads_what_a_customer_wrote_and_where_to_answer(db: Database, shop: Shop) -> None:
    email = f"maya-{shop.id}@example.com"
    merchants.create_user(db, shop.id, email=email, name="Maya", password="long enough 1", role=Role.OWNER)
    order_id = an_order().with_(number="NL-1").taken_in(db, shop.id)
    message = Message("Is it <b>safe</b> & sound?")

    case_id = cases.open_case(db, shop.id, order_id, "Products", message, BUYER)

    mail = shop.newest()
    assert (mail["To"], mail["Subject"]) == (email, "Message from a customer about order NL-1")
    assert both_say(mail, "A customer wrote to you", "Products", "Is it <b>safe</b> & sound?")
    assert f"{BASE_URL}/console/support/{case_id}?merchant={shop.id}" in text_of(mail)


def test_the_customer_reads_the_answer_and_where_the_conversation_is(db: Database, shop: Shop) -> None:
    order_id = an_order().with_(number="NL-1").taken_in(db, shop.id)
    case_id = cases.open_case(db, shop.id, order_id, "Products", Message("Is it safe?"), BUYER)

    answer = Message("Perfectly safe.", (read_picture(a_picture()),))
    cases.reply(db, shop.id, case_id, answer, USER)

    mail = shop.newest()
    assert mail["To"] == "ana.torres@example.com"
    assert mail["Subject"] == "Answer about your order NL-1 at Northlight Home"
    assert both_say(mail, "Northlight Home answered you", "Perfectly safe.", "1 picture came with it.")
    assert f"{BASE_URL}/o/" in text_of(mail)


def test_the_team_reads_what_the_operator_answered(db: Database, shop: Shop) -> None:
    email = f"maya-{shop.id}@example.com"
    merchants.create_user(db, shop.id, email=email, name="Maya", password="long enough 1", role=Role.OWNER)
    order_id = an_order().with_(number="NL-1").taken_in(db, shop.id)

    for about, subject in (
        (order_id, "Rescind support answered about order NL-1"),
        (None, "Rescind support answered you"),
    ):
        asking = operator_cases.Asking("Products", Message("Please stop it."), about)
        case_id = operator_cases.ask(db, shop.id, asking, USER)
        operator_cases.answer(db, shop.id, case_id, Message("Done."), Actor(ActorKind.SUPPORT_AGENT))

        mail = shop.newest()
        assert (mail["To"], mail["Subject"]) == (email, subject)
        assert both_say(mail, "Rescind support answered you", "Open the conversation")
        assert f"{BASE_URL}/console/contact/{case_id}?merchant={shop.id}" in text_of(mail)
