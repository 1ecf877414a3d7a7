"""`rescind worker`: carry out what waits in the outbox."""

import click

from shared.cli.database import located
from shared.cli.parent import LAUNCHER_OPTION, ends_with_launcher
from shared.settings import Settings


@click.command()
@LAUNCHER_OPTION
def worker(launcher_pipe: int | None) -> None:
    """Carry out what waits: e-mails, refunds, decisions that fall due."""
    from shared.worker.run import run  # noqa: PLC0415 - help need not wait for it

    ends_with_launcher(launcher_pipe)
    with located(Settings.read()) as settings:
        run(settings)
