"""B4 and B5: a cancellation file and a batch of the dashboard, against set-based SQL of the same effect."""

import itertools
import os
import resource
import secrets
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar
from uuid import UUID

from shared.actions import bulk_runs, merchants
from shared.actions.bulk_runs import NewRun
from shared.domain.actors import Actor, ActorKind
from shared.domain.bulk import RunKind
from shared.domain.ids import MerchantId
from shared.domain.reasons import Reason
from tests.bench import set_based
from tests.bench.filling import AMAZON, OPEN, fill
from tests.bench.load import Load, again_and_again, get, measure
from tests.bench.report import Finding
from tests.bench.shop import FOLDER, Bench

# Of the whole million: RESCIND_BENCH_ROWS=1000000.
_ROWS = int(os.environ.get("RESCIND_BENCH_ROWS", "10000"))
_ITEMS = 2
# Orders of a batch; what they took is told for ten thousand.
_BATCH = int(os.environ.get("RESCIND_BENCH_BATCH", "2000"))
_EACH = 10_000 / _BATCH
_FEED = Actor(ActorKind.FEED)
_TICK = os.sysconf("SC_CLK_TCK")
_HEADER = (
    "TemplateType=OrderCancellation\tVersion=1.0/1.0.3\tThis row for Amazon.com use only.\r\n"
    "order-id\tcancellation-reason-code\tamazon-order-item-code\r\n"
)
Row = tuple[str, str, str]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Run:
    """What a command took: seconds, its processor time, the database's, and its memory in MB."""

    seconds: float
    cpu: float
    database: float
    megabytes: float


def cancellation_file(bench: Bench) -> Iterator[Finding]:
    """B4: a file of whole items, two to an order, from reading it to its report, by the command.

    Both it and its limit run while somebody works on the dashboard.
    """
    count = _ROWS // _ITEMS
    bare, _ = _shop(bench, count)
    page = get("/console/orders", bench.signed_in(bench.large))
    limit, limits = _beside(bench, page, lambda: set_based.cancel_all(bench, bare, _rows(count)))
    _, slug = _shop(bench, count)
    idle = _submit(bench, slug, _written("idle.txt", _rows(1)), dry_run=True)
    alone = measure(bench.port, again_and_again(page), expected=200, seconds=2, connections=1)
    path = _written("cancel.txt", _rows(count))
    found, during = _beside(bench, page, lambda: _submit(bench, slug, path))
    rows = count * _ITEMS
    yield Finding(
        "B4",
        f"Cancellation file of {rows:,} rows",
        f"{rows / found.seconds:,.0f}/s",
        f"SQL {rows / limit:,.0f}/s",
        f"{limit / found.seconds:.2f}",
        "≥ 0.6",
        f"{1000 * found.cpu / rows:.2f} + {1000 * found.database / rows:.2f} ms CPU a row,"
        f" {found.megabytes - idle.megabytes:.0f} MB above {idle.megabytes:.0f} idle",
    )
    before, after = alone.percentile(0.95), during.percentile(0.95)
    work, goal = "Dashboard meanwhile, p95 beside alone", "≤ 1.5"
    note = f"{limits.percentile(0.95):.0f} ms beside the limit"
    yield Finding("B4", work, f"{after:.0f} ms", f"{before:.0f} ms", f"{after / before:.1f}", goal, note)


def batch(bench: Bench) -> Iterator[Finding]:
    """B5: orders chosen on the dashboard, previewed and carried out."""
    bare, _ = _shop(bench, _BATCH)
    limit = set_based.cancel_all(bench, bare, ((number, "", "") for number in _numbers(_BATCH)))
    merchant_id, _ = _shop(bench, _BATCH)
    new = NewRun(RunKind.SELECTION, title=f"{_BATCH:,} orders", reason=Reason.NO_INVENTORY)
    began, used, database = time.monotonic(), time.process_time(), _database_cpu(bench)
    run_id = bulk_runs.begin_selection(bench.db, merchant_id, new, _ids(bench, merchant_id), _FEED).run_id
    _to_its_end(bench, merchant_id, run_id)
    previewed = time.monotonic() - began
    yield Finding(
        "B5",
        f"Preview of 10,000 orders, by {_BATCH:,}",
        f"{_EACH * previewed:.1f} s",
        "",
        "",
        "≤ 1 s",
        _processor(time.process_time() - used, _database_cpu(bench) - database),
    )
    bulk_runs.confirm(bench.db, merchant_id, run_id, _FEED)
    began, used, database = time.monotonic(), time.process_time(), _database_cpu(bench)
    _to_its_end(bench, merchant_id, run_id)
    seconds = time.monotonic() - began
    yield Finding(
        "B5",
        f"Canceling 10,000 orders, by {_BATCH:,}",
        f"{_EACH * seconds:.1f} s",
        f"SQL {_EACH * limit:.1f} s",
        f"{limit / seconds:.2f}",
        "≤ 5 s",
        _processor(time.process_time() - used, _database_cpu(bench) - database),
    )


def _processor(cpu: float, of_database: float) -> str:
    return f"{1000 * cpu / _BATCH:.2f} + {1000 * of_database / _BATCH:.2f} ms CPU an order"


def _beside(bench: Bench, page: bytes, work: Callable[[], T]) -> tuple[T, Load]:
    """Do some work while somebody asks for a page again and again: both take from the same two cores."""
    with ThreadPoolExecutor(1) as pool:
        working = pool.submit(work)
        pages = itertools.takewhile(lambda _: not working.done(), again_and_again(page))
        load = measure(bench.port, pages, expected=200, seconds=3600, connections=1)
        return working.result(), load


def _shop(bench: Bench, open_orders: int) -> tuple[MerchantId, str]:
    slug = f"bulk-{secrets.token_hex(4)}"
    merchant_id = merchants.create(bench.db, merchants.NewMerchant(slug=slug, name="Northlight Home"))
    with bench.server.superuser(bench.database) as connection:
        fill(connection, merchant_id, (open_orders // len(OPEN) + 1) * 100, as_amazon=True)
        connection.execute("ANALYZE orders, line_items, payments")
        connection.execute("CHECKPOINT")
    return merchant_id, slug


def _places(count: int) -> Iterator[int]:
    return (100 * (n // len(OPEN)) + OPEN[n % len(OPEN)] for n in range(count))


def _numbers(count: int) -> Iterator[str]:
    return (f"{AMAZON}{place:07}" for place in _places(count))


def _rows(count: int) -> Iterator[Row]:
    for place in _places(count):
        for item in (1, 2):
            yield f"{AMAZON}{place:07}", "NoInventory", str(10**13 + 2 * place + item)


def _written(name: str, rows: Iterator[Row]) -> Path:
    path = FOLDER / name
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(_HEADER)
        file.writelines("\t".join(row) + "\r\n" for row in rows)
    return path


def _ids(bench: Bench, merchant_id: MerchantId) -> Sequence[UUID]:
    with bench.server.superuser(bench.database) as connection:
        found = connection.execute(
            "SELECT id FROM orders WHERE merchant_id = %s AND number = ANY(%s)",
            [merchant_id, list(_numbers(_BATCH))],
        )
        return [order_id for (order_id,) in found]


def _to_its_end(bench: Bench, merchant_id: MerchantId, run_id: UUID) -> None:
    while bulk_runs.advance(bench.db, merchant_id, run_id):
        pass


def _submit(bench: Bench, slug: str, path: Path, *, dry_run: bool = False) -> _Run:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("RESCIND_")}
    environment |= {
        "RESCIND_DATABASE_URL": bench.settings.database_url or "",
        "RESCIND_SECRET_KEYS": bench.settings.secret_keys[0],
        "RESCIND_SMTP_URL": bench.settings.smtp_url or "",
    }
    command = [sys.executable, "-m", "shared.cli.main", "feeds", "submit", str(path), "--merchant", slug]
    database, began = _database_cpu(bench), time.monotonic()
    with subprocess.Popen(
        [*command, "--json", *(["--dry-run"] if dry_run else [])],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.monotonic() - began
    if process.returncode:
        raise RuntimeError(f"the command ended with {process.returncode}")
    return _Run(seconds, _cpu(used), _database_cpu(bench) - database, used.ru_maxrss / 1024)


def _cpu(used: resource.struct_rusage) -> float:
    return used.ru_utime + used.ru_stime


def _database_cpu(bench: Bench) -> float:
    """Add up the processor time of the database's processes, those that have ended included."""
    with bench.server.superuser() as connection:
        row = connection.execute("SELECT pg_read_file('postmaster.pid', 0, 16)").fetchone()
    postmaster = (row[0] if row else "").split("\n")[0]
    total = _ticks(Path("/proc") / postmaster, ended=True)
    children = Path("/proc") / postmaster / "task" / postmaster / "children"
    return total + sum(_ticks(Path("/proc") / child, ended=False) for child in children.read_text().split())


def _ticks(process: Path, *, ended: bool) -> float:
    try:
        words = (process / "stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:
        return 0.0
    return sum(int(word) for word in words[11 : 15 if ended else 13]) / _TICK
