"""Bring a webhook to its receiver: to the very machine that was checked, once, and within a time.

Whatever a name leads to is looked up and checked anew for each try; nothing is followed, no proxy is asked.
"""

import socket
import ssl
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection, HTTPException, HTTPResponse
from queue import Empty, SimpleQueue
from threading import Thread, Timer
from time import monotonic

from werkzeug.http import parse_date

from shared.domain import destinations
from shared.domain.destinations import BadDestination, Destination
from shared.ports import NoAnswer, Reply

SECONDS = 20.0
MOST_READ = 65_536
_CONNECT_SECONDS = 5.0
_LEAST_SECONDS = 0.001
_LONGEST_NUMBER = 6
Resolver = Callable[[str, int, float], Sequence[str]]


class WebTransport:
    """Calls over https to public machines alone; with `loopback` also over http to this very machine."""

    def __init__(
        self,
        *,
        loopback: bool = False,
        own_host: str = "",
        resolve: Resolver | None = None,
        tls: ssl.SSLContext | None = None,
        seconds: float = SECONDS,
    ) -> None:
        """Take what tests put in the place of names, certificates and patience."""
        self._loopback = loopback
        self._own_host = own_host
        self._resolve = resolve or look_up
        self._tls = tls or ssl.create_default_context()
        self._seconds = seconds

    def deliver(self, address: str, headers: Mapping[str, str], body: bytes) -> Reply:
        """Send a body, and read the status. Raises NoAnswer, also for an address that must not be called."""
        end = monotonic() + self._seconds
        try:
            destination = destinations.read(address, loopback=self._loopback)
        except BadDestination as error:
            raise NoAnswer(str(error)) from error
        machines = self._checked(destination, end)
        try:
            with _connected(machines, destination, end) as raw:
                return self._call(raw, destination, headers, body, end)
        except (OSError, HTTPException, ValueError) as error:
            raise NoAnswer(type(error).__name__) from error

    def _checked(self, destination: Destination, end: float) -> Sequence[str]:
        """Give the machines that a name leads to, if all of them may be called. Raises NoAnswer."""
        found = self._resolve(destination.host, destination.port, end - monotonic())
        may_call = destinations.is_loopback if destination.is_plain else destinations.is_public
        if not found or not all(may_call(machine) for machine in found):
            raise NoAnswer("the name leads to no machine that may be called")
        if not destination.is_plain and set(found) & set(self._own(end)):
            raise NoAnswer("the name leads to us")
        return found

    def _own(self, end: float) -> Sequence[str]:
        if not self._own_host:
            return ()
        with suppress(NoAnswer):
            return self._resolve(self._own_host, 0, end - monotonic())
        return ()

    def _call(
        self,
        raw: socket.socket,
        destination: Destination,
        headers: Mapping[str, str],
        body: bytes,
        end: float,
    ) -> Reply:
        connection = HTTPConnection(destination.host, destination.port)
        connection.sock = raw if destination.is_plain else self._secured(raw, destination)
        try:
            connection.request("POST", destination.target, body, {"Host": _named(destination), **headers})
            response = connection.getresponse()
            # Headers that were cut off read like the end of all headers.
            if monotonic() >= end:
                raise TimeoutError
            reply = Reply(response.status, _retry_after(response))
            # Its status counts, whatever comes of the rest; some of that is read, not to cut it off.
            with suppress(OSError, HTTPException, ValueError):
                response.read(MOST_READ)
            return reply
        finally:
            connection.close()

    def _secured(self, raw: socket.socket, destination: Destination) -> ssl.SSLSocket:
        return self._tls.wrap_socket(raw, server_hostname=destination.host)


def look_up(host: str, port: int, seconds: float) -> Sequence[str]:
    """List the addresses of a name. Raises NoAnswer when there is none, or none within the time."""
    found: SimpleQueue[Sequence[str] | OSError] = SimpleQueue()

    def ask() -> None:
        try:
            lines = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            found.put(tuple(str(line[4][0]) for line in lines))
        except (OSError, UnicodeError) as error:
            found.put(error if isinstance(error, OSError) else OSError(str(error)))

    # The system's own look-up knows no time limit.
    Thread(target=ask, daemon=True).start()
    try:
        answer = found.get(timeout=max(0.0, seconds))
    except Empty:
        raise NoAnswer("the name was not found in time") from None
    if isinstance(answer, OSError):
        raise NoAnswer("there is no such name") from answer
    return answer


@contextmanager
def _connected(machines: Sequence[str], destination: Destination, end: float) -> Iterator[socket.socket]:
    """Connect to a machine, and cut the connection when the time is over, whoever sends what by then."""
    raw = _first_open(machines, destination.port, end)
    # The descriptor is the connection's, whichever object comes to hold it.
    cutter = socket.socket(fileno=socket.dup(raw.fileno()))
    raw.settimeout(max(_LEAST_SECONDS, end - monotonic()))
    timer = Timer(max(0.0, end - monotonic()), _cut, (cutter,))
    timer.daemon = True
    timer.start()
    try:
        yield raw
    finally:
        timer.cancel()
        cutter.close()
        raw.close()


def _first_open(machines: Sequence[str], port: int, end: float) -> socket.socket:
    """Connect to the first machine that lets us: a name may lead to some that this network does not reach."""
    trouble = OSError("no machine")
    for machine in machines:
        try:
            patience = max(_LEAST_SECONDS, min(_CONNECT_SECONDS, end - monotonic()))
            return socket.create_connection((machine, port), timeout=patience)
        except OSError as error:
            trouble = error
    raise trouble


def _cut(cutter: socket.socket) -> None:
    with suppress(OSError):
        cutter.shutdown(socket.SHUT_RDWR)


def _named(destination: Destination) -> str:
    host = f"[{destination.host}]" if ":" in destination.host else destination.host
    return f"{host}:{destination.port}" if destination.is_plain else host


def _retry_after(response: HTTPResponse) -> timedelta | None:
    told = response.headers.get("Retry-After", "").strip()
    if told.isascii() and told.isdigit() and len(told) <= _LONGEST_NUMBER:
        return timedelta(seconds=int(told))
    until = parse_date(told)
    return None if until is None else max(timedelta(0), until - datetime.now(UTC))
