"""What the list of orders stands on beside the orders: counts, what each member chose, and exports."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, SmallInteger, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from shared.storage.records.base import Base, TenantRow, belongs_to, of_merchant


class OrderCountRecord(TenantRow, Base):
    """How many orders have a status, or an open request; triggers on orders count.

    Each row is one of several shards: whoever reads adds them up.
    """

    __tablename__ = "order_counts"

    kind: Mapped[str] = mapped_column(primary_key=True)
    shard: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    orders: Mapped[int]

    __table_args__ = (of_merchant(),)


class OrderViewRecord(TenantRow, Base):
    """What a member has chosen for the list: columns that are hidden, how dense it is, filters by name.

    A filter is `{name, query, is_default}`; their order is that of their names.
    """

    __tablename__ = "order_views"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    hidden: Mapped[list[str]] = mapped_column(ARRAY(Text))
    is_dense: Mapped[bool]
    filters: Mapped[list[Any]] = mapped_column(JSONB)

    __table_args__ = (of_merchant(),)


class OrderExportRecord(TenantRow, Base):
    """Orders that a member takes along: what was asked for, and how far the file is.

    `wanted` is what the list was asked for, instants in ISO form. `attempt` fences a writer that was believed
    dead. From `expires_at` on the file is gone.
    """

    __tablename__ = "order_exports"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    user_name: Mapped[str]
    wanted: Mapped[dict[str, Any]]
    locale: Mapped[str]
    state: Mapped[str]
    attempt: Mapped[int]
    orders: Mapped[int]
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]

    __table_args__ = (of_merchant(),)


class OrderExportChunkRecord(TenantRow, Base):
    """A piece of an export's file, in order."""

    __tablename__ = "order_export_chunks"

    export_id: Mapped[UUID] = mapped_column(primary_key=True)
    ordinal: Mapped[int] = mapped_column(primary_key=True)
    body: Mapped[bytes]

    __table_args__ = (belongs_to("order_exports", "export_id"),)
