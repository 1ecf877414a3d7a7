"""B9: Account health of a shop with ten million orders, in the database and as a page."""


# ruff: noqa: E501 - the columns of a table stand in as few lines as they can

import time
from collections.abc import Iterator
from datetime import timedelta
from statistics import median

import psycopg

from shared.queries import health
from shared.storage.calendar import day_of
from tests.bench.load import get, measure
from tests.bench.report import Finding
from tests.bench.shop import Bench, Shop

_ORDERS = 10_000_000
_YEARS_OF_DAYS = 1_460
_PERIODS = (7, 30, 90)
_TIMES = 15

# What counting ten million orders day by day leaves behind: the page reads no order. Two in a hundred were asked
# to be canceled, each fourth of those by the merchant, through every door and for every reason.
_DAYS = """
INSERT INTO order_days (merchant_id, day, shard, orders, canceled_by_merchant, canceled)
SELECT %(merchant)s, current_date - n, shard, %(daily)s / 4, %(daily)s / 800, %(daily)s / 300
FROM generate_series(0, %(days)s) n, generate_series(0, 3) shard
ON CONFLICT DO NOTHING
"""
_REQUESTS = """
INSERT INTO request_days (merchant_id, day, source, requested_by, reason, state, shard, requests)
SELECT %(merchant)s, current_date - n, source, CASE source WHEN 'buyer' THEN 'buyer' ELSE 'merchant' END, reason,
    state, 100, 2
FROM generate_series(0, %(days)s) n,
  unnest(ARRAY['buyer', 'merchant_user', 'store', 'feed']) source,
  unnest(ARRAY['NoInventory', 'PricingError', 'OrderedByMistake', 'PriceTooHigh', 'Other', '']) reason,
  unnest(ARRAY['accepted', 'declined', 'withdrawn']) state
ON CONFLICT DO NOTHING
"""
_REFUNDS = """
INSERT INTO refund_days (merchant_id, day, currency, shard, refunds, amount_minor)
SELECT %(merchant)s, current_date - n, currency, shard, 40, 200000
FROM generate_series(0, %(days)s) n, unnest(ARRAY['USD', 'EUR', 'JPY']) currency, generate_series(100, 101) shard
ON CONFLICT DO NOTHING
"""
_SKUS = """
INSERT INTO sku_days (merchant_id, day, sku, shard, units)
SELECT %(merchant)s, current_date - n, 'KTL-' || (n * 7 + sku) %% 500, 100, 3
FROM generate_series(0, %(days)s) n, generate_series(1, 30) sku
ON CONFLICT DO NOTHING
"""
# Somebody decided on a hundred a day; these rows are read themselves.
_DECISIONS = """
INSERT INTO cancellation_requests (merchant_id, id, order_id, state, source, requested_by, reason, reason_words,
    policy, quote, value_minor, fee_minor, refund_minor, requested_at, decided_at)
SELECT %(merchant)s, gen_random_uuid(), gen_random_uuid(), 'declined', 'buyer', 'buyer', 'OrderedByMistake', '',
    '{}', '{}', 1, 0, 1, now() - n * interval '14 minutes', now() - n * interval '14 minutes' + n %% 600 * interval '1 minute'
FROM generate_series(1, 10000) n
"""


def account_health(bench: Bench) -> Iterator[Finding]:
    """B9: the figures of three periods, beside those of a shop with two thousand orders."""
    _fill(bench, bench.plain)
    for days in _PERIODS:
        many, few = (_read(bench, shop, days) for shop in (bench.plain, bench.small))
        yield Finding(
            "B9",
            f"Account health, {days} days, 10 million orders",
            f"{many:.1f} ms",
            f"small {few:.1f} ms",
            f"{many / few:.2f}",
            "≤ 50 ms",
        )
    page = get("/console/health?days=90", bench.signed_in(bench.plain))
    load = measure(bench.port, [page] * _TIMES, expected=200, seconds=20, connections=1)
    yield Finding("B9", "  … the page of 90 days", f"{load.percentile(0.5):.1f} ms", "–", "–", "–")


def _fill(bench: Bench, shop: Shop) -> None:
    given: dict[str, object] = {
        "merchant": shop.id,
        "days": _YEARS_OF_DAYS,
        "daily": _ORDERS // _YEARS_OF_DAYS,
    }
    with bench.server.superuser(bench.database) as connection:
        row = connection.execute(
            "SELECT count(*) FROM request_days WHERE merchant_id = %s", [shop.id]
        ).fetchone()
        if row is None or row[0]:
            return
        connection.execute("SET session_replication_role = replica")
        for statement in (_DAYS, _REQUESTS, _REFUNDS, _SKUS, _DECISIONS):
            connection.execute(statement.encode(), given)
        connection.execute("SET session_replication_role = origin")
        _analyze(connection)


def _analyze(connection: psycopg.Connection) -> None:
    for table in ("order_days", "request_days", "refund_days", "sku_days", "cancellation_requests"):
        connection.execute(f"VACUUM ANALYZE {table}".encode())


def _read(bench: Bench, shop: Shop, days: int) -> float:
    """Tell the milliseconds that reading the figures takes, most of them in the database."""
    with bench.db.snapshot(shop.id) as tx:
        last = day_of(tx, tx.now)
    times = []
    for _ in range(_TIMES):
        began = time.perf_counter()
        health.health(bench.db, shop.id, last - timedelta(days=days - 1), last)
        times.append(1000 * (time.perf_counter() - began))
    return median(times)
