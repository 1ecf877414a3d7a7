"""What a user can show beside a password."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from shared.domain.ids import UserId
from shared.storage.engine import Database
from shared.storage.records import PasskeyRecord, RecoveryCodeRecord, UserRecord


@dataclass(frozen=True, slots=True)
class PasskeyView:
    """A passkey as its user knows it."""

    id: UUID
    credential_id: bytes
    name: str
    created_at: datetime
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True)
class SecondFactors:
    """A user's second factors, and how many recovery codes are left."""

    email: str
    has_totp: bool
    passkeys: tuple[PasskeyView, ...]
    codes_left: int

    @property
    def has_any(self) -> bool:
        """A sign-in with the password alone does not do."""
        return self.has_totp or bool(self.passkeys)

    @property
    def is_only_one(self) -> bool:
        """Without the one there is, there would be none."""
        return self.has_totp + len(self.passkeys) == 1


def of_user(db: Database, user_id: UserId) -> SecondFactors:
    """Read what a user has."""
    with db.begin_untenanted() as tx:
        user = tx.session.get_one(UserRecord, user_id)
        passkeys = tx.session.scalars(
            select(PasskeyRecord).where(PasskeyRecord.user_id == user_id).order_by(PasskeyRecord.id)
        ).all()
        codes_left = tx.session.scalars(
            select(func.count()).select_from(RecoveryCodeRecord).where(RecoveryCodeRecord.user_id == user_id)
        ).one()
        return SecondFactors(
            email=user.email,
            has_totp=user.totp_secret is not None,
            passkeys=tuple(
                PasskeyView(row.id, row.credential_id, row.name, row.created_at, row.last_used_at)
                for row in passkeys
            ),
            codes_left=codes_left,
        )
