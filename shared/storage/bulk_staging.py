"""Hold the rows of a run against the merchant's orders, all of them in a few statements."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from operator import attrgetter
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text

from shared.domain.bulk import RowProblem, StagedRow, Verdict
from shared.storage.bulk import document, of_any_merchant
from shared.storage.engine import Transaction

# A million rows take longer than a page may.
_NO_LIMIT = "SET LOCAL statement_timeout = 0"

# What most rows name is looked up as they are kept, and their orders are numbered: to write each of them anew
# for it costs three times that.
_STAGE = """
WITH read AS (
  SELECT {values}, o.id AS found_order, (SELECT l.id FROM line_items l
    WHERE l.merchant_id = :merchant AND l.order_id = o.id
      AND coalesce(nullif(d.item_ref, ''), d.own_item_ref) <> ''
      AND l.external_id = coalesce(nullif(d.item_ref, ''), d.own_item_ref) LIMIT 1) AS found_line,
    CASE WHEN o.id IS NOT NULL THEN min(d.row_number) OVER (PARTITION BY o.id) END AS first
  FROM json_populate_recordset(json_populate_record(NULL::bulk_rows, :same), :rows) d
  LEFT JOIN orders o ON o.merchant_id = :merchant AND o.number = d.order_ref AND d.verdict = ''
), kept AS (
  INSERT INTO bulk_rows ({names}, order_id, line_item_id, group_no)
  SELECT {names}, found_order, found_line,
    CASE WHEN found_order IS NOT NULL THEN :groups + dense_rank() OVER (ORDER BY first) END FROM read
  RETURNING group_no
)
SELECT coalesce(max(group_no), :groups) FROM kept
"""
_BY_NUMBER = """
UPDATE bulk_rows r SET order_id = o.id FROM orders o
WHERE r.merchant_id = :merchant AND r.run_id = :run AND r.verdict = '' AND r.order_id IS NULL
  AND o.merchant_id = r.merchant_id AND o.number = r.order_ref
"""
_BY_OWN_NUMBER = """
UPDATE bulk_rows r SET order_id = o.id FROM orders o
WHERE r.merchant_id = :merchant AND r.run_id = :run AND r.verdict = '' AND r.order_id IS NULL
  AND r.order_ref = '' AND r.own_order_ref <> ''
  AND o.merchant_id = r.merchant_id AND o.number = r.own_order_ref
"""
# Orders that carry another system's id beside a number of their own; one that two carry names neither.
_BY_EXTERNAL_ID = """
UPDATE bulk_rows r SET order_id = o.id
FROM (SELECT value, min(id::text)::uuid AS id FROM orders, jsonb_each_text(external_ids)
      WHERE merchant_id = :merchant AND external_ids <> '{}' GROUP BY value HAVING count(DISTINCT id) = 1) o
WHERE r.merchant_id = :merchant AND r.run_id = :run AND r.verdict = '' AND r.order_id IS NULL
  AND o.value = coalesce(nullif(r.order_ref, ''), r.own_order_ref)
"""
_LACKS = """
SELECT coalesce(bool_or(order_id IS NULL), false) AS an_order, coalesce(bool_or(line_item_id IS NULL
    AND (item_ref <> '' OR own_item_ref <> '')), false) AS an_item
FROM bulk_rows WHERE merchant_id = :merchant AND run_id = :run AND verdict = ''
"""
_ITEMS = """
UPDATE bulk_rows r SET line_item_id = l.id FROM line_items l
WHERE r.merchant_id = :merchant AND r.run_id = :run AND r.verdict = '' AND r.order_id IS NOT NULL
  AND l.merchant_id = r.merchant_id AND l.order_id = r.order_id
  AND r.line_item_id IS NULL AND coalesce(nullif(r.item_ref, ''), r.own_item_ref) <> ''
  AND l.external_id = coalesce(nullif(r.item_ref, ''), r.own_item_ref)
"""
# An order of ours has no item codes: its lines go by their SKU, where only one line has it.
_ITEMS_BY_SKU = """
UPDATE bulk_rows r SET line_item_id = l.id
FROM (SELECT order_id, sku, min(id::text)::uuid AS id FROM line_items
      WHERE merchant_id = :merchant AND order_id IN (SELECT order_id FROM bulk_rows
        WHERE merchant_id = :merchant AND run_id = :run AND verdict = '' AND line_item_id IS NULL
          AND (item_ref <> '' OR own_item_ref <> ''))
      GROUP BY 1, 2 HAVING count(*) = 1) l
WHERE r.merchant_id = :merchant AND r.run_id = :run AND r.verdict = '' AND r.line_item_id IS NULL
  AND l.order_id = r.order_id AND l.sku = coalesce(nullif(r.item_ref, ''), r.own_item_ref)
"""
# An acknowledgement told the merchant's own names of the lines.
_ITEMS_BY_OWN_ID = """
UPDATE bulk_rows r SET line_item_id = l.id FROM line_items l
WHERE r.merchant_id = :merchant AND r.run_id = :run AND r.verdict = '' AND r.line_item_id IS NULL
  AND r.item_ref = '' AND r.own_item_ref <> '' AND r.order_id IS NOT NULL
  AND l.merchant_id = r.merchant_id AND l.order_id = r.order_id AND l.merchant_item_id = r.own_item_ref
"""
_MARK = """
UPDATE bulk_rows r SET verdict = :verdict, code = :code
WHERE r.merchant_id = :merchant AND r.run_id = :run AND r.verdict = '' AND {condition}
"""
# Marks that name another row: `found` gives the numbers of the row and of the one it is measured against.
_MARK_BESIDE = """
UPDATE bulk_rows r SET verdict = :verdict, code = :code,
  detail = coalesce(nullif(o.message_id, ''), o.record::text)
FROM ({found}) f JOIN bulk_rows o
  ON o.merchant_id = :merchant AND o.run_id = :run AND o.row_number = f.other
WHERE r.merchant_id = :merchant AND r.run_id = :run AND r.row_number = f.row_number
"""
_NO_ORDER = "r.order_id IS NULL"
_NO_ITEM = "(r.item_ref <> '' OR r.own_item_ref <> '') AND r.line_item_id IS NULL"
# Which of the messages a report's line is about could not be told: all of them are refused, each once.
_SAME_MESSAGE_ID = """r.row_number IN (SELECT min(row_number) FROM bulk_rows
  WHERE merchant_id = :merchant AND run_id = :run AND message_id IN (
    SELECT message_id FROM bulk_rows WHERE merchant_id = :merchant AND run_id = :run AND message_id <> ''
    GROUP BY message_id HAVING min(record) < max(record))
  GROUP BY record)"""
# Two rows that ask the same of the same units, the later one; what they ask must not be done twice.
_REPEATED = """SELECT row_number, other FROM (
    SELECT row_number, row_number() OVER w AS place, first_value(row_number) OVER w AS other
    FROM bulk_rows WHERE merchant_id = :merchant AND run_id = :run AND verdict = ''
    WINDOW w AS (PARTITION BY order_id, line_item_id, action, reason, quantity, amounts,
      CASE action WHEN 'acknowledge' THEN ARRAY[own_order_ref, own_item_ref] END
      ORDER BY row_number)) repeated
  WHERE place > 1"""
# Rows of one order that cannot all be meant: several about one line, one about all and one about a part,
# one that takes the order on and one that cancels. The other row named is one of those.
_CONFLICTING = """SELECT row_number,
    CASE WHEN same > 1 THEN CASE WHEN row_number = first_same THEN last_same ELSE first_same END
      WHEN whole > 0 AND every > 1 AND line_item_id IS NOT NULL THEN first_whole
      WHEN row_number = first_all THEN last_all ELSE first_all END AS other
  FROM (
    SELECT row_number, line_item_id, count(*) OVER line AS same, min(row_number) OVER line AS first_same,
      max(row_number) OVER line AS last_same,
      count(*) FILTER (WHERE line_item_id IS NULL) OVER act AS whole,
      min(row_number) FILTER (WHERE line_item_id IS NULL) OVER act AS first_whole, count(*) OVER act AS every,
      min(row_number) OVER everything AS first_all, max(row_number) OVER everything AS last_all,
      count(*) FILTER (WHERE action = 'acknowledge') OVER everything AS taken_on,
      count(*) FILTER (WHERE action = 'cancel') OVER everything AS canceled
    FROM bulk_rows WHERE merchant_id = :merchant AND run_id = :run AND verdict = ''
    WINDOW line AS (PARTITION BY order_id, line_item_id, action), act AS (PARTITION BY order_id, action),
      everything AS (PARTITION BY order_id)) conflicting
  WHERE same > 1 OR (whole > 0 AND every > 1) OR (taken_on > 0 AND canceled > 0)"""
_IN_REFUSED_RECORD = """r.record IN (SELECT record FROM bulk_rows
  WHERE merchant_id = :merchant AND run_id = :run AND verdict = 'error')"""
_MARKS = (
    (_MARK.format(condition=_SAME_MESSAGE_ID), Verdict.ERROR, RowProblem.DUPLICATE_MESSAGE_ID),
    (_MARK.format(condition=_NO_ORDER), Verdict.ERROR, RowProblem.ORDER_NOT_FOUND),
    (_MARK.format(condition=_NO_ITEM), Verdict.ERROR, RowProblem.ITEM_NOT_FOUND),
    (_MARK_BESIDE.format(found=_REPEATED), Verdict.WARNING, RowProblem.DUPLICATE_ROW),
    (_MARK_BESIDE.format(found=_CONFLICTING), Verdict.ERROR, RowProblem.CONFLICTING_ROWS),
    (_MARK.format(condition=_IN_REFUSED_RECORD), Verdict.ERROR, RowProblem.RECORD_REFUSED),
)
# Numbers are anew where rows of an order stood far apart, or an order before theirs was refused.
_NUMBER_GROUPS = """
UPDATE bulk_rows r SET group_no = g.group_no
FROM (SELECT row_number, before,
        CASE WHEN verdict = '' THEN dense_rank() OVER (PARTITION BY verdict ORDER BY first) END AS group_no
      FROM (SELECT row_number, verdict, group_no AS before,
              min(row_number) OVER (PARTITION BY verdict, order_id) AS first
            FROM bulk_rows WHERE merchant_id = :merchant AND run_id = :run) f) g
WHERE r.merchant_id = :merchant AND r.run_id = :run AND r.row_number = g.row_number
  AND g.before IS DISTINCT FROM g.group_no
"""
_COUNT = """
SELECT coalesce(max(group_no), 0), count(*), count(*) FILTER (WHERE verdict = 'error'),
  count(*) FILTER (WHERE verdict = 'warning') FROM bulk_rows WHERE merchant_id = :merchant AND run_id = :run
"""
# A record may have many rows; those that were not dealt with are left out.
_COUNT_RECORDS = """
SELECT count(*), count(*) FILTER (WHERE failed), count(*) FILTER (WHERE warned AND NOT failed)
FROM (SELECT bool_or(verdict = 'error') AS failed,
    bool_or(verdict = 'warning' OR problems <> '[]') AS warned
  FROM bulk_rows WHERE merchant_id = :merchant AND run_id = :run
  GROUP BY record HAVING bool_and(verdict NOT IN ('', 'stopped'))) records
"""
_CLEAR = "DELETE FROM bulk_rows WHERE merchant_id = :merchant AND run_id = :run"
_REOPEN = """
UPDATE bulk_rows SET verdict = '', code = '', detail = '', units = 0, refund_minor = 0
WHERE merchant_id = :merchant AND run_id = :run AND group_no IS NOT NULL
"""
_STOP = """
UPDATE bulk_rows SET verdict = 'stopped' WHERE merchant_id = :merchant AND run_id = :run AND verdict = ''
"""
_CHOOSE = """
INSERT INTO bulk_rows (merchant_id, run_id, row_number, record, message_id, action, order_ref, item_ref,
  own_order_ref, own_item_ref, reason, only_unshipped, amounts, problems, order_id, group_no, verdict, code)
SELECT :merchant, :run, n, n, '', 'cancel', number, '', '', '', :reason, false, '[]', '[]', id, n, '', ''
FROM (SELECT o.id, o.number, row_number() OVER (ORDER BY o.placed_at DESC, o.id DESC) AS n
      FROM orders o JOIN unnest(CAST(:ids AS uuid[])) chosen(id) ON chosen.id = o.id
      WHERE o.merchant_id = :merchant) chosen_orders
"""
_RESULTS = """
UPDATE bulk_rows r SET verdict = d.verdict, code = d.code, detail = d.detail, request_id = d.request_id,
  adjustment_id = d.adjustment_id, units = d.units, refund_minor = d.refund_minor
FROM json_to_recordset(:rows) AS d(row_number bigint, verdict text, code text, detail text, request_id uuid,
  adjustment_id uuid, units bigint, refund_minor bigint)
WHERE r.merchant_id = :merchant AND r.run_id = :run AND r.group_no > :after AND r.group_no <= :end
  AND r.row_number = d.row_number
"""


def stage(tx: Transaction, run_id: UUID, first: int, groups: int, rows: Sequence[StagedRow]) -> int:
    """Keep rows as they were read, numbered from `first` on, their orders after `groups`; give the last."""
    if not rows:
        return groups
    own, same = _parted(rows)
    for number, (kept, row) in enumerate(zip(own, rows, strict=True), start=first):
        kept["row_number"] = number
        kept["verdict"] = Verdict.ERROR if row.refused else Verdict.OPEN
    same |= {"merchant_id": tx.merchant_id, "run_id": run_id}
    names = [*own[0], *same]
    statement = _STAGE.format(names=", ".join(names), values=", ".join(f"d.{name}" for name in names))
    given = {**_of(tx, run_id), "groups": groups, "same": document(same), "rows": document(own)}
    return int(tx.session.connection().execute(text(of_any_merchant(statement)), given).scalar_one())


def _parted(rows: Sequence[StagedRow]) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Part what rows differ in from what all of them say: most of a file's columns, and sent once."""
    names = [field.name for field in fields(StagedRow) if field.name != "refused"]
    columns = {name: list(map(attrgetter(name), rows)) for name in names}
    same = {name: told[0] for name, told in columns.items() if told.count(told[0]) == len(told)}
    # The record is each row's own, so that there is always a column.
    own = ["record", *(name for name in names if name not in same and name != "record")]
    same.pop("record", None)
    return [dict(zip(own, values, strict=True)) for values in zip(*map(columns.get, own), strict=True)], same


def choose(tx: Transaction, run_id: UUID, order_ids: Sequence[UUID], reason: str) -> int:
    """Make a row of each chosen order that is the merchant's, newest first; count them."""
    _run(tx, _CHOOSE, run_id, ids=list(order_ids), reason=reason)
    return counts(tx, run_id)[1]


def resolve(tx: Transaction, run_id: UUID, codes: Mapping[RowProblem, str]) -> tuple[int, int, int, int]:
    """Look up orders and items, mark rows that name none or contradict each other, and number the orders.

    Returns what `counts` does.
    """
    tx.session.connection().execute(text(_NO_LIMIT))
    if _lacks(tx, run_id).an_order:
        for statement in (_BY_NUMBER, _BY_OWN_NUMBER, _BY_EXTERNAL_ID):
            _run(tx, statement, run_id)
    if _lacks(tx, run_id).an_item:
        for statement in (_ITEMS, _ITEMS_BY_OWN_ID, _ITEMS_BY_SKU):
            _run(tx, statement, run_id)
    # Of rows that were only just written the planner knows nothing, and would hold each against all others.
    tx.session.connection().execute(text("SET LOCAL enable_nestloop = off"))
    for statement, verdict, problem in _MARKS:
        _run(tx, statement, run_id, verdict=verdict, code=codes[problem])
    _run(tx, _NUMBER_GROUPS, run_id)
    tx.session.connection().execute(text("SET LOCAL enable_nestloop = on"))
    return counts(tx, run_id)


def counts(tx: Transaction, run_id: UUID) -> tuple[int, int, int, int]:
    """Count a run's orders, rows, rows with an error and rows with a warning so far."""
    found = tx.session.connection().execute(text(_COUNT), _of(tx, run_id)).one()
    return int(found[0]), int(found[1]), int(found[2]), int(found[3])


def count_records(tx: Transaction, run_id: UUID) -> tuple[int, int, int]:
    """Count the lines or messages dealt with, those with an error, and those with a warning alone."""
    tx.session.connection().execute(text(_NO_LIMIT))
    found = tx.session.connection().execute(text(_COUNT_RECORDS), _of(tx, run_id)).one()
    return int(found[0]), int(found[1]), int(found[2])


def clear(tx: Transaction, run_id: UUID) -> None:
    """Forget the rows of a reading that did not come to its end."""
    tx.session.connection().execute(text(_NO_LIMIT))
    _run(tx, _CLEAR, run_id)


def reopen(tx: Transaction, run_id: UUID) -> None:
    """Make the rows of a preview open again, to be carried out."""
    _run(tx, _REOPEN, run_id)


def stop(tx: Transaction, run_id: UUID) -> None:
    """Mark what was not dealt with when a run was stopped."""
    tx.session.connection().execute(text(_NO_LIMIT))
    _run(tx, _STOP, run_id)


def keep_results(
    tx: Transaction, run_id: UUID, after: int, end: int, results: Sequence[Mapping[str, Any]]
) -> None:
    """Write what became of rows of the groups after `after`, up to `end`.

    A mapping each: the row's number and the columns that tell its fate.
    """
    if results:
        _run(tx, of_any_merchant(_RESULTS), run_id, after=after, end=end, rows=document(results))


def _lacks(tx: Transaction, run_id: UUID) -> Row[tuple[bool, bool]]:
    return tx.session.connection().execute(text(_LACKS), _of(tx, run_id)).one()


def _of(tx: Transaction, run_id: UUID) -> dict[str, Any]:
    return {"merchant": tx.merchant_id, "run": run_id}


def _run(tx: Transaction, statement: str, run_id: UUID, **more: object) -> None:
    tx.session.connection().execute(text(statement), {**_of(tx, run_id), **more})
