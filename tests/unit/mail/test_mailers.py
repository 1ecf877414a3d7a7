"""E-mails leave by SMTP, wait while the server is down, and are given up where it refuses for good."""

from __future__ import annotations

import smtplib
import socket
import threading
import time
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

import pytest
from sqlalchemy import update

from shared.actions import effects
from shared.domain.cancellation import RequestState
from shared.domain.events import EffectKind, MailEvent
from shared.domain.ids import MerchantId
from shared.mail import mailers
from shared.mail.mailers import MailboxMailer, NoMailServer, SmtpMailer, WaitingMailer, choose_mailer
from shared.ports import Refused
from shared.queries import mailbox
from shared.settings import Settings
from shared.storage.engine import Database
from shared.storage.records import EffectRecord, RequestRecord
from tests.builders import a_merchant, an_order, request
from tests.post import effects_of, messages_of, outside, work_off
from tests.unit.mail.smtp_peer import free_port, listening

DEMO = {"RESCIND_MODE": "demo", "RESCIND_SECRET_KEYS": "k" * 40}
PRODUCTION = {**DEMO, "RESCIND_MODE": "production", "RESCIND_BASE_URL": "https://cancel.example.com"}


def make_all_due(db: Database, merchant_id: MerchantId) -> None:
    with db.begin(merchant_id) as tx:
        tx.session.execute(update(EffectRecord).where(EffectRecord.state == "ready").values(due_at=tx.now))


def the_request_state(db: Database, merchant_id: MerchantId) -> str:
    with db.begin(merchant_id) as tx:
        return tx.session.query(RequestRecord).one().state


def test_a_mail_arrives_at_a_real_server(db: Database) -> None:
    merchant_id = a_merchant(db)
    an_order().taken_in(db, merchant_id)

    with listening() as peer:
        work_off(outside(db, SmtpMailer.at(peer.url)), merchant_id)

    message = messages_of(db, merchant_id)[0]
    assert peer.envelopes[0].rcpt_tos == ["ana.torres@example.com"]
    assert peer.envelopes[0].mail_from == "no-reply@rescind.example"
    assert peer.taken[0]["Message-ID"] == f"<{message.id}@127.0.0.1>"
    assert message.state == "sent"
    assert [effect.state for effect in effects_of(db, merchant_id)] == ["done"]


def test_while_the_server_is_down_requests_commit_and_mails_wait(db: Database) -> None:
    merchant_id = a_merchant(db)
    order_id = an_order().taken_in(db, merchant_id)
    port = free_port()
    post = outside(db, SmtpMailer.at(f"smtp://127.0.0.1:{port}"))

    before = datetime.now(UTC)
    request(db, merchant_id, order_id)
    work_off(post, merchant_id)

    assert the_request_state(db, merchant_id) == RequestState.REQUESTED
    waiting = effects_of(db, merchant_id)
    assert [effect.state for effect in waiting] == ["ready", "ready"]
    assert all(effect.due_at > before + timedelta(seconds=30) for effect in waiting)
    assert all("refused" in effect.error for effect in waiting)
    assert [row.state for row in messages_of(db, merchant_id)] == ["ready", "ready"]

    make_all_due(db, merchant_id)
    with listening(port=port) as peer:
        work_off(post, merchant_id)

    # Each waits for a moment of its own, so either may go first.
    assert sorted(str(message["Subject"])[:10] for message in peer.taken) == ["We receive", "Your order"]
    assert [effect.state for effect in effects_of(db, merchant_id)] == ["done", "done"]
    assert [row.state for row in messages_of(db, merchant_id)] == ["sent", "sent"]


@pytest.mark.parametrize(
    ("to_recipient", "to_data"), [("550 5.1.1 nobody here", "250 OK"), ("250 OK", "554 5.7.1 not wanted")]
)
def test_a_refusal_for_good_is_given_up_at_once(db: Database, to_recipient: str, to_data: str) -> None:
    merchant_id = a_merchant(db)
    an_order().taken_in(db, merchant_id)

    with listening() as peer:
        peer.to_recipient, peer.to_data = to_recipient, to_data
        work_off(outside(db, SmtpMailer.at(peer.url)), merchant_id)

    effect = effects_of(db, merchant_id)[0]
    assert (effect.state, effect.attempt) == ("dead", 1)
    assert effect.error in {to_recipient, to_data}
    assert messages_of(db, merchant_id)[0].state == "refused"


@pytest.mark.parametrize(
    ("to_recipient", "to_data"), [("450 4.2.1 try later", "250 OK"), ("250 OK", "451 4.3.0 try later")]
)
def test_a_refusal_for_now_is_tried_again_later(db: Database, to_recipient: str, to_data: str) -> None:
    merchant_id = a_merchant(db)
    an_order().taken_in(db, merchant_id)

    with listening() as peer:
        post = outside(db, SmtpMailer.at(peer.url))
        peer.to_recipient, peer.to_data = to_recipient, to_data
        work_off(post, merchant_id)
        assert effects_of(db, merchant_id)[0].state == "ready"
        peer.to_recipient = peer.to_data = "250 OK"
        make_all_due(db, merchant_id)
        work_off(post, merchant_id)

    assert [effect.state for effect in effects_of(db, merchant_id)] == ["done"]
    assert effects_of(db, merchant_id)[0].attempt == 2
    assert len(peer.taken) == 1


def test_a_server_that_falls_silent_is_left_in_time(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mailers, "WHOLE_SECONDS", 0.3)
    merchant_id = a_merchant(db)
    an_order().taken_in(db, merchant_id)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        greeter = threading.Thread(target=_greet_and_fall_silent, args=[silent], daemon=True)
        greeter.start()
        begun = time.monotonic()
        work_off(outside(db, SmtpMailer.at(f"smtp://127.0.0.1:{silent.getsockname()[1]}")), merchant_id)
    assert time.monotonic() - begun < 5
    assert effects_of(db, merchant_id)[0].state == "ready"


def _greet_and_fall_silent(server: socket.socket) -> None:
    connection, _ = server.accept()
    with connection:
        connection.sendall(b"220 here\r\n")
        while connection.recv(100):
            pass


def test_a_farewell_that_fails_does_not_send_the_mail_again(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def quit_badly(_: smtplib.SMTP) -> None:
        raise smtplib.SMTPServerDisconnected("gone")

    monkeypatch.setattr(smtplib.SMTP, "quit", quit_badly)
    merchant_id = a_merchant(db)
    an_order().taken_in(db, merchant_id)

    with listening() as peer:
        work_off(outside(db, SmtpMailer.at(peer.url)), merchant_id)

    assert len(peer.taken) == 1
    assert effects_of(db, merchant_id)[0].state == "done"


@pytest.mark.parametrize(
    ("url", "port", "tls", "starttls"),
    [
        ("smtp://mail.example", 25, False, False),
        ("smtp://mail.example:2525?starttls", 2525, False, True),
        ("smtp+starttls://mail.example", 587, False, True),
        ("smtps://mail.example", 465, True, False),
        ("smtp://u:p@mail.example", 587, False, True),
        ("smtp://u:p@127.0.0.1:2525", 2525, False, False),
        ("smtps://u:p@mail.example", 465, True, False),
    ],
)
def test_an_address_says_how_the_connection_is_protected(
    url: str, port: int, *, tls: bool, starttls: bool
) -> None:
    mailer = SmtpMailer.at(url)

    assert (mailer.port, mailer.tls, mailer.starttls) == (port, tls, starttls)


def test_a_password_is_read_whole_and_never_shown() -> None:
    mailer = SmtpMailer.at("smtp://shop%40example.com:p%40ss%2Fword@mail.example")

    assert (mailer.user, mailer.password) == ("shop@example.com", "p@ss/word")
    assert "p@ss" not in repr(mailer)


def test_a_server_without_tls_gets_no_password(db: Database) -> None:
    merchant_id = a_merchant(db)
    an_order().taken_in(db, merchant_id)
    with listening() as peer:
        url = peer.url.replace("smtp://", "smtp+starttls://u:p@")
        work_off(outside(db, SmtpMailer.at(url)), merchant_id)

    assert peer.taken == []
    assert "STARTTLS" in effects_of(db, merchant_id)[0].error


def test_the_settings_choose_how_mails_leave(db: Database) -> None:
    smtp = {"RESCIND_SMTP_URL": "smtp://127.0.0.1:2525"}

    assert isinstance(choose_mailer(Settings.read(DEMO), db), MailboxMailer)
    assert isinstance(choose_mailer(Settings.read({**DEMO, **smtp}), db), SmtpMailer)
    assert isinstance(choose_mailer(Settings.read({**PRODUCTION, **smtp}), db), SmtpMailer)
    assert isinstance(choose_mailer(Settings.read(PRODUCTION), db), WaitingMailer)


def test_without_a_server_mails_wait(db: Database) -> None:
    merchant_id = a_merchant(db)
    an_order().taken_in(db, merchant_id)

    work_off(outside(db, WaitingMailer()), merchant_id)

    effect = effects_of(db, merchant_id)[0]
    assert effect.state == "ready"
    assert NoMailServer.__name__ in effect.error


def test_the_mailbox_keeps_each_message_once(db: Database) -> None:
    merchant_id = a_merchant(db)
    an_order().with_(email=f"{merchant_id}@example.com").taken_in(db, merchant_id)
    kept: list[object] = []

    class Twice:
        def send(self, merchant_id: MerchantId, event: MailEvent, message: object) -> None:
            for _ in range(2):
                MailboxMailer(db).send(merchant_id, event, message)  # type: ignore[arg-type]
            kept.append(message)

    work_off(outside(db, Twice()), merchant_id)

    assert len(kept) == 1
    found = mailbox.recent(db, f"{str(merchant_id).upper()}@example.com")
    assert [(mail.to, mail.event) for mail in found] == [(f"{merchant_id}@example.com", "order_confirmed")]
    assert [name for name, _ in found[0].links] == ["View order details", "Help"]


def test_a_message_for_two_is_refused(db: Database) -> None:
    message = EmailMessage()
    message["To"] = "a@x.example, b@x.example"

    with pytest.raises(Refused):
        SmtpMailer.at("smtp://127.0.0.1:1").send(a_merchant(db), MailEvent.ORDER_CONFIRMED, message)


def test_one_tried_too_often_is_parked(db: Database) -> None:
    merchant_id = a_merchant(db)
    an_order().taken_in(db, merchant_id)
    post = outside(db, WaitingMailer())
    for _ in range(len(effects.DELAYS[EffectKind.SEND_MAIL]) + 1):
        make_all_due(db, merchant_id)
        work_off(post, merchant_id)

    assert effects_of(db, merchant_id)[0].state == "dead"
