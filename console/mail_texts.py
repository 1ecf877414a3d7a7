"""E-mails in a shop's own words: which there are, one with its preview, and a test to oneself."""

from collections.abc import Mapping
from dataclasses import dataclass
from email.message import EmailMessage

from flask import Response, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue

from console.access import actor
from console.mail_text_forms import MailTextForm
from console.pages import show
from console.settings import settings_tabs
from shared.actions import mail_texts as actions
from shared.domain.errors import NotFound
from shared.domain.events import MailEvent
from shared.domain.mail_texts import FIELDS, MailText
from shared.mail.own_words import values_of
from shared.mail.samples import sample
from shared.mail.trying import made_up, part_of
from shared.queries import mail_texts as queries
from shared.queries.samples import occasion
from shared.queries.sign_in import Member
from shared.rendering import available_locales, language_name, speaking
from shared.rendering import gettext as _
from shared.web.limits import within_limit
from shared.web.mail_frame import framed, page_with_frame
from shared.web.notices import done, not_done
from shared.web.services import services
from shared.web.stale_forms import keeps_form
from shared.wording.mail_texts import mail_field

_TESTS = "10/hour"
_TEXT = "text"


@dataclass(frozen=True, slots=True)
class FieldRow:
    """A field: how it is written, what it says, and what the preview fills it with."""

    written: str
    words: str
    example: str


@dataclass(frozen=True, slots=True)
class Letter:
    """The e-mail that a page is about, in one language."""

    event: MailEvent
    locale: str

    @property
    def parts(self) -> dict[str, str]:
        """What its addresses are made of."""
        return {"event": self.event.value, "language": self.locale}


def mail_texts(member: Member) -> ResponseReturnValue:
    """List the e-mails that customers get, and which of them are in the shop's own words."""
    own = queries.every(services().db, member.merchant_id)
    rows = [(event, [language_name(locale) for locale in _own_in(own, event)]) for event in FIELDS]
    return show(member, "console/mail_texts.html", rows=rows, sections=settings_tabs(member))


def mail_text(member: Member, event: str) -> ResponseReturnValue:
    """Show one e-mail: its own words, what they can be filled with, and a preview."""
    letter = _letter(event, request.args.get("language", ""))
    text = queries.read(services().db, member.merchant_id, letter.event, letter.locale)
    return _page(member, letter, MailTextForm.of(letter.event, letter.locale, text), text)


@keeps_form
def change_mail_text(member: Member, event: str) -> ResponseReturnValue:
    """Keep what was typed, for every e-mail that is written from now on."""
    letter, form = _sent(event)
    if not form.submitted():
        text = queries.read(services().db, member.merchant_id, letter.event, letter.locale)
        return _page(member, letter, form, text, status=422)
    return _changed(member, letter, form.text())


def use_usual_text(member: Member, event: str) -> ResponseReturnValue:
    """Go back to what the e-mail says by itself."""
    return _changed(member, _letter(event, request.form.get("language", "")), MailText())


def mail_preview(member: Member, event: str) -> ResponseReturnValue:
    """Show one e-mail as it is sent just now, for the frame of its page."""
    letter = _letter(event, request.args.get("language", ""))
    text = queries.read(services().db, member.merchant_id, letter.event, letter.locale)
    return _preview(member, letter, text)


def preview_typed_text(member: Member, event: str) -> ResponseReturnValue:
    """Show one e-mail with what was typed, for the frame of its page; nothing is kept."""
    letter, form = _sent(event)
    if not form.submitted():
        return framed("\n".join(sentence for _id, sentence in form.problems()), "text/plain", 422)
    return _preview(member, letter, form.text())


def send_test_mail(member: Member, event: str) -> ResponseReturnValue:
    """Send one e-mail, as it is now, to whoever asks for it."""
    letter = _letter(event, request.form.get("language", ""))
    if not within_limit(_TESTS, "test-mail", str(member.user_id)):
        abort(429)
    actions.send_test(services().db, member.merchant_id, letter.event, letter.locale, member.email)
    done(
        _("A test is on its way to %(address)s.") % {"address": member.email},
        _("It is about an order that does not exist, and says so."),
    )
    return _back(letter)


def _letter(event: str, language: str) -> Letter:
    locale = language or available_locales()[0]
    if event not in set(FIELDS) or locale not in available_locales():
        raise NotFound("There is no such e-mail.")
    return Letter(MailEvent(event), locale)


def _sent(event: str) -> tuple[Letter, MailTextForm]:
    letter = _letter(event, request.form.get("language", ""))
    return letter, MailTextForm.of(letter.event, letter.locale, MailText())


def _changed(member: Member, letter: Letter, text: MailText) -> ResponseReturnValue:
    db = services().db
    if not actions.change(db, member.merchant_id, letter.event, letter.locale, text, actor(member)):
        not_done(_("Nothing has changed."), _("This is what holds already."))
    elif text.is_usual:
        done(_("The usual text holds again."), _("It does for every e-mail that is written from now on."))
    else:
        done(_("Saved."), _("Every e-mail that is written from now on says this."))
    return _back(letter)


def _back(letter: Letter) -> ResponseReturnValue:
    return redirect(url_for("console.mail_text", event=letter.event.value, language=letter.locale), code=303)


def _preview(member: Member, letter: Letter, text: MailText) -> Response:
    message = _message(member, letter, text)
    if request.args.get("part") == _TEXT:
        return framed(f"{message['Subject']}\n\n{part_of(message, 'plain')}", "text/plain")
    return framed(part_of(message, "html"))


def _message(member: Member, letter: Letter, text: MailText) -> EmailMessage:
    settings = services().settings
    return made_up(
        letter.event,
        text,
        occasion(services().db, member.merchant_id),
        locale=letter.locale,
        recipient=member.email,
        base_url=settings.base_url,
        sender=settings.mail_from,
    )


def _page(
    member: Member, letter: Letter, form: MailTextForm, text: MailText, status: int = 200
) -> ResponseReturnValue:
    page = show(
        member,
        "console/mail_text.html",
        letter=letter,
        form=form,
        text=text,
        fields=_fields(member, letter),
        subject=str(_message(member, letter, text)["Subject"]),
        languages=[(locale, language_name(locale)) for locale in available_locales()],
        sections=settings_tabs(member),
    )
    return page_with_frame(page, status)


def _fields(member: Member, letter: Letter) -> list[FieldRow]:
    mail = sample(
        letter.event,
        occasion(services().db, member.merchant_id),
        recipient=member.email,
        locale=letter.locale,
    )
    with speaking(letter.locale):
        values = values_of(mail)
    return [FieldRow(f"{{{field}}}", mail_field(field), values[field]) for field in FIELDS[letter.event]]


def _own_in(own: Mapping[tuple[MailEvent, str], MailText], event: MailEvent) -> list[str]:
    usual = MailText()
    return [locale for locale in available_locales() if not own.get((event, locale), usual).is_usual]
