"""The ways an e-mail leaves: by SMTP, into the demo's mailbox, or not yet."""

import smtplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.headerregistry import Address
from email.message import EmailMessage
from threading import Timer
from typing import Self
from urllib.parse import unquote, urlsplit
from uuid import UUID

from shared.actions import mailbox
from shared.domain.events import MailEvent
from shared.domain.ids import MerchantId
from shared.ports import Mailer, Refused
from shared.settings import Mode, Settings
from shared.storage.engine import Database

CONNECT_SECONDS = 5.0
READ_SECONDS = 15.0
WHOLE_SECONDS = 30.0
_FOR_GOOD = 500
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_PORTS = {"smtp": 25, "smtps": 465, "smtp+starttls": 587}


class NoMailServer(Exception):
    """No mail server is set, so e-mails wait."""


@dataclass(frozen=True, slots=True)
class SmtpMailer:
    """Hands messages to one SMTP server, over a connection for each.

    `own_name` is what we call ourselves there. A password never travels in the clear to another machine.
    """

    host: str
    port: int
    tls: bool
    starttls: bool
    own_name: str
    user: str = ""
    password: str = field(default="", repr=False)

    @classmethod
    def at(cls, url: str, *, own_name: str = "localhost") -> Self:
        """Read a server's address: smtp://, smtps:// or smtp+starttls://, or ?starttls behind the first."""
        parts = urlsplit(url)
        host = parts.hostname or ""
        asked = parts.scheme == "smtp+starttls" or "starttls" in parts.query
        tls = parts.scheme == "smtps"
        protected = asked or (parts.username is not None and host not in _LOOPBACK)
        return cls(
            host=host,
            port=parts.port or _PORTS["smtp+starttls" if protected and not tls else parts.scheme],
            tls=tls,
            starttls=protected and not tls,
            own_name=own_name,
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
        )

    def send(self, merchant_id: MerchantId, event: MailEvent, message: EmailMessage) -> None:  # noqa: ARG002 - the port's signature
        """Hand a message over; raises Refused when the server refuses recipient or message for good."""
        recipient = recipient_of(message)
        try:
            with self._connected() as server:
                server.send_message(message, to_addrs=[recipient])
        except smtplib.SMTPRecipientsRefused as error:
            code, answer = next(iter(error.recipients.values()))
            raise _outcome(code, answer) from error
        except smtplib.SMTPDataError as error:
            raise _outcome(error.smtp_code, error.smtp_error) from error

    @contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        server = self._open()
        timer = Timer(WHOLE_SECONDS, _cut, [server])
        timer.daemon = True
        timer.start()
        try:
            if server.sock is not None:
                server.sock.settimeout(READ_SECONDS)
            if self.starttls:
                server.starttls(context=ssl.create_default_context())
            if self.user:
                server.login(self.user, self.password)
            yield server
            # The message is handed over: what goes wrong with the farewell must not send it again.
            with suppress(smtplib.SMTPException, OSError):
                server.quit()
        finally:
            timer.cancel()
            server.close()

    def _open(self) -> smtplib.SMTP:
        if not self.tls:
            return smtplib.SMTP(self.host, self.port, self.own_name, CONNECT_SECONDS)
        context = ssl.create_default_context()
        return smtplib.SMTP_SSL(
            self.host, self.port, local_hostname=self.own_name, timeout=CONNECT_SECONDS, context=context
        )


@dataclass(frozen=True, slots=True)
class MailboxMailer:
    """Keeps messages where `/demo/mailbox` shows them."""

    db: Database

    def send(self, merchant_id: MerchantId, event: MailEvent, message: EmailMessage) -> None:
        """Keep a message under its Message-ID."""
        mail_id = UUID(str(message["Message-ID"]).strip("<>").partition("@")[0])
        mailbox.keep(self.db, merchant_id, mail_id, event, recipient_of(message), message.as_bytes())


@dataclass(frozen=True, slots=True)
class WaitingMailer:
    """Stands in while no mail server is set: every message waits."""

    def send(self, merchant_id: MerchantId, event: MailEvent, message: EmailMessage) -> None:  # noqa: ARG002 - the port's signature
        """Refuse for now; the message is tried again later."""
        raise NoMailServer("RESCIND_SMTP_URL is not set, so e-mails wait.")


def choose_mailer(settings: Settings, db: Database) -> Mailer:
    """Choose how e-mails leave: by SMTP where a server is set, else into the demo's mailbox, else not yet."""
    if settings.smtp_url is not None:
        return SmtpMailer.at(settings.smtp_url, own_name=urlsplit(settings.base_url).hostname or "localhost")
    if settings.mode is Mode.DEMO:
        return MailboxMailer(db)
    return WaitingMailer()


def recipient_of(message: EmailMessage) -> str:
    """Read the one recipient; raises Refused when there is not exactly one."""
    header = message["To"]
    addresses: tuple[Address, ...] = () if header is None else header.addresses
    if len(addresses) != 1:
        raise Refused("an e-mail goes to exactly one address")
    return addresses[0].addr_spec


def _outcome(code: int, answer: bytes | str) -> Exception:
    words = answer.decode(errors="replace") if isinstance(answer, bytes) else answer
    told = f"{code} {words}"
    return Refused(told) if code >= _FOR_GOOD else smtplib.SMTPResponseException(code, told)


def _cut(server: smtplib.SMTP) -> None:
    with suppress(OSError):
        if server.sock is not None:
            server.sock.shutdown(socket.SHUT_RDWR)
