"""A JSON file as a stream of orders: one, a list, pages of lists, or a document a line; never all at once."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import ijson
from ijson.common import IncompleteJSONError, JSONError, ObjectBuilder

from shared.rendering import gettext as _
from shared.stores.nodes import Node
from shared.tables.encodings import Encoding, detect
from shared.tables.table import MAX_ROWS, Progress
from shared.tables.troubles import UnreadableFile

# Where lists of orders stand; whatever stands in one of them is handed on by itself.
_LISTS = frozenset(
    {
        "item",
        "orders.item",
        "Orders.item",
        "payload.item",
        "payload.Orders.item",
        "payload.orders.item",
        "data.item",
        "data.orders.item",
    }
)
_MOST_VALUES = 500_000
_MAX_DEPTH = 32
_REPORT_EVERY = 4_096
_OPENING = frozenset({"start_map", "start_array"})
_CLOSING = frozenset({"end_map", "end_array"})


@dataclass(frozen=True, slots=True)
class Document:
    """A JSON file that was opened."""

    path: Path
    size: int
    encoding: Encoding

    def nodes(self, progress: Progress | None = None) -> Iterator[Node]:
        """Stream the objects of the file that may be orders.

        Raises UnreadableFile where the text stops being JSON, or holds more than is accepted.
        """
        with self.path.open("rb") as raw:
            reader = _Reader(self._utf_8(raw), raw, progress)
            try:
                for count, node in enumerate(reader.nodes(), start=1):
                    if count > MAX_ROWS:
                        raise _too_many()
                    yield node
            except IncompleteJSONError as error:
                raise _broken(str(error)) from error
            except JSONError as error:
                raise _broken(str(error)) from error
        if progress is not None:
            progress(self.size)

    def _utf_8(self, raw: IO[bytes]) -> "IO[bytes] | _Recoded":
        if self.encoding.codec == "utf-8-sig":
            if raw.read(3) != b"\xef\xbb\xbf":
                raw.seek(0)
            return raw
        return _Recoded(io.TextIOWrapper(raw, self.encoding.codec, newline=""))


def open_document(path: Path) -> Document:
    """Find out how a JSON file is encoded; raises UnreadableFile when its text cannot be read."""
    return Document(path, path.stat().st_size, detect(path))


@dataclass(frozen=True, slots=True)
class _Recoded:
    """Text of another encoding, read as UTF-8."""

    text: io.TextIOWrapper

    def read(self, size: int = -1) -> bytes:
        return self.text.read(size).encode()


class _Reader:
    """Cut the orders out of the lists they stand in; what is left of a document follows them."""

    def __init__(self, stream: "IO[bytes] | _Recoded", raw: IO[bytes], progress: Progress | None) -> None:
        self._events = ijson.parse(stream, multiple_values=True, use_float=False)
        self._raw = raw
        self._progress = progress
        self._depth = 0
        self._documents = 0
        self._indexes: dict[str, int] = {}

    def nodes(self) -> Iterator[Node]:
        frame, found = _Frame(), False
        for count, (prefix, event, value) in enumerate(self._events):
            if self._progress is not None and count % _REPORT_EVERY == 0:
                self._progress(self._raw.tell())
            if event == "start_map" and prefix in _LISTS and self._depth == prefix.count(".") + 1:
                yield Node(self._object(prefix), self._place(prefix))
                found = True
                continue
            self._count(event)
            frame.add(event, value)
            if self._depth == 0:
                if not found and isinstance(frame.value, dict):
                    yield Node(frame.value, self._place(""))
                self._documents += 1
                self._indexes.clear()
                frame, found = _Frame(), False

    def _object(self, prefix: str) -> dict[str, Any]:
        frame, depth = _Frame(), self._depth
        frame.add("start_map", None)
        self._count("start_map")
        for _prefix, event, value in self._events:
            self._count(event)
            frame.add(event, value)
            if self._depth == depth:
                break
        self._indexes[prefix] = self._indexes.get(prefix, -1) + 1
        return dict(frame.value)

    def _count(self, event: str) -> None:
        self._depth += (event in _OPENING) - (event in _CLOSING)
        if self._depth > _MAX_DEPTH:
            raise UnreadableFile(
                _("The document is nested more than %(limit)d deep.") % {"limit": _MAX_DEPTH},
                _("Export the orders again as they are."),
            )

    def _place(self, prefix: str) -> str:
        within = ""
        if prefix:
            within = prefix.removesuffix("item").rstrip(".") + f"[{self._indexes[prefix]}]"
        if self._documents == 0:
            return within or "$"
        return _("document %(number)d") % {"number": self._documents + 1} + (f", {within}" if within else "")


class _Frame:
    """A value while it is put together; no single order has as many values as a whole file."""

    def __init__(self) -> None:
        self._builder = ObjectBuilder()
        self._values = 0

    def add(self, event: str, value: object) -> None:
        self._values += 1
        if self._values > _MOST_VALUES:
            raise UnreadableFile(
                _("One document holds more than %(limit)d values, and no list of orders is found in it.")
                % {"limit": _MOST_VALUES},
                _("Export the orders as a list."),
            )
        self._builder.event(event, value)

    @property
    def value(self) -> Any:  # noqa: ANN401 - whatever the document holds
        return getattr(self._builder, "value", None)


def _broken(why: str) -> UnreadableFile:
    return UnreadableFile(
        _("The text is no well-formed JSON: %(why)s.") % {"why": " ".join(why.split())[:200]},
        _("Export it again; what stood before this place has been read."),
    )


def _too_many() -> UnreadableFile:
    return UnreadableFile(
        _("The file has more than %(limit)d orders.") % {"limit": MAX_ROWS},
        _("Split the file between two orders and import the parts; no order is taken in twice."),
    )
