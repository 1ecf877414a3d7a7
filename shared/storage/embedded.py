"""Start, share and stop the PostgreSQL that comes as a wheel, for whoever has set no database address.

It listens on a Unix socket in a private folder and nowhere else, so the right to enter that folder is the
right to connect: trust authentication asks no further, and there is no password to keep anywhere. Several
processes may use one server; each holds a lock that dies with it, and the last one out stops the server.
"""

import fcntl
import os
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import psycopg
from sqlalchemy import URL

from shared.storage import roles
from shared.storage.embedded_process import (
    OWN_SERVER,
    Account,
    CannotStart,
    account_for,
    is_private_folder,
    is_running,
    programs,
)

__all__ = ["CannotStart", "Server", "running", "start", "stop"]

SUPERUSER = "postgres"
START_SECONDS = 30.0
STOP_SECONDS = 20.0
_PAUSE_SECONDS = 0.05
_LONGEST_SOCKET_PATH = 107
_SOCKET_NAME = ".s.PGSQL.5432"
_PID_FILE_SOCKET_LINE = 4
_NO_PROCESS = 2**31 - 2
_DURABLE: tuple[str, ...] = ()
_FORGETFUL = ("-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off")


@dataclass(frozen=True, slots=True)
class Server:
    """A running server: its process, and the folder its socket is in."""

    pid: int
    socket_dir: Path

    def url(self, role: str, database: str = roles.DATABASE) -> str:
        """Return the SQLAlchemy address of a database on this server, for one role."""
        query = {"host": str(self.socket_dir)}
        return URL.create(
            "postgresql+psycopg", username=role, database=database, query=query
        ).render_as_string()

    def superuser(self, database: str = "postgres") -> psycopg.Connection:
        """Connect as the superuser, each statement on its own; only set-up and tests do."""
        return psycopg.connect(host=str(self.socket_dir), user=SUPERUSER, dbname=database, autocommit=True)


@dataclass(frozen=True, slots=True)
class _Places:
    """Where everything of one embedded server is kept."""

    folder: Path

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def log(self) -> Path:
        return self.folder / "server.log"

    @property
    def socket_note(self) -> Path:
        """The file that remembers the socket folder, so that a restart keeps the address."""
        return self.folder / "socket-folder"

    @property
    def starting(self) -> Path:
        return self.folder / "starting.lock"

    @property
    def holders(self) -> Path:
        return self.folder / "holders.lock"


@contextmanager
def running(data_dir: Path, *, durable: bool = True) -> Iterator[Server]:
    """Give the server on `data_dir`/postgres, started if need be; the last to leave stops it."""
    places = _places(data_dir)
    with _opened(places.holders) as holding:
        with _locked(places.starting):
            server = _started(places, durable=durable)
            fcntl.flock(holding, fcntl.LOCK_SH)
        try:
            yield server
        finally:
            fcntl.flock(holding, fcntl.LOCK_UN)
            with _locked(places.starting):
                if _is_last(holding):
                    _stopped(places)


def start(data_dir: Path, *, durable: bool = True) -> Server:
    """Start the server again if it has died, at the same address; a running one is left as it is."""
    places = _places(data_dir)
    with _locked(places.starting):
        return _found(places) or _started(places, durable=durable)


def stop(data_dir: Path) -> bool:
    """Stop the server whoever uses it, and say whether there was one."""
    places = _Places(data_dir.absolute() / "postgres")
    if not places.folder.is_dir():
        return False
    with _locked(places.starting):
        return _stopped(places)


def _places(data_dir: Path) -> _Places:
    places = _Places(data_dir.absolute() / "postgres")
    try:
        places.folder.mkdir(parents=True, exist_ok=True)
        for lock in (places.starting, places.holders):
            lock.touch()
    except OSError as error:
        raise CannotStart(
            f"{places.folder} cannot be written ({error.strerror}). "
            f"Set RESCIND_DATA_DIR to a folder of your own, or: {OWN_SERVER}."
        ) from None
    return places


@contextmanager
def _opened(path: Path) -> Iterator[IO[str]]:
    with path.open("r+") as file:
        yield file


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("r+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _is_last(holding: IO[str]) -> bool:
    try:
        fcntl.flock(holding, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _found(places: _Places) -> Server | None:
    """Return the server that runs on this data folder, as its own pid file tells it."""
    try:
        lines = (places.data / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return None
    except PermissionError:
        raise CannotStart(
            f"{places.data} belongs to another user. "
            f"Set RESCIND_DATA_DIR to a folder of your own, or: {OWN_SERVER}."
        ) from None
    socket_dir = lines[_PID_FILE_SOCKET_LINE].strip() if len(lines) > _PID_FILE_SOCKET_LINE else ""
    if not socket_dir or not lines[0].isdigit() or not is_running(int(lines[0]), places.data):
        return None
    return Server(int(lines[0]), Path(socket_dir))


def _started(places: _Places, *, durable: bool) -> Server:
    """Return the server once it answers and has its roles: one left in its first second lacks them."""
    server = _found(places)
    if server is None or not _answers(server):
        server = _launched(places, durable=durable)
    _prepare(server)
    return server


def _launched(places: _Places, *, durable: bool) -> Server:
    binaries = programs()
    account = account_for(places.data, places.folder, binaries, Path(tempfile.gettempdir()))
    _initialize(places, account, binaries)
    socket_dir = _socket_folder(places, account)
    command = _server_command(places, binaries, socket_dir, _DURABLE if durable else _FORGETFUL)
    try:
        return _awaited(places, account, command, socket_dir)
    except CannotStart:
        _stopped(places)
        raise


def _initialize(places: _Places, account: Account, binaries: Path) -> None:
    """Make the data folder beside its place and move it there when it is whole: a kill leaves no half."""
    if places.data.exists():
        return
    draft = places.folder / "data.new"
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    account.own(draft)
    done = account.run(
        binaries / "initdb",
        f"--pgdata={draft}",
        f"--username={SUPERUSER}",
        "--auth=trust",
        "--encoding=UTF8",
        "--locale=C",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
        "--no-sync",
        "--no-instructions",
    )
    if done.returncode:
        last_line = done.stdout.strip().rpartition("\n")[2]
        raise CannotStart(f"The embedded PostgreSQL could not make {draft}: {last_line} {OWN_SERVER}.")
    draft.rename(places.data)


def _socket_folder(places: _Places, account: Account) -> Path:
    """Return the folder of the last start if it is still private, else make one."""
    if places.socket_note.exists():
        noted = Path(places.socket_note.read_text())
        if is_private_folder(noted, account.uid):
            return noted
    folder = Path(tempfile.mkdtemp(prefix="rescind-"))
    if len(os.fsencode(folder / _SOCKET_NAME)) > _LONGEST_SOCKET_PATH:
        folder.rmdir()
        raise CannotStart(
            f"{folder.parent} is too long a path for a socket. Set TMPDIR to a short folder such as /tmp, "
            f"or: {OWN_SERVER}."
        )
    account.own(folder)
    places.socket_note.write_text(str(folder))
    return folder


def _server_command(
    places: _Places, binaries: Path, socket_dir: Path, durability: tuple[str, ...]
) -> tuple[str | Path, ...]:
    options = (
        *("-c", "listen_addresses="),
        *("-c", "unix_socket_permissions=0700"),
        *("-c", "max_connections=100"),
        *("-c", "timezone=UTC"),
        *("-c", "log_timezone=UTC"),
    )
    return (binaries / "postgres", "-D", places.data, "-k", socket_dir, *options, *durability)


def _awaited(places: _Places, account: Account, command: tuple[str | Path, ...], socket_dir: Path) -> Server:
    """Launch the server until it answers: after a kill it gives up while old children are still ending."""
    deadline = time.monotonic() + START_SECONDS
    pid = 0
    while time.monotonic() < deadline:
        server = _found(places)
        if server is not None and _answers(server):
            return server
        if server is None and not is_running(pid, places.data):
            _forget_the_dead(places, socket_dir)
            pid = _launch(places, account, command)
        time.sleep(_PAUSE_SECONDS)
    raise CannotStart(
        f"The embedded PostgreSQL did not start; {places.log} says why. Mend that, or: {OWN_SERVER}."
    )


def _answers(server: Server) -> bool:
    with suppress(psycopg.OperationalError), server.superuser():
        return True
    return False


def _forget_the_dead(places: _Places, socket_dir: Path) -> None:
    """Take the number of a killed server out of its notes: another process may bear it now, or a zombie.

    The rest of the pid file stays, since by it PostgreSQL sees whether old children still hold the data.
    """
    pid_file = places.data / "postmaster.pid"
    if pid_file.exists():
        _, line_end, rest = pid_file.read_text().partition("\n")
        pid_file.write_text(f"{_NO_PROCESS}{line_end}{rest}")
    for name in (_SOCKET_NAME, f"{_SOCKET_NAME}.lock"):
        (socket_dir / name).unlink(missing_ok=True)


def _launch(places: _Places, account: Account, command: tuple[str | Path, ...]) -> int:
    """Start the server as nobody's child: no key pressed in the terminal ends it, and nobody need reap it."""
    launched = account.run("/bin/sh", "-c", '"$@" >&2 & echo $!', "sh", *command, errors=places.log)
    return int(launched.stdout)


def _prepare(server: Server) -> None:
    """Make the roles and the database where they are missing."""
    with server.superuser() as connection:
        for statement in roles.role_statements():
            connection.execute(statement.encode())
        query = "SELECT FROM pg_database WHERE datname = %s"
        if connection.execute(query, [roles.DATABASE]).fetchone() is None:
            connection.execute(roles.create_database_statement().encode())


def _stopped(places: _Places) -> bool:
    """Ask the server to end its connections and stop; one that does not listen is ended the hard way."""
    server = _found(places)
    if server is not None:
        _signal(server.pid, signal.SIGINT)
        if not _ended(places, server.pid, STOP_SECONDS):
            _signal(server.pid, signal.SIGQUIT)
            _ended(places, server.pid, STOP_SECONDS)
    if places.socket_note.exists():
        socket_dir = Path(places.socket_note.read_text())
        _forget_the_dead(places, socket_dir)
        with suppress(OSError):
            socket_dir.rmdir()
        places.socket_note.unlink()
    return server is not None


def _signal(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)


def _ended(places: _Places, pid: int, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while is_running(pid, places.data):
        if time.monotonic() > deadline:
            return False
        time.sleep(_PAUSE_SECONDS)
    return True
