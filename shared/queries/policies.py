"""The policy that orders come in under, and every one there was before."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from shared.domain.actors import ActorKind
from shared.domain.errors import NotFound
from shared.domain.ids import MerchantId
from shared.domain.policy import Policy, from_document
from shared.queries.requests import actor_names
from shared.storage.engine import Database, Transaction
from shared.storage.records import OrderRecord, PolicyVersionRecord
from shared.storage.scopes import orders_of

MOST_SHOWN = 50
_USUAL = "USD"


@dataclass(frozen=True, slots=True)
class PolicyVersion:
    """A policy that held or holds, with its number, who made it, when and why."""

    id: UUID
    number: int
    policy: Policy
    self_service: bool
    note: str
    actor: ActorKind
    actor_name: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class PolicyInForce:
    """What holds for new orders, and the currency that amounts are shown in: the newest order's."""

    version: PolicyVersion
    currency: str


@dataclass(frozen=True, slots=True)
class PolicyHistory:
    """Versions, newest first; `before` is the one that came before the oldest of them, None at the start.

    `newest` is the number of the one in force.
    """

    versions: tuple[PolicyVersion, ...]
    before: PolicyVersion | None
    newest: int
    currency: str


def in_force(db: Database, merchant_id: MerchantId) -> PolicyInForce:
    """Read the policy in force."""
    with db.snapshot(merchant_id) as tx:
        return PolicyInForce(_versions(tx, below=None, limit=1)[0], usual_currency(tx))


def history(db: Database, merchant_id: MerchantId, *, below: int | None = None) -> PolicyHistory:
    """List versions, those with a number under `below`."""
    with db.snapshot(merchant_id) as tx:
        found = _versions(tx, below=below, limit=MOST_SHOWN + 1)
        before = found[MOST_SHOWN] if len(found) > MOST_SHOWN else None
        newest = _versions(tx, below=None, limit=1)[0].number
        return PolicyHistory(found[:MOST_SHOWN], before, newest, usual_currency(tx))


def version(db: Database, merchant_id: MerchantId, version_id: UUID) -> PolicyVersion:
    """Read one version. Raises NotFound."""
    with db.snapshot(merchant_id) as tx:
        record = tx.session.get(PolicyVersionRecord, (merchant_id, version_id))
        if record is None:
            raise NotFound("There is no such version of the policy.")
        return _view(record, {})


def usual_currency(tx: Transaction) -> str:
    """Tell the currency of the newest order."""
    newest = orders_of(tx).with_only_columns(OrderRecord.currency).order_by(OrderRecord.id.desc()).limit(1)
    return tx.session.execute(newest).scalar_one_or_none() or _USUAL


def _versions(tx: Transaction, *, below: int | None, limit: int) -> tuple[PolicyVersion, ...]:
    query = select(PolicyVersionRecord).where(PolicyVersionRecord.merchant_id == tx.merchant_id)
    if below is not None:
        query = query.where(PolicyVersionRecord.number < below)
    rows = tx.session.scalars(query.order_by(PolicyVersionRecord.number.desc()).limit(limit)).all()
    names = actor_names(tx, {row.actor_id for row in rows if row.actor_id})
    return tuple(_view(row, names) for row in rows)


def _view(row: PolicyVersionRecord, names: Mapping[UUID, str]) -> PolicyVersion:
    return PolicyVersion(
        id=row.id,
        number=row.number,
        policy=from_document(row.policy),
        self_service=row.self_service,
        note=row.note,
        actor=ActorKind(row.actor_kind),
        actor_name=names.get(row.actor_id, "") if row.actor_id else "",
        created_at=row.created_at,
    )
