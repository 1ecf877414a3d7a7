"""An order's rows read as the report they came from, and filled where a later one tells what they lack."""

from collections.abc import Sequence

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from shared.actions import intake_rows
from shared.domain.completion import pairs
from shared.domain.intake import IncomingDiscount, IncomingLine, IncomingOrder, IncomingPayment
from shared.domain.order_reports import Report, ReportedLine, of_order
from shared.domain.orders import Gateway
from shared.storage.engine import Transaction
from shared.storage.records import LineItemRecord, OrderRecord, OrderTermRecord, PaymentRecord

Rows = Sequence[tuple[LineItemRecord | None, IncomingLine]]
_FACTS_OF_LINE = ("external_id", "sku", "asin", "title", "image_url")


def known_report(
    order: OrderRecord, lines: Sequence[LineItemRecord], payments: Sequence[PaymentRecord]
) -> Report:
    """Read what an order's rows know as one report."""
    inside = order.prices_include_tax
    return of_order(
        IncomingOrder(
            source=order.source,
            number=order.number,
            placed_at=order.placed_at,
            currency=order.currency,
            prices_include_tax=inside,
            buyer_email=order.buyer_email,
            buyer_name=order.buyer_name,
            buyer_locale=order.buyer_locale,
            lines=tuple(_line(line) for line in lines),
            payments=tuple(_payment(payment) for payment in payments),
            shipping_minor=order.shipping_minor - (0 if inside else order.shipping_tax_minor),
            shipping_tax_minor=order.shipping_tax_minor,
            discounts=tuple(
                IncomingDiscount(
                    discount["amount"], discount["code"], tuple(discount["skus"]), discount["min_subtotal"]
                )
                for discount in order.discounts
            ),
            paid_at=order.paid_at,
            fulfilled_by_other=order.fulfilled_by_other,
            hold=order.hold,
            delivery=tuple(order.delivery),
            external_ids=order.external_ids,
            priced=order.priced,
        )
    )


def matched(rows: Sequence[LineItemRecord], lines: Sequence[IncomingLine]) -> Rows:
    """Find the row of each line; a line that is new has none."""
    known = [_identity(_line(row)) for row in rows]
    found = pairs(known, [_identity(line) for line in lines])
    return [
        (None if index is None else rows[index], line)
        for (_same, index), line in zip(found, lines, strict=True)
    ]


def fill(tx: Transaction, order: OrderRecord, rows: Rows, target: IncomingOrder) -> bool:
    """Write the names, ids and instants that were lacking; say whether any was."""
    changed = _set(order, lacking(order, target))
    for row, line in rows:
        if row is not None:
            changed |= _set(row, lacking_of_line(row, line))
    if changed:
        order.items_label = label_of(target)
        _find_by(tx, order, target)
    return changed


def lacking(order: OrderRecord, target: IncomingOrder) -> dict[str, object]:
    """Tell the names, ids and instants that an order's row lacks, by column."""
    told: dict[str, object] = {
        "external_ids": target.external_ids,
        "paid_at": target.paid_at or order.paid_at,
        "buyer_name": target.buyer_name,
        "buyer_email": target.buyer_email,
        "delivery": list(target.delivery),
        "fulfilled_by_other": target.fulfilled_by_other,
    }
    if not order.priced:
        told["currency"] = target.currency
        told["prices_include_tax"] = target.prices_include_tax
    return _differing(order, told)


def lacking_of_line(row: LineItemRecord, line: IncomingLine) -> dict[str, object]:
    """Tell the names and ids that a line's row lacks, by column."""
    return _differing(row, {name: getattr(line, name) for name in _FACTS_OF_LINE})


def label_of(target: IncomingOrder) -> str:
    """Name an order by its first line."""
    return f"{target.lines[0].quantity} × {target.lines[0].title}"


def _differing(row: OrderRecord | LineItemRecord, told: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in told.items() if value and getattr(row, name) != value}


def _set(row: OrderRecord | LineItemRecord, changed: dict[str, object]) -> bool:
    for name, value in changed.items():
        setattr(row, name, value)
    return bool(changed)


def _find_by(tx: Transaction, order: OrderRecord, target: IncomingOrder) -> None:
    """Let the order be found by what is known of it now."""
    tx.session.flush()
    there = set(
        tx.session.scalars(
            select(OrderTermRecord.term).where(
                OrderTermRecord.merchant_id == tx.merchant_id, OrderTermRecord.order_id == order.id
            )
        )
    )
    wanted = intake_rows.terms(target) | intake_rows.words_of_shipments(tx, order.id)
    if wanted - there:
        tx.session.connection().execute(
            insert(OrderTermRecord).on_conflict_do_nothing(),
            [
                {"merchant_id": tx.merchant_id, "term": term, "order_id": order.id}
                for term in sorted(wanted - there)
            ],
        )
    if there - wanted:
        tx.session.execute(
            delete(OrderTermRecord)
            .where(
                OrderTermRecord.merchant_id == tx.merchant_id,
                OrderTermRecord.order_id == order.id,
                OrderTermRecord.term.in_(there - wanted),
            )
            .execution_options(synchronize_session=False)
        )


def _identity(line: IncomingLine) -> ReportedLine:
    return ReportedLine(
        external_id=line.external_id,
        sku=line.sku,
        asin=line.asin,
        title=line.title,
        quantity=line.quantity,
    )


def _line(line: LineItemRecord) -> IncomingLine:
    return IncomingLine(
        sku=line.sku,
        title=line.title,
        quantity=line.ordered,
        price_minor=line.price_minor,
        tax_minor=line.tax_minor,
        discount_minor=line.own_discount_minor,
        external_id=line.external_id,
        asin=line.asin,
        image_url=line.image_url,
        shipped=line.shipped,
        canceled=line.canceled,
    )


def _payment(payment: PaymentRecord) -> IncomingPayment:
    return IncomingPayment(
        gateway=Gateway(payment.gateway),
        authorized_minor=payment.authorized_minor,
        captured_minor=payment.captured_minor,
        reference=payment.reference,
        refunded_minor=payment.refunded_minor,
    )
