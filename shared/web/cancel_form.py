"""The fields of the Cancel order window that both faces share."""

from collections.abc import Iterable
from typing import Self, cast
from uuid import UUID

from wtforms import Field

from shared.domain.ids import LineItemId
from shared.queries.order_values import ItemView
from shared.rendering import gettext as _
from shared.web.forms import ChoiceField, LongTextField, PageForm, QuantityField, TokenField

_PREFIX = "quantity-"


class CancelWindowForm(PageForm):
    """Quantities, reason and comments; a face adds fields of its own and says which reasons it offers."""

    reason = ChoiceField()
    comments = LongTextField()
    quote_hash = TokenField()
    nonce = TokenField()

    @classmethod
    def for_items(cls, items: Iterable[ItemView], reasons: Iterable[tuple[str, str]], **more: Field) -> Self:
        """Make the form for an order's lines: one quantity each, preset to all that may go; and `more`.

        The limit is what was ordered: whether units may still go is for the action to say, under the lock, so
        that a second press of the button gets the first answer, no complaint about the first one's success.
        """
        fields = {
            f"{_PREFIX}{item.id}": QuantityField(
                _("Quantity to cancel: %(title)s") % {"title": item.label},
                most=item.cancelable_quantity,
                limit=item.ordered,
                default=item.cancelable_quantity,
            )
            for item in items
        }
        made = cast("type[Self]", type(cls.__name__, (cls,), {**fields, **more}))
        form = made()
        form.reason.offer(reasons)
        form.reason.label.text = _("Reason for cancellation")
        form.comments.label.text = _("Additional comments")
        return form

    def problems(self) -> list[tuple[str, str]]:
        """List what is wrong in the order of the window: quantities first."""
        return sorted(super().problems(), key=lambda problem: not problem[0].startswith(_PREFIX))

    def quantity_field(self, line_item_id: LineItemId) -> QuantityField:
        """Return the field of one line."""
        field: QuantityField = self[f"{_PREFIX}{line_item_id}"]
        return field

    def quantities(self) -> dict[LineItemId, int]:
        """Read how many units of each line are to go; lines left out with 0 are not in it."""
        return {
            LineItemId(UUID(name.removeprefix(_PREFIX))): field.data
            for name, field in self._fields.items()
            if name.startswith(_PREFIX) and field.data
        }
