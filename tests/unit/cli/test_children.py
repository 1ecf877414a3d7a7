"""The launcher's children: started again when they die, ended together, and never left without it."""

import os
import signal
import subprocess
import sys
import time

import pytest

from shared.cli import children
from shared.cli.children import Child, end_all
from shared.cli.processes import Process


@pytest.fixture
def command(tmp_path, monkeypatch):
    """Let a child run a line of Python instead of a sub-command."""

    def child(line: str, name: str = "server") -> Child:
        monkeypatch.setattr(sys, "executable", str(interpreter))
        return Child(name, [line], dict(os.environ), tmp_path / f"{name}.log")

    interpreter = tmp_path / "python"
    interpreter.write_text('#!/bin/sh\nshift 2\nexec python3 -u -c "$@"\n')
    interpreter.chmod(0o755)
    return child


def tended(child: Child) -> str:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        message = child.tend()
        if message is not None:
            return message
        time.sleep(0.01)
    raise AssertionError(child)


def test_a_child_that_dies_starts_again_later_and_later(command, monkeypatch):
    monkeypatch.setattr(children, "FIRST_PAUSE_SECONDS", 0.01)
    child = command("print('no database'); raise SystemExit(3)")
    child.start()

    assert "ended (code 3)" in tended(child)
    assert child.last_words() == "no database"
    assert child.process() is None
    assert tended(child) == "The server was started again."
    assert "starts again" in tended(child)
    assert child.deaths == 2
    end_all([child])


def test_a_child_that_ran_steadily_is_forgiven_its_past(command, monkeypatch):
    monkeypatch.setattr(children, "STEADY_SECONDS", -1.0)
    child = command("raise SystemExit(1)")
    child.deaths = 7
    child.start()

    tended(child)

    assert child.deaths == 1
    end_all([child])


def test_a_killed_child_says_by_which_signal(command):
    child = command("import time; time.sleep(60)")
    child.start()
    assert child.tend() is None
    process = child.process()
    assert process is not None
    process.signal(signal.SIGKILL)

    assert "ended (signal 9)" in tended(child)
    end_all([child])


def test_all_children_are_ended(command):
    both = [command("import time; time.sleep(60)", name) for name in ("server", "worker")]
    for child in both:
        child.start()
    processes = [child.process() for child in both]

    end_all(both)

    assert not any(process and process.is_alive() for process in processes)
    assert [child.process() for child in both] == [None, None]


def test_nothing_written_is_no_last_word(command):
    assert command("").last_words() == ""


PARENT = """
import os, sys, time
from pathlib import Path
from shared.cli.children import Child
child = Child("server", ["server"], dict(os.environ), Path(sys.argv[1]))
child.start()
print(child.process().pid, flush=True)
time.sleep(60)
"""
WATCHING = """
import sys, time
from shared.cli.parent import ends_with_launcher
ends_with_launcher(int(sys.argv[-1]))
time.sleep(60)
"""


def test_a_child_ends_when_its_launcher_is_killed(tmp_path):
    interpreter = tmp_path / "python"
    script = tmp_path / "watching.py"
    script.write_text(WATCHING)
    interpreter.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{script}" "$@"\n')
    interpreter.chmod(0o755)
    line = f"import sys; sys.executable = {str(interpreter)!r}\n{PARENT}"
    with subprocess.Popen(
        [sys.executable, "-c", line, tmp_path / "log"], stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        child = Process.of("server", int(parent.stdout.readline()))
        assert child.is_alive()
        parent.kill()

    deadline = time.monotonic() + 20
    while child.is_alive() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not child.is_alive()
