"""`rescind serve`: what the web server is told, and what it says when it cannot start."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pytest
from click.testing import CliRunner

from shared.cli import serve
from shared.cli.main import cli
from shared.tables.sniffing import MAX_BYTES

SERVING = """
import sys, types
from shared.cli import serve
root = types.ModuleType("composition")
def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    read = sum(len(piece) for piece in iter(lambda: environ["wsgi.input"].read(1 << 20), b""))
    return [f"{environ['wsgi.url_scheme']} {read}".encode()]
root.make_application = lambda: application
sys.modules["composition"] = root
serve.COMPOSITION_ROOT = "composition"
from shared.cli.main import cli
cli(["serve", *sys.argv[1:]])
"""


@pytest.fixture
def port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def environment(port, tmp_path):
    return {
        "RESCIND_MODE": "demo",
        "RESCIND_DATABASE_URL": "postgresql://app@127.0.0.1:1/none",
        "RESCIND_DATA_DIR": str(tmp_path),
        "RESCIND_BASE_URL": "https://cancel.example.com",
        "PORT": str(port),
    }


def failed(environment, *words):
    """Run it in a process of its own, since a server that cannot start leaves its sockets to the end."""
    done = subprocess.run(
        [sys.executable, "-c", SERVING, *words],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    return done.returncode, done.stderr


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_serves_with_the_scheme_of_the_base_url_and_stops_when_told(environment, port, number):
    with subprocess.Popen([sys.executable, "-c", SERVING], env=os.environ | environment) as server:
        try:
            assert fetched(f"http://127.0.0.1:{port}/") == b"https 0"
            server.send_signal(number)
            assert server.wait(10) == 0
        finally:
            server.kill()


def test_a_file_of_the_largest_size_reaches_the_page_it_is_sent_to(environment, port):
    with subprocess.Popen([sys.executable, "-c", SERVING], env=os.environ | environment) as server:
        try:
            address = f"http://127.0.0.1:{port}/"
            fetched(address)
            assert fetched(address, bytes(MAX_BYTES), timeout=60) == f"https {MAX_BYTES}".encode()
        finally:
            server.kill()


def fetched(address, body=None, *, timeout=2):
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(address, body, timeout=timeout) as answer:  # noqa: S310 - our own server
                return answer.read()
        except urllib.error.URLError:
            time.sleep(0.05)
    raise AssertionError(address)


def test_a_taken_port_is_named_with_a_way_out(environment, port):
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()
        code, said = failed(environment)

    assert code == 1
    assert said == (
        f"Error: PORT: port {port} is taken by another program. Choose another, as in: PORT={port + 1}\n"
    )


def test_an_address_that_is_not_ours_is_refused_in_one_line(environment):
    code, said = failed(environment, "--host", "192.0.2.1")

    assert code == 1
    assert said.startswith("Error: Cannot listen on 192.0.2.1")
    assert said.count("\n") == 1


def test_only_a_named_proxy_is_believed():
    assert serve._proxy_options(None) == {}
    assert serve._proxy_options("10.0.0.1") == {
        "trusted_proxy": "10.0.0.1",
        "trusted_proxy_count": 1,
        "trusted_proxy_headers": {"x-forwarded-for"},
        "clear_untrusted_proxy_headers": True,
    }


def test_production_without_keys_serves_nothing(environment):
    result = CliRunner().invoke(cli, ["serve"], env=environment | {"RESCIND_MODE": "production"})

    assert result.exit_code == 1
    assert result.output.startswith("Error: RESCIND_SECRET_KEYS")
