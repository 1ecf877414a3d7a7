"""The form every page form is: strict about what it is sent, gentle about saying what is wrong."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from flask import abort, request
from flask_wtf import FlaskForm  # type: ignore[import-untyped]
from wtforms import Field, HiddenField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # missing in the stubs only
from wtforms.form import BaseForm
from wtforms.validators import ValidationError

from shared.domain.text import MEMO_LIMIT, NAME_LIMIT, REASON_LIMIT, BadText, TooLong, clean, read_quantity
from shared.rendering import gettext as _
from shared.web.stale_forms import is_shown_again

__all__ = ["MEMO_LIMIT", "NAME_LIMIT", "REASON_LIMIT"]


class PageForm(FlaskForm):  # type: ignore[misc]  # the library has no types
    """A form on a page. Each field carries its own trouble; `problems()` lists them for the summary."""

    def __init__(self, *formdata: Any, **options: Any) -> None:  # noqa: ANN401 - WTForms' own
        if is_shown_again() and not formdata:
            options.setdefault("formdata", request.form)
        super().__init__(*formdata, **options)

    def is_submitted(self) -> bool:
        """Say whether the fields hold what was sent, in order or not."""
        return is_shown_again() or bool(super().is_submitted())

    def submitted(self) -> bool:
        """Say whether the form was sent and is in order; unknown fields are refused with 400."""
        if request.method != "POST":
            return False
        if set(request.form) - set(self._fields):
            abort(400)
        return bool(self.validate())

    def problems(self) -> list[tuple[str, str]]:
        """List what is wrong as (field id, sentence), in the order of the fields."""
        return [(field.id, str(sentence)) for field in self for sentence in field.errors]

    def refuse(self, field: Field, sentence: str) -> None:
        """Add a trouble that only the core could know."""
        field.errors = [*field.errors, sentence]


class _CleanText:
    """Clean what was typed; the text as typed stays for showing it again."""

    limit: int
    lines = False
    data: Any

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        """Take the one value that was sent through the cleaner."""
        self.data = valuelist[0] if valuelist else ""
        try:
            self.data = clean(str(self.data), limit=self.limit, lines=self.lines)
        except TooLong as error:
            raise ValueError(_("Use %(limit)s characters at most.") % {"limit": error.limit}) from error
        except BadText as error:
            self.data = "".join(mark for mark in str(self.data) if mark.isprintable() or mark == "\n")
            raise ValueError(_("Remove the characters that cannot be shown, then try again.")) from error


class TextField(_CleanText, StringField):
    """One line of text, cleaned."""

    def __init__(self, label: str = "", *, limit: int = NAME_LIMIT, **options: Any) -> None:  # noqa: ANN401 - WTForms' own
        super().__init__(label, **options)
        self.limit = limit


class LongTextField(_CleanText, TextAreaField):
    """Text of several lines, cleaned."""

    lines = True

    def __init__(self, label: str = "", *, limit: int = REASON_LIMIT, **options: Any) -> None:  # noqa: ANN401 - WTForms' own
        super().__init__(label, **options)
        self.limit = limit


class TokenField(_CleanText, HiddenField):
    """A short hidden value that the page sends back, cleaned."""

    limit = NAME_LIMIT


class QuantityField(IntegerField):
    """A number of units from 0 to `most`, in plain digits; a field that was not sent is 0.

    IntegerField alone takes `1_0` as 10, and digits of every script. What lies between `most` and `limit` is
    let through for the core to judge: `most` may have been true only when the page was made.
    """

    data: int | None

    def __init__(self, label: str = "", *, most: int, limit: int | None = None, **options: Any) -> None:  # noqa: ANN401 - WTForms' own
        super().__init__(label, **options)
        self.most = most
        self.limit = most if limit is None else limit

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        """Read the digits; what is not plainly a number within bounds is refused."""
        typed = str(valuelist[0]).strip(" ") if valuelist else "0"
        self.data = None
        try:
            quantity = read_quantity(typed)
        except ValueError:
            quantity = self.limit + 1
        if quantity > self.limit:
            raise ValueError(_("Enter a whole number from 0 to %(most)s.") % {"most": self.most})
        self.data = quantity


class ChoiceField(SelectField):
    """A select whose first option is empty; `missing` is said when nothing was chosen, if that is wrong."""

    def __init__(self, label: str = "", *, missing: str = "", **options: Any) -> None:  # noqa: ANN401 - WTForms' own
        super().__init__(label, choices=[], validate_choice=False, **options)
        self.missing = missing
        self._values: frozenset[str] = frozenset()

    def offer(self, choices: Iterable[tuple[str, str]], *, empty: str = "") -> None:
        """Offer these (value, words), after an option that chooses nothing; `empty` are its words."""
        offered = list(choices)
        self._values = frozenset(value for value, _words in offered)
        self.choices = [SelectChoice("", empty), *(SelectChoice(value, words) for value, words in offered)]

    def offers(self, value: object) -> bool:
        """Say whether a value is among the options that choose something."""
        return value in self._values

    def pre_validate(self, form: BaseForm) -> None:  # noqa: ARG002 - the library hands it over
        """Refuse what was not offered, and the empty option where a choice is needed."""
        if self.data and self.data not in self._values:
            raise ValidationError(_("Choose one of the options."))
        if self.missing and not self.data:
            raise ValidationError(self.missing)


def filled_in(sentence: str) -> Callable[[BaseForm, Field], None]:
    """Make a validator that says `sentence` when a field was left empty."""

    def check(_form: BaseForm, field: Field) -> None:
        if not field.data and not field.errors:
            raise ValidationError(sentence)

    return check
