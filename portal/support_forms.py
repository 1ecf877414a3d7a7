"""The forms in which buyers write to the shop."""

from typing import Self
from uuid import UUID, uuid4

from shared import wording
from shared.actions.case_steps import Message
from shared.queries.order_values import OrderPage
from shared.rendering import gettext as _
from shared.web.forms import MEMO_LIMIT, ChoiceField, LongTextField, PageForm, TokenField, filled_in
from shared.web.picture_field import PicturesField

_MOST_NAMED = 5
_LINE_LIMIT = 254


class MessageForm(PageForm):
    """A message with pictures; the page's `nonce` names it, so that sending it twice adds one."""

    message = LongTextField(limit=MEMO_LIMIT)
    pictures = PicturesField()
    nonce = TokenField()

    @classmethod
    def made(cls) -> Self:
        """Make the form, empty."""
        form = cls()
        form.message.label.text = _("Message")
        form.message.validators = (filled_in(_("Write your message.")),)
        form.pictures.label.text = _("Pictures")
        if not form.is_submitted():
            form.nonce.data = str(uuid4())
        return form

    def written(self) -> Message:
        """Give what was written to the core."""
        return Message(self.message.data, self.pictures.pictures, self._id())

    def _id(self) -> UUID | None:
        try:
            return UUID(self.nonce.data)
        except ValueError:
            return None


class ContactForm(MessageForm):
    """A first message to the shop, about one order."""

    category = ChoiceField()

    @classmethod
    def about(cls, order: OrderPage) -> Self:
        """Make the form with the order, its items and what stands in the way filled in already."""
        form = cls.made()
        form.category.label.text = _("Category")
        form.category.missing = _("Choose what it is about.")
        form.category.offer(wording.categories())
        if not form.is_submitted():
            form.category.data = wording.categories()[0][0]
            form.message.data = opening_of(order)
        return form

    def problems(self) -> list[tuple[str, str]]:
        """List what is wrong in the order of the page: the category first."""
        return sorted(super().problems(), key=lambda problem: problem[0] != self.category.id)


class AnswerForm(MessageForm):
    """A further message in a conversation."""

    @classmethod
    def made(cls) -> Self:
        """Make the form, empty."""
        form = super().made()
        form.message.label.text = _("Your answer")
        return form


def opening_of(order: OrderPage) -> str:
    """Begin a message: which order, which items, and why it cannot be canceled by oneself."""
    named = [f"{item.ordered} × {item.label}" for item in order.items[:_MOST_NAMED]]
    more = len(order.items) - _MOST_NAMED
    if more > 0:
        named.append(_("and %(count)s more") % {"count": more})
    lines = [_("Order %(number)s") % {"number": order.number}, *named]
    if not order.can_cancel and order.blockers:
        lines.append(
            _("Why it cannot be canceled here: %(why)s") % {"why": wording.blocker(order.blockers[0])}
        )
    return "\n".join(line[:_LINE_LIMIT] for line in lines) + "\n\n"
