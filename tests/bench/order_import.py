"""B6: taking in the orders of a file, against COPY and set-based SQL that write the same rows."""

import os
import resource
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from shared.actions import merchants
from tests.bench import order_limit
from tests.bench.report import Finding
from tests.bench.shop import FOLDER, Bench

# Of the whole million: RESCIND_BENCH_LINES=1000000.
_LINES = int(os.environ.get("RESCIND_BENCH_LINES", "100000"))
# A file has 100 MB at most.
_LINES_OF_A_FILE = 400_000
_LINES_OF_AN_ORDER = 2
_COLUMNS = (
    "order-id", "order-item-id", "purchase-date", "payments-date", "buyer-email", "buyer-name", "sku",
    "product-name", "quantity-purchased", "currency", "item-price", "item-tax", "shipping-price",
    "shipping-tax", "recipient-name", "ship-address-1", "ship-city", "ship-country",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Run:
    """What a command took: seconds, its processor time, and its memory in MB."""

    seconds: float
    cpu: float
    megabytes: float


def from_files(bench: Bench) -> Iterator[Finding]:
    """B6: a report of two lines to an order, in as many files as its lines need, by the command."""
    files = [_written(first) for first in range(0, _LINES, _LINES_OF_A_FILE)]
    shop = merchants.create(
        bench.db, merchants.NewMerchant(slug=f"copied-{secrets.token_hex(4)}", name="Northlight Home")
    )
    limit = order_limit.take_in_all(bench, shop, _COLUMNS, files)
    slug = f"import-{secrets.token_hex(4)}"
    merchants.create(bench.db, merchants.NewMerchant(slug=slug, name="Northlight Home", mails_buyers=False))
    idle = _import(bench, _written(_LINES, 1), slug)
    runs = [_import(bench, path, slug) for path in files]
    seconds, cpu = sum(run.seconds for run in runs), sum(run.cpu for run in runs)
    most = max(run.megabytes for run in runs)
    yield Finding(
        "B6",
        f"Import of {_LINES:,} lines",
        f"{_LINES / seconds:,.0f}/s",
        f"SQL {_LINES / limit:,.0f}/s",
        f"{limit / seconds:.2f}",
        "≥ 0.5",
        f"{1000 * cpu / _LINES:.2f} ms CPU a line, {most:.0f} MB, idle {idle.megabytes:.0f}",
    )


def _written(first: int, most: int = _LINES_OF_A_FILE) -> Path:
    path = FOLDER / f"orders-{first}.txt"
    begin = datetime.now(UTC).replace(microsecond=0) - timedelta(days=90)
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write("\t".join(_COLUMNS) + "\r\n")
        for line in range(first, min(first + most, max(_LINES, first + 1))):
            order = line // _LINES_OF_AN_ORDER
            at = (begin + timedelta(seconds=order)).isoformat()
            cells = (
                f"206-{order:07}-{order * 7919 % 9_999_991:07}", f"{10**13 + line}", at, at,
                f"buyer-{order}@example.com", f"Ana Torres {order % 9973}", f"KTL-{line % 500}", "Tea kettle",
                "2", "EUR", "39.98", "6.38", "4.90", "0.78", "Ana Torres", "1 Main St", "Berlin", "DE",
            )  # fmt: skip
            file.write("\t".join(cells) + "\r\n")
    return path


def _import(bench: Bench, path: Path, slug: str) -> _Run:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("RESCIND_")}
    environment |= {
        "RESCIND_DATABASE_URL": bench.settings.database_url or "",
        "RESCIND_SECRET_KEYS": bench.settings.secret_keys[0],
        "RESCIND_SMTP_URL": bench.settings.smtp_url or "",
    }
    command = [sys.executable, "-m", "shared.cli.main", "orders", "import", str(path), "--merchant", slug]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.monotonic()
    subprocess.run(
        [*command, "--json"],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=True,
    )
    seconds = time.monotonic() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return _Run(seconds, after.ru_utime - before.ru_utime, after.ru_maxrss / 1024)
