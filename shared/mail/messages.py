"""Write an e-mail: from an event's rows to one message in the buyer's language, as text and as HTML."""

import re
from dataclasses import dataclass, field
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
from shared.domain.mail_texts import MailText
from shared.ports import Refused
from shared.rendering import furnish, speaking, templates_folder
from shared.rendering import gettext as _

# The library breaks a long plain header right behind its name; some readers then show a gap.
_UNFOLDED = policy.SMTP.clone(max_line_length=900)
_GAP = re.compile(r"\n{3,}")


@dataclass(frozen=True, slots=True)
class Look:
    """What a shop makes of an e-mail: its look, its own words with every field filled in, or a mere test."""

    brand: Brand
    text: MailText = field(default_factory=MailText)
    is_test: bool = False


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
    mail: Composable, *, link: str, base_url: str, sender: str, look: Look | None = None
) -> EmailMessage:
    """Write an e-mail to its one recipient; `link` opens what it is about, `look` is the shop's.

    Raises Refused when the address is not exactly one.
    """
    with speaking(mail.locale):
        values = _values(mail, link, base_url, look)
        subject = " ".join(_subject(mail, values, look).split())
        values["subject"] = subject
        text = _GAP.sub("\n\n", _written(mail, "body.txt", values))
        source = _written(mail, "body.html.mjml", values)
    message = EmailMessage(policy=_UNFOLDED if subject.isascii() else policy.SMTP)
    message["From"] = _sender(sender, look)
    message["To"] = _recipient(mail.recipient)
    if look is not None and look.brand.branding.reply_to:
        message["Reply-To"] = _recipient(look.brand.branding.reply_to)
    message["Subject"] = subject
    message["Date"] = mail.created_at
    message["Message-ID"] = f"<{mail.id}@{urlsplit(base_url).hostname}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text, cte="quoted-printable")
    message.add_alternative(_html(source), subtype="html", cte="quoted-printable")
    return message


def _values(mail: Composable, link: str, base_url: str, look: Look | None) -> dict[str, object]:
    shown = look or Look(Brand(""))
    return {
        "mail": mail,
        "link": link,
        "base_url": base_url,
        "help_link": f"{base_url}/help",
        "brand": shown.brand,
        "shades": palette(shown.brand.branding.color),
        "intro": shown.text.intro,
        "is_test": shown.is_test,
    }


def _subject(mail: Composable, values: dict[str, object], look: Look | None) -> str:
    own = look.text.subject if look else ""
    subject = own or _written(mail, "subject.txt", {**values, "subject": ""})
    return _("Test: %(subject)s") % {"subject": subject} if look and look.is_test else subject


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
    local, _at, domain = address.rpartition("@")
    try:
        made = Address(addr_spec=f"{local}@{_ascii(domain)}")
    except (ValueError, IndexError, MessageError) as error:
        raise Refused("this is not exactly one e-mail address") from error
    return made


def _ascii(domain: str) -> str:
    return domain if domain.isascii() else domain.encode("idna").decode()


def _sender(sender: str, look: Look | None) -> Address:
    # The address stays the product's own: mail servers check that it may send for its domain.
    name, _bracket, address = sender.rpartition("<")
    shown = name.strip().strip('"') if look is None else " ".join(look.brand.sender_name.split())
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
