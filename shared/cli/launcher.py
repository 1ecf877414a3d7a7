"""`rescind run` and `rescind stop`: the whole product on one machine, from a bare checkout."""

import errno
import fcntl
import os
import signal
import socket
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType
from typing import IO
from urllib.error import URLError

import click

from shared.cli.children import Child, end_all
from shared.cli.database import on
from shared.cli.processes import Process, ProcessFile, end
from shared.cli.serve import port_taken
from shared.settings import Settings
from shared.storage import embedded

READY_SECONDS = 60.0
STOP_SECONDS = 40.0
ENDING_SECONDS = 6.0
LOOK_EVERY_SECONDS = 0.5
_MANY_DEATHS = 3
_LOOK_FOR_ANSWER_EVERY_SECONDS = 0.1


@click.command()
@click.option("--ends-with-parent", is_flag=True, hidden=True)
def run(*, ends_with_parent: bool) -> None:
    """Run the whole product here, with a demo shop on first use. Ctrl-C stops all of it."""
    os.environ.setdefault("RESCIND_MODE", "demo")
    settings = Settings.read()
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    with _alone(settings.data_dir), _told_to_stop():
        _launch(settings, os.getppid() if ends_with_parent else None)


@click.command()
def stop() -> None:
    """End whatever a killed run has left: server, worker, database."""
    settings = Settings.read(serving=False)
    alive = ProcessFile(settings.data_dir).alive()
    _end_leftovers(settings.data_dir)
    database = embedded.stop(settings.data_dir)
    click.echo("Stopped." if alive or database else "Nothing was running.")


def _launch(settings: Settings, parent: int | None) -> None:
    _end_leftovers(settings.data_dir)
    _refuse_taken_port(settings.port)
    with ExitStack() as stack:
        embeds = settings.database_url is None
        if embeds:
            click.echo("Starting the database …")
            settings = on(stack.enter_context(embedded.running(settings.data_dir)), settings)
        _prepare(settings, may_start_over=embeds)
        children = _children(settings)
        try:
            for child in children:
                child.start()
            _note(settings.data_dir, children)
            _await_answer(settings, children)
            click.echo(addresses(settings))
            _watch(settings.data_dir, children, parent, embeds=embeds)
        finally:
            click.echo("Stopping …")
            end_all(children)
            ProcessFile(settings.data_dir).remove()


def addresses(settings: Settings) -> str:
    """Write the words that greet whoever started it."""
    from shared.cli import demo  # noqa: PLC0415 - stopping needs no demo shop

    base = settings.base_url
    lines = ["", "Rescind is running."]
    if "portal" in settings.faces:
        lines += [f"  Demo mailbox   {base}/demo/mailbox"]
    if "console" in settings.faces:
        lines += [f"  Console        {base}/console/sign-in   ({demo.EMAIL} / {demo.PASSWORD})"]
    if "portal" in settings.faces:
        lines += [f"  Help           {base}/help"]
    return "\n".join([*lines, "Ctrl-C stops it."])


def _prepare(settings: Settings, *, may_start_over: bool) -> None:
    """Upgrade the database, and put the demo shop into an empty one."""
    from shared.cli.preparing import prepare  # noqa: PLC0415 - stopping needs none of it

    prepare(settings, may_start_over=may_start_over, say=click.echo)


def _children(settings: Settings) -> tuple[Child, Child]:
    environment = dict(os.environ) | {
        "RESCIND_DATABASE_URL": settings.database_url or "",
        "RESCIND_DATABASE_OWNER_URL": (settings.database_owner_url or "") if settings.testkit else "",
        "RESCIND_DATA_DIR": str(settings.data_dir),
        "PORT": str(settings.port),
        "PYTHONUNBUFFERED": "1",
    }
    logs = settings.data_dir / "log"
    logs.mkdir(exist_ok=True)
    return (
        Child("server", ["serve"], environment, logs / "server.log"),
        Child("worker", ["worker"], environment, logs / "worker.log"),
    )


@contextmanager
def _alone(data_dir: Path) -> Iterator[None]:
    """Let only one launcher use this data folder, giving one that is just ending the time for it."""
    with (data_dir / "launcher.lock").open("a") as lock:
        deadline = time.monotonic() + ENDING_SECONDS
        while not _gets(lock):
            if time.monotonic() > deadline:
                raise click.ClickException(
                    f"Rescind runs from here already ({data_dir}). Stop that one with Ctrl-C or make stop, "
                    "or set RESCIND_DATA_DIR to another folder."
                )
            time.sleep(LOOK_EVERY_SECONDS)
        yield


def _gets(lock: IO[str]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def _told_to_stop() -> Iterator[None]:
    """Turn the first SIGINT or SIGTERM into an orderly end.

    They are set explicitly, since a background job of a script starts with SIGINT ignored.
    """
    numbers = (signal.SIGINT, signal.SIGTERM)

    def leave(_number: int, _frame: FrameType | None) -> None:
        for number in numbers:
            signal.signal(number, signal.SIG_IGN)
        sys.exit(0)

    before = {number: signal.signal(number, leave) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _end_leftovers(data_dir: Path) -> None:
    """End what the list names: its launcher first, so that it does not start the others again."""
    listed = ProcessFile(data_dir)
    alive = listed.alive()
    end([process for process in alive if process.name == "launcher"], seconds=STOP_SECONDS)
    end(alive, seconds=STOP_SECONDS)
    listed.remove()


def _refuse_taken_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise port_taken(port) from None
            raise click.ClickException(
                f"Cannot use port {port}: {error.strerror}. Choose another, as in: PORT=8001"
            ) from None


def _note(data_dir: Path, children: tuple[Child, ...]) -> None:
    processes = [process for child in children if (process := child.process())]
    ProcessFile(data_dir).write([Process.of("launcher", os.getpid()), *processes])


def _tend(data_dir: Path, children: tuple[Child, ...]) -> None:
    for child in children:
        message = child.tend()
        if message is not None:
            click.echo(message, err=True)
            _note(data_dir, children)


def _await_answer(settings: Settings, children: tuple[Child, ...]) -> None:
    """Wait until the server answers; one that dies again and again will not, and its last words say why."""
    address = f"http://127.0.0.1:{settings.port}/healthz"
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        if _answers(address):
            return
        _tend(settings.data_dir, children)
        failing = [child for child in children if child.deaths >= _MANY_DEATHS]
        if failing:
            raise click.ClickException(f"The {failing[0].name} does not start: {failing[0].last_words()}")
        time.sleep(_LOOK_FOR_ANSWER_EVERY_SECONDS)
    raise click.ClickException(f"The server does not answer at {address}; {children[0].log} says more.")


def _answers(address: str) -> bool:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(address, timeout=2) as answer:
            return bool(answer.status == 200)  # noqa: PLR2004 - the one status that means well
    except (URLError, OSError):
        return False


def _watch(data_dir: Path, children: tuple[Child, ...], parent: int | None, *, embeds: bool) -> None:
    """Look after all of it until told to stop, or until the make that started it was killed.

    A database that was killed comes back at the same address.
    """
    while parent in {None, os.getppid()}:
        time.sleep(LOOK_EVERY_SECONDS)
        if embeds:
            embedded.start(data_dir)
        _tend(data_dir, children)
