"""Keep what an API call was refused with, so that a repeat is refused alike."""

from shared.domain.ids import MerchantId
from shared.storage.engine import Database
from shared.storage.idempotency import Answer, Once, claim, keep


def keep_refusal(db: Database, merchant_id: MerchantId, once: Once, answer: Answer) -> None:
    """Keep a refusal, whose own transaction was rolled back. Raises Replayed, KeyReused or InFlight."""
    with db.begin(merchant_id) as tx:
        claim(tx, once)
        keep(tx, once, answer)
