"""Keep the server and the worker running: start them, start them again when they die, end them."""

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from shared.cli.processes import Process, end

FIRST_PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 30.0
STEADY_SECONDS = 60.0
STOP_SECONDS = 15.0


@dataclass(slots=True)
class Child:
    """One sub-command run beside us, its output in a file of its own."""

    name: str
    words: Sequence[str]
    environment: Mapping[str, str]
    log: Path
    deaths: int = 0
    _running: subprocess.Popen[bytes] | None = None
    _started_at: float = 0.0
    _start_again_at: float = 0.0
    _pipe: int | None = field(default=None, repr=False)

    def start(self) -> None:
        """Start it in a session of its own, so that a key pressed in the terminal reaches the launcher alone.

        The child holds the reading end of a pipe whose writing end is ours: it learns of our death by it.
        """
        self._close_pipe()
        reading, self._pipe = os.pipe()
        try:
            with self.log.open("ab") as output:
                self._running = subprocess.Popen(  # noqa: S603 - our own program and words
                    [sys.executable, "-m", "shared.cli.main", *self.words, "--launcher-pipe", str(reading)],
                    env=dict(self.environment),
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    pass_fds=[reading],
                    start_new_session=True,
                )
        finally:
            os.close(reading)
        self._started_at = time.monotonic()

    def tend(self) -> str | None:
        """Look after it once, and say what happened if anything did."""
        if self._running is None:
            if time.monotonic() < self._start_again_at:
                return None
            self.start()
            return f"The {self.name} was started again."
        code = self._running.poll()
        if code is None:
            return None
        self._running = None
        steady = time.monotonic() - self._started_at > STEADY_SECONDS
        self.deaths = 1 if steady else self.deaths + 1
        pause = min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2 ** (self.deaths - 1))
        self._start_again_at = time.monotonic() + pause
        return (
            f"The {self.name} ended ({_ending(code)}); {self.log} says why. It starts again in {pause:.0f} s."
        )

    def process(self) -> Process | None:
        """Return the process that runs now, if one does."""
        return Process.of(self.name, self._running.pid) if self._running else None

    def last_words(self) -> str:
        """Return the last line it wrote."""
        lines = self.log.read_text(errors="replace").strip().splitlines() if self.log.exists() else []
        return lines[-1] if lines else ""

    def reap(self) -> None:
        """Take note of its end."""
        self._close_pipe()
        if self._running is not None:
            self._running.wait()
            self._running = None

    def _close_pipe(self) -> None:
        if self._pipe is not None:
            os.close(self._pipe)
            self._pipe = None


def end_all(children: Sequence[Child]) -> None:
    """End every child, all at the same time."""
    end([process for child in children if (process := child.process())], seconds=STOP_SECONDS)
    for child in children:
        child.reap()


def _ending(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"code {code}"
