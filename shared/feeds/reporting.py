"""The processing report of a run over a feed: from what is kept of it, in the language being spoken."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import IO
from uuid import UUID

from shared import wording
from shared.domain.bulk import RunState, Verdict
from shared.domain.eligibility import Blocker
from shared.domain.ids import MerchantId
from shared.feeds import reports
from shared.feeds.codes import Code, Problem, Severity
from shared.feeds.kinds import FeedType
from shared.feeds.processing_report import ReportStatus, Result, Summary
from shared.feeds.staging import problem_in
from shared.queries import feeds
from shared.queries.feeds import FeedHead, SaidRow
from shared.rendering import gettext as _
from shared.storage.engine import Database

_STATUSES = {
    RunState.DONE: ReportStatus.COMPLETE,
    RunState.STOPPED: ReportStatus.COMPLETE,
    RunState.REFUSED: ReportStatus.REJECTED,
}
_LONGEST_MERCHANT = 50


@dataclass(frozen=True, slots=True)
class Report:
    """A report that may be written: its name, its media type, its counters, and the one that writes it."""

    filename: str
    mimetype: str
    summary: Summary
    write: Callable[[IO[bytes]], None]


def report(db: Database, merchant_id: MerchantId, run_id: UUID) -> Report:
    """Prepare the report of a feed, in the format of its file. Raises NotFound."""
    head = feeds.head(db, merchant_id, run_id)
    summary = Summary(head.records, head.failed, head.warned)
    if not _is_xml(head):
        return Report(
            f"processing-report-{run_id}.txt",
            "text/tab-separated-values",
            summary,
            lambda out: reports.write_flat(out, summary, _results(db, merchant_id, head)),
        )
    merchant, status = head.merchant[:_LONGEST_MERCHANT], _STATUSES.get(head.state, ReportStatus.PROCESSING)
    return Report(
        f"processing-report-{run_id}.xml",
        "application/xml",
        summary,
        lambda out: reports.write_xml(
            out, str(run_id), merchant, summary, _results(db, merchant_id, head), status
        ),
    )


def results(db: Database, merchant_id: MerchantId, run_id: UUID) -> Iterator[Result]:
    """Give the errors and warnings of a feed one by one, those of the file as a whole first.

    Raises NotFound.
    """
    return _results(db, merchant_id, feeds.head(db, merchant_id, run_id))


def _is_xml(head: FeedHead) -> bool:
    return FeedType(head.feed_type).is_xml if head.feed_type else head.is_markup


def _results(db: Database, merchant_id: MerchantId, head: FeedHead) -> Iterator[Result]:
    if head.state is RunState.STOPPED:
        yield Result(Problem(Code.STOPPED, other=wording.run_note(head.note)))
    for kept in head.problems:
        yield Result(problem_in(kept))
    other_rows = _("message %(number)s") if _is_xml(head) else _("line %(number)s")
    for row in feeds.said_rows(db, merchant_id, head.run_id):
        for problem in _problems(row, other_rows):
            yield Result(problem, row.record, row.message_id, row.order_ref, row.item_ref)


def _problems(row: SaidRow, other_rows: str) -> Iterator[Problem]:
    every = [problem_in(kept) for kept in row.problems]
    if row.code:
        every.append(_found(row, Code(int(row.code)), other_rows))
    for problem in every:
        # What was refused needs no warnings.
        if row.verdict is not Verdict.ERROR or problem.severity is Severity.ERROR:
            yield problem


def _found(row: SaidRow, code: Code, other_rows: str) -> Problem:
    """Say what was found when the row was held against the orders."""
    if code in {Code.DUPLICATE_ROW, Code.CONFLICTING_ROWS}:
        return Problem(code, other=other_rows % {"number": row.detail})
    return _FOUND[code](code, row) if code in _FOUND else Problem(code)


def _blocker(detail: str) -> str:
    words = wording.blocker(Blocker(detail)) if detail else _("nothing of it is open")
    return words.rstrip(".。")


_FOUND: Mapping[Code, Callable[[Code, SaidRow], Problem]] = {
    Code.ORDER_NOT_FOUND: lambda code, row: Problem(code, value=row.order_ref),
    Code.ITEM_NOT_FOUND: lambda code, row: Problem(code, value=row.item_ref, other=row.order_ref),
    Code.TOO_MANY_UNITS: lambda code, row: Problem(
        code, value=str(row.quantity or ""), other=_("at most %(count)s") % {"count": row.detail}
    ),
    Code.NOT_CANCELABLE: lambda code, row: Problem(code, other=_blocker(row.detail)),
    Code.DUPLICATE_MESSAGE_ID: lambda code, row: Problem(code, value=row.message_id),
    Code.REASON_SWITCHED_OFF: lambda code, row: Problem(code, value=row.detail),
    Code.AMOUNT_NOT_POSSIBLE: lambda code, row: Problem(code, other=row.detail),
    Code.OTHER_CURRENCY: lambda code, row: Problem(code, value=_written(row), other=row.detail),
}


def _written(row: SaidRow) -> str:
    return ", ".join(f"{amount['written']} {amount['currency']}".strip() for amount in row.amounts)
