"""Rows into facts: what the domain is handed to judge, and unit ranges on their way in and out."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from psycopg.types.multirange import Int4Multirange
from psycopg.types.range import Int4Range

from shared.domain.cancellation import Question
from shared.domain.ids import LineItemId, MerchantId, OrderId, PaymentId
from shared.domain.orders import Discount, Gateway, LineItem, Order, Payment
from shared.domain.policy import Policy, from_document
from shared.domain.refunds import Quote, quote
from shared.domain.units import UnitRange
from shared.storage.engine import Transaction
from shared.storage.records import (
    LineItemRecord,
    MerchantRecord,
    OrderRecord,
    PaymentRecord,
    RequestRecord,
    RequestUnitsRecord,
)
from shared.storage.scopes import claims_on, declined_lines, lines_of, owed_on, payments_of, units_of


@dataclass(frozen=True, slots=True)
class Declined:
    """Units of one line in a declined request."""

    line_item_id: UUID
    quantity: int
    requested_by: str
    warehouse: str
    quote: Mapping[str, Any]

    @property
    def shipped_before(self) -> int:
        """How many units of the line had shipped when the warehouse said that it was too late."""
        return int(self.quote.get("shipped", {}).get(str(self.line_item_id), 0))


def to_multirange(units: Iterable[UnitRange]) -> Int4Multirange:
    """Write unit numbers as the database keeps them."""
    return Int4Multirange([Int4Range(taken.first, taken.past) for taken in units])


def from_multirange(units: Iterable[object]) -> tuple[UnitRange, ...]:
    """Read unit numbers from the database's ranges, whose bounds are canonical: [first, past)."""
    return tuple(
        UnitRange(int(getattr(taken, "lower")), int(getattr(taken, "upper")))  # noqa: B009 - driver and ORM ranges differ in type only
        for taken in units
    )


def order_facts(tx: Transaction, order: OrderRecord) -> Order:
    """Load everything the domain needs to judge an order."""
    merchant = tx.session.get_one(MerchantRecord, tx.merchant_id)
    # Only a policy that lets buyers ask once, or asks a warehouse, looks at what was declined.
    looks = order.policy.get("warehouse") or not order.policy.get("ask_again", True)
    declined = [Declined(*row) for row in declined_lines(tx, order.id)] if looks else ()
    lines, payments = lines_of(tx, order.id), payments_of(tx, order.id)
    return assemble(
        order,
        lines,
        payments,
        claims_on(tx, order.id),
        self_service=merchant.self_service,
        declined=declined,
        owed_minor=owed_on(tx, order.id) if order.refunds_failed else 0,
    )


def quote_of(facts: Order, record: RequestRecord, units: Mapping[LineItemId, Sequence[UnitRange]]) -> Quote:
    """Quote the units of a request under the terms it was made on."""
    return quote(
        facts,
        units,
        for_buyer=record.requested_by == "buyer",
        at=record.requested_at,
        most_minor=record.quote.get("most_minor"),
    )


def claimed_by(
    tx: Transaction, request_ids: Sequence[UUID]
) -> dict[UUID, dict[LineItemId, tuple[UnitRange, ...]]]:
    """Read the unit numbers that each request holds, by line; lines that shipments emptied are left out."""
    held: dict[UUID, dict[LineItemId, tuple[UnitRange, ...]]] = {request_id: {} for request_id in request_ids}
    for claim in units_of(tx, request_ids):
        if claim.quantity:
            held[claim.request_id][LineItemId(claim.line_item_id)] = from_multirange(claim.units)
    return held


def assemble(
    order: OrderRecord,
    lines: Sequence[LineItemRecord],
    payments: Sequence[PaymentRecord],
    claims: Sequence[RequestUnitsRecord],
    *,
    self_service: bool,
    declined: Sequence[Declined] = (),
    owed_minor: int = 0,
    policy: Policy | None = None,
) -> Order:
    """Make facts of rows that have been read already.

    `self_service` is the merchant's switch, `declined` is what declined requests were
    about, `owed_minor` what failed refunds still owe. `policy` is the order's, where somebody has read it.
    """
    claimed: dict[UUID, list[UnitRange]] = defaultdict(list)
    for claim in claims:
        claimed[claim.line_item_id].extend(from_multirange(claim.units))
    return Order(
        id=OrderId(order.id),
        merchant_id=MerchantId(order.merchant_id),
        number=order.number,
        currency=order.currency,
        version=order.version,
        placed_at=order.placed_at,
        paid_at=order.paid_at,
        prices_include_tax=order.prices_include_tax,
        total_minor=order.total_minor,
        shipping_minor=order.shipping_minor,
        canceled_minor=order.canceled_minor,
        policy=policy or from_document(order.policy),
        line_items=tuple(_line_facts(line, claimed[line.id], declined) for line in lines),
        discounts=tuple(_discount_facts(given, lines) for given in order.discounts),
        repriced_minor=order.repriced_minor,
        fees_minor=order.fees_minor,
        fee_bases={int(percent): base for percent, base in order.fee_bases.items()},
        withheld_minor=order.withheld_minor,
        adjusted_minor=order.adjusted_minor,
        owed_minor=owed_minor,
        payments=tuple(_payment_facts(payment) for payment in payments),
        self_service=self_service,
        in_fulfillment=order.in_fulfillment,
        fulfilled_by_other=order.fulfilled_by_other,
        hold=order.hold,
        disputed=order.disputed,
        priced=order.priced,
    )


def _line_facts(line: LineItemRecord, claimed: Sequence[UnitRange], declined: Sequence[Declined]) -> LineItem:
    refused = [units for units in declined if units.line_item_id == line.id] if declined else []
    return LineItem(
        id=LineItemId(line.id),
        ordinal=line.ordinal,
        sku=line.sku,
        title=line.title,
        ordered=line.ordered,
        shipped=line.shipped,
        canceled=line.canceled,
        requested=line.requested,
        price_minor=line.price_minor,
        discount_minor=line.discount_minor,
        tax_minor=line.tax_minor,
        shipping_minor=line.shipping_minor,
        cancelable=line.cancelable,
        parent_sku=line.parent_sku,
        claimed=tuple(claimed),
        declined=any(units.requested_by == "buyer" for units in refused),
        leaving=_leaving(line, refused) if refused else 0,
    )


def _leaving(line: LineItemRecord, refused: Sequence[Declined]) -> int:
    late = [units for units in refused if units.warehouse == Question.TOO_LATE and units.quantity]
    shipped_since = line.shipped - min((units.shipped_before for units in late), default=0)
    return max(0, sum(units.quantity for units in late) - shipped_since)


def _discount_facts(given: Mapping[str, Any], lines: Sequence[LineItemRecord]) -> Discount:
    shares = zip(lines, given["shares"], strict=True)
    return Discount(
        shares={LineItemId(line.id): share for line, share in shares if share is not None},
        names_items=bool(given["skus"]),
        min_subtotal_minor=given["min_subtotal"],
    )


def _payment_facts(payment: PaymentRecord) -> Payment:
    return Payment(
        id=PaymentId(payment.id),
        gateway=Gateway(payment.gateway),
        reference=payment.reference,
        authorized_minor=payment.authorized_minor,
        captured_minor=payment.captured_minor,
        refunded_minor=payment.refunded_minor,
        released_minor=payment.released_minor,
    )
