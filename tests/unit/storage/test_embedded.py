"""The embedded PostgreSQL: shared, restarted after a kill, and leaving everything around it as it was."""

import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from shared.storage import embedded, embedded_process, roles
from shared.storage.embedded import CannotStart, Server, running
from shared.storage.embedded_process import Account

HOLDS_A_SERVER = """
import sys, time
from pathlib import Path
from shared.storage.embedded import running
with running(Path(sys.argv[1]), durable=False) as server:
    print(server.pid, flush=True)
    time.sleep(60)
"""


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory):
    """Give one folder to all of these tests, since making a cluster takes a second; its name has a space."""
    folder = tmp_path_factory.mktemp("a checkout") / "var"
    yield folder
    embedded.stop(folder)


def current_user(server: Server, role: str) -> str:
    engine = create_engine(server.url(role))
    with engine.connect() as connection:
        found = connection.scalar(text("SELECT current_user"))
    engine.dispose()
    return str(found)


def kill(server: Server, data_dir: Path) -> None:
    os.kill(server.pid, signal.SIGKILL)
    while embedded_process.is_running(server.pid, data_dir / "postgres" / "data"):
        time.sleep(0.01)


def permissions(path: Path) -> dict[Path, int]:
    return {parent: stat.S_IMODE(parent.stat().st_mode) for parent in path.parents}


def test_it_starts_in_a_path_with_a_space_and_stops_with_its_last_user(data_dir):
    with running(data_dir, durable=False) as server:
        assert current_user(server, roles.APP) == roles.APP
        assert current_user(server, roles.OWNER) == roles.OWNER

    assert not embedded_process.is_running(server.pid, data_dir / "postgres" / "data")
    assert not server.socket_dir.exists()


def test_it_changes_no_permission_and_leaves_nothing_behind(data_dir):
    before = permissions(data_dir), permissions(embedded_process.programs())
    in_temporary = {path.name for path in Path(tempfile.gettempdir()).glob("rescind-*")}

    with running(data_dir, durable=False) as server:
        assert stat.S_IMODE(server.socket_dir.stat().st_mode) == 0o700

    assert (permissions(data_dir), permissions(embedded_process.programs())) == before
    assert server.socket_dir.name not in in_temporary
    assert not server.socket_dir.exists()


def test_it_listens_on_its_socket_alone(data_dir):
    with running(data_dir, durable=False) as server, server.superuser() as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)


def test_the_application_neither_owns_nor_passes_by_anything(data_dir):
    with running(data_dir, durable=False) as server, server.superuser() as connection:
        found = connection.execute(
            "SELECT rolname, rolsuper, rolbypassrls, rolcreaterole, rolcanlogin FROM pg_roles"
            " WHERE rolname LIKE 'rescind%' AND rolname !~ 'reader' ORDER BY 1"
        ).fetchall()

    assert found == [
        (roles.APP, False, False, False, True),
        (roles.OWNER, False, False, True, True),
        (roles.REPORTING, False, False, False, False),
    ]


def test_a_second_user_shares_it_and_leaving_first_stops_nothing(data_dir):
    with running(data_dir, durable=False) as first:
        with running(data_dir, durable=False) as second:
            assert second == first
        assert current_user(first, roles.APP) == roles.APP


def test_a_killed_server_comes_back_at_the_same_address(data_dir):
    with running(data_dir, durable=False) as server:
        kill(server, data_dir)
        again = embedded.start(data_dir, durable=False)

        assert again.pid != server.pid
        assert again.url(roles.APP) == server.url(roles.APP)
        assert current_user(again, roles.APP) == roles.APP


def test_a_number_that_another_process_bears_by_now_is_no_server(data_dir):
    with running(data_dir, durable=False) as server:
        kill(server, data_dir)
        pid_file = data_dir / "postgres" / "data" / "postmaster.pid"
        _, _, rest = pid_file.read_text().partition("\n")
        pid_file.write_text(f"{os.getpid()}\n{rest}")

        assert current_user(embedded.start(data_dir, durable=False), roles.APP) == roles.APP


def test_what_a_killed_user_left_running_is_taken_over_and_stopped(data_dir):
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDS_A_SERVER, data_dir], stdout=subprocess.PIPE, text=True
    )
    with holder:
        assert holder.stdout is not None
        left = int(holder.stdout.readline())
        holder.kill()

    with running(data_dir, durable=False) as server:
        assert server.pid == left
    assert not embedded_process.is_running(left, data_dir / "postgres" / "data")


def test_stop_ends_it_whoever_uses_it(data_dir):
    with running(data_dir, durable=False):
        assert embedded.stop(data_dir)
        assert not embedded.stop(data_dir)


def test_stop_finds_nothing_where_nothing_was(tmp_path):
    assert not embedded.stop(tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_server_that_does_not_listen_is_ended_the_hard_way(data_dir, monkeypatch):
    monkeypatch.setattr(embedded, "STOP_SECONDS", 0.3)
    with running(data_dir, durable=False) as server:
        os.kill(server.pid, signal.SIGSTOP)
        stopped = time.monotonic()
        embedded.stop(data_dir)
        os.kill(server.pid, signal.SIGCONT)

        assert time.monotonic() - stopped < 5


def test_a_path_too_long_for_a_socket_is_refused_with_a_remedy(data_dir, tmp_path, monkeypatch):
    long = tmp_path / ("x" * 90)
    long.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(long))

    with pytest.raises(CannotStart, match="TMPDIR"), running(data_dir, durable=False):
        pass
    assert not list(long.iterdir())


def test_a_folder_that_cannot_be_written_is_refused_with_a_remedy(tmp_path):
    (tmp_path / "file").touch()

    with pytest.raises(CannotStart, match="RESCIND_DATABASE_URL"), running(tmp_path / "file"):
        pass


def test_a_machine_without_the_wheel_is_told_what_to_set(monkeypatch):
    monkeypatch.setattr(embedded_process, "find_spec", lambda _name: None)

    with pytest.raises(CannotStart, match="RESCIND_DATABASE_URL"):
        embedded_process.programs()


def test_a_broken_folder_is_said_in_one_line(tmp_path, monkeypatch):
    monkeypatch.setattr(embedded, "START_SECONDS", 0.5)
    data = tmp_path / "postgres" / "data"
    data.mkdir(parents=True, mode=0o700)

    with pytest.raises(CannotStart) as refusal, running(tmp_path, durable=False):
        pass

    assert "server.log" in str(refusal.value)
    assert "\n" not in str(refusal.value)
    assert not (tmp_path / "postgres" / "socket-folder").exists()


def test_a_cluster_that_cannot_be_made_is_said_in_one_line(tmp_path, monkeypatch):
    monkeypatch.setattr(embedded, "SUPERUSER", "pg_forbidden")

    with pytest.raises(CannotStart, match="could not make"), running(tmp_path, durable=False):
        pass
    assert not (tmp_path / "postgres" / "data").exists()


def test_an_ordinary_user_runs_it_as_itself(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: tmp_path.stat().st_uid)
    if os.getuid() == 0:
        monkeypatch.setattr(os, "geteuid", lambda: 4242)

    account = embedded_process.account_for(tmp_path / "new", tmp_path)

    assert not account.drops_root
    assert account.prefix == ()


def test_data_of_another_user_is_refused_with_a_remedy(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: tmp_path.stat().st_uid + 1)

    with pytest.raises(CannotStart, match="belongs to another user"):
        embedded_process.account_for(tmp_path, tmp_path)


# Only root can drop its rights.
if os.getuid() == 0:

    class TestAsRoot:
        def test_the_server_runs_as_somebody_without_rights(self, data_dir):
            with running(data_dir, durable=False) as server:
                assert Path(f"/proc/{server.pid}").stat().st_uid == pwd.getpwnam("nobody").pw_uid

        def test_data_that_an_ordinary_user_made_is_served_as_that_user(self, tmp_path):
            os.chown(tmp_path, 1, 1)

            assert embedded_process.account_for(tmp_path, Path("/")).uid == 1

        def test_a_system_without_other_users_is_told_what_to_set(self, tmp_path, monkeypatch):
            monkeypatch.setattr(embedded_process, "_UNPRIVILEGED", "no-such-user")

            with pytest.raises(CannotStart, match="RESCIND_DATABASE_URL"):
                embedded_process.account_for(tmp_path, tmp_path)

        def test_a_closed_folder_that_cannot_be_passed_is_named(self, tmp_path, monkeypatch):
            monkeypatch.setattr(shutil, "which", lambda _name: None)
            closed = tmp_path / "closed"
            closed.mkdir(mode=0o700)

            with pytest.raises(CannotStart, match="cannot enter"):
                embedded_process.account_for(closed / "data", closed)

        def test_an_account_that_cannot_be_started_enters_nothing(self, tmp_path):
            account = Account(1, 1, drops_root=True, prefix=(str(tmp_path / "missing"),))

            assert not embedded_process._can_enter(account, tmp_path)


def test_ps_tells_the_same_where_there_is_no_proc(data_dir, monkeypatch):
    listed = subprocess.CompletedProcess([], 0, stdout=f"postgres -D {data_dir}\n")
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: listed)
    monkeypatch.setattr(Path, "exists", lambda _path: False)

    assert embedded_process.is_running(4242, data_dir)
    assert not embedded_process.is_running(4242, data_dir / "other")


def test_only_a_folder_of_its_own_counts_as_private(tmp_path):
    uid = tmp_path.stat().st_uid
    private, opened, link = tmp_path / "private", tmp_path / "opened", tmp_path / "link"
    private.mkdir(mode=0o700)
    opened.mkdir(mode=0o700)
    opened.chmod(0o755)
    link.symlink_to(private)

    assert embedded_process.is_private_folder(private, uid)
    assert not embedded_process.is_private_folder(private, uid + 1)
    assert not embedded_process.is_private_folder(opened, uid)
    assert not embedded_process.is_private_folder(link, uid)
    assert not embedded_process.is_private_folder(tmp_path / "missing", uid)


def test_many_starting_at_once_share_one_server(data_dir):
    with ExitStack() as stack:
        holders = [
            stack.enter_context(
                subprocess.Popen(
                    [sys.executable, "-c", HOLDS_A_SERVER, data_dir], stdout=subprocess.PIPE, text=True
                )
            )
            for _ in range(3)
        ]
        pids = {holder.stdout.readline() for holder in holders if holder.stdout}
        for holder in holders:
            holder.kill()
    embedded.stop(data_dir)

    assert len(pids) == 1
