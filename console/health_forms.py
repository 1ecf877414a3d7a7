"""The period that Account health is about, all of it in the address."""

from datetime import date, timedelta
from typing import Any, Self

from flask import request

from console.order_forms import DayField
from shared.rendering import gettext as _
from shared.web.forms import PageForm

CHOICES = (7, 30, 90)
_FIRST_DAYS = 30
_MOST_DAYS = 366


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


def _chosen(typed: str) -> int:
    return next((days for days in CHOICES if typed == str(days)), _FIRST_DAYS)
