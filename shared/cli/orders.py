"""`rescind orders`: take in orders from the files of shop systems."""

import json
import sys
from pathlib import Path

import click

from shared.actions.intake import IntakeOutcome
from shared.cli.database import opened
from shared.cli.meter import bytes_meter
from shared.domain.errors import NotFound
from shared.queries import merchants
from shared.rendering import gettext as _
from shared.rendering import ngettext
from shared.settings import Settings
from shared.storage.engine import Database
from shared.stores.findings import Finding, Severity
from shared.stores.importing import Observer, OrderImport, Tally
from shared.stores.json_orders import JsonOrders
from shared.stores.reading import OrderFile
from shared.stores.recognize import open_orders
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
    """Take in the orders of FILE: reports of Amazon, exports of Shopify, or JSON of either or WooCommerce.

    An order is taken in once, however often its file is given; another report adds what it lacked. Exits with
    1 when something could not be taken in, or contradicts what is known.
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


def _import(db: Database, file: OrderFile | JsonOrders, slug: str, *, mail_all: bool, as_json: bool) -> Tally:
    try:
        merchant = merchants.find(db, slug)
    except NotFound as error:
        raise click.BadParameter(error.detail, param_hint="--merchant") from error
    report = _JsonReport() if as_json else _TextReport()
    report.begin(file)
    with bytes_meter(file.size, to_stdout=not as_json) as advance:
        tally = OrderImport(db, merchant, mail_all, report).run(file, advance)
    report.end(tally)
    return tally


class _TextReport(Observer):
    """Tell people what became of the file, line by line."""

    def begin(self, file: OrderFile | JsonOrders) -> None:
        """Say what the file was taken for."""
        words = _("%(name)s, %(encoding)s text")
        if file.encoding.assumed:
            words = _("%(name)s, read as %(encoding)s text")
        said = words % {"name": file.kind, "encoding": file.encoding.name}
        if file.delimiter:
            said += _(", columns separated by %(delimiter)s") % {
                "delimiter": _delimiter_words(file.delimiter)
            }
        click.echo(said + ".")

    def finding(self, found: Finding) -> None:
        """Name what a person should look at."""
        text = f"{found.what} {found.how_to_mend}"
        if found.severity is not Severity.LEFT_OUT:
            text = _("order %(number)s:") % {"number": found.order_number} + f" {text}"
        if found.where:
            text = f"{found.where}: {text}"
        if found.order_number and found.severity is Severity.LEFT_OUT:
            text += " " + _("Order %(number)s is left out as a whole.") % {"number": found.order_number}
        click.echo(text)

    def end(self, tally: Tally) -> None:
        """Print the summary."""
        for what, count in tally.notices.items():
            click.echo(ngettext("%(num)s order:", "%(num)s orders:", count) % {"num": count} + " " + what)
        taken_in = tally.outcomes[IntakeOutcome.TAKEN_IN]
        parts = [ngettext("%(num)s order taken in", "%(num)s orders taken in", taken_in) % {"num": taken_in}]
        counts = (
            (_("%(num)s completed"), tally.outcomes[IntakeOutcome.COMPLETED]),
            (_("%(num)s there with other content"), tally.outcomes[IntakeOutcome.DIFFERS]),
            (_("%(num)s left out"), tally.left_out),
            (_("%(num)s waiting for the rest of an order"), tally.waiting),
        )
        parts.append(_("%(num)s already there") % {"num": tally.outcomes[IntakeOutcome.ALREADY_THERE]})
        parts += [words % {"num": count} for words, count in counts if count]
        bad = tally.bad_rows
        parts.append(ngettext("%(num)s bad row", "%(num)s bad rows", bad) % {"num": bad})
        click.echo(", ".join(parts) + ".")


class _JsonReport(Observer):
    """Write one JSON document for scripts; bad rows leave the memory as soon as they are found."""

    def __init__(self) -> None:
        self._differing: list[str] = []
        self._between = ""

    def begin(self, file: OrderFile | JsonOrders) -> None:
        """Open the document."""
        about = {
            "file": file.path.name,
            "kind": file.kind,
            "encoding": file.encoding.name,
            "delimiter": file.delimiter,
        }
        click.echo(json.dumps(about)[:-1] + ', "bad_rows": [', nl=False)

    def finding(self, found: Finding) -> None:
        """Write what a person should look at; keep the number of an order that differs."""
        if found.severity is Severity.UNCHANGED and found.order_number not in self._differing[-1:]:
            self._differing.append(found.order_number)
        row = {
            "line": found.line,
            "place": found.place,
            "order_number": found.order_number,
            "what": found.what,
            "how_to_mend": found.how_to_mend,
            "code": found.code,
            "severity": found.severity,
        }
        click.echo(self._between + json.dumps(row), nl=False)
        self._between = ", "

    def end(self, tally: Tally) -> None:
        """Close the document with the counts."""
        counts = {
            "taken_in": tally.outcomes[IntakeOutcome.TAKEN_IN],
            "completed": tally.outcomes[IntakeOutcome.COMPLETED],
            "already_there": tally.outcomes[IntakeOutcome.ALREADY_THERE],
            "differing": self._differing,
            "left_out": tally.left_out,
            "waiting": tally.waiting,
            "notices": [{"what": what, "orders": count} for what, count in tally.notices.items()],
            "stopped": None if tally.stopped is None else str(tally.stopped),
        }
        click.echo("], " + json.dumps(counts)[1:])


def _delimiter_words(delimiter: str) -> str:
    known = {"\t": _("tabs"), ",": _("commas"), ";": _("semicolons")}
    return known.get(delimiter, delimiter)
