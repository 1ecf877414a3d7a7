"""A program that hears webhooks on this machine: it keeps what arrived and answers as it is told."""

from __future__ import annotations

import json
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from standardwebhooks import Webhook


@dataclass(frozen=True)
class Heard:
    """A call that arrived."""

    path: str
    headers: dict[str, str]
    body: bytes

    def verified(self, secret: str) -> dict[str, Any]:
        """Check the signature as the standard's own library does, and read the body."""
        return Webhook(secret).verify(self.body, self.headers)


@dataclass
class Receiver:
    """What was heard, and what the next calls are answered; 204 once no answer is left."""

    port: int = 0
    heard: list[Heard] = field(default_factory=list)
    answers: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    seconds_before: float = 0.0
    is_endless: bool = False

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    def types(self) -> list[str]:
        return [json.loads(one.body)["type"] for one in self.heard]


@contextmanager
def receiving(tls: ssl.SSLContext | None = None) -> Iterator[Receiver]:
    """Listen on a free port until the block ends."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.heard.append(Heard(self.path, dict(self.headers.items()), body))
            time.sleep(receiver.seconds_before)
            status, headers = receiver.answers.pop(0) if receiver.answers else (204, {})
            with suppress(OSError):
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                while receiver.is_endless:
                    self.wfile.write(b"x" * 1024)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    receiver.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        receiver.is_endless = False
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def dripping(seconds: float) -> Iterator[int]:
    """Answer with one byte of a header at a time, for so long; give the port."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def drip() -> None:
            with suppress(OSError):
                connection, _ = server.accept()
                with connection:
                    end = time.monotonic() + seconds
                    connection.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
                    while time.monotonic() < end:
                        connection.sendall(b"z")
                        time.sleep(0.05)

        thread = threading.Thread(target=drip, daemon=True)
        thread.start()
        yield server.getsockname()[1]
