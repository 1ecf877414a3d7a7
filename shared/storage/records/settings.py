"""What merchants decide for themselves, and what they had decided before."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.storage.records.base import Base, TenantRow, of_merchant


class PolicyVersionRecord(TenantRow, Base):
    """A policy as it held from `created_at` on; the highest number is the one in force. Never changed."""

    __tablename__ = "policy_versions"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int]
    policy: Mapped[dict[str, Any]]
    self_service: Mapped[bool]
    note: Mapped[str]
    actor_kind: Mapped[str]
    actor_id: Mapped[UUID | None]
    created_at: Mapped[datetime]

    __table_args__ = (of_merchant(), UniqueConstraint("merchant_id", "number"))


class ReasonRecord(TenantRow, Base):
    """What a merchant says of a reason; one that nothing was said of has no row. `words` by language."""

    __tablename__ = "reasons"

    code: Mapped[str] = mapped_column(primary_key=True)
    for_buyers: Mapped[bool]
    for_merchants: Mapped[bool]
    for_stores: Mapped[bool] = mapped_column(server_default=text("true"))
    for_feeds: Mapped[bool] = mapped_column(server_default=text("true"))
    position: Mapped[int]
    counts: Mapped[bool]
    refunds: Mapped[bool] = mapped_column(server_default=text("true"))
    words: Mapped[dict[str, Any]]

    __table_args__ = (of_merchant(),)


class ForeignCodeRecord(TenantRow, Base):
    """Which reason a foreign code comes in as for a merchant; one that has no row follows the defaults."""

    __tablename__ = "foreign_codes"

    code_list: Mapped[str] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    reason: Mapped[str]

    __table_args__ = (of_merchant(),)
