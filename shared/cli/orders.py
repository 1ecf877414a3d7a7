"""`rescind orders`: take in orders from the files of shop systems."""

import json
import sys
from dataclasses import asdict
from pathlib import Path

import click

from shared.actions.intake import IntakeOutcome
from shared.cli.database import opened
from shared.cli.meter import bytes_meter
from shared.cli.order_import import OrderImport, Tally
from shared.domain.errors import NotFound
from shared.queries import merchants
from shared.rendering import gettext as _
from shared.rendering import ngettext
from shared.settings import Settings
from shared.storage.engine import Database
from shared.stores.reading import OrderFile
from shared.stores.recognize import open_orders
from shared.stores.troubles import BadRow
from shared.tables.troubles import UnreadableFile


@click.group()
def orders() -> None:
    """Take in orders from files."""


@orders.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--merchant", "slug", metavar="SLUG", required=True, help="Whose orders these are.")
@click.option("--mail", "mail_all", is_flag=True, help="Confirm orders older than 30 days by e-mail, too.")
@click.option("--json", "as_json", is_flag=True, help="Print the outcome as JSON.")
def import_orders(file: Path, slug: str, *, mail_all: bool, as_json: bool) -> None:
    """Take in the orders of FILE: Amazon's new orders report or Shopify's orders export.

    An order is taken in once, however often its file is given. Exits with 1 when a row could not be taken in.
    """
    try:
        order_file = open_orders(file)
    except UnreadableFile as error:
        raise click.ClickException(str(error)) from error
    with opened(Settings.read(serving=False)) as db:
        tally = _import(db, order_file, slug, mail_all=mail_all, as_json=as_json)
    if tally.stopped is not None:
        raise click.ClickException(str(tally.stopped))
    if not tally.is_clean:
        sys.exit(1)


def _import(db: Database, file: OrderFile, slug: str, *, mail_all: bool, as_json: bool) -> Tally:
    try:
        merchant = merchants.find(db, slug)
    except NotFound as error:
        raise click.BadParameter(error.detail, param_hint="--merchant") from error
    report = _JsonReport() if as_json else _TextReport()
    report.begin(file)
    with bytes_meter(file.table.size, to_stdout=not as_json) as advance:
        tally = OrderImport(db, merchant, mail_all, report.finding).run(file, advance)
    report.end(tally)
    return tally


class _TextReport:
    """Tell people what became of the file, line by line."""

    def begin(self, file: OrderFile) -> None:
        """Say what the file was taken for."""
        words = _("%(name)s, %(encoding)s text, columns separated by %(delimiter)s.")
        if file.table.encoding.assumed:
            words = _("%(name)s, read as %(encoding)s text, columns separated by %(delimiter)s.")
        click.echo(
            words
            % {
                "name": file.layout.name,
                "encoding": file.table.encoding.name,
                "delimiter": _delimiter_words(file.table.delimiter),
            }
        )

    def finding(self, found: BadRow | str) -> None:
        """Name a bad row, or an order that differs."""
        if isinstance(found, str):
            click.echo(
                _("order %(number)s: is already there and differs; it stays as it is.") % {"number": found}
            )
            return
        row = found
        text = _("line %(line)d: %(what)s %(how)s") % {
            "line": row.line,
            "what": row.what,
            "how": row.how_to_mend,
        }
        if row.order_number:
            text += " " + _("Order %(number)s is left out as a whole.") % {"number": row.order_number}
        click.echo(text)

    def end(self, tally: Tally) -> None:
        """Print the summary."""
        for what, count in tally.notices.items():
            click.echo(ngettext("%(num)s order:", "%(num)s orders:", count) % {"num": count} + " " + what)
        taken_in = tally.outcomes[IntakeOutcome.TAKEN_IN]
        parts = [ngettext("%(num)s order taken in", "%(num)s orders taken in", taken_in) % {"num": taken_in}]
        parts.append(_("%(num)s already there") % {"num": tally.outcomes[IntakeOutcome.ALREADY_THERE]})
        differ = tally.outcomes[IntakeOutcome.DIFFERS]
        if differ:
            parts.append(_("%(num)s there with other content") % {"num": differ})
        if tally.left_out:
            parts.append(_("%(num)s left out") % {"num": tally.left_out})
        bad = tally.bad_rows
        parts.append(ngettext("%(num)s bad row", "%(num)s bad rows", bad) % {"num": bad})
        click.echo(", ".join(parts) + ".")


class _JsonReport:
    """Write one JSON document for scripts; bad rows leave the memory as soon as they are found."""

    def __init__(self) -> None:
        self._differing: list[str] = []
        self._between = ""

    def begin(self, file: OrderFile) -> None:
        """Open the document."""
        about = {
            "file": file.table.path.name,
            "kind": file.layout.name,
            "encoding": file.table.encoding.name,
            "delimiter": file.table.delimiter,
        }
        click.echo(json.dumps(about)[:-1] + ', "bad_rows": [', nl=False)

    def finding(self, found: BadRow | str) -> None:
        """Write a bad row; keep the number of an order that differs."""
        if isinstance(found, str):
            self._differing.append(found)
            return
        click.echo(self._between + json.dumps(asdict(found)), nl=False)
        self._between = ", "

    def end(self, tally: Tally) -> None:
        """Close the document with the counts."""
        counts = {
            "taken_in": tally.outcomes[IntakeOutcome.TAKEN_IN],
            "already_there": tally.outcomes[IntakeOutcome.ALREADY_THERE],
            "differing": self._differing,
            "left_out": tally.left_out,
            "notices": [{"what": what, "orders": count} for what, count in tally.notices.items()],
            "stopped": None if tally.stopped is None else str(tally.stopped),
        }
        click.echo("], " + json.dumps(counts)[1:])


def _delimiter_words(delimiter: str) -> str:
    known = {"\t": _("tabs"), ",": _("commas"), ";": _("semicolons")}
    return known.get(delimiter, delimiter)
