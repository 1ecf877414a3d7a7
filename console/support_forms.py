"""The forms of support: answers, notes, who takes a case, what is offered, canned replies."""

import secrets
from collections.abc import Iterable
from typing import Any, Self, cast
from uuid import UUID, uuid4

from flask import request
from wtforms import Field
from wtforms.validators import ValidationError

from console.money_forms import AmountField
from shared import wording
from shared.actions.case_offers import Credit, Replacement
from shared.actions.case_steps import Message
from shared.domain.ids import LineItemId
from shared.domain.support import MessageKind, ReplyField, unknown_fields
from shared.queries.order_values import ItemView
from shared.queries.support_values import Colleague, ReplyView
from shared.rendering import gettext as _
from shared.web.forms import (
    MEMO_LIMIT,
    NAME_LIMIT,
    ChoiceField,
    LongTextField,
    PageForm,
    QuantityField,
    TextField,
    TokenField,
    filled_in,
)
from shared.web.picture_field import PicturesField

ME = "me"
_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_UNITS = "units-"


def nonce_of(field: Field) -> UUID:
    """Read what names the window; a made-up one is replaced."""
    try:
        return UUID(field.data)
    except ValueError:
        return uuid4()


class CaseReplyForm(PageForm):
    """An answer to the customer, or a note among the team: `kind` comes from the button."""

    message = LongTextField(limit=MEMO_LIMIT)
    pictures = PicturesField()
    kind = TokenField()
    nonce = TokenField()

    @classmethod
    def made(cls, prefilled: str = "") -> Self:
        """Make the form, with a canned reply in it or empty."""
        form = cls()
        form.message.label.text = _("Message")
        form.message.validators = (filled_in(_("Write your message.")),)
        form.pictures.label.text = _("Pictures")
        if not form.is_submitted():
            form.message.data = prefilled
            form.nonce.data = str(uuid4())
        return form

    @property
    def is_note(self) -> bool:
        """It is for the team alone."""
        return bool(self.kind.data == MessageKind.NOTE)

    def written(self) -> Message:
        """Give what was written to the core."""
        kind = MessageKind.NOTE if self.is_note else MessageKind.MESSAGE
        return Message(self.message.data, self.pictures.pictures, nonce_of(self.nonce), kind)


class AssignForm(PageForm):
    """Who takes a case; the empty option is nobody."""

    assignee = ChoiceField()

    @classmethod
    def among(cls, team: Iterable[Colleague], chosen: UUID | None) -> Self:
        """Offer the team."""
        form = cls()
        form.assignee.label.text = _("Assigned to")
        form.assignee.offer(((str(one.id), one.name) for one in team), empty=_("Nobody"))
        # It stands beside another form, which may have been sent without it.
        if not form.assignee.raw_data:
            form.assignee.data = str(chosen or "")
        return form

    def chosen(self) -> UUID | None:
        """Give who was chosen."""
        return UUID(self.assignee.data) if self.assignee.data else None


class CaseFilterForm(PageForm):
    """Whose cases are listed, in the address."""

    assignee = ChoiceField()

    @classmethod
    def read(cls, team: Iterable[Colleague]) -> Self:
        """Read the address."""
        form = cls(request.args, meta={"csrf": False})
        form.assignee.label.text = _("Assigned to")
        others = ((str(one.id), one.name) for one in team)
        form.assignee.offer([(ME, _("Me")), *others], empty=_("Anybody"))
        return form


class CannedReplyForm(PageForm):
    """An answer that is given often."""

    title = TextField(limit=NAME_LIMIT)
    body = LongTextField(limit=MEMO_LIMIT)

    @classmethod
    def made(cls, reply: ReplyView | None = None) -> Self:
        """Make the form, with a reply in it or empty."""
        form = cls()
        form.title.label.text = _("Title")
        form.title.validators = (filled_in(_("Give it a title that your team knows it by.")),)
        form.body.label.text = _("Text")
        if reply is not None and not form.is_submitted():
            form.title.data, form.body.data = reply.title, reply.body
        return form

    def validate_body(self, field: Field) -> None:
        """Ask for words, and refuse places that nothing fills in."""
        if not field.data and not field.errors:
            raise ValidationError(_("Write the text."))
        unknown = unknown_fields(field.data)
        if unknown:
            known = ", ".join(f"{{{name}}}" for name in ReplyField)
            told = {"unknown": f"{{{unknown[0]}}}", "known": known}
            raise ValidationError(_("Nothing fills %(unknown)s in. You can use: %(known)s.") % told)


class OfferCreditForm(PageForm):
    """Store credit: how much, under which code, and what is said about it."""

    code = TextField(limit=40)
    message = LongTextField()
    nonce = TokenField()

    @classmethod
    def made(cls, currency: str) -> Self:
        """Make the form with a code that nobody guesses."""
        amount = AmountField(_("Amount"), currency=currency)
        form = cast("type[Self]", type(cls.__name__, (cls,), {"amount": amount}))()
        form.code.label.text = _("Code")
        form.message.label.text = _("Message to customer")
        if not form.is_submitted():
            form.code.data = "-".join(_letters() for _ordinal in range(3))
            form.nonce.data = str(uuid4())
        return form

    @property
    def amount_field(self) -> AmountField:
        """Return the field of the amount."""
        field: AmountField = self["amount"]
        return field

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401 - WTForms' own
        """Ask for an amount and a code."""
        super().validate(extra_validators)
        self.code.data = (self.code.data or "").upper()
        if not self.amount_field.data and not self.amount_field.errors:
            self.refuse(self.amount_field, _("Enter how much you give."))
        if not self.code.data and not self.code.errors:
            self.refuse(self.code, _("Enter the code that the customer will use."))
        return not self.problems()

    def credit(self) -> Credit:
        """Give it to the core."""
        return Credit(self.amount_field.data or 0, self.code.data, self.message.data, nonce_of(self.nonce))


class ReplacementForm(PageForm):
    """What is sent once more, by item and quantity, and what is said about it."""

    message = LongTextField()
    nonce = TokenField()

    @classmethod
    def of(cls, items: Iterable[ItemView]) -> Self:
        """Make the form for an order's lines; nothing is chosen beforehand."""
        fields = {
            f"{_UNITS}{item.id}": QuantityField(
                _("Quantity to send: %(title)s") % {"title": item.label}, most=item.ordered, default=0
            )
            for item in items
        }
        form = cast("type[Self]", type(cls.__name__, (cls,), fields))()
        form.message.label.text = _("Message to customer")
        if not form.is_submitted():
            form.nonce.data = str(uuid4())
        return form

    def quantity_field(self, line_item_id: LineItemId) -> QuantityField:
        """Return the field of one line."""
        field: QuantityField = self[f"{_UNITS}{line_item_id}"]
        return field

    def replacement(self) -> Replacement:
        """Give it to the core."""
        chosen = {
            LineItemId(UUID(name.removeprefix(_UNITS))): field.data
            for name, field in self._fields.items()
            if name.startswith(_UNITS) and field.data
        }
        return Replacement(chosen, self.message.data, nonce_of(self.nonce))


def _letters() -> str:
    return "".join(secrets.choice(_ALPHABET) for _ordinal in range(4))


def places() -> tuple[tuple[str, str], ...]:
    """List the places of a canned reply, each with what it is filled with."""
    return tuple((f"{{{name}}}", wording.reply_field(name)) for name in ReplyField)
