"""Write envelopes and tables as they are written by the book."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import IO, Protocol

from lxml import etree

from shared.tables.guarding import guard

_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_VERSION = "1.01"


class Writer(Protocol):
    """What writes XML piece by piece."""

    def write(self, *pieces: str | etree._Element) -> None:
        """Write text or whole elements."""

    def element(self, tag: str) -> AbstractContextManager[None]:
        """Write an element around the block."""


class Envelope:
    """An envelope that is being written; messages are numbered from 1 on."""

    def __init__(self, file: Writer) -> None:
        self._file = file
        self._messages = 0

    def message(self, payload: etree._Element) -> None:
        """Write one message."""
        with self.open_message():
            self._file.write(payload)

    @contextmanager
    def open_message(self) -> Iterator[None]:
        """Begin a message whose payload is written piece by piece."""
        self._messages += 1
        with self._file.element("Message"):
            self._file.write(leaf("MessageID", str(self._messages)))
            yield
        self._file.write("\n")


@contextmanager
def envelope(out: IO[bytes], message_type: str, merchant: str) -> Iterator[tuple[Envelope, Writer]]:
    """Write an envelope around the messages of the block."""
    with etree.xmlfile(out, encoding="utf-8") as file:
        file.write_declaration()
        attributes = {f"{{{_XSI}}}noNamespaceSchemaLocation": "amzn-envelope.xsd"}
        with file.element("AmazonEnvelope", attributes, nsmap={"xsi": _XSI}):
            header = etree.Element("Header")
            header.append(leaf("DocumentVersion", _VERSION))
            header.append(leaf("MerchantIdentifier", merchant))
            file.write("\n", header, "\n", leaf("MessageType", message_type), "\n")
            yield Envelope(file), file


def leaf(name: str, text: str, **attributes: str) -> etree._Element:
    """Make an element that holds text."""
    element = etree.Element(name, attributes)
    element.text = text
    return element


def branch(name: str, *children: etree._Element) -> etree._Element:
    """Make an element that holds others."""
    element = etree.Element(name)
    element.extend(children)
    return element


def table_line(cells: Sequence[str]) -> bytes:
    """Write one row of a tab-delimited table that is safe to open in a spreadsheet."""
    return ("\t".join(guard(cell.replace("\t", " ")) for cell in cells) + "\n").encode()
