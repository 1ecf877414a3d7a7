"""What a person should look at after an import, each with its place, what it is, and how to mend it."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from shared import wording
from shared.actions.intake import Verdict
from shared.domain.order_reports import Contradiction
from shared.rendering import gettext as _
from shared.stores.troubles import BadRow
from shared.tables.amounts import exponent_of
from shared.tables.troubles import RowFault, shown

_AMOUNTS = frozenset({"price", "tax", "discount", "shipping", "shipping_tax", "money"})


class Severity(StrEnum):
    """How bad a finding is: its order stays out, its order stays as it was, or it is only worth knowing."""

    LEFT_OUT = "left_out"
    UNCHANGED = "unchanged"
    NOTICE = "notice"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to look at. `line` is the file's, 0 where `place` says where it is in a document."""

    line: int
    place: str
    order_number: str
    severity: Severity
    code: str
    what: str
    how_to_mend: str

    @property
    def where(self) -> str:
        """Say where it is."""
        return _("line %(line)d") % {"line": self.line} if self.line else self.place


def bad(row: BadRow) -> Finding:
    """Tell of a row that cannot be taken in."""
    return Finding(
        row.line,
        row.place,
        row.order_number,
        Severity.LEFT_OUT,
        row.code,
        row.what,
        row.how_to_mend,
    )


def contradicted(taken: Verdict, contradiction: Contradiction, currency: str) -> Finding:
    """Tell of an order that is there and knows something else."""
    place = contradiction.place
    line = int(place) if place.isascii() and place.isdigit() else 0
    return Finding(
        line,
        "" if line else place,
        taken.number,
        Severity.UNCHANGED,
        RowFault.CONTRADICTION,
        _sentence(contradiction, currency),
        _("The order stays as it is; find out which of the two is right."),
    )


def refused_wish(taken: Verdict) -> Finding:
    """Tell of a buyer's wish to cancel that could not become a request."""
    return Finding(
        0,
        "",
        taken.number,
        Severity.NOTICE,
        taken.refused_wish[0],
        _("the buyer asked to cancel, which is not possible: %(why)s")
        % {"why": wording.blocker(taken.refused_wish[0])},
        wording.next_step(taken.refused_wish[0]),
    )


def _sentence(contradiction: Contradiction, currency: str) -> str:
    """Put into words what is known and what is told now."""
    if contradiction.what in {"lines", "amounts", "shipped"}:
        return {
            "lines": _("its lines are not those of the order that is there."),
            "amounts": _("together with what is known its amounts do not fit together."),
            "shipped": _("more units are reported as shipped than may ship: %(why)s")
            % {"why": contradiction.given},
        }[contradiction.what]
    if contradiction.what == "source":
        return _("an order of another system (%(system)s) has this number.") % {"system": contradiction.known}
    known, given = contradiction.known, contradiction.given
    if contradiction.what in _AMOUNTS:
        known, given = _amount(known, currency), _amount(given, currency)
    return _("“%(fact)s” is told as “%(given)s”, while “%(known)s” is known.") % {
        "fact": contradiction.what.replace("_", " "),
        "given": shown(given),
        "known": shown(known),
    }


def _amount(minor: str, currency: str) -> str:
    return str(Decimal(minor).scaleb(-(exponent_of(currency) or 0)))
