"""The one way XML is read here: streamed, shallow, and without anything that reaches beyond the document."""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import BinaryIO

from lxml import etree

MAX_DEPTH = 16
MAX_PART_BYTES = 4_000_000
_CHUNK = 1 << 16
_HEAD = 1024
_SAID = re.compile(rb"""\s*<\?xml[^>]*?encoding\s*=\s*["']([^"']{1,40})["']""")
_DOCTYPE = b"<!doctype"
_CODECS = {
    "utf-8": "utf-8-sig",
    "utf8": "utf-8-sig",
    "us-ascii": "ascii",
    "utf-16": "utf-16",
    "windows-1252": "cp1252",
    "cp1252": "cp1252",
    "iso-8859-1": "cp1252",
    "shift_jis": "cp932",
    "windows-31j": "cp932",
}
_TOO_DEEP = etree.XPath(f"boolean(descendant-or-self::*[count(ancestor::*) >= {MAX_DEPTH}])")


class MarkupFault(StrEnum):
    """Why a document is refused as a whole."""

    ENCODING = "encoding"
    DOCTYPE = "doctype"
    INSTRUCTION = "instruction"
    NOT_WELL_FORMED = "not_well_formed"
    TOO_DEEP = "too_deep"
    TOO_LARGE = "too_large"


class BadMarkup(Exception):
    """The document is refused: why, what was seen, and where (0 where that is unknown)."""

    def __init__(self, fault: MarkupFault, seen: str = "", line: int = 0, column: int = 0) -> None:
        super().__init__(f"{fault}: {seen} (line {line}, column {column})")
        self.fault = fault
        self.seen = seen
        self.line = line
        self.column = column


@dataclass(slots=True)
class Parts:
    """A document as a stream of its elements of one name; each is gone when the next one is asked for.

    What stands before such an element in its parent is there until then, too. `root` is known once the
    stream has begun or ended.
    """

    stream: BinaryIO
    name: str
    root: etree._Element | None = field(default=None, init=False)

    def __iter__(self) -> Iterator[etree._Element]:
        """Give each element of this name once it is complete; raises BadMarkup."""
        parser = etree.XMLPullParser(
            events=("end", "pi"),
            tag=self.name,
            encoding="UTF-8",
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            huge_tree=False,
        )
        since_part = 0
        for text in _refusing_doctypes(_decoded(self.stream)):
            since_part += len(text)
            _feed(parser, text)
            for event, element in parser.read_events():
                since_part = 0
                yield from self._part(event, element)
            if since_part > MAX_PART_BYTES:
                raise BadMarkup(MarkupFault.TOO_LARGE, str(MAX_PART_BYTES))
        self.root = _close(parser)
        for event, element in parser.read_events():
            yield from self._part(event, element)
        _refuse_depth(self.root)

    def _part(self, event: str, element: etree._Element) -> Iterator[etree._Element]:
        if event == "pi":
            raise BadMarkup(MarkupFault.INSTRUCTION, str(element), element.sourceline or 0)
        self.root = element.getroottree().getroot()
        _refuse_depth(element)
        yield element
        element.clear()
        parent = element.getparent()
        while parent is not None and element.getprevious() is not None:
            del parent[0]


def _feed(parser: "etree.XMLPullParser[etree._Element]", text: bytes) -> None:
    try:
        parser.feed(text)
    except etree.XMLSyntaxError as error:
        raise _not_well_formed(parser, error) from error


def _close(parser: "etree.XMLPullParser[etree._Element]") -> etree._Element:
    try:
        return parser.close()
    except etree.XMLSyntaxError as error:
        raise _not_well_formed(parser, error) from error


def _not_well_formed(parser: "etree.XMLPullParser[etree._Element]", error: etree.XMLSyntaxError) -> BadMarkup:
    line, column = error.position
    if "Excessive depth" in (error.msg or ""):
        # The parser has a limit of its own for what opens within one piece of the file.
        return BadMarkup(MarkupFault.TOO_DEEP, str(MAX_DEPTH), line or 0)
    # An entity that nobody declared is told only in the parser's log.
    for entry in parser.feed_error_log:
        return BadMarkup(MarkupFault.NOT_WELL_FORMED, entry.message.strip(), entry.line, entry.column)
    said = (error.msg or "").partition(", line ")[0].strip()
    return BadMarkup(MarkupFault.NOT_WELL_FORMED, said, line or 0, column or 0)


def _refuse_depth(element: etree._Element) -> None:
    if _TOO_DEEP(element):
        raise BadMarkup(MarkupFault.TOO_DEEP, str(MAX_DEPTH), element.sourceline or 0)


def _refusing_doctypes(texts: Iterator[bytes]) -> Iterator[bytes]:
    # The parser never gets to see a declaration of types: entities, defaults and files begin there.
    line, tail = 1, b""
    for text in filter(None, texts):
        seen = (tail + text).lower()
        found = seen.find(_DOCTYPE)
        if found >= 0:
            raise BadMarkup(MarkupFault.DOCTYPE, "", line + seen.count(b"\n", 0, found))
        tail = seen[-len(_DOCTYPE) + 1 :]
        line += seen.count(b"\n", 0, len(seen) - len(tail))
        yield text


def _decoded(stream: BinaryIO) -> Iterator[bytes]:
    head = stream.read(_HEAD)
    decoder = codecs.getincrementaldecoder(_codec(head))("strict")
    line, chunk = 1, head
    while chunk:
        text = _decode(decoder, chunk, line, final=False)
        line += text.count("\n")
        yield text.encode()
        chunk = stream.read(_CHUNK)
    _decode(decoder, b"", line, final=True)


def _decode(decoder: codecs.IncrementalDecoder, chunk: bytes, line: int, *, final: bool) -> str:
    try:
        return decoder.decode(chunk, final)
    except UnicodeDecodeError as error:
        line += bytes(error.object[: error.start]).count(b"\n")
        raise BadMarkup(MarkupFault.ENCODING, error.encoding.upper(), line) from error


def _codec(head: bytes) -> str:
    if head.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)) or head[:4].count(0) in {2, 3}:
        # UTF-16 that carries its mark has one zero byte among its first four.
        raise BadMarkup(MarkupFault.ENCODING, "UTF-32 / UTF-16")
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    said = _SAID.match(head)
    if said is None:
        return "utf-8-sig"
    name = said.group(1).decode("ascii", "replace")
    codec = _CODECS.get(name.lower())
    if codec is None or codec == "utf-16":
        raise BadMarkup(MarkupFault.ENCODING, name, 1)
    return codec
