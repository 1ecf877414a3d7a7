"""How people show who they are: second factors of users, and the one-use links that were mailed."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.storage.records.base import Base, TenantRow, of_merchant


class PasskeyRecord(Base):
    """A user's passkey: the public half alone."""

    __tablename__ = "passkeys"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), index=True)
    credential_id: Mapped[bytes] = mapped_column(unique=True)
    public_key: Mapped[bytes]
    sign_count: Mapped[int]
    name: Mapped[str]
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]


class RecoveryCodeRecord(Base):
    """A recovery code that has not been used, as a keyed hash."""

    __tablename__ = "recovery_codes"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    digest: Mapped[bytes] = mapped_column(primary_key=True)


class InvitationRecord(TenantRow, Base):
    """An address that was asked to join the team; whoever holds the mailed link may, once."""

    __tablename__ = "invitations"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    email: Mapped[str]
    role: Mapped[str]
    invited_by: Mapped[str]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    __table_args__ = (
        of_merchant(),
        Index(
            "uq_invitations_open",
            "merchant_id",
            "email",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
    )


class PasswordResetRecord(TenantRow, Base):
    """A user's wish for a new password; kept with one of the user's merchants, who pass the mail on."""

    __tablename__ = "password_resets"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

    __table_args__ = (of_merchant(), Index(None, "merchant_id", "user_id"))


class LetterRecord(TenantRow, Base):
    """An e-mail to somebody of the team, about no order; its id is the Message-ID, over every try.

    `subject_id` names the row that its link leads to, where it has one of its own.
    """

    __tablename__ = "letters"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    event: Mapped[str]
    recipient: Mapped[str]
    locale: Mapped[str]
    subject_id: Mapped[UUID | None]
    facts: Mapped[dict[str, Any]]
    state: Mapped[str]
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]

    __table_args__ = (of_merchant(),)
