"""B6: taking in the orders of a file, against COPY and set-based SQL that write the same rows."""

import os
import resource
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from shared.actions import merchants
from tests.bench.filling import fill
from tests.bench.report import Finding
from tests.bench.shop import FOLDER, Bench

_LINES = 100_000
_LINES_OF_AN_ORDER = 2
_COLUMNS = (
    "order-id", "order-item-id", "purchase-date", "payments-date", "buyer-email", "buyer-name", "sku",
    "product-name", "quantity-purchased", "currency", "item-price", "item-tax", "shipping-price",
    "shipping-tax", "recipient-name", "ship-address-1", "ship-city", "ship-country",
)  # fmt: skip


def from_a_file(bench: Bench) -> Iterator[Finding]:
    """B6: 100,000 lines of a report, two to an order."""
    path = FOLDER / "orders.txt"
    _write(path)
    limit = _set_based(bench, path)
    slug = f"import-{secrets.token_hex(4)}"
    merchants.create(bench.db, merchants.NewMerchant(slug=slug, name="Northlight Home", mails_buyers=False))
    seconds, cpu, megabytes = _import(bench, path, slug)
    yield Finding(
        "B6",
        f"Import of {_LINES:,} lines",
        f"{_LINES / seconds:,.0f}/s",
        f"SQL {_LINES / limit:,.0f}/s",
        f"{limit / seconds:.2f}",
        "≥ 0.5",
        f"{1000 * cpu / _LINES:.2f} ms CPU a line, {megabytes:.0f} MB",
    )


def _write(path: Path) -> None:
    begin = datetime.now(UTC).replace(microsecond=0) - timedelta(days=90)
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write("\t".join(_COLUMNS) + "\r\n")
        for line in range(_LINES):
            order = line // _LINES_OF_AN_ORDER
            at = (begin + timedelta(seconds=order)).isoformat()
            cells = (
                f"206-{order:07}-{order % 9_999_991:07}", f"{10**13 + line}", at, at,
                f"buyer-{order}@example.com", f"Ana Torres {order % 9973}", f"KTL-{line % 500}", "Tea kettle",
                "2", "EUR", "39.98", "6.38", "4.90", "0.78", "Ana Torres", "1 Main St", "Berlin", "DE",
            )  # fmt: skip
            file.write("\t".join(cells) + "\r\n")


def _set_based(bench: Bench, path: Path) -> float:
    """Copy the file into a bare table, then write as many orders set by set, checks and triggers at rest."""
    shop = merchants.create(
        bench.db, merchants.NewMerchant(slug=f"copied-{secrets.token_hex(4)}", name="Northlight Home")
    )
    began = time.monotonic()
    with bench.server.superuser(bench.database) as connection:
        columns = ", ".join(f'"{name}" text' for name in _COLUMNS)
        connection.execute(f"CREATE UNLOGGED TABLE bench_lines ({columns})".encode())
        with (
            connection.cursor() as cursor,
            cursor.copy("COPY bench_lines FROM STDIN (HEADER)") as copy,
            path.open("rb") as file,
        ):
            while chunk := file.read(1 << 20):
                copy.write(chunk.replace(b"\r\n", b"\n"))
        fill(connection, shop, _LINES // _LINES_OF_AN_ORDER)
        connection.execute("DROP TABLE bench_lines")
    return time.monotonic() - began


def _import(bench: Bench, path: Path, slug: str) -> tuple[float, float, float]:
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
    return seconds, after.ru_utime - before.ru_utime, after.ru_maxrss / 1024
