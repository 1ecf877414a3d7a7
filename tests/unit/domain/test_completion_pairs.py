"""Which line of a known order a report's line is, and what a buyer's sentence stands for."""

import pytest

from shared.domain.completion import pairs
from shared.domain.order_reports import ReportedLine
from shared.domain.wishes import sentence_of


def line(**facts) -> ReportedLine:
    return ReportedLine(**{"title": "", "quantity": 1, **facts})


@pytest.mark.parametrize(
    ("known", "given", "place"),
    [
        (line(external_id="1", sku="A"), line(external_id="2", sku="A"), None),
        (line(sku="A"), line(sku="A"), 0),
        (line(sku="A"), line(sku="B"), None),
        (line(asin="B1"), line(asin="B1"), 0),
        (line(asin="B1"), line(asin="B2"), None),
        (line(title="Lamp"), line(title="Lamp"), 0),
        (line(title="Lamp"), line(title="Mug"), None),
        (line(title="Lamp", sku="A"), line(title="Lamp"), None),
    ],
)
def test_lines_are_paired_by_what_both_tell(
    known: ReportedLine, given: ReportedLine, place: int | None
) -> None:
    assert pairs([known], [given]) == [(given, place)]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("  ", None),
        ("found cheaper, somewhere else.", "Found cheaper somewhere else"),
        ("Item would not arrive on time", "Item(s) would not arrive on time"),
        ("Moving house", "Other"),
    ],
)
def test_a_buyers_words_are_one_of_the_marketplaces_sentences(words: str, sentence: str | None) -> None:
    assert sentence_of(words) == sentence
