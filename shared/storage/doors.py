"""The ways in before a merchant is known: a secret's hash leads to the merchant and the row that decides."""

import hashlib
from collections.abc import Sequence
from enum import StrEnum
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.domain.ids import MerchantId
from shared.storage.records import DoorRecord


class Door(StrEnum):
    """The kinds of secret that let somebody in."""

    LINK = "link"
    API_KEY = "api_key"
    CONSOLE_SESSION = "console_session"
    MEMBERSHIP = "membership"
    ORDER_NUMBER = "order_number"
    GATEWAY = "gateway"
    LOGO = "logo"
    INVITATION = "invitation"
    PASSWORD_RESET = "password_reset"  # noqa: S105 - the name of a door


def fingerprint(secret: bytes) -> bytes:
    """Hash a secret of at least 128 random bits; nothing else may rely on a plain hash."""
    return hashlib.sha256(secret).digest()


def build(session: Session, kind: Door, secret: bytes, merchant_id: UUID, row_id: UUID) -> None:
    """Make a way in."""
    session.add(DoorRecord(kind=kind, sha256=fingerprint(secret), merchant_id=merchant_id, row_id=row_id))


def open_door(session: Session, kind: Door, secret: bytes) -> tuple[MerchantId, UUID] | None:
    """Find where a secret leads; None when nowhere."""
    ways = open_doors(session, kind, secret)
    return ways[0] if ways else None


def open_doors(session: Session, kind: Door, secret: bytes) -> Sequence[tuple[MerchantId, UUID]]:
    """Find every place a secret leads to, oldest first: a user may belong to several merchants."""
    rows = session.execute(
        select(DoorRecord.merchant_id, DoorRecord.row_id)
        .where(DoorRecord.kind == kind, DoorRecord.sha256 == fingerprint(secret))
        .order_by(DoorRecord.row_id)
    )
    return [(MerchantId(merchant_id), row_id) for merchant_id, row_id in rows]
