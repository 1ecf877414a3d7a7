"""What must happen outside, what has been answered, and what has happened."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.storage.records.base import Base, TenantRow, belongs_to, of_merchant


class EffectRecord(TenantRow, Base):
    """Something that must happen after the transaction that wrote the row: the truth about whether it did.

    `lease_until` is real time, `due_at` the product's clock.
    """

    __tablename__ = "effects"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    dedup_key: Mapped[str]
    subject_id: Mapped[UUID]
    payload: Mapped[dict[str, Any]]
    state: Mapped[str]
    attempt: Mapped[int]
    due_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    error: Mapped[str] = mapped_column(server_default=text("''"))

    __table_args__ = (
        of_merchant(),
        UniqueConstraint("merchant_id", "dedup_key"),
        Index(
            "ix_effects_due",
            "merchant_id",
            "due_at",
            postgresql_where=text("state IN ('ready', 'running')"),
        ),
        Index(
            "ix_effects_held",
            "merchant_id",
            "subject_id",
            postgresql_where=text("state = 'running'"),
        ),
    )


class MessageRecord(TenantRow, Base):
    """One e-mail to one person about one event; its id is the Message-ID, over every try.

    It is about an order, or an alert of the rate. `again_of` is the message that a member sent once more
    with this one; what that is about, this one is.
    """

    __tablename__ = "messages"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    order_id: Mapped[UUID | None]
    request_id: Mapped[UUID | None]
    refund_id: Mapped[UUID | None]
    alert_id: Mapped[UUID | None]
    case_message_id: Mapped[UUID | None]
    event: Mapped[str]
    recipient: Mapped[str]
    locale: Mapped[str]
    state: Mapped[str]
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    again_of: Mapped[UUID | None]
    nonce: Mapped[str | None]

    __table_args__ = (
        belongs_to("orders", "order_id"),
        belongs_to("messages", "again_of"),
        UniqueConstraint("merchant_id", "nonce"),
        belongs_to("cancellation_requests", "request_id"),
        belongs_to("refunds", "refund_id"),
        belongs_to("rate_alerts", "alert_id"),
        belongs_to("case_messages", "case_message_id"),
        Index(None, "merchant_id", "order_id"),
        Index(
            "uq_messages_outcome",
            "merchant_id",
            "request_id",
            "event",
            unique=True,
            postgresql_where=text("request_id IS NOT NULL AND refund_id IS NULL"),
        ),
    )


class TimelineRecord(TenantRow, Base):
    """One change of an order, append-only, chained by hash; free text stands here only as a salted digest."""

    __tablename__ = "timeline"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    order_id: Mapped[UUID]
    request_id: Mapped[UUID | None]
    seq: Mapped[int] = mapped_column(server_default=text("0"))
    event: Mapped[str]
    actor_kind: Mapped[str]
    actor_id: Mapped[UUID | None]
    from_state: Mapped[str]
    to_state: Mapped[str]
    at: Mapped[datetime]
    details: Mapped[dict[str, Any]]
    hash: Mapped[bytes] = mapped_column(server_default=text(r"'\x'"))

    __table_args__ = (
        belongs_to("orders", "order_id"),
        belongs_to("cancellation_requests", "request_id"),
        UniqueConstraint("merchant_id", "order_id", "seq"),
    )


class PersonalTextRecord(TenantRow, Base):
    """Free text of a person, erasable; the timeline knows only its salted digest."""

    __tablename__ = "personal_texts"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    order_id: Mapped[UUID]
    subject_id: Mapped[UUID]
    kind: Mapped[str]
    salt: Mapped[bytes]
    body: Mapped[str]

    __table_args__ = (
        belongs_to("orders", "order_id"),
        UniqueConstraint("merchant_id", "subject_id", "kind"),
        Index(None, "merchant_id", "order_id"),
    )


class AnswerRecord(TenantRow, Base):
    """What an API call with an idempotency key was answered, kept in the transaction of its effect."""

    __tablename__ = "answers"

    route: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    fingerprint: Mapped[bytes]
    status: Mapped[int | None]
    body: Mapped[str | None]
    created_at: Mapped[datetime]

    __table_args__ = (of_merchant(),)


class MailboxRecord(TenantRow, Base):
    """An e-mail that the demo or the test kit keeps instead of sending it.

    Its id is the message's, so that the order of ids is the order in which the mails were decided on.
    """

    __tablename__ = "mailbox"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    event: Mapped[str]
    recipient: Mapped[str]
    source: Mapped[bytes]
    received_at: Mapped[datetime]

    __table_args__ = (of_merchant(),)
