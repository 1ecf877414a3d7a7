"""The form of a shop's own words in one e-mail."""

from collections.abc import Sequence
from typing import Any, Self

from wtforms import Field

from shared.domain.events import MailEvent
from shared.domain.mail_texts import FIELDS, INTRO_LIMIT, SUBJECT_LIMIT, MailText, unknown_fields
from shared.rendering import gettext as _
from shared.web.forms import LongTextField, PageForm, TextField, TokenField


class SubjectField(TextField):
    """A subject: one line, since a line end would begin another header."""

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        """Refuse a second line before anything else is looked at."""
        if valuelist and len(str(valuelist[0]).strip().splitlines()) > 1:
            self.data = " ".join(str(valuelist[0]).split())
            raise ValueError(_("A subject is one line: remove the line break."))
        super().process_formdata(valuelist)


class MailTextForm(PageForm):
    """Subject and introduction of one e-mail in one language; empty ones are as usual."""

    event: MailEvent
    language = TokenField()
    subject = SubjectField(limit=SUBJECT_LIMIT)
    intro = LongTextField(limit=INTRO_LIMIT)

    @classmethod
    def of(cls, event: MailEvent, locale: str, text: MailText) -> Self:
        """Make the form, filled with what holds."""
        form = cls(data={"language": locale, "subject": text.subject, "intro": text.intro})
        form.event = event
        form.subject.label.text = _("Subject")
        form.intro.label.text = _("Introduction")
        return form

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401 - WTForms' own
        super().validate(extra_validators)
        for field in (self.subject, self.intro):
            if not field.errors:
                self._check_fields(field)
        return not self.problems()

    def text(self) -> MailText:
        """Read a form that is in order."""
        return MailText(self.subject.data, self.intro.data)

    def _check_fields(self, field: Field) -> None:
        unknown = unknown_fields(field.data, self.event)
        if unknown:
            facts = {
                "unknown": ", ".join(unknown),
                "known": ", ".join(f"{{{name}}}" for name in FIELDS[self.event]),
            }
            sentence = _("This e-mail cannot fill in %(unknown)s. In braces it knows %(known)s.")
            self.refuse(field, sentence % facts)
