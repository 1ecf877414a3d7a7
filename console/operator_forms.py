"""The forms between merchants and the operator's support agents."""

import re
from collections.abc import Iterable
from typing import Self
from uuid import UUID, uuid4

from wtforms import Field
from wtforms.validators import ValidationError

from console.support_forms import nonce_of
from shared import wording
from shared.actions.case_steps import Message
from shared.queries.hindrances import hindered
from shared.queries.order_values import OrderPage
from shared.rendering import gettext as _
from shared.web.forms import (
    MEMO_LIMIT,
    REASON_LIMIT,
    ChoiceField,
    LongTextField,
    PageForm,
    TextField,
    TokenField,
    filled_in,
)

_PHONE = re.compile(r"\+?[0-9][0-9 ()/.-]{4,30}", re.ASCII)
_MOST_NAMED = 5
_LINE_LIMIT = 254


class WriteForm(PageForm):
    """A message without pictures; the page's `nonce` names it, so that sending it twice adds one."""

    message = LongTextField(limit=MEMO_LIMIT)
    nonce = TokenField()

    @classmethod
    def made(cls) -> Self:
        """Make the form, empty."""
        form = cls()
        form.message.label.text = _("Message")
        form.message.validators = (filled_in(_("Write your message.")),)
        if not form.is_submitted():
            form.nonce.data = str(uuid4())
        return form

    def written(self, *, beginning: str = "") -> Message:
        """Give what was written to the core."""
        return Message(f"{beginning}{self.message.data}", id=nonce_of(self.nonce))


class ContactOperatorForm(WriteForm):
    """A first message to the operator's support, perhaps about an order."""

    category = ChoiceField()
    number = TextField(limit=64)
    reason = ChoiceField()
    phone = TextField(limit=32)

    @classmethod
    def about(cls, order: OrderPage | None, reasons: Iterable[tuple[str, str]], reason: str = "") -> Self:
        """Make the form with an order, its items and the reason filled in already."""
        offered = dict(reasons)
        form = cls.made()
        form.category.label.text = _("Category")
        form.category.missing = _("Choose what it is about.")
        form.category.offer(wording.categories())
        form.number.label.text = _("Order number")
        form.reason.label.text = _("Reason for cancellation")
        form.reason.offer(offered.items())
        form.phone.label.text = _("Phone")
        if not form.is_submitted():
            form.category.data = wording.categories()[0][0]
            form.number.data = order.number if order else ""
            form.reason.data = reason if reason in offered else ""
            form.message.data = opening_of(order) if order else ""
        return form

    def validate_phone(self, field: Field) -> None:
        """Take what looks like a number that can be called."""
        if field.data and not field.errors and _PHONE.fullmatch(field.data) is None:
            raise ValidationError(_("Enter a phone number like +1 206 555 0100, or leave it empty."))

    def problems(self) -> list[tuple[str, str]]:
        """List what is wrong in the order of the page: the message comes last."""
        return sorted(super().problems(), key=lambda problem: problem[0] == self.message.id)

    def beginning(self, reasons: Iterable[tuple[str, str]]) -> str:
        """Put the chosen reason before the message."""
        words = dict(reasons).get(self.reason.data or "", "")
        return f"{self.reason.label.text}: {words}\n\n" if words else ""


class OpenAccountForm(PageForm):
    """Why an agent opens a merchant's account; the merchant reads it."""

    reason = TextField(limit=REASON_LIMIT)

    @classmethod
    def made(cls) -> Self:
        """Make the form, empty."""
        form = cls()
        form.reason.label.text = _("Reason")
        form.reason.validators = (filled_in(_("Say why you open it.")),)
        return form


def case_number(text: str) -> UUID | None:
    """Read the id of an order from an address; None for anything else."""
    try:
        return UUID(text)
    except ValueError:
        return None


def opening_of(order: OrderPage) -> str:
    """Begin a message: which items cannot be canceled, or all of them, and what stands in the way."""
    items = hindered(order) or order.items
    lines = [f"{item.ordered} × {item.label} ({item.sku})" for item in items[:_MOST_NAMED]]
    more = len(items) - _MOST_NAMED
    if more > 0:
        lines.append(_("and %(count)s more") % {"count": more})
    for blocker in dict.fromkeys(blocker for item in items for blocker in item.blockers):
        why = wording.blocker(blocker, to_merchant=True)
        lines.append(_("Why it cannot be canceled here: %(why)s") % {"why": why})
    return "\n".join(line[:_LINE_LIMIT] for line in lines) + "\n\n"
