"""`rescind doctor`: look at configuration, database and every invariant, and say what is wrong."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass

import click
from sqlalchemy import Engine, create_engine
from sqlalchemy.exc import SQLAlchemyError

from shared.cli.database import located
from shared.queries import invariants, merchants
from shared.queries.invariants import Violation
from shared.settings import BadSettings, Settings
from shared.storage import schema, walls
from shared.storage.engine import UnsafeRole, open_database
from shared.storage.invariants import INVARIANTS


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at: `trouble` is empty when it is well, `found` says what was seen."""

    name: str
    found: str
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """Everything the doctor saw."""

    checks: tuple[Check, ...]
    violations: tuple[Violation, ...]

    @property
    def is_well(self) -> bool:
        """Nothing is wrong."""
        return not self.violations and not any(check.trouble for check in self.checks)


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def doctor(*, as_json: bool) -> None:
    """Check configuration, database and every invariant; exit 1 if anything is wrong."""
    report = examine()
    if as_json:
        click.echo(json.dumps({"well": report.is_well, **asdict(report)}))
    else:
        for line in _lines(report):
            click.echo(line)
    if not report.is_well:
        raise click.exceptions.Exit(1)


def examine() -> Report:
    """Look at everything, and stop where the rest could not be looked at."""
    try:
        settings = Settings.read(serving=False)
    except BadSettings as error:
        return Report((Check("configuration", "", str(error)),), ())
    seen = Check("configuration", f"mode {settings.mode}")
    with located(settings) as found:
        checks = (seen, *_database_checks(found.database_url or ""))
        if any(check.trouble for check in checks):
            return Report(checks, ())
        return _invariants(checks, found)


def _invariants(checks: tuple[Check, ...], settings: Settings) -> Report:
    db = open_database(settings.database_url or "", testkit=settings.testkit)
    try:
        count = len(merchants.all_ids(db))
        violations = tuple(invariants.violations(db))
    finally:
        db.close()
    # With no merchant nothing was looked at, which is no sign of health but of an empty shop: say the number.
    looked_at = f"{len(INVARIANTS)} for {count} merchants"
    trouble = f"{looked_at}, violated {len(violations)} times" if violations else ""
    return Report((*checks, Check("invariants", looked_at, trouble)), violations)


def _database_checks(url: str) -> Iterator[Check]:
    engine = create_engine(url, connect_args={"connect_timeout": 5})
    try:
        yield from _looked_at(engine, url)
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", error)).strip().partition("\n")[0]
        yield Check("database", "", f"it does not answer: {reason}. Check RESCIND_DATABASE_URL.")
    finally:
        engine.dispose()


def _looked_at(engine: Engine, url: str) -> Iterator[Check]:
    with engine.connect() as connection:
        version = connection.exec_driver_sql("SHOW server_version").scalar_one()
        yield Check("database", f"PostgreSQL {version}")
        if not schema.is_current(connection):
            yield Check("schema", "", "it is not the one this version was made for. Run: rescind db upgrade")
            return
        yield Check("schema", "current")
        yield _role(url)
        tables = walls.walled_tables(connection)
        open_ones = [name for name, walled in tables.items() if not walled]
        trouble = f"without row security: {', '.join(open_ones)}" if open_ones else ""
        yield Check("row security", f"{len(tables)} tables", trouble if tables else "there is no table")


def _role(url: str) -> Check:
    try:
        open_database(url).close()
    except UnsafeRole as error:
        return Check("role", "", str(error))
    return Check("role", "neither owns tables nor passes by row security")


def _lines(report: Report) -> Iterator[str]:
    for check in report.checks:
        yield f"{'✗' if check.trouble else '✓'} {check.name}: {check.trouble or check.found}"
    for violation in report.violations:
        yield f"✗ {violation.invariant}: {violation.merchant} {violation.subject}: {violation.found}"
    if report.is_well:
        yield "All is well."
