"""The AmazonEnvelope around every XML feed: a head, and messages that stand or fall each as a whole."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from lxml import etree

from shared.feeds.codes import Code, Problem, RefusedDocument, Severity
from shared.feeds.fields import Fields, elements, local_name
from shared.feeds.kinds import FeedType, accepted
from shared.feeds.values import Action, FeedRow, Scope
from shared.rendering import gettext as _
from shared.tables.markup import BadMarkup, MarkupFault, Parts
from shared.tables.table import MAX_ROWS, Progress

ENVELOPE, MESSAGE = "AmazonEnvelope", "Message"
HEAD = ("Header", "MessageType", "MarketplaceName", "PurgeAndReplace", "EffectiveDate")
_HEADER = ("DocumentVersion", "MerchantIdentifier")
_OPERATIONS = ("", "Update", "PartialUpdate")
_MESSAGE_ID = re.compile(r"[0-9]{1,20}", re.ASCII)
_EVERY = 64
_MARKUP = {
    MarkupFault.ENCODING: Code.BAD_ENCODING,
    MarkupFault.DOCTYPE: Code.FORBIDDEN_MARKUP,
    MarkupFault.INSTRUCTION: Code.FORBIDDEN_MARKUP,
    MarkupFault.NOT_WELL_FORMED: Code.NOT_WELL_FORMED,
    MarkupFault.TOO_DEEP: Code.TOO_DEEP,
    MarkupFault.TOO_LARGE: Code.TOO_LARGE,
}


@dataclass(frozen=True, slots=True)
class XmlLayout:
    """A kind of XML feed: its MessageType, which names the payload too, and how a payload is read.

    `misspellings` are other names people give it, in lower case.
    """

    kind: FeedType
    payload: str
    misspellings: frozenset[str]
    read: Callable[[etree._Element, list[Problem]], list[FeedRow]]


@dataclass(slots=True)
class XmlFeed:
    """An XML feed that was opened. `problems` are warnings about the document, whole once it was read."""

    kind: FeedType
    layout: XmlLayout
    path: Path
    problems: list[Problem] = field(default_factory=list)

    def rows(self, progress: Progress | None = None) -> Iterator[FeedRow]:
        """Stream the instructions; raises RefusedDocument, after which none of them may be carried out."""
        count = 0
        self.problems.clear()
        try:
            with self.path.open("rb") as stream:
                for count, message in enumerate(self._messages(Parts(stream, MESSAGE)), start=1):
                    if count > MAX_ROWS:
                        raise RefusedDocument(
                            Problem(Code.FILE_TOO_LARGE, value=str(MAX_ROWS), other=_("messages"))
                        )
                    yield from self._read(message, count)
                    if progress is not None and count % _EVERY == 0:
                        progress(stream.tell())
        except BadMarkup as refusal:
            raise refused(refusal) from refusal
        if count == 0:
            raise RefusedDocument(Problem(Code.NO_RECORDS))
        if progress is not None:
            progress(self.path.stat().st_size)

    def _messages(self, parts: Parts) -> Iterator[etree._Element]:
        is_first = True
        for message in parts:
            root = message.getparent()
            if root is None or root is not parts.root or local_name(root) != ENVELOPE:
                raise _no_envelope(parts)
            before = list(_standing_before(message))
            if is_first:
                self._read_head(before)
            elif before:
                raise RefusedDocument(_stray(before))
            is_first = False
            yield message
        if parts.root is None or local_name(parts.root) != ENVELOPE:
            raise _no_envelope(parts)
        rest = [child for child in elements(parts.root) if local_name(child) != MESSAGE]
        if rest and not is_first:
            raise RefusedDocument(_stray(rest))

    def _read_head(self, before: Sequence[etree._Element]) -> None:
        head = {local_name(child): child for child in before}
        strange = [
            child for child in before if local_name(child) not in HEAD or head[local_name(child)] is not child
        ]
        if strange:
            raise RefusedDocument(_stray(strange))
        self._judge_type(head.get("MessageType"))
        header = head.get("Header")
        if header is None:
            self.problems.append(Problem(Code.HEADER_MISSING, value="Header"))
        else:
            self.problems += _strange_header(header)

    def _judge_type(self, element: etree._Element | None) -> None:
        said = "" if element is None else (element.text or "").strip()
        if said == self.layout.payload and element is not None and not len(element):
            return
        misspelled = said.casefold() in self.layout.misspellings
        code = Code.MISSPELLED_MESSAGE_TYPE if misspelled else Code.WRONG_MESSAGE_TYPE
        raise RefusedDocument(Problem(code, "MessageType", said, self.layout.payload))

    def _read(self, message: etree._Element, record: int) -> list[FeedRow]:
        problems: list[Problem] = []
        payloads = [
            child for child in elements(message) if local_name(child) not in {"MessageID", "OperationType"}
        ]
        names = ("MessageID", "OperationType", *dict.fromkeys(local_name(child) for child in payloads))
        fields = Fields(message, names, problems, many=names[2:])
        message_id = self._message_id(fields, record, problems)
        operation = fields.text("OperationType")
        if operation not in _OPERATIONS:
            problems.append(Problem(Code.DELETE_NOT_POSSIBLE, "OperationType", operation))
        rows = self._payload(payloads, problems)
        rows = rows or [FeedRow(record, Action.CANCEL, Scope.ORDER, "")]
        rows[0] = replace(rows[0], problems=(*problems, *rows[0].problems))
        is_refused = any(problem.severity is Severity.ERROR for row in rows for problem in row.problems)
        return [
            replace(row, record=record, message_id=message_id, part=part, refused=is_refused)
            for part, row in enumerate(rows)
        ]

    def _message_id(self, fields: Fields, record: int, problems: list[Problem]) -> str:
        written = fields.text("MessageID")
        if _MESSAGE_ID.fullmatch(written):
            return written
        problems.append(Problem(Code.BAD_MESSAGE_ID, "MessageID", written, str(record)))
        return ""

    def _payload(self, payloads: Sequence[etree._Element], problems: list[Problem]) -> list[FeedRow]:
        if not payloads:
            problems.append(Problem(Code.MISSING_VALUE, self.layout.payload))
            return []
        if len(payloads) > 1:
            problems.append(Problem(Code.REPEATED_ELEMENT, MESSAGE, local_name(payloads[1])))
            return []
        if local_name(payloads[0]) != self.layout.payload:
            problems.append(
                Problem(Code.PAYLOAD_DIFFERS, MESSAGE, local_name(payloads[0]), self.layout.payload)
            )
            return []
        return self.layout.read(payloads[0], problems)


def head_of(path: Path) -> tuple[str, str]:
    """Read MessageType and the first message's payload; raises RefusedDocument when it is no envelope."""
    try:
        with path.open("rb") as stream:
            parts = Parts(stream, MESSAGE)
            message = next(iter(parts), None)
            root = parts.root
            if root is None or local_name(root) != ENVELOPE:
                raise _no_envelope(parts)
            said = next((child.text or "" for child in root.iterchildren("MessageType")), "").strip()
            payload = _payload_name(message)
            return said, payload
    except BadMarkup as refusal:
        raise refused(refusal) from refusal


def refused(refusal: BadMarkup) -> RefusedDocument:
    """Say as a problem why a document is refused as a whole."""
    place = _place(refusal)
    if refusal.fault is MarkupFault.DOCTYPE:
        return RefusedDocument(Problem(Code.FORBIDDEN_MARKUP, value="DOCTYPE", other=place))
    return RefusedDocument(Problem(_MARKUP[refusal.fault], value=refusal.seen, other=place))


def _place(refusal: BadMarkup) -> str:
    if not refusal.line:
        return _("somewhere in the document")
    if not refusal.column:
        return _("line %(line)d") % {"line": refusal.line}
    return _("line %(line)d, column %(column)d") % {"line": refusal.line, "column": refusal.column}


def _payload_name(message: etree._Element | None) -> str:
    names = [] if message is None else [local_name(child) for child in elements(message)]
    return next((name for name in names if name not in {"MessageID", "OperationType"}), "")


def _standing_before(message: etree._Element) -> Iterator[etree._Element]:
    # What stands behind it may be there already: a document is parsed in larger pieces.
    for child in reversed(list(message.itersiblings(preceding=True))):
        if isinstance(child.tag, str) and local_name(child) != MESSAGE:
            yield child


def _strange_header(header: etree._Element) -> list[Problem]:
    problems: list[Problem] = []
    Fields(header, _HEADER, problems)
    if any(problem.severity is Severity.ERROR for problem in problems):
        raise RefusedDocument(problems[0])
    return problems


def _no_envelope(parts: Parts) -> RefusedDocument:
    seen = "" if parts.root is None else local_name(parts.root)
    return RefusedDocument(Problem(Code.UNKNOWN_TYPE, value=f"<{seen}>", other=accepted()))


def _stray(strange: Sequence[etree._Element]) -> Problem:
    names = _("expected are: %(names)s.") % {"names": ", ".join((*HEAD, MESSAGE))}
    return Problem(Code.UNEXPECTED_CONTENT, ENVELOPE, local_name(strange[0]), names)
