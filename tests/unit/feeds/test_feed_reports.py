import io
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from shared.feeds import explanations, reports
from shared.feeds.codes import Code, Problem, Severity, severity_of
from shared.feeds.kinds import FeedType
from shared.feeds.processing_report import Result, Summary, Tally, description, results_of
from shared.feeds.recognize import open_feed
from shared.feeds.templates import OpenLine, report_schema, schema_of, write_sheet, write_template
from shared.feeds.values import Action, FeedRow, Scope
from tests.unit.feeds.making import (
    ITEM,
    ORDER,
    OTHER,
    acknowledge,
    adjusted,
    cancel,
    envelope,
    price,
    report_text,
    written,
)

LINES = [OpenLine(ORDER, ITEM, "USD"), OpenLine(ORDER, "1", "USD"), OpenLine("#1001", "2", "JPY")]
PROBLEMS = st.lists(st.sampled_from(list(Code)), max_size=3).map(
    lambda codes: tuple(Problem(c) for c in codes)
)
RECORDS = st.lists(st.lists(PROBLEMS, min_size=1, max_size=3), max_size=20)


def rows_with(records: list[list[tuple[Problem, ...]]]) -> list[FeedRow]:
    rows = []
    for record, parts in enumerate(records, start=1):
        refused = any(problem.severity is Severity.ERROR for problems in parts for problem in problems)
        rows += [
            FeedRow(record, Action.CANCEL, Scope.LINE, ORDER, ITEM, message_id=str(record), part=part,
                    problems=problems, refused=refused)
            for part, problems in enumerate(parts)
        ]  # fmt: skip
    return rows


@cache
def schema(path: Path | None) -> etree.XMLSchema:
    assert path is not None
    return etree.XMLSchema(etree.parse(path))


@settings(deadline=None)
@given(records=RECORDS)
def test_counters_add_up_and_agree_with_the_results(records: list[list[tuple[Problem, ...]]]) -> None:
    rows = rows_with(records)
    tally = Tally()
    for row in rows:
        tally.add(row)
    results = [result for row in rows for result in results_of(row)]
    failed = {result.record for result in results if result.problem.severity is Severity.ERROR}
    warned = {result.record for result in results if result.problem.severity is Severity.WARNING}

    assert tally.summary == Summary(len(records), len(failed), len(warned))
    assert tally.summary.successful + tally.summary.with_error == tally.summary.processed
    assert not failed & warned


@settings(deadline=None)
@given(records=RECORDS, value=st.text())
def test_a_report_is_valid_whatever_stood_in_the_feed(
    records: list[list[tuple[Problem, ...]]], value: str
) -> None:
    results = [Result(Problem(Code.UNKNOWN_REASON, "x", value, "y"), 1, "1", value or "x", value or "x")]
    results += [result for row in rows_with(records) for result in results_of(row)]
    out = io.BytesIO()
    reports.write_xml(out, "0198", "M1", Summary(len(records)), results)

    schema(report_schema()).assertValid(etree.fromstring(out.getvalue()))


@settings(deadline=None)
@given(value=st.text())
def test_a_flat_report_keeps_one_line_for_each_result(value: str) -> None:
    out = io.BytesIO()
    problem = Problem(Code.UNKNOWN_REASON, "x", value, "y")
    reports.write_flat(out, Summary(1, 1), [Result(problem, 3, "", value, value)])
    lines = out.getvalue().decode().split("\n")

    assert lines[3:5] == [
        "",
        "original-record-number\torder-id\torder-item-id\terror-code\terror-type\terror-message",
    ]
    assert len(lines) == 7
    assert len(lines[5].split("\t")) == 6


def test_a_flat_report_is_written_by_the_book(tmp_path: Path) -> None:
    found = report_text(tmp_path, cancel((ORDER, "", ""), (ORDER, "", ITEM), ("=1+1", "NoInventory", ITEM)))

    said = (
        "The row names an item, but no reason. Fill in both, or leave both empty to cancel the whole order."
    )

    assert found.decode().splitlines() == [
        "Feed Processing Summary:",
        "\tNumber of records processed\t\t3",
        "\tNumber of records successful\t\t2",
        "",
        "original-record-number\torder-id\torder-item-id\terror-code\terror-type\terror-message",
        f"4\t{ORDER}\t{ITEM}\t90033\tError\t{said}",
    ]


def test_a_flat_report_without_problems_has_no_table(tmp_path: Path) -> None:
    found = report_text(tmp_path, cancel((ORDER, "", "")))

    assert found.decode().endswith("successful\t\t1\n")


@pytest.mark.parametrize(
    "content",
    [
        envelope(
            "OrderAcknowledgement", acknowledge(), acknowledge(2, order="{x}"), acknowledge(3, items="")
        ),
        envelope("OrderAdjustment", adjusted(), adjusted(2, rest=price("-1"))),
        envelope("OrderAdjustment", adjusted())[:-1],
        "<!DOCTYPE a><a/>",
    ],
)
def test_an_xml_report_is_valid_by_its_schema(tmp_path: Path, content: str) -> None:
    schema(report_schema()).assertValid(etree.fromstring(report_text(tmp_path, content)))


def test_a_document_that_is_not_well_formed_is_refused_with_its_place(tmp_path: Path) -> None:
    content = envelope("OrderAcknowledgement", acknowledge(), "<Message>&oops;</Message>")
    root = etree.fromstring(report_text(tmp_path, content))

    assert root.findtext(".//StatusCode") == "Rejected"
    assert root.findtext(".//MessageID") == "1"
    assert root.findtext(".//Result/MessageID") == "0"
    assert "line 6, column 16" in root.findtext(".//ResultDescription", "")


@pytest.mark.parametrize("kind", [FeedType.ORDER_ACKNOWLEDGEMENT, FeedType.ORDER_ADJUSTMENT])
@pytest.mark.parametrize("lines", [[], LINES])
def test_templates_are_valid_by_our_schemas(kind: FeedType, lines: list[OpenLine]) -> None:
    out = io.BytesIO()
    write_template(kind, out, "M1", lines)

    schema(schema_of(kind)).assertValid(etree.fromstring(out.getvalue()))


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        (
            FeedType.ORDER_ACKNOWLEDGEMENT,
            envelope("OrderAcknowledgement", acknowledge(), acknowledge(2, items="")),
        ),
        (FeedType.ORDER_ADJUSTMENT, envelope("OrderAdjustment", adjusted(), adjusted(2, rest=price("5.00")))),
    ],
)
def test_what_is_read_without_errors_is_valid_by_our_schemas(kind: FeedType, content: str) -> None:
    schema(schema_of(kind)).assertValid(etree.fromstring(content.encode()))


@pytest.mark.parametrize("kind", FeedType)
@pytest.mark.parametrize("as_sheet", [False, True])
def test_a_template_is_of_its_type_and_cancels_nothing_as_it_stands(
    tmp_path: Path, kind: FeedType, *, as_sheet: bool
) -> None:
    out = io.BytesIO()
    if as_sheet and not kind.is_xml:
        write_sheet(kind, out, LINES)
    else:
        write_template(kind, out, "M1", LINES)
    feed = open_feed(written(tmp_path, out.getvalue()))
    rows = list(feed.rows())

    assert feed.kind is kind
    assert not feed.problems
    assert {row.order_id for row in rows} == {ORDER, "#1001"}
    assert all(row.refused or row.action is Action.ACKNOWLEDGE for row in rows)


def test_flat_feeds_have_no_schema() -> None:
    assert schema_of(FeedType.ORDER_CANCELLATION) is None


def test_every_code_says_what_it_is_and_how_to_mend_it() -> None:
    assert set(explanations.WHAT) == set(map(int, Code))
    for code in Code:
        said = description(Result(Problem(code, "FIELD", "VALUE", "OTHER")))
        assert "%(" not in said
        assert said[:1].isupper() or said[0] in "“V"
    assert {severity_of(code) for code in Code} == {Severity.ERROR, Severity.WARNING}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50, deadline=None)
@given(content=st.binary(max_size=300))
def test_whatever_is_sent_gets_a_report(tmp_path: Path, content: bytes) -> None:
    assert report_text(tmp_path, content)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100, deadline=None)
@given(data=st.data())
def test_whatever_is_cut_or_changed_gets_a_report(tmp_path: Path, data: st.DataObject) -> None:
    good = data.draw(
        st.sampled_from(
            [
                cancel((ORDER, "NoInventory", ITEM), (OTHER, "", "")),
                envelope("OrderAcknowledgement", acknowledge(), acknowledge(2, order=OTHER)),
            ]
        )
    )
    start = data.draw(st.integers(0, len(good)))
    end = data.draw(st.integers(start, min(len(good), start + 20)))
    content = good[:start] + data.draw(st.text(alphabet="\t\n<>&'\"=x0 ", max_size=3)) + good[end:]

    assert report_text(tmp_path, content)
