"""Cases, what is written in them, and what is offered there."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.storage.records.base import Base, TenantRow, belongs_to, of_merchant


class CaseRecord(TenantRow, Base):
    """A matter somebody raised. `floor` says with whom, `since` when it came into its present state.

    A matter raised with the operator may be about no order; `phone` is where to call back, if that is wished.
    """

    __tablename__ = "cases"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    order_id: Mapped[UUID | None]
    category: Mapped[str]
    opened_at: Mapped[datetime]
    floor: Mapped[str] = mapped_column(server_default=text("'merchant'"))
    state: Mapped[str] = mapped_column(server_default=text("'open'"))
    since: Mapped[datetime]
    assignee_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    opened_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    phone: Mapped[str] = mapped_column(server_default=text("''"))

    __table_args__ = (
        belongs_to("orders", "order_id"),
        Index(None, "merchant_id", "order_id"),
        Index("ix_cases_list", "merchant_id", "floor", "state", "since", "id"),
    )


class CaseMessageRecord(TenantRow, Base):
    """One message of a case, or a note that only the answering side reads; `kind` says which."""

    __tablename__ = "case_messages"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID]
    author_kind: Mapped[str]
    body: Mapped[str]
    sent_at: Mapped[datetime]
    author_id: Mapped[UUID | None]
    kind: Mapped[str] = mapped_column(server_default=text("'message'"))

    __table_args__ = (belongs_to("cases", "case_id"), Index(None, "merchant_id", "case_id", "sent_at"))


class CasePictureRecord(TenantRow, Base):
    """A picture that came with a message, written anew from what was sent."""

    __tablename__ = "case_pictures"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    message_id: Mapped[UUID]
    ordinal: Mapped[int]
    mimetype: Mapped[str]
    width: Mapped[int]
    height: Mapped[int]
    body: Mapped[bytes]

    __table_args__ = (belongs_to("case_messages", "message_id"), Index(None, "merchant_id", "message_id"))


class CannedReplyRecord(TenantRow, Base):
    """An answer that a team gives often; places in braces are filled in."""

    __tablename__ = "canned_replies"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    title: Mapped[str]
    body: Mapped[str]
    changed_at: Mapped[datetime]

    __table_args__ = (of_merchant(), Index(None, "merchant_id", "title"))


class CaseOfferRecord(TenantRow, Base):
    """What a merchant gave a buyer in a case; the row's id is the window's, so that it is given once.

    `carried_out_at` is empty while something is left to be done in the store.
    """

    __tablename__ = "case_offers"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID]
    kind: Mapped[str]
    amount_minor: Mapped[int]
    currency: Mapped[str]
    code: Mapped[str] = mapped_column(server_default=text("''"))
    adjustment_id: Mapped[UUID | None]
    replacement_id: Mapped[UUID | None]
    offered_by: Mapped[UUID | None]
    offered_at: Mapped[datetime]
    carried_out_at: Mapped[datetime | None]

    __table_args__ = (
        belongs_to("cases", "case_id"),
        belongs_to("adjustments", "adjustment_id"),
        belongs_to("orders", "replacement_id"),
        CheckConstraint("amount_minor >= 0", name="amount"),
        Index(None, "merchant_id", "case_id"),
        Index(
            "ix_case_offers_waiting",
            "merchant_id",
            "offered_at",
            postgresql_where=text("carried_out_at IS NULL"),
        ),
    )
