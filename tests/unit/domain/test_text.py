import pytest

from shared.domain.text import BadText, TooLong, clean, read_quantity


def test_text_is_trimmed_and_composed() -> None:
    assert clean("  e\u0301  ", limit=10) == "é"


def test_line_ends_stay_only_where_lines_are_asked_for() -> None:
    assert clean("a\r\nb\rc\td", limit=10, lines=True) == "a\nb\nc\td"
    with pytest.raises(BadText):
        clean("a\nb", limit=10)


@pytest.mark.parametrize("mark", ["\x00", "\x1b", "\x7f", "\x80", "\ud800", "\u202a", "\u2069"])
def test_what_nobody_writes_is_refused(mark: str) -> None:
    with pytest.raises(BadText):
        clean(f"a{mark}b", limit=10, lines=True)


@pytest.mark.parametrize("words", ["שלום", "مرحبا\u200f!", "👩‍👩‍👧", "日本語", "<script>"])
def test_what_people_write_is_kept(words: str) -> None:
    assert clean(words, limit=20) == words


def test_the_limit_is_counted_after_composing() -> None:
    assert clean("e\u0301" * 5, limit=5) == "é" * 5
    with pytest.raises(TooLong) as refused:
        clean("x" * 6, limit=5)
    assert refused.value.limit == 5


@pytest.mark.parametrize(
    "typed", ["", " 1", "1 ", "-1", "+1", "1.0", "1_0", "01", "\uff11", "1\n", "1000000"]
)
def test_only_plain_digits_are_a_quantity(typed: str) -> None:
    with pytest.raises(ValueError, match="not a quantity"):
        read_quantity(typed)


@pytest.mark.parametrize(("typed", "quantity"), [("0", 0), ("7", 7), ("999999", 999_999)])
def test_plain_digits_are_read(typed: str, quantity: int) -> None:
    assert read_quantity(typed) == quantity
