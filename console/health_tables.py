"""The tables of Account health: each is shown on the page, drawn from there, and given as a file."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from shared import wording
from shared.domain.reasons import Reason
from shared.queries.health_values import Counted, Health, HealthDay
from shared.rendering import currency_exponent, money, on_day, percent
from shared.rendering import gettext as _

_NONE = "–"


@dataclass(frozen=True, slots=True)
class Cell:
    """A figure: as people read it, and as a spreadsheet or a drawing does."""

    words: str
    value: str


@dataclass(frozen=True, slots=True)
class Row:
    """What a line is about, as people read it and plain for a file; `is_marked` stands out, and says why."""

    words: str
    key: str
    cells: tuple[Cell, ...]
    is_marked: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its name in addresses, its title and its heads; the last column is what is drawn."""

    name: str
    title: str
    heads: tuple[str, ...]
    rows: tuple[Row, ...]

    @property
    def whole(self) -> int:
        """What the counts of the last column add up to."""
        return sum(int(row.cells[-1].value) for row in self.rows)


def trend(health: Health) -> Table:
    """Make the table of the rate, day by day."""
    return Table(
        "trend",
        _("Trend"),
        (_("Day"), _("Orders"), _("Canceled by you"), _("%(days)s-day rate") % {"days": health.terms.days}),
        tuple(
            _day(
                day,
                _count(day.counts.orders),
                _count(day.counts.canceled_by_merchant),
                _share(day.trailing),
            )
            for day in health.days
        ),
    )


def days(health: Health) -> Table:
    """Make the table of what the merchant canceled on each day."""
    return Table(
        "days",
        _("By day"),
        (_("Day"), _("Canceled by you")),
        tuple(
            _day(
                day,
                Cell(
                    _("%(count)s, a spike") % {"count": day.canceled} if day.is_spike else str(day.canceled),
                    str(day.canceled),
                ),
                is_marked=day.is_spike,
            )
            for day in health.days
        ),
    )


def reasons(health: Health) -> Table:
    """Make the table of the merchant's own reasons; together the counted ones are what the days show."""
    heads = (_("Reason"), _("Left out"), _("In the rate"))
    rows = (
        Row(_reason(health, one.reason), one.reason or "", (_count(one.left_out), _count(one.counted)))
        for one in health.own_reasons
    )
    return Table("reasons", _("Your reasons"), heads, tuple(rows))


def customer_reasons(health: Health) -> Table:
    """Make the table of the customers' reasons."""
    return _of_reasons(health, "customer-reasons", _("Customers’ reasons"), health.customer_reasons)


def askers(health: Health) -> Table:
    """Make the table of who asked."""
    heads = (_("Asked by"), _("Cancellations"))
    rows = (_counted(wording.asker(one.kind), one.kind, one.count) for one in health.askers)
    return Table("askers", _("Who asked"), heads, tuple(rows))


def outcomes(health: Health) -> Table:
    """Make the table of what has become of requests."""
    heads = (_("Outcome"), _("Requests"))
    rows = (_counted(wording.outcome(one.kind), one.kind, one.count) for one in health.outcomes)
    return Table("outcomes", _("What became of requests"), heads, tuple(rows))


def refunds(health: Health) -> Table:
    """Make the table of the money that goes back, a line for each currency."""
    return Table(
        "refunds",
        _("Refunded"),
        (_("Currency"), _("Refunds"), _("Amount")),
        tuple(
            Row(
                one.currency,
                one.currency,
                (_count(one.count), _amount(one.amount_minor, one.currency)),
            )
            for one in health.refunds
        ),
    )


def skus(health: Health) -> Table:
    """Make the table of what was lacking most."""
    rows = (_counted(one.kind, one.kind, one.count) for one in health.skus)
    return Table("skus", _("Lacking most"), (_("SKU"), _("Units canceled")), tuple(rows))


TABLES: Mapping[str, Callable[[Health], Table]] = {
    "trend": trend,
    "days": days,
    "reasons": reasons,
    "customer-reasons": customer_reasons,
    "askers": askers,
    "outcomes": outcomes,
    "refunds": refunds,
    "skus": skus,
}


def _of_reasons(health: Health, name: str, title: str, found: Sequence[Counted[Reason | None]]) -> Table:
    rows = (_counted(_reason(health, one.kind), one.kind or "", one.count) for one in found)
    return Table(name, title, (_("Reason"), _("Cancellations")), tuple(rows))


def _reason(health: Health, reason: Reason | None) -> str:
    return health.words[reason] if reason else _("No reason given")


def _day(day: HealthDay, *cells: Cell, is_marked: bool = False) -> Row:
    return Row(on_day(day.day, "short"), day.day.isoformat(), cells, is_marked)


def _counted(words: str, key: str, count: int) -> Row:
    return Row(words, key, (_count(count),))


def _count(number: int) -> Cell:
    return Cell(str(number), str(number))


def _share(share: Fraction | None) -> Cell:
    if share is None:
        return Cell(_NONE, "")
    return Cell(percent(share), f"{float(share * 100):.2f}")


def _amount(minor: int, currency: str) -> Cell:
    exponent = currency_exponent(currency)
    return Cell(money(minor, currency), str(Decimal(minor).scaleb(-exponent)))
