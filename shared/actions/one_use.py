"""Links of e-mails to the team that work once: 256 random bits of which only the hash is kept.

The row that a link leads to says whether it may still be used; the link alone decides nothing.
"""

import secrets
from uuid import UUID

from shared.domain.ids import MerchantId
from shared.storage.doors import Door, build, open_door
from shared.storage.engine import Database

_BYTES = 32


def make(db: Database, merchant_id: MerchantId, door: Door, row_id: UUID) -> str:
    """Make a link's secret, which leads to a row."""
    secret = secrets.token_urlsafe(_BYTES)
    with db.begin(merchant_id) as tx:
        build(tx.session, door, secret.encode(), merchant_id, row_id)
    return secret


def follow(db: Database, door: Door, secret: str) -> tuple[MerchantId, UUID] | None:
    """Find the row that a link's secret leads to; None where it leads nowhere."""
    with db.begin_untenanted() as tx:
        return open_door(tx.session, door, secret.encode())
