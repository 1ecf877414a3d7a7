"""Find out of which type a feed is, and open it."""

import codecs
from contextlib import closing
from pathlib import Path

from shared.feeds import acknowledgement, adjustment, adjustment_file, cancellation_file
from shared.feeds.codes import Code, Problem, RefusedDocument
from shared.feeds.envelope import XmlFeed, XmlLayout, head_of
from shared.feeds.flat import TEMPLATE_ROW, AnyTable, FlatFeed, FlatLayout, open_tables, opened, unreadable
from shared.feeds.kinds import FeedType, accepted, name_of
from shared.rendering import gettext as _
from shared.tables.sheets import SheetTable
from shared.tables.sniffing import MAX_BYTES
from shared.tables.troubles import UnreadableFile

FLAT: tuple[FlatLayout, ...] = (cancellation_file.LAYOUT, adjustment_file.LAYOUT)
XML: tuple[XmlLayout, ...] = (acknowledgement.LAYOUT, adjustment.LAYOUT)
_HEAD = 512
_NEARLY = 2

Feed = FlatFeed | XmlFeed


def open_feed(path: Path, wanted: FeedType | None = None) -> Feed:
    """Open a feed, of the wanted type if one is given; raises RefusedDocument, saying what was seen."""
    if path.stat().st_size > MAX_BYTES:
        raise RefusedDocument(Problem(Code.FILE_TOO_LARGE, value=str(MAX_BYTES), other=_("bytes")))
    feed = _xml(path) if is_markup(path) else _flat(path)
    if wanted is not None and feed.kind is not wanted:
        raise RefusedDocument(Problem(Code.OTHER_TYPE, value=name_of(feed.kind)))
    return feed


def detect(path: Path) -> FeedType:
    """Tell of which type a feed is; raises RefusedDocument, naming the types, when it is of none."""
    return open_feed(path).kind


def is_markup(path: Path) -> bool:
    """Tell whether a file begins as XML does."""
    with path.open("rb") as stream:
        head = stream.read(_HEAD)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return head.decode("utf-16", "ignore").lstrip().startswith("<")
    return head.removeprefix(codecs.BOM_UTF8).lstrip(b" \t\r\n\x00").startswith(b"<")


def _xml(path: Path) -> XmlFeed:
    said, payload = head_of(path)
    # Where the two differ, the first message's payload decides whose errors these are.
    for name in (payload, said):
        for layout in XML:
            if name == layout.payload or name.casefold() in layout.misspellings:
                return XmlFeed(layout.kind, layout, path)
    raise _unknown(_("an envelope with MessageType “%(name)s”") % {"name": said or payload})


def _flat(path: Path) -> FlatFeed:
    tables = open_tables(path)
    fitting = [(layout, table) for table in tables if (layout := _layout_of(table)) is not None]
    filled = [found for found in fitting if _has_rows(found[1])] if len(fitting) > 1 else fitting
    if len(filled) > 1:
        raise _several([table for _layout, table in filled])
    if fitting:
        return opened(*(filled or fitting)[0])
    nearest = _nearest(tables)
    if nearest is not None:
        return opened(*nearest)
    raise _unknown(_seen(tables))


def _layout_of(table: AnyTable) -> FlatLayout | None:
    return next((layout for layout in FLAT if _fits(layout, table)), None)


def _has_rows(table: AnyTable) -> bool:
    try:
        with closing(table.rows()) as rows:
            return next(rows, None) is not None
    except UnreadableFile as refusal:
        raise unreadable(refusal) from refusal


def _several(tables: list[AnyTable]) -> RefusedDocument:
    """Refuse a workbook of which nobody could tell whether one sheet is meant or all."""
    names = ", ".join(f"“{table.name}”" for table in tables if isinstance(table, SheetTable))
    seen = _("a workbook with rows in several sheets: %(names)s.") % {"names": names}
    mend = _("Keep one of them, or send each as a file of its own.")
    return RefusedDocument(Problem(Code.UNREADABLE_FILE, value=seen, other=mend))


def _fits(layout: FlatLayout, table: AnyTable) -> bool:
    names = {layout.aliases.get(name, name) for name in table.columns}
    return set(layout.needed) <= names


def _nearest(tables: list[AnyTable]) -> tuple[FlatLayout, AnyTable] | None:
    for table in tables:
        found = TEMPLATE_ROW.match(table.preamble)
        for layout in FLAT:
            names = {layout.aliases.get(name, name) for name in table.columns}
            says_so = found is not None and layout.has_template_row
            # The order id alone stands in many files.
            if says_so or len(set(layout.needed) & names) >= _NEARLY:
                return layout, table
    return None


def _seen(tables: list[AnyTable]) -> str:
    if not tables:
        return _("a workbook without rows")
    names = sorted(tables[0].columns, key=lambda name: tables[0].columns[name])[:10]
    return _("a table with the columns %(names)s") % {"names": ", ".join(names)}


def _unknown(seen: str) -> RefusedDocument:
    return RefusedDocument(Problem(Code.UNKNOWN_TYPE, value=seen, other=accepted()))
