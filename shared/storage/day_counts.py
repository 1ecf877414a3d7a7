"""The day tables beside the rows they count: what each should say, and counting a merchant's days anew."""

# ruff: noqa: S608 - the queries are put together from the constants of this module alone

from dataclasses import dataclass

from sqlalchemy import text

from shared.storage.engine import Transaction

_ZONE = "AT TIME ZONE (SELECT time_zone FROM merchants WHERE id = :merchant)"


@dataclass(frozen=True, slots=True)
class DayTable:
    """A table of counts: the columns that name a cell, those that count, and where the truth stands.

    `day` and `keys` are expressions over the rows that `source` gives, in the order of `columns`.
    """

    name: str
    columns: tuple[str, ...]
    counts: tuple[str, ...]
    keys: tuple[str, ...]
    sums: tuple[str, ...]
    source: str

    @property
    def truth(self) -> str:
        """Select each cell of a merchant as its rows have it."""
        names = [
            f"{made} AS {name}"
            for made, name in zip((*self.keys, *self.sums), (*self.columns, *self.counts), strict=True)
        ]
        groups = ", ".join(str(place) for place in range(1, len(self.columns) + 1))
        return f"SELECT {', '.join(names)} FROM {self.source} GROUP BY {groups}"

    @property
    def differences(self) -> str:
        """Select the days and cells that are counted otherwise than their rows say."""
        cell, counts = ", ".join(self.columns), self.counts
        sums = ", ".join(f"sum({count}) AS {count}" for count in counts)
        counted = ", ".join(f"coalesce(d.{count}, 0)" for count in counts)
        there = ", ".join(f"coalesce(t.{count}, 0)" for count in counts)
        words = ", ".join(f"%s {count}" for count in counts)
        return f"""
        SELECT concat_ws(' ', {cell}), format('counted {words}; there are {words}', {counted}, {there})
        FROM (SELECT {cell}, {sums} FROM {self.name} WHERE merchant_id = :merchant GROUP BY {cell}) d
        FULL JOIN ({self.truth}) t USING ({cell})
        WHERE ({counted}) IS DISTINCT FROM ({there})"""


ORDER_DAYS = DayTable(
    name="order_days",
    columns=("day",),
    counts=("orders", "canceled_by_merchant", "canceled"),
    keys=(f"(o.placed_at {_ZONE})::date",),
    sums=(
        "count(*)",
        "count(*) FILTER (WHERE o.canceled_by_merchant)",
        "count(*) FILTER (WHERE o.canceled > 0)",
    ),
    source="orders o WHERE o.merchant_id = :merchant",
)
REQUEST_DAYS = DayTable(
    name="request_days",
    columns=("day", "source", "requested_by", "reason", "state", "counts"),
    counts=("requests",),
    keys=(
        f"(c.requested_at {_ZONE})::date",
        "c.source",
        "c.requested_by",
        "coalesce(c.reason, '')",
        "c.state",
        "c.counts",
    ),
    sums=("count(*)",),
    source="cancellation_requests c WHERE c.merchant_id = :merchant",
)
REFUND_DAYS = DayTable(
    name="refund_days",
    columns=("day", "currency"),
    counts=("refunds", "amount_minor"),
    keys=(f"(r.created_at {_ZONE})::date", "r.currency"),
    sums=("count(*)", "sum(r.amount_minor)"),
    source="""refunds r WHERE r.merchant_id = :merchant AND r.kind = 'refund' AND r.state <> 'failed'
          AND r.request_id IS NOT NULL""",
)
SKU_DAYS = DayTable(
    name="sku_days",
    columns=("day", "sku"),
    counts=("units",),
    keys=(f"(c.requested_at {_ZONE})::date", "l.sku"),
    sums=("sum(u.quantity)",),
    source="""cancellation_requests c
          JOIN request_units u ON u.merchant_id = c.merchant_id AND u.request_id = c.id
          JOIN line_items l ON l.merchant_id = u.merchant_id AND l.id = u.line_item_id
          WHERE c.merchant_id = :merchant AND c.state = 'accepted' AND c.reason = 'NoInventory'
            AND u.quantity > 0""",
)
DAY_TABLES = (ORDER_DAYS, REQUEST_DAYS, REFUND_DAYS, SKU_DAYS)

# Whoever counts holds one of these to the end of its transaction (see day_shard in the migrations).
_HOLD_ALL = """
SELECT pg_advisory_xact_lock(hashtextextended('days ' || :merchant, n)) FROM generate_series(0, 64) n
"""


def recount(tx: Transaction) -> None:
    """Count a merchant's days anew, after its time zone has changed; nobody else counts meanwhile."""
    given = {"merchant": tx.merchant_id}
    connection = tx.session.connection()
    # A big shop takes longer than a page may.
    connection.execute(text("SET LOCAL statement_timeout = 0"))
    connection.execute(text(_HOLD_ALL), {"merchant": str(tx.merchant_id)})
    for table in DAY_TABLES:
        names = ", ".join((*table.columns, *table.counts))
        connection.execute(text(f"DELETE FROM {table.name} WHERE merchant_id = :merchant"), given)
        connection.execute(
            text(
                f"INSERT INTO {table.name} (merchant_id, shard, {names})"
                f" SELECT :merchant, 0, t.* FROM ({table.truth}) t"
            ),
            given,
        )
