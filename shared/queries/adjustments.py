"""What of the price of an order may go back although nothing of it is canceled, and what that comes to."""

from dataclasses import dataclass
from uuid import UUID

from shared.domain.adjustments import Amounts, adjustable, check
from shared.domain.ids import LineItemId, MerchantId
from shared.domain.payments import PaymentShare, split_over_payments
from shared.domain.refunds import fingerprint
from shared.queries.requests import labels
from shared.storage.adjusted import adjusted_before
from shared.storage.engine import Database
from shared.storage.facts import order_facts
from shared.storage.scopes import find_order, lines_of


@dataclass(frozen=True, slots=True)
class AdjustableLine:
    """A line of which something has shipped, and how much of its price may still go back."""

    id: LineItemId
    sku: str
    label: str
    shipped: int
    most_minor: int


@dataclass(frozen=True, slots=True)
class AdjustmentView:
    """What may go back of an order at most, in minor units; `hash` tells whether the order changed since."""

    hash: str
    currency: str
    buyer_name: str
    lines: tuple[AdjustableLine, ...]
    most_shipping_minor: int
    in_all_minor: int

    @property
    def of_parts_minor(self) -> int:
        """What may go back of the lines and of the shipping, taken alone."""
        return self.most_shipping_minor + sum(line.most_minor for line in self.lines)

    @property
    def is_possible(self) -> bool:
        """Something may go back."""
        return min(self.in_all_minor, self.of_parts_minor) > 0

    @property
    def is_capped(self) -> bool:
        """What is left on the payments is less than the parts together."""
        return self.in_all_minor < self.of_parts_minor


@dataclass(frozen=True, slots=True)
class AdjustmentSum:
    """Amounts that are to go back, by payment; none while nothing was named."""

    amounts: Amounts
    payments: tuple[PaymentShare, ...]


def adjustment_view(db: Database, merchant_id: MerchantId, order_id: UUID) -> AdjustmentView:
    """Read what may go back of an order. Raises NotFound."""
    with db.snapshot(merchant_id) as tx:
        order = find_order(tx, order_id)
        facts = order_facts(tx, order)
        possible = adjustable(facts, adjusted_before(tx, order))
        named = labels(lines_of(tx, order.id))
        return AdjustmentView(
            hash=fingerprint(facts),
            currency=order.currency,
            buyer_name=order.buyer_name,
            lines=tuple(
                AdjustableLine(line.id, line.sku, named[line.id], line.shipped, possible.of_line(line.id))
                for line in facts.line_items
                if line.shipped
            ),
            most_shipping_minor=possible.of_shipping,
            in_all_minor=possible.in_all_minor,
        )


def adjustment_sum(db: Database, merchant_id: MerchantId, order_id: UUID, wanted: Amounts) -> AdjustmentSum:
    """Say where these amounts would go. Raises NotFound, InvalidContent or NotEligible."""
    with db.snapshot(merchant_id) as tx:
        order = find_order(tx, order_id)
        facts = order_facts(tx, order)
        if wanted.whole_minor == 0:
            return AdjustmentSum(wanted, ())
        check(facts, wanted, adjusted_before(tx, order))
        return AdjustmentSum(wanted, split_over_payments(facts.payments, wanted.whole_minor))
