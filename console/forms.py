"""The console's forms: filters, canceling, declining, shipping, the memo, files of orders."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Self, cast
from uuid import UUID

from flask_wtf.file import FileField  # type: ignore[import-untyped]
from wtforms import BooleanField, RadioField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # missing in the stubs only

from console.money_forms import AmountField
from shared import wording
from shared.actions.cancellations import Ask
from shared.domain.cancellation import RequestState
from shared.domain.ids import LineItemId
from shared.domain.money import to_minor
from shared.domain.order_reports import NO_CURRENCY
from shared.domain.reasons import DeclineReason, Reason
from shared.domain.refunds import Quote
from shared.domain.text import MEMO_LIMIT
from shared.queries.order_values import ItemView
from shared.rendering import currency_exponent
from shared.rendering import gettext as _
from shared.web.cancel_form import CancelWindowForm
from shared.web.forms import ChoiceField, LongTextField, PageForm, QuantityField, TextField, TokenField

ENTIRE = "entire"
ITEMS = "items"
ALL = "all"
LESS = "less"
NOTHING = "nothing"
BY_REASON = "by_reason"
_SHIP = "ship-"
_MOST_MINOR = 10**12


class CancelOrderForm(CancelWindowForm):
    """The Cancel order window with what only merchants are asked."""

    scope = RadioField(default=ITEMS)
    refund = RadioField(default=ALL)
    told_withheld = TokenField()
    message = LongTextField()
    memo = LongTextField(limit=MEMO_LIMIT)
    keeping: Sequence[str] = ()

    @classmethod
    def for_merchant(
        cls,
        items: Iterable[ItemView],
        currency: str,
        reasons: Iterable[tuple[str, str]],
        keeping: Sequence[str] = (),
    ) -> Self:
        """Make the form for an order's lines; `keeping` are the reasons that give nothing back, in words."""
        amount = AmountField(_("Amount to refund"), currency=currency)
        form = cls.for_items(items, reasons, refund_amount=amount)
        form.scope.choices = [
            SelectChoice(ENTIRE, _("Cancel entire order")),
            SelectChoice(ITEMS, _("Cancel items")),
        ]
        form.refund.choices = [
            SelectChoice(ALL, _("All of it")),
            SelectChoice(LESS, _("Less")),
            SelectChoice(NOTHING, _("Nothing")),
        ]
        form.keeping = keeping
        if keeping:
            form.refund.choices.insert(0, SelectChoice(BY_REASON, _("By reason")))
            if not form.refund.raw_data:
                form.refund.data = BY_REASON
        form.reason.missing = _("Choose a reason.")
        form.message.label.text = _("Message to customer")
        form.memo.label.text = _("Seller memo")
        return form

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401 - WTForms' own
        super().validate(extra_validators)
        if self.refund.data != LESS:
            # What stands in a field that does not count is no trouble.
            self.amount_field.errors = []
        elif self.amount_field.data is None and not self.amount_field.errors:
            self.refuse(self.amount_field, _("Enter how much goes back."))
        return not self.problems()

    @property
    def less_choice(self) -> str:
        """Name the element of the choice that an amount stands for."""
        return next(choice.id for choice in self.refund if choice.data == LESS)

    @property
    def amount_field(self) -> AmountField:
        """Return the field of the amount that goes back at most."""
        field: AmountField = self["refund_amount"]
        return field

    def ask(self) -> Ask:
        """Put together what the window asks for."""
        return Ask(
            quantities=self.chosen(),
            reason=self.chosen_reason(),
            comments=self.comments.data,
            memo=self.memo.data,
            message=self.message.data,
            seen=self.quote_hash.data or "",
            nonce=self.nonce.data or None,
            most_minor=self.most_minor(),
            all_back=self.all_back,
        )

    @property
    def all_back(self) -> bool:
        """All of it goes back, whatever the reason says."""
        return bool(self.refund.data == ALL)

    def hides(self, quote: Quote) -> bool:
        """Say whether the reason keeps money back of which the window has not told yet."""
        return self.refund.data == BY_REASON and bool(quote.withheld_minor) and not self.told_withheld.data

    def most_minor(self) -> int | None:
        """Read what goes back at most, in minor units; None is all of it, or what the reason says."""
        return {LESS: self.amount_field.data, NOTHING: 0}.get(self.refund.data)

    @property
    def is_entire(self) -> bool:
        """All that may go is to go, whatever the quantities say."""
        return bool(self.scope.data == ENTIRE)

    def chosen(self) -> dict[LineItemId, int] | None:
        """Read what is to go; None is all that may."""
        return None if self.is_entire else self.quantities()

    def chosen_reason(self) -> Reason | None:
        """Read the reason, also while the rest of the form is still being filled in."""
        return Reason(self.reason.data) if self.reason.offers(self.reason.data) else None

    def keep_within(self, items: Iterable[ItemView]) -> None:
        """Lower each quantity to what may still go, now that the order has changed."""
        for item in items:
            field = self.quantity_field(item.id)
            field.data = min(field.data or 0, item.cancelable_quantity)
            field.raw_data = [str(field.data)]

    def only_quantities(self) -> bool:
        """Check what a quote needs, quantities and the amount; says whether it is in order."""
        self.validate()
        for field in self:
            if not isinstance(field, QuantityField | AmountField):
                field.errors = []
        return not self.problems()


class DeclineForm(PageForm):
    """Why a request is declined, in words that the customer reads."""

    reason = ChoiceField()
    message = LongTextField()
    state = TokenField()

    @classmethod
    def made(cls, state: RequestState, *, stops: bool = False) -> Self:
        """Make the form for a request as it is; sent again, it tells how it was when the form was made."""
        form = cls(data={"state": state.value})
        form.reason.label.text = _("Reason for stopping") if stops else _("Reason for declining")
        form.reason.missing = _("Choose a reason.")
        form.reason.offer(wording.decline_reasons())
        form.message.label.text = _("Message to customer")
        return form

    def chosen_reason(self) -> DeclineReason:
        """Read the reason of a form that is in order."""
        return DeclineReason(self.reason.data)

    def seen(self) -> RequestState:
        """Read which state was shown; nobody stops what is being carried out without having seen that."""
        found = self.state.data == RequestState.ACCEPTING
        return RequestState.ACCEPTING if found else RequestState.REQUESTED


class ShipmentForm(PageForm):
    """What leaves the house: units of each line, carrier and tracking number."""

    carrier = TextField()
    tracking = TextField()
    nonce = TokenField()

    @classmethod
    def for_items(cls, items: Iterable[ItemView], held: Mapping[LineItemId, int]) -> Self:
        """Make the form for an order's lines, preset to all that is open; `held` must not leave."""
        fields = {
            f"{_SHIP}{item.id}": QuantityField(
                _("Quantity to ship: %(title)s") % {"title": item.label},
                most=item.unshipped - held.get(item.id, 0),
                limit=item.ordered,
                default=item.open,
            )
            for item in items
        }
        form = cast("type[Self]", type(cls.__name__, (cls,), fields))()
        form.carrier.label.text = _("Carrier")
        form.tracking.label.text = _("Tracking number")
        return form

    def quantity_field(self, line_item_id: LineItemId) -> QuantityField:
        """Return the field of one line."""
        field: QuantityField = self[f"{_SHIP}{line_item_id}"]
        return field

    def quantities(self) -> dict[LineItemId, int]:
        """Read how many units of each line leave; lines left out with 0 are not in it."""
        return {
            LineItemId(UUID(name.removeprefix(_SHIP))): field.data
            for name, field in self._fields.items()
            if name.startswith(_SHIP) and field.data
        }


class ImportForm(PageForm):
    """A file of orders, and whether old orders are confirmed by e-mail as well."""

    file = FileField()
    mail_all = BooleanField()

    @classmethod
    def made(cls) -> Self:
        form = cls()
        form.file.label.text = _("File")
        form.mail_all.label.text = _("Confirm orders older than 30 days by e-mail, too")
        return form

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401 - WTForms' own
        super().validate(extra_validators)
        if not (self.file.data and self.file.data.filename):
            self.refuse(self.file, _("Choose a file."))
        return not self.problems()


class AmountForm(PageForm):
    """What goes back, in the order's currency, or in one that is entered where the order has none."""

    asks_currency: bool
    known_currency: str
    amount = TextField(limit=20)
    currency = TextField(limit=3)

    @classmethod
    def made(cls, currency: str) -> Self:
        form = cls()
        form.asks_currency = currency == NO_CURRENCY
        form.known_currency = currency
        form.amount.label.text = (
            _("Refund amount")
            if form.asks_currency
            else _("Refund amount in %(currency)s") % {"currency": currency}
        )
        form.currency.label.text = _("Currency")
        return form

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401 - WTForms' own
        super().validate(extra_validators)
        if self._exponent() is None:
            self.refuse(self.currency, _("Enter the three letters of a currency."))
        elif self._read() is None:
            self.refuse(self.amount, _("Enter an amount in plain digits, such as 12.50."))
        return not self.problems()

    def currency_code(self) -> str:
        """Tell the currency that the amount is in."""
        return (self.currency.data or "").upper() if self.asks_currency else self.known_currency

    def minor(self) -> int:
        """Read the amount of a form that is in order, in minor units."""
        return self._read() or 0

    def _exponent(self) -> int | None:
        code = self.currency_code()
        try:
            return None if code == NO_CURRENCY else currency_exponent(code)
        except ValueError:
            return None

    def _read(self) -> int | None:
        try:
            minor = to_minor(self.amount.data or "", self._exponent() or 0)
        except ValueError:
            return None
        return minor if 0 <= minor <= _MOST_MINOR else None


class MemoForm(PageForm):
    """The team's private note on an order."""

    memo = LongTextField(limit=MEMO_LIMIT)

    @classmethod
    def made(cls, memo: str) -> Self:
        form = cls(data={"memo": memo})
        form.memo.label.text = _("Seller memo")
        return form
