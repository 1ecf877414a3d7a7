"""What a made-up e-mail of a merchant is made of: its look, its time zone, the money it takes."""

from dataclasses import dataclass
from datetime import datetime

from shared.domain.branding import Brand
from shared.domain.ids import MerchantId
from shared.queries import branding, merchants, policies
from shared.storage.engine import Database


@dataclass(frozen=True, slots=True)
class Occasion:
    """Whose e-mail it is, in which currency and zone, and when (UTC)."""

    brand: Brand
    time_zone: str
    currency: str
    now: datetime


def occasion(db: Database, merchant_id: MerchantId) -> Occasion:
    """Read what an e-mail of the merchant would be made of just now."""
    currency = policies.in_force(db, merchant_id).currency
    with db.snapshot(merchant_id) as tx:
        return Occasion(branding.of(tx), merchants.of(tx).time_zone, currency, tx.now)
