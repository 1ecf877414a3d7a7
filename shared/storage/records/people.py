"""Merchants, users and the ways in."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, INTERVAL
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Text

from shared.storage.records.base import Base, TenantRow, belongs_to, of_merchant


class MerchantRecord(Base):
    """A merchant's account. `tax_included` maps a currency to whether its prices include tax.

    While `self_service` is off, buyers may not ask anew; what they asked goes on. `rate_level` is how
    near the limit the cancellation rate was when it was last looked at; it is measured over `rate_days`
    against a limit in tenths of a percent.
    """

    __tablename__ = "merchants"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    time_zone: Mapped[str]
    policy: Mapped[dict[str, Any]]
    tax_included: Mapped[dict[str, Any]]
    mails_buyers: Mapped[bool]
    self_service: Mapped[bool] = mapped_column(server_default=text("true"))
    alerts_on_rate: Mapped[bool] = mapped_column(server_default=text("true"))
    rate_level: Mapped[str] = mapped_column(server_default=text("'calm'"))
    rate_days: Mapped[int] = mapped_column(server_default=text("7"))
    rate_limit_permille: Mapped[int] = mapped_column(server_default=text("25"))
    second_factor_required: Mapped[bool] = mapped_column(server_default=text("false"))
    created_at: Mapped[datetime]


class UserRecord(Base):
    """Somebody who signs in; what they may do stands in their memberships.

    `totp_secret` is sealed; codes of `totp_step` and of earlier steps have been used. Whoever `is_agent`
    works for the operator and belongs to no merchant.
    """

    __tablename__ = "users"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    password_hash: Mapped[str]
    totp_secret: Mapped[bytes | None]
    totp_step: Mapped[int] = mapped_column(server_default=text("0"))
    last_merchant_id: Mapped[UUID | None] = mapped_column(ForeignKey("merchants.id"))
    is_agent: Mapped[bool] = mapped_column(server_default=text("false"))
    created_at: Mapped[datetime]


class DoorRecord(Base):
    """How somebody gets in before a merchant is known: hashes only, pointing at the row that decides."""

    __tablename__ = "doors"

    kind: Mapped[str] = mapped_column(primary_key=True)
    sha256: Mapped[bytes] = mapped_column(primary_key=True)
    merchant_id: Mapped[UUID] = mapped_column(ForeignKey("merchants.id"), primary_key=True)
    row_id: Mapped[UUID] = mapped_column(primary_key=True)


class ClockRecord(Base):
    """The test kit's clock offset; no row outside the test kit."""

    __tablename__ = "clock"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    shift: Mapped[timedelta] = mapped_column(INTERVAL)


class MembershipRecord(TenantRow, Base):
    """A user's role in a merchant's team."""

    __tablename__ = "memberships"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    role: Mapped[str]

    __table_args__ = (of_merchant(), UniqueConstraint("merchant_id", "user_id"))


class ConsoleSessionRecord(TenantRow, Base):
    """A signed-in browser of a merchant user; the browser holds a secret whose hash is the door.

    `verified_at` is when the user last proved who they are; all of these instants are real time.
    """

    __tablename__ = "console_sessions"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    verified_at: Mapped[datetime | None]
    device: Mapped[str] = mapped_column(server_default=text("''"))
    address: Mapped[str] = mapped_column(server_default=text("''"))

    __table_args__ = (of_merchant(), Index(None, "merchant_id", "user_id"))


class ApiKeyRecord(TenantRow, Base):
    """A store's key; the key itself is shown once and kept nowhere."""

    __tablename__ = "api_keys"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    prefix: Mapped[str]
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]

    __table_args__ = (of_merchant(),)


class LinkRecord(TenantRow, Base):
    """A signed order link that was mailed: its row decides, the token only finds it."""

    __tablename__ = "links"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    order_id: Mapped[UUID]
    epoch: Mapped[int]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]

    __table_args__ = (belongs_to("orders", "order_id"), Index(None, "merchant_id", "order_id"))
