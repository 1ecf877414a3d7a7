"""`rescind run` and `rescind stop`: everything starts, everything stops, and nothing is left."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner

from shared.cli import launcher
from shared.cli.children import Child
from shared.cli.main import cli
from shared.cli.processes import Process, ProcessFile
from shared.settings import Settings

START_SECONDS = 90


@pytest.fixture
def port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory):
    return tmp_path_factory.mktemp("a demo shop")


def environment(data_dir, port):
    kept = {name: value for name, value in os.environ.items() if not name.startswith("RESCIND_")}
    return kept | {"RESCIND_DATA_DIR": str(data_dir), "PORT": str(port)}


@contextmanager
def started(data_dir, port):
    """Run it as a background job of a script does: SIGINT ignored, nobody at the terminal."""
    launched = subprocess.Popen(
        ["/bin/sh", "-c", 'trap "" INT; exec "$@"', "sh", sys.executable, "-m", "shared.cli.main", "run"],
        env=environment(data_dir, port),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    with launched:
        try:
            yield launched, words_until("Ctrl-C stops it", launched)
        finally:
            if launched.poll() is None:
                launched.terminate()


def words_until(last, launched):
    said = []
    for line in launched.stdout:
        said.append(line)
        if last in line:
            return "".join(said)
    raise AssertionError("".join(said))


def everything_of(data_dir):
    """Find each process that has the data folder in its words or its environment, where the system tells."""
    needle = os.fsencode(str(data_dir))
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes() + (folder / "environ").read_bytes()
        except OSError:
            continue
        if int(folder.name) != os.getpid() and needle in words:
            found.append(folder.name)
    return found


def wait_until(condition):
    deadline = time.monotonic() + 30
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert condition()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_prints_three_addresses_that_answer_and_stops_when_told(data_dir, port, number):
    with started(data_dir, port) as (launched, said):
        addresses = re.findall(r"http://\S+", said)
        assert [address.partition(str(port))[2] for address in addresses] == [
            "/demo/mailbox",
            "/console/sign-in",
            "/help",
        ]
        for address in addresses:
            with urllib.request.urlopen(address, timeout=20) as answer:  # noqa: S310 - our own server
                assert answer.status == 200
        launched.send_signal(number)
        assert launched.wait(40) == 0

    wait_until(lambda: not everything_of(data_dir))


def test_after_a_kill_it_starts_again_and_stop_ends_what_is_left(data_dir, port):
    with started(data_dir, port) as (launched, _):
        launched.kill()
    with started(data_dir, port) as (launched, said):
        assert "Filling" not in said
        launched.kill()

    done = CliRunner().invoke(cli, ["stop"], env={"RESCIND_DATA_DIR": str(data_dir), "RESCIND_MODE": None})

    assert (done.exit_code, done.output) == (0, "Stopped.\n")
    wait_until(lambda: not everything_of(data_dir))


def test_a_killed_server_worker_or_database_comes_back(data_dir, port):
    with started(data_dir, port) as (launched, _):
        listed = ProcessFile(data_dir)
        before = {process.name: process.pid for process in listed.alive()}
        for name in ("server", "worker"):
            os.kill(before[name], signal.SIGKILL)
        database = int((data_dir / "postgres" / "data" / "postmaster.pid").read_text().partition("\n")[0])
        os.kill(database, signal.SIGKILL)

        wait_until(lambda: {process.name for process in listed.alive()} == set(before))
        wait_until(lambda: launcher._answers(f"http://127.0.0.1:{port}/readyz"))
        assert not {process.pid for process in listed.alive()} & {before["server"], before["worker"]}
        launched.terminate()
        assert launched.wait(40) == 0


def test_stop_where_nothing_runs_says_so(tmp_path):
    done = CliRunner().invoke(cli, ["stop"], env={"RESCIND_DATA_DIR": str(tmp_path)})

    assert (done.exit_code, done.output) == (0, "Nothing was running.\n")


def test_a_second_one_in_the_same_folder_is_refused(tmp_path, port, monkeypatch):
    monkeypatch.setattr(launcher, "ENDING_SECONDS", 0.0)
    with launcher._alone(tmp_path):
        done = CliRunner().invoke(cli, ["run"], env=environment(tmp_path, port))

    assert done.exit_code == 1
    assert "Rescind runs from here already" in done.output


def test_it_ends_with_the_make_that_started_it(tmp_path):
    launcher._watch(tmp_path, (), parent=os.getppid() + 1, embeds=False)


def test_a_taken_port_is_named_before_anything_is_started(tmp_path, port):
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()
        done = CliRunner().invoke(cli, ["run"], env=environment(tmp_path, port))

    assert done.exit_code == 1
    assert f"port {port} is taken" in done.output
    assert f"PORT={port + 1}" in done.output
    assert not (tmp_path / "postgres").exists()


def test_a_port_for_the_privileged_is_refused_in_one_line(tmp_path, monkeypatch):
    def refuse(_socket, _address):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(socket.socket, "bind", refuse)
    done = CliRunner().invoke(cli, ["run"], env=environment(tmp_path, 80))

    assert done.exit_code == 1
    assert "Error: Cannot use port 80: Permission denied" in done.output


def test_another_ones_process_is_left_alone(tmp_path):
    with subprocess.Popen(["sleep", "60"]) as other:
        listed = [{"name": "server", "pid": other.pid, "birth": "long ago"}]
        (tmp_path / "processes.json").write_text(json.dumps(listed))

        launcher._end_leftovers(tmp_path)

        assert other.poll() is None
        other.kill()


def test_a_launcher_that_is_left_is_ended_with_its_children(tmp_path):
    with subprocess.Popen(["sleep", "60"]) as left:
        ProcessFile(tmp_path).write([Process.of("launcher", left.pid)])

        launcher._end_leftovers(tmp_path)

        assert left.wait(5) == -signal.SIGTERM


@pytest.mark.parametrize(
    ("faces", "shown"),
    [("portal", ["/demo/mailbox", "/help"]), ("console", ["/console/sign-in"])],
)
def test_only_what_is_served_is_announced(tmp_path, faces, shown):
    settings = Settings.read(
        {"RESCIND_MODE": "demo", "RESCIND_DATA_DIR": str(tmp_path), "RESCIND_FACES": faces}
    )

    found = re.findall(r"http://127.0.0.1:8000(\S+)", launcher.addresses(settings))

    assert found == shown


class Failing(Child):
    """A child that has died often enough."""

    def __init__(self, log: Path) -> None:
        super().__init__("server", [], {}, log, deaths=3)

    def tend(self) -> None:
        return None


def test_a_server_that_never_starts_is_reported_with_its_last_words(tmp_path, port):
    log = tmp_path / "server.log"
    log.write_text("starting\nno such column\n")
    settings = Settings.read({"RESCIND_MODE": "demo", "RESCIND_DATA_DIR": str(tmp_path), "PORT": str(port)})

    with pytest.raises(launcher.click.ClickException, match="does not start: no such column"):
        launcher._await_answer(settings, (Failing(log), Failing(log)))


def test_a_server_that_does_not_answer_is_given_up(tmp_path, port, monkeypatch):
    monkeypatch.setattr(launcher, "READY_SECONDS", 0.2)
    settings = Settings.read({"RESCIND_MODE": "demo", "RESCIND_DATA_DIR": str(tmp_path), "PORT": str(port)})
    silent = Failing(tmp_path / "log")
    silent.deaths = 0

    with pytest.raises(launcher.click.ClickException, match="does not answer"):
        launcher._await_answer(settings, (silent, silent))
