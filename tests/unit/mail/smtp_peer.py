"""A real SMTP server on a port of its own, which can be told what to answer."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


class Peer:
    """Takes what it is given, or answers as it was told."""

    def __init__(self) -> None:
        self.taken: list[EmailMessage] = []
        self.envelopes: list[Envelope] = []
        self.to_recipient = "250 OK"
        self.to_data = "250 OK"
        self.url = ""

    async def handle_RCPT(  # noqa: N802 - the library's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _: Any
    ) -> str:
        if self.to_recipient.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.to_recipient

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - as above
        if self.to_data.startswith("250"):
            assert isinstance(envelope.content, bytes)
            self.taken.append(message_from_bytes(envelope.content, policy=policy.default))
            self.envelopes.append(envelope)
        return self.to_data


@contextmanager
def listening(port: int = 0) -> Iterator[Peer]:
    """Listen on 127.0.0.1 while the block runs."""
    peer = Peer()
    controller = Controller(peer, hostname="127.0.0.1", port=port or free_port())
    controller.start()
    peer.url = f"smtp://127.0.0.1:{controller.port}"
    try:
        yield peer
    finally:
        controller.stop()


def free_port() -> int:
    """Find a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
