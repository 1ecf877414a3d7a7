"""Write what happened to an order into its append-only timeline, and people's words beside it, erasably."""

import hashlib
import secrets
from typing import Any
from uuid import UUID

from sqlalchemy import select

from shared.domain.actors import Actor
from shared.domain.events import Event
from shared.domain.ids import new_id
from shared.storage.engine import Transaction
from shared.storage.records import PersonalTextRecord, TimelineRecord


def note(
    tx: Transaction,
    order_id: UUID,
    event: Event,
    actor: Actor,
    *,
    request_id: UUID | None = None,
    from_state: str = "",
    to_state: str = "",
    details: dict[str, Any] | None = None,
) -> None:
    """Append one entry; the database numbers and chains it. `details` holds figures and codes, no text."""
    tx.session.add(
        TimelineRecord(
            merchant_id=tx.merchant_id,
            id=new_id(),
            order_id=order_id,
            request_id=request_id,
            event=event,
            actor_kind=actor.kind,
            actor_id=actor.id,
            from_state=from_state,
            to_state=to_state,
            at=tx.now,
            details=details or {},
        )
    )
    tx.session.flush()


def newest(tx: Transaction, order_id: UUID) -> TimelineRecord | None:
    """Read the last entry of an order."""
    return tx.session.scalars(
        select(TimelineRecord)
        .where(TimelineRecord.merchant_id == tx.merchant_id, TimelineRecord.order_id == order_id)
        .order_by(TimelineRecord.seq.desc())
        .limit(1)
    ).first()


def keep_text(tx: Transaction, order_id: UUID, subject_id: UUID, kind: str, body: str) -> str:
    """Keep a person's words and return their salted digest (hex) for the timeline; "" for no words."""
    if not body:
        return ""
    salt = secrets.token_bytes(16)
    tx.session.add(
        PersonalTextRecord(
            merchant_id=tx.merchant_id,
            id=new_id(),
            order_id=order_id,
            subject_id=subject_id,
            kind=kind,
            salt=salt,
            body=body,
        )
    )
    return hashlib.sha256(salt + body.encode()).hexdigest()
