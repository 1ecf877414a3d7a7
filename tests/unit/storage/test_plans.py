"""What a batch changes is looked up by its keys, whatever the planner knows of a merchant."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from sqlalchemy import create_engine, event, text

from shared.actions import bulk_runs, intake
from shared.actions.bulk_runs import NewRun
from shared.domain.bulk import RunKind
from shared.domain.ids import MerchantId
from shared.domain.reasons import Reason
from shared.storage.engine import Database
from tests.builders import STORE, USER, a_merchant, an_order

TABLES = {"orders", "line_items", "payments", "bulk_rows"}


def many_orders(db: Database) -> MerchantId:
    merchant_id = a_merchant(db)
    intake.take_in(db, merchant_id, [an_order().with_item().incoming() for _ in range(800)], actor=STORE)
    return merchant_id


def plan_of_a_batch(db: Database, merchant_id: MerchantId) -> dict[str, Any]:
    """Preview and confirm a batch of all orders, and give the plan of the statement that carries it out."""
    with db.begin(merchant_id) as tx:
        found = tx.session.execute(text("SELECT id FROM orders WHERE merchant_id = :m"), {"m": merchant_id})
        ids = list(found.scalars())
    new = NewRun(RunKind.SELECTION, title="all", reason=Reason.NO_INVENTORY)
    run_id = bulk_runs.begin_selection(db, merchant_id, new, ids, USER).run_id
    while bulk_runs.advance(db, merchant_id, run_id):
        pass
    bulk_runs.confirm(db, merchant_id, run_id, USER)
    plans: list[dict[str, Any]] = []

    def explain(connection, _cursor, statement, given, *_rest) -> None:
        if "going AS MATERIALIZED" in statement:
            raw = connection.connection.driver_connection
            plans.append(raw.execute(f"EXPLAIN (FORMAT JSON) {statement}", given).fetchone()[0][0]["Plan"])

    event.listen(db.engine, "before_cursor_execute", explain)
    try:
        bulk_runs.advance(db, merchant_id, run_id)
    finally:
        event.remove(db.engine, "before_cursor_execute", explain)
    return plans[0]


def scans(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if plan.get("Relation Name") in TABLES and plan["Node Type"] != "ModifyTable":
        yield plan
    for part in plan.get("Plans", ()):
        yield from scans(part)


def test_a_merchant_newer_than_the_planners_figures_is_not_gone_through_for_each_order(
    db: Database, owner_url: str
) -> None:
    for _ in range(3):
        many_orders(db)
    for _ in range(60):
        an_order().taken_in(db, a_merchant(db))
    owner = create_engine(owner_url, isolation_level="AUTOCOMMIT")
    with owner.connect() as connection:
        connection.execute(text("ANALYZE"))
    owner.dispose()

    plan = plan_of_a_batch(db, many_orders(db))

    found = list(scans(plan))
    assert {scan["Relation Name"] for scan in found} == TABLES
    for scan in found:
        keys = scan.get("Index Cond", "")
        assert any(f"{key} = " in keys for key in (" (id", "(id", "order_id")) or "group_no" in keys, (
            json.dumps(scan)
        )
