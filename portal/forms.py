"""The forms that buyers fill in."""

import re
from collections.abc import Iterable
from typing import Any, Self

from flask_wtf import FlaskForm  # type: ignore[import-untyped]
from wtforms import Field
from wtforms.validators import ValidationError

from shared.queries.order_values import OrderPage
from shared.rendering import gettext as _
from shared.web.cancel_form import CancelWindowForm
from shared.web.forms import PageForm, TextField

_NUMBER_LIMIT = 64
_ADDRESS_LIMIT = 254
_ADDRESS = re.compile(r"[^\s@,;:<>()\"]{1,64}@[^\s@,;:<>()\"]+")


class CancelOrderForm(CancelWindowForm):
    """The Cancel order window of the buyer."""

    @classmethod
    def of(cls, order: OrderPage, reasons: Iterable[tuple[str, str]]) -> Self:
        """Make the form for an order; a reason is never asked for, only offered."""
        return cls.for_items(order.items, reasons)

    def has_units(self, order: OrderPage) -> bool:
        """Say whether at least one unit was chosen; if not, say so beside the first quantity."""
        if self.quantities():
            return True
        first = next(item for item in order.items if item.cancelable_quantity)
        self.refuse(self.quantity_field(first.id), _("Choose at least one unit to cancel."))
        return False

    def keep_within(self, order: OrderPage) -> bool:
        """Lower each quantity to what may still go; say whether any had to be."""
        lowered = False
        for item in order.items:
            field = self.quantity_field(item.id)
            if (field.data or 0) > item.cancelable_quantity:
                field.data, field.raw_data, lowered = item.cancelable_quantity, None, True
        return lowered

    def refuse_excess(self, order: OrderPage) -> bool:
        """Say beside each quantity that is more than may go how many may; say whether there was any."""
        over = [
            item
            for item in order.items
            if (self.quantity_field(item.id).data or 0) > item.cancelable_quantity
        ]
        for item in over:
            sentence = _("Enter a whole number from 0 to %(most)s.") % {"most": item.cancelable_quantity}
            self.refuse(self.quantity_field(item.id), sentence)
        return bool(over)


class FindOrderForm(PageForm):
    """Send me my link again. It acts for no session, so it needs no token, and its page no cookie."""

    number = TextField(limit=_NUMBER_LIMIT)
    email = TextField(limit=_ADDRESS_LIMIT)

    class Meta(FlaskForm.Meta):  # type: ignore[misc]  # the library has no types
        """Without a token: whoever posts this learns nothing and changes nothing."""

        csrf = False

    def __init__(self, **options: Any) -> None:  # noqa: ANN401 - WTForms' own
        super().__init__(**options)
        self.number.label.text = _("Order number")
        self.email.label.text = _("Email")

    def validate_number(self, field: Field) -> None:
        """Ask for a number where there is none."""
        if not field.data and not field.errors:
            raise ValidationError(_("Enter the number of your order."))

    def validate_email(self, field: Field) -> None:
        """Check the address's form alone; whether it belongs to the order is never told."""
        if not field.errors and _ADDRESS.fullmatch(field.data) is None:
            raise ValidationError(_("Enter the e-mail address you ordered with, like name@example.com."))
