"""The forms of one reason of a merchant's catalogue, and of the foreign codes of a list."""

from collections.abc import Iterable, Mapping
from typing import Self, cast

from wtforms import BooleanField, RadioField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # missing in the stubs only

from shared import wording
from shared.domain.catalogue import ReasonTerms
from shared.domain.foreign_codes import CodeList, ForeignCode, reasons_for
from shared.domain.reasons import BUYER_REASONS, MERCHANT_REASONS, Reason
from shared.rendering import SOURCE_LOCALE, available_locales, language_name
from shared.rendering import gettext as _
from shared.web.forms import ChoiceField, PageForm, TextField, TokenField

ALL, NOTHING = "all", "nothing"
_WORDS = "words_"
_CODE = "code-"


class ForeignCodesForm(PageForm):
    """What each foreign code of a list comes in as; `defaults` is the button that goes back to those."""

    defaults = TokenField()

    @classmethod
    def of(cls, of: CodeList, codes: Iterable[ForeignCode], words: Mapping[Reason, str]) -> Self:
        """Make the form: a select for each code, named by it."""
        fields = {
            f"{_CODE}{place}": ChoiceField(
                one.code,
                missing=_("Choose a reason."),
                default=one.reason.value,
                description=_("By itself “%(reason)s”.") % {"reason": words[one.default]},
            )
            for place, one in enumerate(codes)
        }
        form = cast("type[Self]", type(cls.__name__, (cls,), fields))()
        for field in form.code_fields:
            field.offer((reason.value, words[reason]) for reason in reasons_for(of))
        return form

    @property
    def code_fields(self) -> list[ChoiceField]:
        """Give the fields in the order of the list."""
        return [field for name, field in self._fields.items() if name.startswith(_CODE)]

    def wanted(self) -> dict[str, Reason]:
        """Read what each code is to come in as from a form that is in order; nothing is the defaults."""
        if self.defaults.data:
            return {}
        return {field.label.text: Reason(field.data) for field in self.code_fields}


class ReasonForm(PageForm):
    """Who may give a reason, in which words, and what follows from it."""

    for_buyers = BooleanField()
    for_merchants = BooleanField()
    for_stores = BooleanField()
    for_feeds = BooleanField()
    restock = BooleanField()
    counts = BooleanField()
    refund = RadioField(default=ALL)

    @classmethod
    def of(cls, terms: ReasonTerms) -> Self:
        """Make the form for a reason: a field of words for each language that pages are written in."""
        locales = sorted({*available_locales(), *terms.words}, key=lambda locale: locale != SOURCE_LOCALE)
        fields = {
            f"{_WORDS}{locale}": TextField(
                _("Words in %(language)s") % {"language": language_name(locale)},
                default=terms.words.get(locale, ""),
            )
            for locale in locales
        }
        made = cast("type[Self]", type(cls.__name__, (cls,), fields))
        form = made(obj=terms)
        form.for_buyers.label.text = _("Customers may give it")
        form.for_merchants.label.text = _("Your team may give it")
        form.for_stores.label.text = _("Your store may give it, over the API")
        form.for_feeds.label.text = _("Files may give it")
        form.restock.label.text = _("Canceled units go back on the shelf")
        form.counts.label.text = _("It counts in your cancellation rate")
        form.refund.label.text = _("What goes back when you cancel for it")
        form.refund.choices = [SelectChoice(ALL, _("Everything")), SelectChoice(NOTHING, _("Nothing"))]
        if not form.refund.raw_data:
            form.refund.data = ALL if terms.refunds else NOTHING
        return form

    @property
    def word_fields(self) -> list[TextField]:
        """Give the fields of the words, English first."""
        return [field for name, field in self._fields.items() if name.startswith(_WORDS)]

    def terms(self, reason: Reason) -> ReasonTerms:
        """Read the terms of a form that is in order."""
        return ReasonTerms(
            reason=reason,
            for_buyers=self.for_buyers.data and reason in BUYER_REASONS,
            for_merchants=self.for_merchants.data and reason in MERCHANT_REASONS,
            for_stores=self.for_stores.data,
            for_feeds=self.for_feeds.data and reason in MERCHANT_REASONS,
            restock=self.restock.data,
            counts=self.counts.data if reason in MERCHANT_REASONS else True,
            refunds=self.refund.data == ALL if reason in MERCHANT_REASONS else True,
            words=self._words(reason),
        )

    def _words(self, reason: Reason) -> dict[str, str]:
        typed = {field.name.removeprefix(_WORDS): field.data for field in self.word_fields}
        # What says the same as the product does is none of the merchant's own.
        return {
            locale: words
            for locale, words in typed.items()
            if words and not (locale == SOURCE_LOCALE and words == wording.reason(reason))
        }
