"""The list of processes: it names what was started here, and nobody else's."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from shared.cli.processes import Process, ProcessFile, end

DEAF = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("deaf", flush=True)
time.sleep(60)
"""


@pytest.fixture
def sleeper():
    with subprocess.Popen(["sleep", "60"]) as process:
        yield process
        process.kill()


def test_a_list_names_those_that_still_run(tmp_path, sleeper):
    listed = ProcessFile(tmp_path)
    us, other = Process.of("launcher", os.getpid()), Process.of("server", sleeper.pid)
    listed.write([us, other])
    assert listed.alive() == (us, other)

    sleeper.kill()
    sleeper.wait()
    assert listed.alive() == (us,)

    listed.remove()
    assert listed.alive() == ()


def test_a_number_that_another_process_bears_by_now_is_left_alone(sleeper):
    other = replace(Process.of("server", sleeper.pid), birth="long ago")

    end([other], seconds=1)

    assert sleeper.poll() is None


@pytest.mark.parametrize(
    "text", ["", "no list", "[1]", '[{"name": "x"}]', '[{"name": "x", "pid": "y", "birth": ""}]']
)
def test_a_list_that_cannot_be_read_names_nobody(tmp_path, text):
    listed = ProcessFile(tmp_path)
    listed.path.write_text(text)

    assert listed.alive() == ()


def test_who_does_not_stop_when_asked_is_killed():
    with subprocess.Popen([sys.executable, "-c", DEAF], stdout=subprocess.PIPE) as deaf:
        assert deaf.stdout is not None
        deaf.stdout.readline()
        end([Process.of("server", deaf.pid)], seconds=0.2)

        assert deaf.wait(5) == -signal.SIGKILL


def test_a_zombie_is_not_alive(sleeper):
    process = Process.of("server", sleeper.pid)
    os.kill(sleeper.pid, signal.SIGKILL)
    deadline = time.monotonic() + 5
    while process.is_alive() and time.monotonic() < deadline:
        time.sleep(0.01)

    assert not process.is_alive()


def test_ps_tells_the_birth_where_there_is_no_proc(monkeypatch):
    monkeypatch.setattr(Path, "read_text", lambda _path: (_ for _ in ()).throw(FileNotFoundError))
    monkeypatch.setattr(Path, "exists", lambda _path: False)
    said = subprocess.CompletedProcess([], 0, stdout="Sat Nov 21 21:00:00 2026\n")
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: said)

    assert Process.of("server", 4242).birth == "Sat Nov 21 21:00:00 2026"
