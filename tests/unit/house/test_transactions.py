"""Where orders are selected, transactions begin and SQL is written: in one place each."""

import ast
import re
import sys
from pathlib import Path

from shared.storage.records import TenantRow
from tests.unit.house.law import (
    CODE,
    ROOT,
    Findings,
    called,
    calls_in,
    files,
    named,
    planted,
    tree_of,
    uphold,
)

STORAGE = "shared/storage/"
# What only reads sees one instant; what writes locks the order first.
MAY_BEGIN = {
    "begin": ("shared/actions/", STORAGE),
    "begin_untenanted": ("shared/actions/", "shared/queries/", STORAGE),
    "snapshot": ("shared/queries/", STORAGE),
}
# The owner of the tables, at work on the schema itself: no transaction of the application.
OWNERS_WORK = ("shared/cli/schema.py", "shared/cli/preparing.py", "shared/testkit/owner.py")
TENANT_TABLES = sorted(str(record.__dict__["__tablename__"]) for record in TenantRow.__subclasses__())
TENANT_SQL = re.compile(
    r"\b(?:FROM|JOIN|INTO|UPDATE|TABLE)\s+(?:ONLY\s+)?(?:public\.)?(" + "|".join(TENANT_TABLES) + r")\b"
)
SELECTING = frozenset({"select", "select_from"})


def selections(root: Path) -> Findings:
    findings = Findings()
    for path in files(root, *CODE, suffix=".py"):
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.Call) and called(node) in SELECTING:
                ours = named(path, root).startswith(STORAGE) or not _of_orders(node)
                findings.look(None if ours else named(path, root, node.lineno))
    return findings


def _of_orders(node: ast.Call) -> bool:
    return any(isinstance(n, ast.Name) and n.id == "OrderRecord" for arg in node.args for n in ast.walk(arg))


def commits(root: Path) -> Findings:
    findings = Findings()
    for path in files(root, *CODE, suffix=".py"):
        found = [call for name in ("commit", "rollback") for call in calls_in(path, name)]
        findings.look(", ".join(named(path, root, call.lineno) for call in found) or None)
    return findings


def begins(root: Path) -> Findings:
    findings = Findings()
    for path in files(root, *CODE, suffix=".py"):
        place = named(path, root)
        for name in ("begin", "begin_untenanted", "snapshot"):
            for call in calls_in(path, name):
                if _begins_a_transaction(call):
                    allowed = place.startswith(MAY_BEGIN[name]) or (
                        place in OWNERS_WORK and _owner_of(call) == "engine"
                    )
                    findings.look(None if allowed else named(path, root, call.lineno))
    return findings


def _owner_of(call: ast.Call) -> str:
    owner = call.func.value if isinstance(call.func, ast.Attribute) else None
    return str(getattr(owner, "attr", "") or getattr(owner, "id", ""))


def _begins_a_transaction(call: ast.Call) -> bool:
    names = {"db", "database", "engine", "_sessions", "sessions", "session", "connection", "owner"}
    return called(call) == "begin_untenanted" or _owner_of(call) in names


def raw_sql(root: Path) -> Findings:
    findings = Findings()
    for path in files(root, *CODE, suffix=".py"):
        if named(path, root).startswith(STORAGE):
            continue
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found = TENANT_SQL.search(node.value)
                findings.look(f"{named(path, root, node.lineno)} {found.group()}" if found else None)
    return findings


def foreign_imports(root: Path) -> Findings:
    findings = Findings()
    for path in files(root, "shared/domain", suffix=".py"):
        for node in ast.walk(tree_of(path)):
            for module in _imported(node):
                ours = (
                    module.startswith("shared.domain") or module.partition(".")[0] in sys.stdlib_module_names
                )
                findings.look(None if ours else f"{named(path, root)} imports {module}")
    return findings


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module or ""] if isinstance(node, ast.ImportFrom) else []


def test_orders_are_selected_in_storage_alone() -> None:
    uphold(
        selections(ROOT),
        "Begin with scopes.orders_of(tx), which names the merchant; with_only_columns(…) picks columns:",
    )


def test_nothing_commits_or_rolls_back_by_hand() -> None:
    uphold(
        commits(ROOT),
        "Leave it to the end of the block: `with db.begin(merchant_id) as tx:` is the use case:",
    )


def test_transactions_begin_in_actions_and_queries_alone() -> None:
    uphold(begins(ROOT), "Make it an action (it writes) or a query (it reads), and call that:")


def test_no_sql_on_a_merchants_tables_is_written_outside_storage() -> None:
    uphold(raw_sql(ROOT), "Write it with the records and scopes of shared/storage, or move it there:")


def test_the_domain_stands_on_the_standard_library_alone() -> None:
    uphold(
        foreign_imports(ROOT), "Give the domain values; what reads, writes or formats them lives above it:"
    )


def test_planted_transactions_and_selections_are_found(tmp_path: Path) -> None:
    text = (
        "from sqlalchemy import select, text\nimport flask\n"
        "select(OrderRecord.id)\nwith db.begin(x) as tx:\n"
        "    tx.session.commit()\ntext('SELECT 1 FROM orders o')\n"
    )
    for name in ("shared/web/x.py", "shared/domain/x.py"):
        planted(tmp_path, name, text)

    for law in (selections, commits, begins, raw_sql):
        assert len(law(tmp_path).faults) == 2, law.__name__
    assert foreign_imports(tmp_path).faults == [
        "shared/domain/x.py imports sqlalchemy",
        "shared/domain/x.py imports flask",
    ]
