"""The one clock: database time, moved by the test kit's offset where the test kit is on."""

NOW = "clock_timestamp()"
SHIFTED_NOW = "clock_timestamp() + coalesce((SELECT shift FROM clock), interval '0')"


def now_sql(*, testkit: bool) -> str:
    """Give the SQL expression for the product's time."""
    return SHIFTED_NOW if testkit else NOW
