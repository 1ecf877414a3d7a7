"""What is read ahead in a thread arrives as if it were read in place."""

import threading
from collections.abc import Iterator
from contextvars import ContextVar

import pytest

from shared.stores.ahead import Tell, read_ahead

LANGUAGE = ContextVar("language", default="en")


def reader(count: int, error: Exception | None = None):
    def read(tell: Tell) -> Iterator[int]:
        for number in range(count):
            if number % 100 == 0:
                tell("Reading", number)
            yield number
        if error is not None:
            raise error

    return read


def threads() -> set[threading.Thread]:
    return set(threading.enumerate())


def test_everything_arrives_in_its_order_and_is_told_when_it_is_reached() -> None:
    seen: list[object] = []

    seen.extend(read_ahead(reader(1_000), lambda stage, read: seen.append((stage, read))))

    told = [one for one in seen if isinstance(one, tuple)]
    assert [one for one in seen if not isinstance(one, tuple)] == list(range(1_000))
    assert told == [("Reading", read) for read in range(0, 1_000, 100)]
    assert seen.index(("Reading", 500)) == seen.index(500) - 1


def test_what_stood_before_an_error_arrives_before_it() -> None:
    seen: list[int] = []

    with pytest.raises(ValueError, match="broken"):
        seen.extend(read_ahead(reader(300, ValueError("broken")), lambda _stage, _read: None))

    assert seen == list(range(300))


def test_the_thread_ends_with_whoever_reads_no_further() -> None:
    before = threads()
    readings = read_ahead(reader(1_000_000), lambda _stage, _read: None)
    assert next(readings) == 0
    assert threads() - before

    readings.close()

    assert threads() - before == set()


def test_the_thread_knows_what_whoever_reads_has_set() -> None:
    def read(_tell: Tell) -> Iterator[str]:
        yield LANGUAGE.get()

    token = LANGUAGE.set("ja")

    assert list(read_ahead(read, lambda _stage, _read: None)) == ["ja"]
    LANGUAGE.reset(token)
