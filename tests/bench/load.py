"""Ask a server over connections that stay open, and measure what each answer took."""

import itertools
import re
import socket
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

CONNECTIONS = 4
_LENGTH = re.compile(rb"\r\ncontent-length: (\d+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Answer:
    """A status, the head and the body."""

    status: int
    head: bytes
    body: bytes


@dataclass(frozen=True, slots=True)
class Load:
    """What so many answers took: their number a second, and each one's seconds, shortest first."""

    per_second: float
    times: tuple[float, ...]

    def percentile(self, share: float) -> float:
        """Tell the milliseconds within which this share of the answers came."""
        return 1000 * self.times[min(len(self.times) - 1, int(share * len(self.times)))]


class Line:
    """One connection that stays open."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, request: bytes) -> Answer:
        """Send a request and read its whole answer."""
        self._socket.sendall(request)
        got = self._socket.recv(65536)
        while b"\r\n\r\n" not in got:
            got += self._more()
        head, _, body = got.partition(b"\r\n\r\n")
        length = _LENGTH.search(head)
        missing = int(length[1]) - len(body) if length else 0
        parts = [body]
        while missing > 0:
            parts.append(self._more())
            missing -= len(parts[-1])
        return Answer(int(head[9:12]), head, b"".join(parts))

    def _more(self) -> bytes:
        got = self._socket.recv(65536)
        if not got:
            raise ConnectionError("the server hung up")
        return got

    def close(self) -> None:
        """Hang up."""
        self._socket.close()


def get(path: str, cookie: str = "") -> bytes:
    """Write a GET request."""
    return _written("GET", path, {"Cookie": cookie} if cookie else {}, b"")


def post(path: str, fields: Mapping[str, str], cookie: str = "") -> bytes:
    """Write a POST of a form."""
    heads = {"Content-Type": "application/x-www-form-urlencoded"} | ({"Cookie": cookie} if cookie else {})
    return _written("POST", path, heads, urlencode(fields).encode())


def call(path: str, key: str, once: str, body: str) -> bytes:
    """Write an API call that is to be carried out once."""
    heads = {
        "Content-Type": "application/json",
        "Authorization": f"Bearer {key}",
        "Idempotency-Key": once,
    }
    return _written("POST", path, heads, body.encode())


def measure(
    port: int, requests: Iterable[bytes], *, expected: int, seconds: float, connections: int = CONNECTIONS
) -> Load:
    """Send the requests over a few connections, at most for so long.

    Raises RuntimeError for any other status than the expected one.
    """
    waiting = iter(requests)
    times: list[float] = []
    troubles: list[Answer] = []
    ends_at = time.perf_counter() + seconds

    def work() -> None:
        line = Line(port)
        for request in waiting:
            began = time.perf_counter()
            answer = line.ask(request)
            times.append(time.perf_counter() - began)
            if answer.status != expected:
                troubles.append(answer)
            if troubles or time.perf_counter() > ends_at:
                break
        line.close()

    began = time.perf_counter()
    threads = [threading.Thread(target=work) for _ in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.perf_counter() - began
    if troubles:
        raise RuntimeError(f"answered {troubles[0].status}: {troubles[0].body[:500]!r}")
    return Load(len(times) / took, tuple(sorted(times)))


def again_and_again(*requests: bytes) -> Iterator[bytes]:
    """Repeat these requests without end."""
    return itertools.cycle(requests)


def _written(method: str, path: str, heads: Mapping[str, str], body: bytes) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1"]
    lines += [f"{name}: {value}" for name, value in heads.items()]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body
