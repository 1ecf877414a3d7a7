"""What a feed came to: counters that add up, and a result for each error and warning."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from shared.feeds.codes import Problem, Severity
from shared.feeds.values import FeedRow


class ReportStatus(StrEnum):
    """What became of the document as a whole."""

    COMPLETE = "Complete"
    PROCESSING = "Processing"
    REJECTED = "Rejected"


@dataclass(frozen=True, slots=True)
class Summary:
    """How many records there were. A record with an error counts as such only; a warning does no harm."""

    processed: int = 0
    with_error: int = 0
    with_warning: int = 0

    @property
    def successful(self) -> int:
        """How many records have no error."""
        return self.processed - self.with_error


@dataclass(frozen=True, slots=True)
class Result:
    """An error or warning. `record` is the line in a flat file; record 0 is the document as a whole."""

    problem: Problem
    record: int = 0
    message_id: str = ""
    order_id: str = ""
    item_id: str = ""
    sku: str = ""


@dataclass(slots=True)
class Tally:
    """Counts records while their rows stream by; the rows of a record follow each other."""

    _processed: int = 0
    _with_error: int = 0
    _with_warning: int = 0
    _last: int = field(default=0)
    _warned: bool = False

    def add(self, row: FeedRow) -> None:
        """Count a row."""
        if row.record != self._last:
            self._last = row.record
            self._processed += 1
            self._with_error += row.refused
            self._warned = False
        if row.problems and not row.refused and not self._warned:
            self._with_warning += 1
            self._warned = True

    @property
    def summary(self) -> Summary:
        """What was counted so far."""
        return Summary(self._processed, self._with_error, self._with_warning)


def results_of(row: FeedRow) -> Iterator[Result]:
    """Give the results of a row; what was refused needs no warnings."""
    for problem in row.problems:
        if problem.severity is Severity.ERROR or not row.refused:
            yield Result(
                problem,
                row.record,
                row.message_id,
                row.order_id or row.merchant_order_id,
                row.item_id or row.merchant_item_id,
            )


def description(result: Result) -> str:
    """Say what happened and how to mend it, on one line."""
    said = f"{result.problem.words()} {result.problem.how_to_mend()}"
    return plain(" ".join(said.split()))


def plain(text: str) -> str:
    """Replace what neither XML nor a table takes."""
    return "".join(mark if mark.isprintable() else "\ufffd" for mark in text)
