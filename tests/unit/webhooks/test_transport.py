"""A call goes to the machine that was checked, follows nothing, and ends within its time."""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from werkzeug.http import http_date

from shared.domain import destinations
from shared.domain.destinations import Destination
from shared.ports import NoAnswer
from shared.webhooks import transport as module
from shared.webhooks.transport import WebTransport, look_up
from tests.receiver import Receiver, dripping, receiving

HEADERS = {"webhook-id": "1", "Content-Type": "application/json"}


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as made:
        yield made


def calling(**options: object) -> WebTransport:
    return WebTransport(loopback=True, seconds=3.0, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("status", [200, 202, 204, 400, 410, 429, 500, 503])
def test_the_status_is_read(receiver: Receiver, status: int) -> None:
    receiver.answers = [(status, {})]

    assert calling().deliver(receiver.url, HEADERS, b"{}").status == status
    heard = receiver.heard[0]
    assert (heard.path, heard.body, heard.headers["Host"]) == ("/hook", b"{}", f"127.0.0.1:{receiver.port}")


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_not_followed(receiver: Receiver, status: int) -> None:
    receiver.answers = [(status, {"Location": receiver.url})]

    assert calling().deliver(receiver.url, HEADERS, b"{}").status == status
    assert len(receiver.heard) == 1


def test_how_long_to_wait_is_read_in_seconds_and_as_a_date(receiver: Receiver) -> None:
    later = http_date(datetime.now(UTC) + timedelta(hours=1))
    told = ["120", later, "soon", "-5", "9" * 30]
    receiver.answers = [(429, {"Retry-After": value}) for value in told]

    waits = [calling().deliver(receiver.url, HEADERS, b"{}").retry_after for _ in told]

    assert waits[0] == timedelta(seconds=120)
    assert waits[1] is not None
    assert timedelta(minutes=59) < waits[1] <= timedelta(hours=1)
    assert waits[2:] == [None, None, None]


def test_an_endless_answer_is_cut_off_and_its_status_counts(receiver: Receiver) -> None:
    receiver.is_endless = True
    receiver.answers = [(200, {})]
    began = time.monotonic()

    assert calling().deliver(receiver.url, HEADERS, b"{}").status == 200
    assert time.monotonic() - began < 2


def test_a_receiver_that_hangs_is_left_in_time(receiver: Receiver) -> None:
    receiver.is_silent = True
    began = time.monotonic()

    with pytest.raises(NoAnswer):
        WebTransport(loopback=True, seconds=0.3).deliver(receiver.url, HEADERS, b"{}")
    assert time.monotonic() - began < 1.5


def test_a_receiver_that_drips_is_left_in_time() -> None:
    began = time.monotonic()

    with dripping() as port, pytest.raises(NoAnswer):
        WebTransport(loopback=True, seconds=0.4).deliver(f"http://127.0.0.1:{port}/", HEADERS, b"{}")
    assert time.monotonic() - began < 2


def test_nobody_there_is_no_answer() -> None:
    with receiving() as gone:
        url = gone.url

    with pytest.raises(NoAnswer):
        calling().deliver(url, HEADERS, b"{}")


def test_a_machine_that_is_not_reached_gives_way_to_the_next(receiver: Receiver) -> None:
    # Nothing listens there, and it is this machine as well.
    transport = calling(resolve=lambda *_: ("127.0.0.9", "::1", "127.0.0.1"))

    assert transport.deliver(receiver.url, HEADERS, b"{}").status == 204


def test_no_proxy_of_the_environment_is_asked(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    with receiving() as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")

        assert calling().deliver(receiver.url, HEADERS, b"{}").status == 204
        assert (len(receiver.heard), proxy.heard) == (1, [])


def test_production_calls_no_loopback(receiver: Receiver) -> None:
    with pytest.raises(NoAnswer):
        WebTransport(seconds=3.0).deliver(receiver.url, HEADERS, b"{}")
    assert receiver.heard == []


@pytest.mark.parametrize(
    "found",
    [("127.0.0.1",), ("8.8.8.8", "10.0.0.7"), ("::ffff:127.0.0.1",), ("169.254.169.254",), ()],
)
def test_one_machine_inside_among_what_a_name_leads_to_is_enough_to_call_none(
    found: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    def connect(*_: object, **__: object) -> None:
        raise AssertionError("nobody is to be called")

    monkeypatch.setattr(module.socket, "create_connection", connect)
    transport = WebTransport(seconds=3.0, resolve=lambda *_: found)

    with pytest.raises(NoAnswer):
        transport.deliver("https://shop.example/", HEADERS, b"{}")


def test_our_own_address_is_not_called() -> None:
    transport = WebTransport(seconds=3.0, own_host="rescind.example", resolve=lambda *_: ("93.184.216.34",))

    with pytest.raises(NoAnswer, match="leads to us"):
        transport.deliver("https://shop.example/", HEADERS, b"{}")


def test_a_name_of_ours_that_cannot_be_looked_up_holds_nothing_up(monkeypatch: pytest.MonkeyPatch) -> None:
    called: list[tuple[str, int]] = []

    def resolve(host: str, *_: object) -> Sequence[str]:
        if host == "rescind.example":
            raise NoAnswer("there is no such name")
        return ("93.184.216.34",)

    def connect(machine: tuple[str, int], **_: object) -> None:
        called.append(machine)
        raise OSError

    monkeypatch.setattr(module.socket, "create_connection", connect)
    transport = WebTransport(seconds=3.0, own_host="rescind.example", resolve=resolve)

    with pytest.raises(NoAnswer):
        transport.deliver("https://shop.example/", HEADERS, b"{}")
    assert called == [("93.184.216.34", 443)]


class TestOverTls:
    """A receiver with a certificate for hooks.shop.example."""

    @pytest.fixture
    def paths(self, tmp_path: Path) -> tuple[Path, Path]:
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "hooks.shop.example")])
        now = datetime.now(UTC)
        made = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(x509.SubjectAlternativeName([x509.DNSName("hooks.shop.example")]), critical=False)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .sign(key, hashes.SHA256())
        )
        certificate, secret = tmp_path / "certificate.pem", tmp_path / "key.pem"
        certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
        secret.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        return certificate, secret

    @pytest.fixture
    def secure(self, paths: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
        """Listen in the place of a public machine, on its port."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*paths)
        monkeypatch.setattr(destinations, "is_public", lambda address: address == "127.0.0.1")
        with receiving(context) as made:
            read = destinations.read

            def moved(address: str, *, loopback: bool = False) -> Destination:
                found = read(address, loopback=loopback)
                return Destination(found.host, made.port, found.target, found.is_plain)

            monkeypatch.setattr(destinations, "read", moved)
            yield made

    def test_the_checked_machine_is_asked_for_the_name(
        self, secure: Receiver, paths: tuple[Path, Path]
    ) -> None:
        asked: list[str] = []

        def resolve(host: str, _port: int, _seconds: float) -> Sequence[str]:
            # A name that leads inside when it is asked for the second time.
            asked.append(host)
            return ("127.0.0.1",) if len(asked) == 1 else ("10.0.0.1",)

        transport = WebTransport(
            seconds=3.0, resolve=resolve, tls=ssl.create_default_context(cafile=str(paths[0]))
        )

        assert transport.deliver("https://hooks.shop.example/in", HEADERS, b"{}").status == 204
        assert asked == ["hooks.shop.example"]
        assert secure.heard[0].headers["Host"] == "hooks.shop.example"
        with pytest.raises(NoAnswer):
            transport.deliver("https://hooks.shop.example/in", HEADERS, b"{}")
        assert len(secure.heard) == 1

    def test_a_certificate_for_another_name_or_of_nobody_known_is_refused(
        self, secure: Receiver, paths: tuple[Path, Path]
    ) -> None:
        known = ssl.create_default_context(cafile=str(paths[0]))
        for context, host in ((known, "other.shop.example"), (None, "hooks.shop.example")):
            transport = WebTransport(seconds=3.0, resolve=lambda *_: ("127.0.0.1",), tls=context)
            with pytest.raises(NoAnswer):
                transport.deliver(f"https://{host}/", HEADERS, b"{}")
        assert secure.heard == []


def test_a_name_that_nobody_knows_is_no_answer() -> None:
    with pytest.raises(NoAnswer):
        look_up("no-such-name.invalid", 443, 5.0)
    assert "127.0.0.1" in look_up("127.0.0.1", 443, 5.0)


def test_a_look_up_that_takes_too_long_is_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    found, ended = threading.Event(), threading.Event()

    def slowly(*_: object, **__: object) -> list[object]:
        found.wait()
        ended.set()
        return []

    monkeypatch.setattr(module.socket, "getaddrinfo", slowly)

    with pytest.raises(NoAnswer, match="in time"):
        look_up("slow.example", 443, 0.05)
    found.set()
    assert ended.wait(5)
