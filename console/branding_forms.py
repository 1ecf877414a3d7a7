"""The forms of a shop's look: its settings, and the file of its logo."""

from typing import Any, Self
from urllib.parse import urlsplit

from email_validator import EmailNotValidError, validate_email
from flask_wtf.file import FileField  # type: ignore[import-untyped]
from wtforms import Field

from shared.domain.branding import LOGO_BYTES, Branding
from shared.domain.colors import LEAST_CONTRAST, WHITE, contrast, nearest_readable, read_color
from shared.logos import DrawnLogo, read_logo
from shared.pictures import BadPicture
from shared.rendering import gettext as _
from shared.web.forms import LongTextField, PageForm, TextField

_SENDER_LIMIT = 80
_ADDRESS_LIMIT = 254
_COLOR_LIMIT = 20
_FOOTER_LIMIT = 500
_URL_LIMIT = 500


class BrandingForm(PageForm):
    """Each setting of a shop's look; an empty one leaves what is usual."""

    sender_name = TextField(limit=_SENDER_LIMIT)
    reply_to = TextField(limit=_ADDRESS_LIMIT)
    color = TextField(limit=_COLOR_LIMIT)
    shop_url = TextField(limit=_URL_LIMIT)
    help_url = TextField(limit=_URL_LIMIT)
    footer = LongTextField(limit=_FOOTER_LIMIT)

    @classmethod
    def of(cls, branding: Branding, **sent: Any) -> Self:  # noqa: ANN401 - WTForms' own
        """Make the form, filled with what holds; `formdata=None` leaves aside what was sent to another."""
        form = cls(obj=branding, **sent)
        form.sender_name.label.text = _("Sender’s name")
        form.reply_to.label.text = _("Answers go to")
        form.color.label.text = _("Color")
        form.shop_url.label.text = _("Address of your shop")
        form.help_url.label.text = _("Address of your help page")
        form.footer.label.text = _("At the foot")
        return form

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401 - WTForms' own
        super().validate(extra_validators)
        self._check(self.sender_name, _trouble_of_name)
        self._check(self.reply_to, _trouble_of_address)
        self._check(self.color, _trouble_of_color)
        self._check(self.shop_url, _trouble_of_url)
        self._check(self.help_url, _trouble_of_url)
        return not self.problems()

    def branding(self) -> Branding:
        """Read a form that is in order."""
        return Branding(
            sender_name=self.sender_name.data,
            reply_to=self.reply_to.data,
            color=read_color(self.color.data) if self.color.data else "",
            footer=self.footer.data,
            shop_url=self.shop_url.data,
            help_url=self.help_url.data,
        )

    def _check(self, field: Field, trouble: Any) -> None:  # noqa: ANN401 - one of those below
        found = trouble(field.data) if field.data and not field.errors else ""
        if found:
            self.refuse(field, found)


class LogoForm(PageForm):
    """The file of a logo; `drawn` is what came of it."""

    logo = FileField()
    drawn: DrawnLogo

    @classmethod
    def made(cls, **sent: Any) -> Self:  # noqa: ANN401 - WTForms' own
        form = cls(**sent)
        form.logo.label.text = _("Picture")
        return form

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401 - WTForms' own
        super().validate(extra_validators)
        chosen = self.logo.data
        if not (chosen and chosen.filename):
            self.refuse(self.logo, _("Choose a picture."))
            return False
        try:
            with chosen.stream as content:
                self.drawn = read_logo(content.read(LOGO_BYTES + 1))
        except BadPicture:
            size = LOGO_BYTES // 1_000_000
            sentence = _("This is no PNG, JPEG or WebP picture of at most %(size)s MB.") % {"size": size}
            self.refuse(self.logo, sentence)
        return not self.problems()


def _trouble_of_name(name: str) -> str:
    # A name that looks like an address makes readers believe that it is the sender's.
    return _("Enter a name, not an address.") if "@" in name else ""


def _trouble_of_address(address: str) -> str:
    try:
        validate_email(address, check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError:
        return _("Enter one e-mail address, such as help@example.com.")
    return ""


def _trouble_of_color(typed: str) -> str:
    try:
        color = read_color(typed)
    except ValueError:
        return _("Enter a color as # and six digits or letters from a to f, such as #0a586a.")
    ratio = contrast(color, WHITE)
    if ratio >= LEAST_CONTRAST:
        return ""
    sentence = _(
        "White text on %(color)s is hard to read: its contrast is %(ratio)s to 1, and %(least)s to 1 is "
        "needed. The nearest shade that can be read is %(shade)s."
    )
    facts = {"color": color, "ratio": f"{ratio:.1f}", "least": LEAST_CONTRAST}
    return sentence % {**facts, "shade": nearest_readable(color)}


def _trouble_of_url(typed: str) -> str:
    return "" if _is_public(typed) else _("Enter a whole address that begins with https://.")


def _is_public(typed: str) -> bool:
    try:
        parts = urlsplit(typed)
        is_plain = typed.isascii() and typed.isprintable() and not set(typed) & set(" \"'<>\\`{}|^")
        named = "." in (parts.hostname or "") and parts.username is None and parts.port in {None, 443}
    except ValueError:
        return False
    return is_plain and named and parts.scheme == "https"
