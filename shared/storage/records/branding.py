"""How merchants appear to their customers: their look, their logos, their own words in e-mails."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from shared.storage.records.base import Base, TenantRow, belongs_to, of_merchant


class LogoRecord(TenantRow, Base):
    """A logo as it is served; none is ever changed or removed, since e-mails that were sent show it."""

    __tablename__ = "logos"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    token: Mapped[str]
    width: Mapped[int]
    height: Mapped[int]
    body: Mapped[bytes]
    created_at: Mapped[datetime]

    __table_args__ = (of_merchant(),)


class BrandingRecord(TenantRow, Base):
    """A merchant's look; no row while everything is as usual."""

    __tablename__ = "brandings"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    sender_name: Mapped[str]
    reply_to: Mapped[str]
    color: Mapped[str]
    footer: Mapped[str]
    shop_url: Mapped[str]
    help_url: Mapped[str]
    logo_id: Mapped[UUID | None]

    __table_args__ = (of_merchant(), belongs_to("logos", "logo_id"), UniqueConstraint("merchant_id"))


class MailTextRecord(TenantRow, Base):
    """A merchant's own words in one e-mail in one language; "" leaves a part as usual."""

    __tablename__ = "mail_texts"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    event: Mapped[str]
    locale: Mapped[str]
    subject: Mapped[str]
    intro: Mapped[str]

    __table_args__ = (of_merchant(), UniqueConstraint("merchant_id", "event", "locale"))
