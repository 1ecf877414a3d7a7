"""A program that hears webhooks on this machine: it keeps what arrived and answers as it is told."""

from __future__ import annotations

import json
import socket
import ssl
import threading
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
    is_silent: bool = False
    is_endless: bool = False
    ended: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    def types(self) -> list[str]:
        return [json.loads(one.body)["type"] for one in self.heard]


@contextmanager
def receiving(tls: ssl.SSLContext | None = None) -> Iterator[Receiver]:
    """Listen on a free port until the block ends."""
    receiver = Receiver()

    def answer(call: BaseHTTPRequestHandler) -> None:
        body = call.rfile.read(int(call.headers["Content-Length"]))
        receiver.heard.append(Heard(call.path, dict(call.headers.items()), body))
        if receiver.is_silent:
            receiver.ended.wait()
            return
        status, headers = receiver.answers.pop(0) if receiver.answers else (204, {})
        with suppress(OSError):
            call.send_response(status)
            for name, value in headers.items():
                call.send_header(name, value)
            call.end_headers()
            while receiver.is_endless and not receiver.ended.is_set():
                call.wfile.write(b"x" * 1024)

    # The library calls these by name.
    names = {"do_POST": answer, "log_message": lambda *_: None}
    answering = type("Answering", (BaseHTTPRequestHandler,), names)
    server = ThreadingHTTPServer(("127.0.0.1", 0), answering)
    server.daemon_threads = True
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    receiver.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        receiver.ended.set()
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def dripping() -> Iterator[int]:
    """Answer with one byte of a header at a time until the block ends; give the port."""
    ended = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def drip() -> None:
            with suppress(OSError):
                connection, _ = server.accept()
                with connection:
                    connection.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
                    while not ended.wait(0.02):
                        connection.sendall(b"z")

        thread = threading.Thread(target=drip, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        ended.set()
        thread.join()
