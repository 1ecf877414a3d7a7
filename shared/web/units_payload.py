"""Units of line items as JSON, named by id or SKU, and the lines of one order they stand for."""

from collections.abc import Sequence
from typing import Annotated, Self

from pydantic import Field, model_validator

from shared.domain.errors import AmbiguousSku, InvalidContent
from shared.domain.ids import LineItemId
from shared.queries.document_values import KnownLine
from shared.web.payload_types import NotNull, Units
from shared.web.strict_json import Payload


class LinePayload(Payload):
    """One line: name it by its id, or by its SKU where that stands on one line alone."""

    line_item_id: Annotated[str | None, NotNull] = None
    sku: Annotated[str | None, NotNull] = None

    @model_validator(mode="after")
    def _names_one(self) -> Self:
        if (self.line_item_id is None) == (self.sku is None):
            raise ValueError("name the line by line_item_id or by sku, one of the two")
        return self


class UnitsPayload(LinePayload):
    """Units of one line."""

    quantity: Units


class LinesPayload(Payload):
    """Some lines' units; without `line_items` all of them are meant."""

    line_items: Annotated[list[UnitsPayload] | None, Field(min_length=1), NotNull] = None

    def quantities(self, lines: Sequence[KnownLine]) -> dict[LineItemId, int] | None:
        """Find the lines that are meant; None is all. Raises InvalidContent or AmbiguousSku."""
        if self.line_items is None:
            return None
        wanted: dict[LineItemId, int] = {}
        for units in self.line_items:
            line = meant(units, lines)
            if line.id in wanted:
                raise InvalidContent(f"The line “{line.sku}” is named twice; add its units up.")
            if units.quantity > line.ordered:
                raise InvalidContent(f"Only {line.ordered} of “{line.sku}” were ordered.")
            wanted[line.id] = units.quantity
        return wanted


def meant(units: LinePayload, lines: Sequence[KnownLine]) -> KnownLine:
    """Find the line that is meant. Raises InvalidContent or AmbiguousSku."""
    if units.line_item_id is not None:
        found = [line for line in lines if str(line.id) == units.line_item_id.lower()]
    else:
        found = [line for line in lines if line.sku == units.sku]
    if not found:
        raise InvalidContent(f"There is no line “{units.line_item_id or units.sku}” on this order.")
    if len(found) > 1:
        raise AmbiguousSku(
            f"The SKU “{units.sku}” stands on {len(found)} lines; name the line by its line_item_id."
        )
    return found[0]
