"""Remember which processes were started here, and end them without ever touching another's."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

_PAUSE_SECONDS = 0.05
_BIRTH_INDEX = 18


@dataclass(frozen=True, slots=True)
class Process:
    """A process by number and moment of birth: the number alone may be another's by now."""

    name: str
    pid: int
    birth: str

    @classmethod
    def of(cls, name: str, pid: int) -> Self:
        """Note a process that runs now."""
        return cls(name, pid, _birth(pid))

    def is_alive(self) -> bool:
        """Tell whether this very process still runs."""
        return bool(self.birth) and _birth(self.pid) == self.birth

    def signal(self, number: signal.Signals) -> None:
        """Send a signal, if it still runs."""
        if self.is_alive():
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)


class ProcessFile:
    """The list of what a launcher runs, kept where the next one and `make stop` look for it."""

    def __init__(self, data_dir: Path) -> None:
        """Keep the list in this folder."""
        self.path = data_dir / "processes.json"

    def write(self, processes: Iterable[Process]) -> None:
        """Replace the list at once, never by halves."""
        draft = self.path.with_suffix(".new")
        draft.write_text(json.dumps([asdict(process) for process in processes]))
        draft.replace(self.path)

    def alive(self) -> tuple[Process, ...]:
        """Return those of the list that still run; a list that cannot be read names nobody."""
        try:
            listed = json.loads(self.path.read_text())
            noted = tuple(Process(str(one["name"]), int(one["pid"]), str(one["birth"])) for one in listed)
        except (FileNotFoundError, ValueError, TypeError, KeyError):
            return ()
        return tuple(process for process in noted if process.is_alive())

    def remove(self) -> None:
        """Forget the list."""
        self.path.unlink(missing_ok=True)


def end(processes: Iterable[Process], *, seconds: float) -> None:
    """Ask processes to stop, wait, and kill those that do not."""
    remaining = tuple(processes)
    for process in remaining:
        process.signal(signal.SIGTERM)
    deadline = time.monotonic() + seconds
    while any(process.is_alive() for process in remaining) and time.monotonic() < deadline:
        time.sleep(_PAUSE_SECONDS)
    for process in remaining:
        process.signal(signal.SIGKILL)


def _birth(pid: int) -> str:
    """Return when a process was born, in the words of this system; nothing for one that is dead."""
    try:
        state, *fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return "" if Path("/proc/self/stat").exists() else _birth_by_ps(pid)
    return "" if state in {"Z", "X"} else fields[_BIRTH_INDEX]


def _birth_by_ps(pid: int) -> str:
    listed = subprocess.run(  # noqa: S603 - a number, and a program every such system has
        ["/bin/ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return listed.stdout.strip()
