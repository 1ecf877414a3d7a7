"""Take orders along as a table: ask for it, keep it piece by piece, tell who asked, forget it in the end."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from shared.domain.actors import Actor, ActorKind
from shared.domain.audit import AuditKind
from shared.domain.errors import NotFound
from shared.domain.events import EffectKind, MailEvent
from shared.domain.ids import MerchantId, UserId, new_id
from shared.domain.lists import ExportState
from shared.domain.permissions import Permission, Role, holds
from shared.storage import audit, outbox
from shared.storage.engine import Database, Transaction
from shared.storage.records import (
    MembershipRecord,
    OrderExportChunkRecord,
    OrderExportRecord,
    UserRecord,
)

KEPT_FOR = timedelta(days=7)
MOST_ATTEMPTS = 6


class Superseded(Exception):
    """Another worker has taken this export over."""


@dataclass(frozen=True, slots=True)
class ExportRun:
    """An export that is being written from its beginning."""

    id: UUID
    wanted: Mapping[str, Any]
    locale: str
    attempt: int


def begin(
    db: Database, merchant_id: MerchantId, wanted: Mapping[str, Any], locale: str, actor: Actor
) -> UUID:
    """Ask for an export, and let a worker write it. Raises NotFound for an actor who is no user."""
    if actor.id is None:
        raise NotFound("Only members of the team take orders along.")
    export_id = new_id()
    with db.begin(merchant_id) as tx:
        tx.session.add(
            OrderExportRecord(
                merchant_id=merchant_id,
                id=export_id,
                user_id=actor.id,
                user_name=actor.name,
                wanted=dict(wanted),
                locale=locale,
                state=ExportState.WAITING,
                attempt=0,
                orders=0,
                created_at=tx.now,
            )
        )
        tx.session.flush()
        outbox.defer(tx, EffectKind.WRITE_EXPORT, export_id, dedup_key=f"export:{export_id}")
    return export_id


def start(db: Database, merchant_id: MerchantId, export_id: UUID) -> ExportRun | None:
    """Begin to write an export, anew where a worker died over it; None when there is nothing to do."""
    with db.begin(merchant_id) as tx:
        record = _lock(tx, export_id)
        if record.state not in {ExportState.WAITING, ExportState.RUNNING}:
            return None
        if record.attempt >= MOST_ATTEMPTS or not _may_still(tx, record.user_id):
            record.state, record.finished_at = ExportState.FAILED, tx.now
            _forget_file(tx, export_id)
            return None
        record.attempt += 1
        record.state, record.orders = ExportState.RUNNING, 0
        _forget_file(tx, export_id)
        return ExportRun(export_id, record.wanted, record.locale, record.attempt)


def keep(
    db: Database, merchant_id: MerchantId, run: ExportRun, ordinal: int, body: bytes, orders: int
) -> None:
    """Keep a piece of the file with so many orders in it. Raises Superseded."""
    with db.begin(merchant_id) as tx:
        record = _mine(tx, run)
        chunk = {"merchant_id": merchant_id, "export_id": run.id, "ordinal": ordinal, "body": body}
        tx.session.connection().execute(insert(OrderExportChunkRecord).values(chunk))
        record.orders += orders
        outbox.keep_hold(tx, EffectKind.WRITE_EXPORT, run.id)


def finish(db: Database, merchant_id: MerchantId, run: ExportRun) -> None:
    """Close an export: who asked for it is mailed, it is noted who took what, and it ends in a week.

    Raises Superseded.
    """
    with db.begin(merchant_id) as tx:
        record = _mine(tx, run)
        record.state, record.finished_at = ExportState.DONE, tx.now
        record.expires_at = tx.now + KEPT_FOR
        email = tx.session.scalars(select(UserRecord.email).where(UserRecord.id == record.user_id)).one()
        outbox.letter(tx, MailEvent.EXPORT_READY, email, subject_id=run.id)
        actor = Actor(ActorKind.MERCHANT_USER, UserId(record.user_id), record.user_name)
        audit.note(tx, AuditKind.EXPORTED, actor, subject="orders", after={"rows": record.orders})
        outbox.defer(
            tx, EffectKind.FORGET_EXPORT, run.id, dedup_key=f"forget-export:{run.id}", after=KEPT_FOR
        )


def forget(db: Database, merchant_id: MerchantId, export_id: UUID) -> None:
    """Let the file of an export go once its time is over."""
    with db.begin(merchant_id) as tx:
        record = _lock(tx, export_id)
        record.state = ExportState.EXPIRED
        _forget_file(tx, export_id)


def _lock(tx: Transaction, export_id: UUID) -> OrderExportRecord:
    record = tx.session.scalars(
        select(OrderExportRecord)
        .where(OrderExportRecord.merchant_id == tx.merchant_id, OrderExportRecord.id == export_id)
        .with_for_update()
    ).one_or_none()
    if record is None:
        raise NotFound("There is no such export.")
    return record


def _mine(tx: Transaction, run: ExportRun) -> OrderExportRecord:
    record = _lock(tx, run.id)
    if record.attempt != run.attempt or record.state != ExportState.RUNNING:
        raise Superseded(str(run.id))
    return record


def _may_still(tx: Transaction, user_id: UUID) -> bool:
    role = tx.session.scalars(
        select(MembershipRecord.role).where(
            MembershipRecord.merchant_id == tx.merchant_id, MembershipRecord.user_id == user_id
        )
    ).one_or_none()
    return role is not None and holds(Role(role), Permission.EXPORT)


def _forget_file(tx: Transaction, export_id: UUID) -> None:
    tx.session.execute(
        delete(OrderExportChunkRecord)
        .where(
            OrderExportChunkRecord.merchant_id == tx.merchant_id,
            OrderExportChunkRecord.export_id == export_id,
        )
        .execution_options(synchronize_session=False)
    )
