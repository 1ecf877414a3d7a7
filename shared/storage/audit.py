"""Write what was done to a merchant's account into its audit trail, which is never changed afterwards."""

from collections.abc import Mapping
from uuid import UUID

from shared.domain.actors import Actor
from shared.domain.audit import AuditKind
from shared.domain.ids import new_id
from shared.storage.engine import Transaction
from shared.storage.records import AuditRecord


def note(
    tx: Transaction,
    kind: AuditKind,
    actor: Actor,
    *,
    subject: str = "",
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
) -> UUID:
    """Append one entry in the transaction of what it tells; give its id.

    `subject` names what or whom it concerns, as people know it; `before` and `after` hold what changed, under
    the same names, in values that JSON knows. Never hand in a secret. Where it came from stands in the actor.
    """
    entry_id = new_id()
    tx.session.add(
        AuditRecord(
            merchant_id=tx.merchant_id,
            id=entry_id,
            kind=kind,
            actor_kind=actor.kind,
            actor_id=actor.id,
            actor_name=actor.name,
            address=actor.address,
            subject=subject,
            before=dict(before or {}),
            after=dict(after or {}),
            at=tx.now,
        )
    )
    tx.session.flush()
    return entry_id
