"""`rescind feeds`: carry out the files of other systems, and write their processing reports."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from uuid import UUID

import click

from shared.cli.database import opened
from shared.cli.meter import bytes_meter
from shared.domain.actors import Actor, ActorKind
from shared.domain.bulk import RunState
from shared.domain.errors import NotFound
from shared.domain.ids import MerchantId
from shared.feeds import reporting, running, submitting
from shared.feeds.kinds import FeedType, feed_type_of, name_of
from shared.feeds.reporting import Report
from shared.feeds.submitting import Feed
from shared.queries import feeds as queries
from shared.queries import merchants
from shared.queries.feeds import FeedDocument
from shared.rendering import gettext as _
from shared.rendering import money, ngettext
from shared.settings import Settings
from shared.storage.engine import Database


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What became of a file, and whether that was told before."""

    feed: FeedDocument
    report: Report
    is_repeated: bool


class _Type(click.ParamType):  # type: ignore[type-arg]
    name = "type"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> FeedType:
        """Find a type by our name or a foreign one."""
        try:
            return feed_type_of(value)
        except ValueError:
            self.fail(f"“{value}” is none of {', '.join(FeedType)}.", param, ctx)


@click.group()
def feeds() -> None:
    """Carry out cancellation and adjustment files."""


@feeds.command("submit")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False, readable=True))
@click.option("--type", "wanted", type=_Type(), help="What FILE is; told from its content otherwise.")
@click.option("--dry-run", is_flag=True, help="Change nothing, and say what would become of it.")
@click.option("--report", "out", type=click.Path(path_type=Path, dir_okay=False, writable=True),
              help="Where to write the processing report.")  # fmt: skip
@click.option("--merchant", "slug", metavar="SLUG", help="Whose orders these are, where there are several.")
@click.option("--json", "as_json", is_flag=True, help="Print the outcome as JSON.")
def submit(
    file: Path, wanted: FeedType | None, slug: str | None, out: Path | None, *, dry_run: bool, as_json: bool
) -> None:
    """Carry out FILE: a cancellation file, or an acknowledgement or adjustment feed.

    A file is carried out once: given again, its first report is told. Exits with 1 when FILE is refused.
    """
    feed = Feed(file, file.name, wanted, dry_run)
    with opened(Settings.read(serving=False)) as db:
        merchant_id = _merchant(db, slug)
        outcome = _carry_out(db, merchant_id, feed, to_stdout=not as_json)
        if out is not None:
            with out.open("wb") as target:
                outcome.report.write(target)
        refusal = _refusal(db, merchant_id, outcome.feed.id, outcome.feed.state)
    if refusal:
        raise click.ClickException(refusal)
    _print_json(outcome) if as_json else _print(outcome)


def _merchant(db: Database, slug: str | None) -> MerchantId:
    known = merchants.all_slugs(db) if slug is None else ()
    if slug is None and len(known) != 1:
        raise click.BadParameter("Name the merchant.", param_hint="--merchant")
    try:
        return merchants.find(db, slug or known[0]).id
    except NotFound as error:
        raise click.BadParameter(error.detail, param_hint="--merchant") from error


def _carry_out(db: Database, merchant_id: MerchantId, feed: Feed, *, to_stdout: bool) -> _Outcome:
    begun = submitting.submit(db, merchant_id, feed, Actor(ActorKind.FEED), most_an_hour=None)
    size = feed.path.stat().st_size
    with bytes_meter(size, to_stdout=to_stdout) as meter:

        def advance(stage: str, of: int, done: int) -> None:
            # Orders are shown as their share of the file's bytes: one measure for both stages.
            meter(stage, size * done // of if of else done)

        running.carry_out(db, merchant_id, begun.run_id, advance)
    found = queries.find(db, merchant_id, begun.run_id)
    return _Outcome(found, reporting.report(db, merchant_id, begun.run_id), begun.is_repeated)


def _refusal(db: Database, merchant_id: MerchantId, run_id: UUID, state: RunState) -> str:
    if state is not RunState.REFUSED:
        return ""
    problem = next(iter(reporting.results(db, merchant_id, run_id))).problem
    return f"{problem.words()} {problem.how_to_mend()}"


def _print(outcome: _Outcome) -> None:
    feed, summary = outcome.feed, outcome.report.summary
    if outcome.is_repeated:
        click.echo(_("This file was carried out before; this is its first report."))
    name = name_of(FeedType(feed.type)) if feed.type else feed.filename
    words = _("%(name)s, dry run: nothing was changed.") if feed.dry_run else "%(name)s."
    click.echo(words % {"name": name})
    processed = summary.processed
    parts = [ngettext("%(num)s record", "%(num)s records", processed) % {"num": processed}]
    parts.append(_("%(num)s successful") % {"num": summary.successful})
    parts.append(_("%(num)s failed") % {"num": summary.with_error})
    parts.append(_("%(num)s with a warning") % {"num": summary.with_warning})
    click.echo(", ".join(parts) + ".")
    units = ngettext("%(num)s unit canceled", "%(num)s units canceled", feed.units) % {"num": feed.units}
    amounts = [money(minor, currency) for currency, minor in feed.refunded.items()]
    click.echo(
        ", ".join([units, *(_("%(amount)s goes back") % {"amount": amount} for amount in amounts)]) + "."
    )


def _print_json(outcome: _Outcome) -> None:
    summary = outcome.report.summary
    counts = {
        "records": summary.processed,
        "successful": summary.successful,
        "failed": summary.with_error,
        "with_warning": summary.with_warning,
        "repeated": outcome.is_repeated,
    }
    document = {name: value for name, value in asdict(outcome.feed).items() if name != "report"}
    click.echo(json.dumps({**document, **counts}, default=str))
