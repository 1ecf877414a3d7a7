"""What tests need of the post: a mailer that remembers, and somebody who carries out what is due."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.message import EmailMessage

from sqlalchemy import select

from shared.actions import effects
from shared.domain.events import MailEvent
from shared.domain.ids import MerchantId
from shared.mail.sending import Post
from shared.payments.connections import Connections
from shared.ports import Mailer, NoAnswer, Reply, Transport
from shared.storage.engine import Database
from shared.storage.records import EffectRecord, MessageRecord
from shared.webhooks.sending import Messenger
from shared.worker.perform import Outside, perform

KEYS = ("k" * 64,)
SEALING_KEYS = ("5a" * 32,)
BASE_URL = "http://127.0.0.1:8104"


@dataclass
class Remembering:
    """A mailer that keeps what it is given; `trouble` is asked first and may raise."""

    messages: list[EmailMessage] = field(default_factory=list)
    trouble: Callable[[], None] = lambda: None

    def send(self, merchant_id: MerchantId, event: MailEvent, message: EmailMessage) -> None:  # noqa: ARG002 - the port's signature
        """Keep a message."""
        self.trouble()
        self.messages.append(message)


@dataclass
class Hearing:
    """A transport that keeps what it is given; `answers` are those of the next calls, None for silence."""

    heard: list[tuple[str, Mapping[str, str], bytes]] = field(default_factory=list)
    answers: list[int | Reply | None] = field(default_factory=list)

    def deliver(self, address: str, headers: Mapping[str, str], body: bytes) -> Reply:
        """Keep a call, and answer it."""
        self.heard.append((address, headers, body))
        answer = self.answers.pop(0) if self.answers else 204
        if answer is None:
            raise NoAnswer("silence")
        return Reply(answer) if isinstance(answer, int) else answer


def outside(
    db: Database,
    mailer: Mailer,
    connect: Connections = lambda *_: None,
    transport: Transport | None = None,
) -> Outside:
    """Put together what effects need."""
    post = Post(
        mailer=mailer, base_url=BASE_URL, mail_from="Rescind <no-reply@rescind.example>", link_keys=KEYS
    )
    return Outside(db, post, connect, Messenger(transport or Hearing(), SEALING_KEYS))


def work_off(outside: Outside, merchant_id: MerchantId) -> int:
    """Carry out what is due for one merchant, and what becomes due by it."""
    performed = 0
    while due := effects.due(outside.db, merchant_id):
        performed += sum(perform(outside, merchant_id, effect_id) for effect_id in due)
    return performed


def effects_of(db: Database, merchant_id: MerchantId) -> list[EffectRecord]:
    """Read a merchant's effects, oldest first."""
    with db.begin(merchant_id) as tx:
        return list(tx.session.scalars(select(EffectRecord).order_by(EffectRecord.id)))


def messages_of(db: Database, merchant_id: MerchantId) -> list[MessageRecord]:
    """Read a merchant's message rows, oldest first."""
    with db.begin(merchant_id) as tx:
        return list(tx.session.scalars(select(MessageRecord).order_by(MessageRecord.id)))
