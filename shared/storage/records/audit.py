"""What was done to a merchant's account, by whom and from where."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from shared.storage.records.base import Base, TenantRow, of_merchant


class AuditRecord(TenantRow, Base):
    """One entry of the audit trail, append-only. `address` is where the wish came from, if known."""

    __tablename__ = "audit_entries"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    actor_kind: Mapped[str]
    actor_id: Mapped[UUID | None]
    actor_name: Mapped[str]
    address: Mapped[str]
    subject: Mapped[str]
    before: Mapped[dict[str, Any]]
    after: Mapped[dict[str, Any]]
    at: Mapped[datetime]

    __table_args__ = (
        of_merchant(),
        Index("ix_audit_entries_newest", "merchant_id", "at", "id"),
        Index(None, "merchant_id", "actor_id"),
        Index(None, "merchant_id", "kind"),
    )
