"""Where merchants hear of events, and what became of each event at each of these endpoints."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from shared.storage.records.base import Base, TenantRow, belongs_to, of_merchant


class WebhookEndpointRecord(TenantRow, Base):
    """An address that is told of events; no `events` stand for all but those that are told on request.

    The secrets are sealed; the previous one signs beside the present one until `previous_until`.
    `listens_since` is when it last began to hear of these events, `called_at` when a try last began and
    `last_at` when one ended, `silent` how many in a row brought no answer. A removed one keeps its row, for
    the deliveries that tell of it.
    """

    __tablename__ = "webhook_endpoints"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    url: Mapped[str]
    events: Mapped[list[str]] = mapped_column(ARRAY(Text))
    secret: Mapped[bytes]
    previous_secret: Mapped[bytes | None]
    previous_until: Mapped[datetime | None]
    state: Mapped[str]
    created_at: Mapped[datetime]
    listens_since: Mapped[datetime]
    last_status: Mapped[int | None]
    last_at: Mapped[datetime | None]
    called_at: Mapped[datetime | None]
    silent: Mapped[int] = mapped_column(server_default=text("0"))
    removed_at: Mapped[datetime | None]

    __table_args__ = (
        of_merchant(),
        Index("ix_webhook_endpoints_active", "merchant_id", postgresql_where=text("state = 'active'")),
    )


class WebhookDeliveryRecord(TenantRow, Base):
    """One event for one endpoint; its event id is the same for all endpoints and over every try.

    A trial has no entry in a timeline. `last_status` is empty where nobody answered.
    """

    __tablename__ = "webhook_deliveries"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    event_id: Mapped[UUID]
    endpoint_id: Mapped[UUID]
    event: Mapped[str]
    entry_id: Mapped[UUID | None]
    state: Mapped[str]
    attempts: Mapped[int]
    created_at: Mapped[datetime]
    last_status: Mapped[int | None]
    last_at: Mapped[datetime | None]

    __table_args__ = (
        belongs_to("webhook_endpoints", "endpoint_id"),
        belongs_to("timeline", "entry_id"),
        UniqueConstraint("merchant_id", "endpoint_id", "event_id"),
        Index("ix_webhook_deliveries_entry", "merchant_id", "entry_id"),
        Index(
            "ix_webhook_deliveries_newest",
            "merchant_id",
            "endpoint_id",
            text("created_at DESC"),
            text("id DESC"),
        ),
    )
