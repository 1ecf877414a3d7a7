"""What the rows of a batch came to, and which of them stand in the way of others."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from shared.domain.bulk import RowProblem, Verdict, problem_of
from shared.domain.eligibility import Blocker
from shared.domain.errors import NotFound, ReasonNotOffered, Refusal
from shared.storage.records import BulkRowRecord


@dataclass(frozen=True, slots=True)
class Hindrance:
    """Why a row cannot go; `detail` is what it is measured against, in figures and codes."""

    problem: RowProblem
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a row brought about; units of it were canceled, and minor units go back."""

    units: int = 0
    refund_minor: int = 0
    request_id: UUID | None = None
    adjustment_id: UUID | None = None


NOTHING = Outcome()


@dataclass(frozen=True, slots=True)
class Results:
    """What a batch came to: a document per row, sums by name. `codes` are the codes of its problems.

    `refunded` and `released` are minor units by currency: those that go back, those that are never charged.
    """

    codes: Mapping[RowProblem, str]
    rows: list[dict[str, Any]] = field(default_factory=list)
    sums: Counter[str] = field(default_factory=Counter)
    refunded: Counter[str] = field(default_factory=Counter)
    released: Counter[str] = field(default_factory=Counter)

    def done(self, row: BulkRowRecord, outcome: Outcome, warning: RowProblem | None = None) -> None:
        """Note a row that was carried out, with what is worth knowing about it."""
        warned = bool(row.problems) or warning is not None
        code = row.code if warning is None else self.codes[warning]
        self._add(row, Verdict.WARNING if warned else Verdict.DONE, outcome, code)
        self.sums["warnings" if warned else "done"] += 1

    def refuse(
        self, rows: Iterable[BulkRowRecord], hindrances: Mapping[int, Hindrance]
    ) -> list[BulkRowRecord]:
        """Note the hindered rows, by their numbers, and those of their records; give the others."""
        every = list(rows)
        records = {row.record for row in every if row.row_number in hindrances}
        kept = []
        for row in every:
            if row.record not in records:
                kept.append(row)
                continue
            found = hindrances.get(row.row_number, Hindrance(RowProblem.RECORD_REFUSED))
            self._add(row, Verdict.ERROR, NOTHING, self.codes[found.problem], found.detail)
            self.sums["errors"] += 1
        return kept

    def _add(
        self, row: BulkRowRecord, verdict: Verdict, outcome: Outcome, code: str, detail: str = ""
    ) -> None:
        self.rows.append(
            {
                "row_number": row.row_number,
                "verdict": verdict,
                "code": code,
                "detail": detail,
                "request_id": outcome.request_id,
                "adjustment_id": outcome.adjustment_id,
                "units": outcome.units,
                "refund_minor": outcome.refund_minor,
            }
        )


def hindrances_of(rows: Iterable[BulkRowRecord], refusal: Refusal) -> dict[int, Hindrance]:
    """Tell which rows of a wish stand in its way, and why; without anything better, all of them."""
    every = list(rows)
    if isinstance(refusal, NotFound):
        return {row.row_number: Hindrance(RowProblem.ORDER_NOT_FOUND) for row in every}
    if isinstance(refusal, ReasonNotOffered):
        off = str(refusal.facts["reason"])
        return {row.row_number: Hindrance(RowProblem.REASON_SWITCHED_OFF, off) for row in every}
    blockers, left = _by_line(refusal, "blockers"), _by_line(refusal, "left")
    found = {
        row.row_number: _hindrance(blockers[row.line_item_id], left.get(row.line_item_id, 0))
        for row in every
        if row.line_item_id is not None and row.line_item_id in blockers
    }
    if found:
        return found
    all_blockers = tuple(blocker for of_line in blockers.values() for blocker in of_line)
    return {
        row.row_number: _hindrance(all_blockers, 0) if all_blockers else Hindrance(RowProblem.NOT_CANCELABLE)
        for row in every
    }


def _hindrance(blockers: tuple[Blocker, ...], left: int) -> Hindrance:
    problem = problem_of(blockers)
    if problem is RowProblem.TOO_MANY_UNITS:
        return Hindrance(problem, str(left))
    return Hindrance(problem, blockers[0])


def _by_line(refusal: Refusal, name: str) -> Mapping[UUID, Any]:
    found = refusal.facts.get(name)
    return found if isinstance(found, dict) else {}
