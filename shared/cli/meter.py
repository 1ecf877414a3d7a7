"""Show how far long work is: a bar with rate and time left on a terminal, now and then a line elsewhere."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import click
from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

from shared import wording
from shared.rendering import gettext as _

_LINE_SECONDS = 10.0

Advance = Callable[[str, int], None]


@contextmanager
def bytes_meter(total: int, *, to_stdout: bool) -> Iterator[Advance]:
    """Give a function that is told the stage of the work and how many bytes of it are done.

    `to_stdout` says that lines for people are printed meanwhile; they appear above the bar.
    """
    console = Console(stderr=True)
    if not console.is_terminal:
        yield _lines(total)
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True, redirect_stdout=to_stdout) as progress:
        tasks: dict[str, TaskID] = {}

        def advance(stage: str, done: int) -> None:
            if stage not in tasks:
                tasks[stage] = progress.add_task(stage, total=total)
            progress.update(tasks[stage], completed=done)

        yield advance


def _lines(total: int) -> Advance:
    due = time.monotonic() + _LINE_SECONDS
    began: dict[str, float] = {}

    def advance(stage: str, done: int) -> None:
        nonlocal due
        now = time.monotonic()
        began.setdefault(stage, now)
        if now >= due:
            due = now + _LINE_SECONDS
            share = 100 * done // max(total, 1)
            took = now - began[stage]
            left = timedelta(seconds=took * (max(0, total - done) / max(done, 1)))
            rate = round(done / took / 1000) if took else 0
            said = {"stage": stage, "share": share, "rate": rate, "time": wording.duration(left)}
            click.echo(_("%(stage)s: %(share)d %%, %(rate)s kB a second, %(time)s left") % said, err=True)

    return advance
