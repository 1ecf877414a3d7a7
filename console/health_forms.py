"""The period that Account health is about, all of it in the address; what the rate is measured by."""

import re
from datetime import date, timedelta
from fractions import Fraction
from typing import Any, Self

from flask import request

from console.order_forms import DayField
from shared.domain.metrics import RateTerms
from shared.rendering import gettext as _
from shared.web.forms import PageForm, TextField

CHOICES = (7, 30, 90)
_FIRST_DAYS = 30
_MOST_DAYS = 366
_MOST_RATE_DAYS = 90
_WHOLE = 100
_DAYS = re.compile(r"[1-9][0-9]?", re.ASCII)
_LIMIT = re.compile(r"[0-9]{1,3}(\.[0-9])?", re.ASCII)


class PeriodForm(PageForm):
    """Two days; without them the last 30."""

    since = DayField(name="from")
    until = DayField(name="to")
    today: date
    days: int

    @classmethod
    def read(cls, today: date) -> Self:
        """Read the address."""
        form = cls(request.args, meta={"csrf": False})
        form.today = today
        form.days = _chosen(request.args.get("days", ""))
        form.since.label.text = _("From")
        form.until.label.text = _("To")
        return form

    @property
    def chosen(self) -> int | None:
        """Which of the ready periods is asked for; None where days are named or wrong."""
        return None if self.since.data or self.until.data or self.errors else self.days

    @property
    def last(self) -> date:
        """The last day."""
        return self.until.data or self.today

    @property
    def first(self) -> date:
        """The first day."""
        if self.since.data:
            return self.since.data
        return self.last - timedelta(days=self.days - 1)

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401 - WTForms' own
        """Refuse what cannot be a period of the past year or a longer one than a year."""
        if not super().validate(extra_validators):
            return False
        if self.last > self.today:
            self.refuse(self.until, _("Choose a day that has come."))
        elif self.first > self.last:
            self.refuse(self.since, _("Choose a first day before the last one."))
        elif (self.last - self.first).days >= _MOST_DAYS:
            self.refuse(self.since, _("Choose %(most)s days at most.") % {"most": _MOST_DAYS})
        return not self.problems()

    def address(self) -> dict[str, str]:
        """Write the period as the parameters of an address."""
        if self.chosen is not None:
            return {"days": str(self.days)}
        return {"from": self.first.isoformat(), "to": self.last.isoformat()}


class RateTermsForm(PageForm):
    """Over how many days the rate is measured, and what it should stay below, in percent."""

    days = TextField()
    limit = TextField()

    @classmethod
    def made(cls, terms: RateTerms) -> Self:
        """Make the form, preset to what holds."""
        form = cls(data={"days": str(terms.days), "limit": f"{float(terms.limit * 100):g}"})
        form.days.label.text = _("Days")
        form.limit.label.text = _("Limit in percent")
        return form

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401 - WTForms' own
        """Refuse what is no number of days or no limit."""
        super().validate(extra_validators)
        if not (_DAYS.fullmatch(self.days.data or "") and int(self.days.data) <= _MOST_RATE_DAYS):
            self.refuse(self.days, _("Enter 1 to %(most)s days.") % {"most": _MOST_RATE_DAYS})
        if not (_LIMIT.fullmatch(self.limit.data or "") and 0 < Fraction(self.limit.data) <= _WHOLE):
            self.refuse(self.limit, _("Enter a percentage from 0.1 to 100, like 2.5."))
        return not self.problems()

    def terms(self) -> RateTerms:
        """Read the terms of a form that is in order."""
        return RateTerms(int(self.days.data), Fraction(self.limit.data) / _WHOLE)


def _chosen(typed: str) -> int:
    return next((days for days in CHOICES if typed == str(days)), _FIRST_DAYS)
