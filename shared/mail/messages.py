"""Write an e-mail: from an event's rows to one message in the buyer's language, as text and as HTML."""

import re
from datetime import datetime
from email import policy
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from functools import cache
from typing import Protocol
from urllib.parse import urlsplit

import mrml
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from shared import wording
from shared.domain.events import MailEvent
from shared.domain.ids import MessageId
from shared.ports import Refused
from shared.rendering import furnish, speaking, templates_folder

# The library breaks a long plain header right behind its name; some readers then show a gap.
_UNFOLDED = policy.SMTP.clone(max_line_length=900)
_GAP = re.compile(r"\n{3,}")


class Composable(Protocol):
    """What every e-mail is written from, whatever else its templates ask for."""

    @property
    def id(self) -> MessageId:
        """The row's id, which is the Message-ID over every try."""

    @property
    def event(self) -> MailEvent:
        """What it is about: the name of its templates' folder."""

    @property
    def recipient(self) -> str:
        """The one address it goes to."""

    @property
    def locale(self) -> str:
        """The language it is written in."""

    @property
    def created_at(self) -> datetime:
        """When it was decided on (UTC)."""


def compose(mail: Composable, *, link: str, base_url: str, sender: str) -> EmailMessage:
    """Write an e-mail to its one recipient; `link` opens what it is about.

    Raises Refused when the address is not exactly one.
    """
    with speaking(mail.locale):
        subject = _written(mail, "subject.txt", link=link, base_url=base_url, subject="")
        subject = " ".join(subject.split())
        text = _GAP.sub("\n\n", _written(mail, "body.txt", link=link, base_url=base_url, subject=subject))
        source = _written(mail, "body.html.mjml", link=link, base_url=base_url, subject=subject)
    message = EmailMessage(policy=_UNFOLDED if subject.isascii() else policy.SMTP)
    message["From"] = _sender(sender)
    message["To"] = _recipient(mail.recipient)
    message["Subject"] = subject
    message["Date"] = mail.created_at
    message["Message-ID"] = f"<{mail.id}@{urlsplit(base_url).hostname}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text, cte="quoted-printable")
    message.add_alternative(_html(source), subtype="html", cte="quoted-printable")
    return message


def _written(mail: Composable, part: str, *, link: str, base_url: str, subject: str) -> str:
    template = _environment().get_template(f"email/{mail.event}/{part}")
    return template.render(mail=mail, link=link, help_link=f"{base_url}/help", subject=subject)


def _html(source: str) -> str:
    # No web font is ever fetched: a mail loads nothing from anywhere.
    options = mrml.RenderOptions(fonts={})
    return mrml.to_html(source, render_options=options).content


def _recipient(address: str) -> Address:
    """Make an address object, which unlike a header's text can never be read as two recipients."""
    if not address.isprintable() or " " in address:
        raise Refused("the address holds a character that none may hold")
    local, _, domain = address.rpartition("@")
    try:
        made = Address(addr_spec=f"{local}@{_ascii(domain)}")
    except (ValueError, IndexError, MessageError) as error:
        raise Refused("this is not exactly one e-mail address") from error
    return made


def _ascii(domain: str) -> str:
    return domain if domain.isascii() else domain.encode("idna").decode()


def _sender(sender: str) -> Address:
    name, _, address = sender.rpartition("<")
    return Address(display_name=name.strip().strip('"'), addr_spec=address.removesuffix(">"))


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(templates_folder()),
        autoescape=select_autoescape(
            enabled_extensions=("html", "mjml"), disabled_extensions=("txt",), default=True
        ),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    furnish(environment)
    environment.globals["wording"] = wording
    return environment
