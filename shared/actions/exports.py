"""Note what of a merchant's data was taken along."""

from uuid import UUID

from shared.domain.actors import Actor
from shared.domain.audit import AuditKind
from shared.domain.ids import MerchantId
from shared.storage import audit
from shared.storage.engine import Database


def note(db: Database, merchant_id: MerchantId, what: str, rows: int, actor: Actor) -> UUID:
    """Note that rows left in a file; give the entry's id."""
    with db.begin(merchant_id) as tx:
        return audit.note(tx, AuditKind.EXPORTED, actor, subject=what, after={"rows": rows})
