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
from shared.domain.branding import Brand
from shared.domain.colors import palette
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


def compose(
    mail: Composable, *, link: str, base_url: str, sender: str, brand: Brand | None = None
) -> EmailMessage:
    """Write an e-mail to its one recipient; `link` opens what it is about, `brand` is the shop's look.

    Raises Refused when the address is not exactly one.
    """
    with speaking(mail.locale):
        values = _values(mail, link, base_url, brand)
        subject = " ".join(_written(mail, "subject.txt", values).split())
        values["subject"] = subject
        text = _GAP.sub("\n\n", _written(mail, "body.txt", values))
        source = _written(mail, "body.html.mjml", values)
    message = EmailMessage(policy=_UNFOLDED if subject.isascii() else policy.SMTP)
    message["From"] = _sender(sender, brand)
    message["To"] = _recipient(mail.recipient)
    if brand is not None and brand.branding.reply_to:
        message["Reply-To"] = _recipient(brand.branding.reply_to)
    message["Subject"] = subject
    message["Date"] = mail.created_at
    message["Message-ID"] = f"<{mail.id}@{urlsplit(base_url).hostname}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text, cte="quoted-printable")
    message.add_alternative(_html(source), subtype="html", cte="quoted-printable")
    return message


def _values(mail: Composable, link: str, base_url: str, brand: Brand | None) -> dict[str, object]:
    look = brand or Brand("")
    return {
        "mail": mail,
        "link": link,
        "base_url": base_url,
        "help_link": f"{base_url}/help",
        "brand": look,
        "shades": palette(look.branding.color),
    }


def _written(mail: Composable, part: str, values: dict[str, object]) -> str:
    return _environment().get_template(f"email/{mail.event}/{part}").render(values)


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


def _sender(sender: str, brand: Brand | None) -> Address:
    # The address stays the product's own: mail servers check that it may send for its domain.
    name, _, address = sender.rpartition("<")
    shown = name.strip().strip('"') if brand is None else " ".join(brand.sender_name.split())
    return Address(display_name=shown, addr_spec=address.removesuffix(">"))


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
