"""Read a merchant's audit trail: filtered, newest first, page by page."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, func, select, tuple_

from shared.domain.actors import ActorKind
from shared.domain.audit import AuditKind
from shared.domain.ids import MerchantId
from shared.storage.engine import Database, Transaction
from shared.storage.records import AuditRecord

AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that was changed: its name as the code knows it, and its values in words; "" is none."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One entry; `at` is UTC, `address` where it came from."""

    id: UUID
    at: datetime
    kind: AuditKind
    actor_kind: ActorKind
    actor_name: str
    address: str
    subject: str
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which entries are wanted; None leaves a question open. Instants are UTC."""

    actor_id: UUID | None = None
    kind: AuditKind | None = None
    begins: datetime | None = None
    ends: datetime | None = None


@dataclass(frozen=True, slots=True)
class AuditPage:
    """One page of entries; `older` is the entry after which the next page goes on."""

    rows: tuple[AuditRow, ...]
    older: UUID | None


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody whom entries are of."""

    id: UUID
    name: str


def page(
    db: Database, merchant_id: MerchantId, wanted: AuditFilter, *, after: UUID | None = None, limit: int = 50
) -> AuditPage:
    """Read one page, newest first; an `after` that is nowhere is passed over."""
    with db.snapshot(merchant_id) as tx:
        query = _filtered(tx, wanted).order_by(AuditRecord.at.desc(), AuditRecord.id.desc())
        place = tx.session.get(AuditRecord, (merchant_id, after)) if after else None
        if place is not None:
            query = query.where(tuple_(AuditRecord.at, AuditRecord.id) < tuple_(place.at, place.id))
        found = tx.session.scalars(query.limit(limit + 1)).all()
        shown = found[:limit]
        return AuditPage(
            rows=tuple(_row(record) for record in shown),
            older=shown[-1].id if len(found) > limit else None,
        )


def count(db: Database, merchant_id: MerchantId, wanted: AuditFilter, *, most: int) -> int:
    """Count the entries that match, no further than `most`."""
    with db.snapshot(merchant_id) as tx:
        found = _filtered(tx, wanted).with_only_columns(AuditRecord.id).limit(most).subquery()
        return tx.session.scalar(select(func.count()).select_from(found)) or 0


def newest(
    db: Database, merchant_id: MerchantId, wanted: AuditFilter, *, after: UUID, most: int
) -> Iterator[AuditRow]:
    """Read the newest entries that match and came before one, some at once, each time in a transaction."""
    place, left = after, most
    while left > 0:
        found = page(db, merchant_id, wanted, after=place, limit=min(AT_ONCE, left))
        yield from found.rows
        if found.older is None:
            return
        place, left = found.older, left - len(found.rows)


def people(db: Database, merchant_id: MerchantId) -> Sequence[Person]:
    """List who has entries, by name."""
    with db.snapshot(merchant_id) as tx:
        rows = tx.session.execute(
            select(AuditRecord.actor_id, func.max(AuditRecord.actor_name).label("name"))
            .where(AuditRecord.merchant_id == merchant_id, AuditRecord.actor_id.is_not(None))
            .group_by(AuditRecord.actor_id)
        ).all()
    return sorted((Person(row.actor_id, row.name) for row in rows), key=lambda person: person.name)


def _filtered(tx: Transaction, wanted: AuditFilter) -> Select[AuditRecord]:
    query = select(AuditRecord).where(AuditRecord.merchant_id == tx.merchant_id)
    if wanted.actor_id is not None:
        query = query.where(AuditRecord.actor_id == wanted.actor_id)
    if wanted.kind is not None:
        query = query.where(AuditRecord.kind == wanted.kind)
    if wanted.begins is not None:
        query = query.where(AuditRecord.at >= wanted.begins)
    if wanted.ends is not None:
        query = query.where(AuditRecord.at < wanted.ends)
    return query


def _row(record: AuditRecord) -> AuditRow:
    return AuditRow(
        id=record.id,
        at=record.at,
        kind=AuditKind(record.kind),
        actor_kind=ActorKind(record.actor_kind),
        actor_name=record.actor_name,
        address=record.address,
        subject=record.subject,
        changes=_changes(record.before, record.after),
    )


def _changes(before: Mapping[str, object], after: Mapping[str, object]) -> tuple[Change, ...]:
    names = dict.fromkeys([*before, *after])
    pairs = ((name, _said(before.get(name)), _said(after.get(name))) for name in names)
    return tuple(Change(name, old, new) for name, old, new in pairs if old != new)


def _said(value: object) -> str:
    if value is None or value == "":
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)
