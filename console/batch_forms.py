"""The forms of canceling many orders: which and why, then the confirmation of a preview."""

from collections.abc import Iterable
from typing import Any, Self
from uuid import UUID

from wtforms import RadioField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # missing in the stubs only

from shared.domain.reasons import Reason
from shared.domain.text import MEMO_LIMIT
from shared.queries.bulk import RunView
from shared.rendering import gettext as _
from shared.rendering import ngettext
from shared.web.forms import ChoiceField, LongTextField, PageForm, TextField, TokenField

TICKED = "ticked"
MATCHING = "matching"
AT_ONCE = "at_once"
SPREAD = "spread"
# From this many orders on, the number is typed before they are canceled.
CONFIRM_ABOVE = 100
_ID_LENGTH = 37
_MOST_TICKED = 200


class _IdsField(TokenField):
    """The ids of ticked orders, which the page sends back."""

    limit = _ID_LENGTH * _MOST_TICKED


class _FilterField(TokenField):
    """The list's address, which the page sends back."""

    limit = 2_000


class CancelOrdersForm(PageForm):
    """Which orders, why, and what is said about it. `ticked` holds their ids, `filter` the list's address."""

    scope = RadioField()
    ticked = _IdsField()
    filter = _FilterField()
    reason = ChoiceField()
    message = LongTextField()
    memo = LongTextField(limit=MEMO_LIMIT)

    @classmethod
    def made(cls, ticked: list[UUID], filter_: str, reasons: Iterable[tuple[str, str]]) -> Self:
        """Make the form for the orders that were ticked on a list; sent again, it brings them along."""
        form = cls(data={"ticked": ",".join(str(order_id) for order_id in ticked), "filter": filter_})
        count = len(form.ticked_ids())
        words = ngettext("%(num)s ticked order", "%(num)s ticked orders", count) % {"num": count}
        matching = SelectChoice(MATCHING, _("All orders that match the filter"))
        form.scope.choices = [SelectChoice(TICKED, words), matching] if count else [matching]
        form.scope.data = form.scope.data or (TICKED if count else MATCHING)
        form.reason.label.text = _("Reason for cancellation")
        form.reason.missing = _("Choose a reason.")
        form.reason.offer(reasons)
        form.message.label.text = _("Message to customers")
        form.memo.label.text = _("Seller memo")
        return form

    def ticked_ids(self) -> list[UUID]:
        """Read the ids of the ticked orders; what is none is left out."""
        return [UUID(part) for part in (self.ticked.data or "").split(",") if is_id(part)]

    def chosen_reason(self) -> Reason:
        """Read the reason of a form that is in order."""
        return Reason(self.reason.data)


class ConfirmBatchForm(PageForm):
    """The last word before many orders are canceled."""

    pace = RadioField(default=AT_ONCE)
    number = TextField()
    orders: int = 0

    @classmethod
    def for_run(cls, run: RunView) -> Self:
        """Make the form for a preview: above the limit the number is asked for, and a pace where it helps."""
        form = cls()
        days = run.outlook.days if run.outlook else 1
        form.pace.choices = [
            SelectChoice(AT_ONCE, _("Cancel all of them now")),
            SelectChoice(SPREAD, _("Spread them over %(days)s days") % {"days": days}),
        ]
        form.number.label.text = _("Number of orders")
        form.orders = run.orders
        return form

    @property
    def asks_number(self) -> bool:
        """There are so many that the number must be typed."""
        return self.orders > CONFIRM_ABOVE

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401 - WTForms' own
        """Hold the typed number against the preview's."""
        super().validate(extra_validators)
        if self.asks_number and (self.number.data or "").strip() != str(self.orders):
            self.refuse(
                self.number, _("Type %(count)s, the number of orders, to confirm.") % {"count": self.orders}
            )
        return not self.problems()

    def per_day(self, run: RunView) -> int | None:
        """Tell how many orders a day, None for all at once."""
        if self.pace.data != SPREAD or run.outlook is None:
            return None
        return -(-run.orders // run.outlook.days)


def is_id(text: str) -> bool:
    """Say whether a text is an id of ours by its form."""
    try:
        UUID(text)
    except ValueError:
        return False
    return True
