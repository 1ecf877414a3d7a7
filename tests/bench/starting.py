"""B10 and B11: the web server's memory after all that was asked of it, and a start that has everything."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator

from tests.bench.report import Finding
from tests.bench.shop import FOLDER, Bench, await_answer, free_port

_STARTS = 2


def memory(bench: Bench) -> Iterator[Finding]:
    """B10: after the benchmarks before it."""
    yield Finding("B10", "Memory of the web server", f"{bench.memory():.0f} MB", "120 MB", "", "≤ 120")


def warm_start(_bench: Bench) -> Iterator[Finding]:
    """B11: `rescind run` on a shop that is there, until its first page."""
    seconds = [_start() for _ in range(1 + _STARTS)][1:]
    interpreter = _seconds_of(sys.executable, "-c", "import flask, sqlalchemy, psycopg")
    yield Finding(
        "B11", "make run, warm, to the first page", f"{min(seconds):.1f} s", f"imports {interpreter:.1f} s",
        f"{min(seconds) / interpreter:.1f}", "≤ 4 s",
    )  # fmt: skip


def _start() -> float:
    port = free_port()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("RESCIND_")}
    environment |= {"RESCIND_DATA_DIR": str(FOLDER / "run"), "PORT": str(port)}
    began = time.monotonic()
    with (FOLDER / "run.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "shared.cli.main", "run"], env=environment, stdout=log, stderr=log
        )
    try:
        await_answer(port, "/console/sign-in", process)
        return time.monotonic() - began
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)


def _seconds_of(*command: str) -> float:
    began = time.monotonic()
    subprocess.run(command, check=True)
    return time.monotonic() - began
