"""One recipient, fixed sender, one Message-ID over all tries, and no header that a text could add."""

from __future__ import annotations

from dataclasses import replace
from email import message_from_bytes, policy

import pytest

from shared.domain.ids import MerchantId, MessageId, OrderId
from shared.mail.messages import compose
from shared.mail.sending import send
from shared.ports import Refused
from shared.queries import mails
from shared.queries.mails import Mail
from shared.storage.engine import Database
from tests.builders import a_merchant, an_order
from tests.post import Remembering, effects_of, messages_of, outside, work_off

SENDER = "Rescind <no-reply@rescind.example>"


def a_mail(db: Database, **changes: object) -> tuple[MerchantId, OrderId, Mail]:
    merchant_id = a_merchant(db)
    order_id = an_order().with_(**changes).taken_in(db, merchant_id)
    message_id = MessageId(messages_of(db, merchant_id)[0].id)
    return merchant_id, order_id, mails.find(db, merchant_id, message_id)


def written(mail: Mail, base_url: str = "https://cancel.example.com") -> bytes:
    return compose(mail, link=f"{base_url}/o/x", base_url=base_url, sender=SENDER).as_bytes()


def test_headers_are_as_a_machine_should_send_them(db: Database) -> None:
    _, _, mail = a_mail(db)

    read = message_from_bytes(written(mail), policy=policy.default)

    assert str(read["From"]) == SENDER
    assert str(read["To"]) == "ana.torres@example.com"
    assert read["Message-ID"] == f"<{mail.id}@cancel.example.com>"
    assert read["Auto-Submitted"] == "auto-generated"
    assert read["Date"].datetime == mail.created_at.replace(microsecond=0)
    assert read.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in read.iter_parts()] == ["text/plain", "text/html"]
    assert all(len(line) <= 998 for line in written(mail).splitlines())


@pytest.mark.parametrize(
    "shop", ["Northlight Home and Garden, Seattle, since 1987, and its friends", "茶壺と行灯の店" * 12]
)
def test_a_long_subject_arrives_as_it_was_written(db: Database, shop: str) -> None:
    _, _, mail = a_mail(db)

    read = message_from_bytes(written(replace(mail, merchant_name=shop)), policy=policy.default)

    assert str(read["Subject"]).strip() == f"Your order {mail.order_number} at {shop}"


def test_a_long_host_does_not_break_the_message_id(db: Database) -> None:
    _, _, mail = a_mail(db)
    host = f"{'very-long-name.' * 8}example.com"

    read = message_from_bytes(written(mail, f"https://{host}"), policy=policy.default)

    assert read["Message-ID"].strip() == f"<{mail.id}@{host}>"


@pytest.mark.parametrize(
    "text", ["NL-1\r\nBcc: evil@e.example", "NL-1\nX: y", "NL-1\u2028Bcc: evil@e.example"]
)
def test_no_text_becomes_a_header(db: Database, text: str) -> None:
    _, _, mail = a_mail(db)

    read = message_from_bytes(
        written(replace(mail, order_number=text, merchant_name=text)), policy=policy.default
    )

    assert read["Bcc"] is None
    assert read["X"] is None
    assert read["Subject"].startswith("Your order NL-1 ")


@pytest.mark.parametrize(
    "address",
    [
        "a@x.example, evil@e.example",
        "a@x.example,evil@e.example",
        "a@x.example;evil@e.example",
        "a@x.example\x00",
        "a\x00@x.example",
        "a@x.example\r\nBcc: evil@e.example",
        "a b@x.example",
        "A <a@x.example>",
        "a@x@y.example",
        "a@",
        "@x.example",
        "nobody",
    ],
)
def test_what_is_not_exactly_one_address_gets_nothing(db: Database, address: str) -> None:
    merchant_id = a_merchant(db)
    an_order().with_(email=address if "\x00" not in address else "x@x.example").taken_in(db, merchant_id)
    message_id = MessageId(messages_of(db, merchant_id)[0].id)
    mail = replace(mails.find(db, merchant_id, message_id), recipient=address)

    with pytest.raises(Refused):
        written(mail)


def test_an_impossible_address_is_given_up_at_once_and_visibly(db: Database) -> None:
    merchant_id = a_merchant(db)
    an_order().with_(email="a@x.example, evil@e.example").taken_in(db, merchant_id)
    box = Remembering()

    work_off(outside(db, box), merchant_id)

    assert box.messages == []
    assert [(effect.state, effect.error) for effect in effects_of(db, merchant_id)] == [
        ("dead", "the address holds a character that none may hold")
    ]
    assert [row.state for row in messages_of(db, merchant_id)] == ["refused"]


def test_an_international_domain_travels_in_its_ascii_form(db: Database) -> None:
    _, _, mail = a_mail(db)

    read = message_from_bytes(written(replace(mail, recipient="ana@bücher.example")), policy=policy.default)

    assert read["To"].addresses[0].addr_spec == "ana@xn--bcher-kva.example"


def test_every_try_has_the_same_message_id(db: Database) -> None:
    merchant_id, _, mail = a_mail(db)
    box = Remembering()

    def down() -> None:
        raise OSError("down")

    tries = []
    for _ in range(2):
        box.trouble = down
        with pytest.raises(OSError, match="down"):
            send(db, outside(db, box).post, merchant_id, mail.id)
        tries.append(compose(mail, link="x", base_url="https://a.example", sender=SENDER)["Message-ID"])
    assert len(set(tries)) == 1


def test_a_mail_that_left_is_not_sent_again(db: Database) -> None:
    merchant_id, _, mail = a_mail(db)
    box = Remembering()
    post = outside(db, box).post

    send(db, post, merchant_id, mail.id)
    send(db, post, merchant_id, mail.id)

    assert len(box.messages) == 1
    row = messages_of(db, merchant_id)[0]
    assert row.state == "sent"
    assert row.sent_at is not None


def test_no_transaction_is_open_while_a_mail_is_handed_over(db: Database) -> None:
    merchant_id, _, mail = a_mail(db)
    box = Remembering()
    held = []
    box.trouble = lambda: held.append(db.engine.pool.checkedout())  # type: ignore[attr-defined]

    send(db, outside(db, box).post, merchant_id, mail.id)

    assert held == [0]
