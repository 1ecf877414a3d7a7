"""Fields and forms in which a merchant types how much goes back."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Self, cast
from uuid import UUID

from wtforms import StringField

from shared.domain.adjustments import Amounts
from shared.domain.ids import LineItemId
from shared.domain.money import to_minor
from shared.domain.reasons import Reason
from shared.domain.text import MEMO_LIMIT
from shared.queries.adjustments import AdjustmentView
from shared.rendering import currency_exponent, money
from shared.rendering import gettext as _
from shared.web.forms import ChoiceField, LongTextField, PageForm, TokenField

_LINE = "amount-"
_MOST_DIGITS = 12


class AmountField(StringField):
    """An amount of one currency in plain digits, read into minor units; None where nothing was typed.

    No mark stands between thousands, and no more decimals than the currency has: 1.250 might mean either.
    """

    data: int | None  # type: ignore[assignment]  # the library's own stays text

    def __init__(self, label: str = "", *, currency: str, **options: Any) -> None:  # noqa: ANN401 - WTForms' own
        super().__init__(label, **options)
        self.currency = currency
        self.exponent = currency_exponent(currency)

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        """Read the digits; what is no plain amount of the currency is refused."""
        typed = str(valuelist[0]).strip() if valuelist else ""
        self.data = None
        if not typed:
            return
        decimals = rf"(\.[0-9]{{1,{self.exponent}}})?" if self.exponent else ""
        if re.fullmatch(rf"[0-9]{{1,{_MOST_DIGITS}}}{decimals}", typed, re.ASCII) is None:
            example = f"12.{'5'.ljust(self.exponent, '0')}" if self.exponent else "12"
            raise ValueError(_("Enter an amount in plain digits, like %(example)s.") % {"example": example})
        self.data = to_minor(typed, self.exponent)

    def _value(self) -> str:
        return str(self.raw_data[0]) if self.raw_data else ""


class AdjustPriceForm(PageForm):
    """How much of each shipped line and of the shipping goes back, why, and what is said about it."""

    reason = ChoiceField()
    message = LongTextField()
    memo = LongTextField(limit=MEMO_LIMIT)
    quote_hash = TokenField()
    nonce = TokenField()

    @classmethod
    def of(cls, view: AdjustmentView, reasons: Iterable[tuple[str, str]]) -> Self:
        """Make the form for an order: an amount for each line that has shipped, and one for the shipping."""
        fields = {
            f"{_LINE}{line.id}": AmountField(
                _("Amount to refund: %(title)s") % {"title": line.label}, currency=view.currency
            )
            for line in view.lines
        }
        fields["shipping"] = AmountField(_("Shipping to refund"), currency=view.currency)
        form = cast("type[Self]", type(cls.__name__, (cls,), fields))()
        form.reason.offer(reasons)
        form.reason.label.text = _("Reason")
        form.reason.missing = _("Choose a reason.")
        form.message.label.text = _("Message to customer")
        form.memo.label.text = _("Seller memo")
        return form

    def problems(self) -> list[tuple[str, str]]:
        """List what is wrong in the order of the window: amounts first."""
        amounts = {field.id for field in self if isinstance(field, AmountField)}
        return sorted(super().problems(), key=lambda problem: problem[0] not in amounts)

    def amount_field(self, line_item_id: LineItemId) -> AmountField:
        """Return the field of one line."""
        field: AmountField = self[f"{_LINE}{line_item_id}"]
        return field

    @property
    def shipping_field(self) -> AmountField:
        """Return the field of the shipping."""
        field: AmountField = self["shipping"]
        return field

    def wanted(self) -> Amounts:
        """Read what is to go back; lines left out are not in it."""
        lines = {
            LineItemId(UUID(name.removeprefix(_LINE))): field.data
            for name, field in self._fields.items()
            if name.startswith(_LINE) and field.data
        }
        return Amounts(lines, self.shipping_field.data or 0)

    def chosen_reason(self) -> Reason:
        """Read the reason of a form that is in order."""
        return Reason(self.reason.data)

    def only_amounts(self) -> bool:
        """Check the amounts alone, as a sum needs no more; says whether they are in order."""
        self.validate()
        for field in self:
            if not isinstance(field, AmountField):
                field.errors = []
        return not self.problems()

    def refuse_excess(self, view: AdjustmentView) -> bool:
        """Say beside each amount that is more than may go back how much may; say whether there was any."""
        most = {line.id: line.most_minor for line in view.lines}
        over = [(self.amount_field(line_id), limit) for line_id, limit in most.items()]
        over.append((self.shipping_field, view.most_shipping_minor))
        found = self._refuse_over(over, view.currency)
        if not found and self.wanted().whole_minor > view.in_all_minor:
            first = next(field for field in self if isinstance(field, AmountField) and field.data)
            self.refuse(
                first, _("In all %(most)s may go back at most.") % _most(view.in_all_minor, view.currency)
            )
            return True
        return found

    def _refuse_over(self, limits: Sequence[tuple[AmountField, int]], currency: str) -> bool:
        over = [(field, limit) for field, limit in limits if (field.data or 0) > limit]
        for field, limit in over:
            self.refuse(field, _("At most %(most)s may go back.") % _most(limit, currency))
        return bool(over)


def _most(minor: int, currency: str) -> Mapping[str, str]:
    return {"most": money(minor, currency)}
