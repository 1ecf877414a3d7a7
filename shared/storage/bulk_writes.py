"""Change many lines, orders, payments and counts in one statement each; the orders are locked by then."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import text

from shared.storage.bulk import arrays, document, of_any_merchant, plain
from shared.storage.engine import Transaction
from shared.storage.scopes import lock_stock


@dataclass(frozen=True, slots=True)
class LineChange:
    """Units of a line that become requested or canceled."""

    id: UUID
    requested: int
    canceled: int


@dataclass(frozen=True, slots=True)
class OrderChange:
    """What one order's sums grow by, in units and minor units; `by_merchant` marks it for the rate."""

    id: UUID
    requested: int
    canceled: int
    canceled_minor: int
    repriced_minor: int
    withheld_minor: int
    refunded_minor: int
    released_minor: int
    by_merchant: bool


@dataclass(frozen=True, slots=True)
class PaymentChange:
    """What one payment gives back or will never be asked for, in minor units."""

    id: UUID
    refunded_minor: int
    released_minor: int


@dataclass(frozen=True, slots=True)
class OwnOrder:
    """An order and the merchant's own name for it."""

    id: UUID
    own_id: str


@dataclass(frozen=True, slots=True)
class OwnItem:
    """A line and the merchant's own name for it."""

    id: UUID
    own_id: str


_LINES = """
UPDATE line_items l SET requested = l.requested + d.requested, canceled = l.canceled + d.canceled
FROM unnest(CAST(:id AS uuid[]), CAST(:requested AS bigint[]), CAST(:canceled AS bigint[]))
  AS d(id, requested, canceled)
WHERE l.merchant_id = :merchant AND l.id = d.id
"""
# Entries go by their places among the new ones of their order. A row of an order is written once, with its
# sums, the length of its timeline and its head: each further version of it would cost as much as all else.
CHAINED = """
WITH chained AS MATERIALIZED (
  SELECT e.*, o.timeline_length + e.seq AS place,
    timeline_hash(o.timeline_head, o.timeline_length + e.seq, e) OVER (PARTITION BY e.order_id ORDER BY e.seq)
      AS link
  FROM json_populate_recordset(json_populate_record(NULL::timeline, :same), :entries) e
  JOIN orders o ON o.merchant_id = e.merchant_id AND o.id = e.order_id
), written AS (
  INSERT INTO timeline (merchant_id, id, order_id, request_id, seq, event, actor_kind, actor_id, from_state,
    to_state, at, details, hash)
  SELECT merchant_id, id, order_id, request_id, place, event, actor_kind, actor_id, from_state, to_state, at,
    details, link FROM chained
), heads AS (
  SELECT DISTINCT ON (order_id) order_id, place, link FROM chained ORDER BY order_id, place DESC
)
"""
_ORDERS = (
    CHAINED
    + """
UPDATE orders o SET timeline_length = heads.place, timeline_head = heads.link,
  requested = o.requested + d.requested, canceled = o.canceled + d.canceled,
  canceled_minor = o.canceled_minor + d.canceled_minor, repriced_minor = o.repriced_minor + d.repriced_minor,
  withheld_minor = o.withheld_minor + d.withheld_minor, refunded_minor = o.refunded_minor + d.refunded_minor,
  released_minor = o.released_minor + d.released_minor,
  canceled_by_merchant = o.canceled_by_merchant OR d.by_merchant, version = o.version + 1,
  closed_at = CASE WHEN o.shipped + o.canceled + d.canceled = o.ordered
    THEN coalesce(o.closed_at, :now) ELSE o.closed_at END
FROM unnest(CAST(:id AS uuid[]), CAST(:requested AS bigint[]), CAST(:canceled AS bigint[]),
  CAST(:canceled_minor AS bigint[]), CAST(:repriced_minor AS bigint[]), CAST(:withheld_minor AS bigint[]),
  CAST(:refunded_minor AS bigint[]), CAST(:released_minor AS bigint[]), CAST(:by_merchant AS boolean[]))
  AS d(id, requested, canceled, canceled_minor, repriced_minor, withheld_minor, refunded_minor,
    released_minor, by_merchant) JOIN heads ON heads.order_id = d.id
WHERE o.merchant_id = :merchant AND o.id = d.id
"""
)
_PAYMENTS = """
UPDATE payments p SET refunded_minor = p.refunded_minor + d.refunded_minor,
  released_minor = p.released_minor + d.released_minor
FROM unnest(CAST(:id AS uuid[]), CAST(:refunded_minor AS bigint[]), CAST(:released_minor AS bigint[]))
  AS d(id, refunded_minor, released_minor)
WHERE p.merchant_id = :merchant AND p.id = d.id
"""
_STOCK = """
UPDATE stock s SET on_hand = s.on_hand + d.units
FROM json_to_recordset(:rows) AS d(sku text, units bigint)
WHERE s.merchant_id = :merchant AND s.sku = d.sku
"""
_DAYS = """
INSERT INTO order_days (merchant_id, day, shard, orders, canceled_by_merchant)
SELECT :merchant, d.day, day_shard(:merchant), 0, d.orders
FROM json_to_recordset(:rows) AS d(day date, orders bigint) ORDER BY d.day
ON CONFLICT (merchant_id, day, shard)
DO UPDATE SET canceled_by_merchant = order_days.canceled_by_merchant + excluded.canceled_by_merchant
"""
_OWN_ORDERS = """
UPDATE orders o SET external_ids = o.external_ids || jsonb_build_object('merchant_order_id', d.own_id)
FROM json_to_recordset(:rows) AS d(id uuid, own_id text)
WHERE o.merchant_id = :merchant AND o.id = d.id
  AND o.external_ids ->> 'merchant_order_id' IS DISTINCT FROM d.own_id
RETURNING o.id
"""
_OWN_ITEMS = """
UPDATE line_items l SET merchant_item_id = d.own_id
FROM json_to_recordset(:rows) AS d(id uuid, own_id text)
WHERE l.merchant_id = :merchant AND l.id = d.id AND l.merchant_item_id <> d.own_id
RETURNING l.order_id
"""


def change_lines(tx: Transaction, changes: Sequence[LineChange]) -> None:
    """Move units of many lines."""
    _change(tx, _LINES, changes)


def change_orders(
    tx: Transaction, changes: Sequence[OrderChange], entries: Sequence[Mapping[str, Any]]
) -> None:
    """Add to the sums of many orders, close those that nothing is left of, and append to their timelines.

    Each order has an entry at least; `seq` is an entry's place among those of its order, from 1.
    """
    same = document({"merchant_id": tx.merchant_id, "at": tx.now})
    _change(tx, _ORDERS, changes, now=tx.now, same=same, entries=document(entries))


def change_payments(tx: Transaction, changes: Sequence[PaymentChange]) -> None:
    """Reserve on many payments."""
    _change(tx, _PAYMENTS, changes)


def put_back(tx: Transaction, units: Mapping[str, int]) -> None:
    """Add units to the counts of tracked SKUs."""
    if not units:
        return
    lock_stock(tx, units)
    _run(tx, _STOCK, [{"sku": sku, "units": count} for sku, count in units.items()])


def count_canceled(tx: Transaction, days: Mapping[str, int]) -> None:
    """Add orders that the merchant canceled to their days; the keys are ISO dates."""
    _run(tx, _DAYS, [{"day": day, "orders": count} for day, count in days.items()])


def tie_orders(tx: Transaction, names: Sequence[OwnOrder]) -> set[UUID]:
    """Tie the merchant's own names to orders; give those that change."""
    return _changed(tx, _OWN_ORDERS, names)


def tie_items(tx: Transaction, names: Sequence[OwnItem]) -> set[UUID]:
    """Tie the merchant's own names to lines; give the orders that change."""
    return _changed(tx, _OWN_ITEMS, names)


def _changed(tx: Transaction, statement: str, names: Sequence[OwnOrder | OwnItem]) -> set[UUID]:
    if not names:
        return set()
    rows = {"rows": document(plain(names)), "merchant": tx.merchant_id}
    return set(tx.session.connection().execute(text(of_any_merchant(statement)), rows).scalars())


def _change(
    tx: Transaction,
    statement: str,
    changes: Sequence[LineChange | OrderChange | PaymentChange],
    **more: object,
) -> None:
    if changes:
        given = {**arrays(changes), "merchant": tx.merchant_id, **more}
        tx.session.connection().execute(text(of_any_merchant(statement)), given)


def _run(tx: Transaction, statement: str, rows: Sequence[Mapping[str, Any]], **more: object) -> None:
    if rows:
        given = {"rows": document(rows), "merchant": tx.merchant_id, **more}
        tx.session.connection().execute(text(of_any_merchant(statement)), given)
