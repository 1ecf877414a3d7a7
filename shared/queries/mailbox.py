"""Read back the e-mails that the demo and the test kit keep instead of sending them."""

from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from html.parser import HTMLParser
from uuid import UUID

from sqlalchemy import func, select

from shared.domain.errors import NotFound
from shared.domain.events import MailEvent
from shared.domain.ids import MerchantId
from shared.queries import merchants
from shared.storage.engine import Database
from shared.storage.records import MailboxRecord

MOST = 200


@dataclass(frozen=True, slots=True)
class MailHead:
    """An e-mail in a list: who got what, and when (UTC)."""

    id: UUID
    to: str
    subject: str
    event: MailEvent
    received_at: datetime


@dataclass(frozen=True, slots=True)
class MailView:
    """An e-mail as it was handed over; `links` are the HTML part's links as (name, address)."""

    id: UUID
    to: str
    sender: str
    message_id: str
    subject: str
    text: str
    html: str
    links: tuple[tuple[str, str], ...]
    event: MailEvent
    received_at: datetime


def heads(db: Database) -> tuple[MailHead, ...]:
    """List the newest e-mails of all merchants, newest first."""
    return tuple(
        MailHead(row.id, row.recipient, _subject(_parsed(row)), MailEvent(row.event), row.received_at)
        for row in _rows(db)
    )


def recent(db: Database, to: str | None = None) -> tuple[MailView, ...]:
    """Read the newest e-mails of all merchants, newest first; `to` asks for one address alone."""
    return tuple(_view(row) for row in _rows(db, to))


def find(db: Database, mail_id: UUID) -> MailView:
    """Read one e-mail. Raises NotFound."""
    for merchant_id in merchants.all_ids(db):
        with db.snapshot(merchant_id) as tx:
            row = tx.session.get(MailboxRecord, (merchant_id, mail_id))
        if row is not None:
            return _view(row)
    raise NotFound("There is no such e-mail.")


def links_in(html: str) -> tuple[tuple[str, str], ...]:
    """List the links of an HTML document as (name, address)."""
    reader = _Links()
    reader.feed(html)
    reader.close()
    return tuple(reader.found)


def _rows(db: Database, to: str | None = None) -> list[MailboxRecord]:
    found = [row for merchant_id in merchants.all_ids(db) for row in _of_merchant(db, merchant_id, to)]
    return sorted(found, key=lambda row: row.id, reverse=True)[:MOST]


def _of_merchant(db: Database, merchant_id: MerchantId, to: str | None) -> list[MailboxRecord]:
    wanted = select(MailboxRecord).where(MailboxRecord.merchant_id == merchant_id)
    if to is not None:
        wanted = wanted.where(func.lower(MailboxRecord.recipient) == to.strip().lower())
    newest = wanted.order_by(MailboxRecord.id.desc()).limit(MOST)
    with db.snapshot(merchant_id) as tx:
        return list(tx.session.scalars(newest))


def _parsed(row: MailboxRecord) -> EmailMessage:
    return message_from_bytes(row.source, policy=policy.default)


def _subject(message: EmailMessage) -> str:
    return str(message["Subject"]).strip()


def _view(row: MailboxRecord) -> MailView:
    message = _parsed(row)
    html = _part(message, "html")
    return MailView(
        id=row.id,
        to=row.recipient,
        sender=str(message["From"]),
        message_id=str(message["Message-ID"]),
        subject=_subject(message),
        text=_part(message, "plain"),
        html=html,
        links=links_in(html),
        event=MailEvent(row.event),
        received_at=row.received_at,
    )


def _part(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    return "" if part is None else str(part.get_content())


class _Links(HTMLParser):
    """Gathers each link with the words it is named by."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []
        self._address: str | None = None
        self._words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a link."""
        address = dict(attrs).get("href") if tag == "a" else None
        if address:
            self._address, self._words = address, []

    def handle_data(self, data: str) -> None:
        """Take in a link's words."""
        if self._address is not None:
            self._words.append(data)

    def handle_endtag(self, tag: str) -> None:
        """End a link."""
        if tag == "a" and self._address is not None:
            self.found.append((" ".join("".join(self._words).split()), self._address))
            self._address = None
