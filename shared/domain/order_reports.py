"""What a report says of an order: parts that add up to one, whichever comes first."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from shared.domain.intake import (
    IncomingDiscount,
    IncomingLine,
    IncomingOrder,
    IncomingPayment,
    total_of,
)
from shared.domain.orders import Gateway

NO_CURRENCY = "XXX"
# Its reports list the lines that they are about, others all lines of an order.
_IN_PARTS = frozenset({"amazon"})


@dataclass(frozen=True, slots=True)
class ReportedLine:
    """One line as a report tells it; None and "" are what it does not tell.

    Amounts are minor units for all its units together. `quantity` 0 is a line that is gone, nobody says how
    many units it had.
    """

    external_id: str = ""
    sku: str = ""
    asin: str = ""
    title: str = ""
    image_url: str = ""
    quantity: int | None = None
    price_minor: int | None = None
    tax_minor: int | None = None
    discount_minor: int | None = None
    shipped: int = 0
    canceled: int = 0
    wish: str | None = None
    place: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Report:
    """One order as a report tells it; None and "" are what it does not tell.

    `paid` says that all of the total is paid, by means that the report does not name; else `payments` do.
    `canceled` is all that has not left.
    """

    source: str
    number: str
    lines: tuple[ReportedLine, ...] = ()
    placed_at: datetime | None = None
    currency: str = ""
    prices_include_tax: bool = False
    buyer_email: str = ""
    buyer_name: str = ""
    buyer_locale: str = "en"
    paid: bool = False
    paid_at: datetime | None = None
    payments: tuple[IncomingPayment, ...] = ()
    shipping_minor: int | None = None
    shipping_tax_minor: int | None = None
    discounts: tuple[IncomingDiscount, ...] = ()
    canceled: bool = False
    fulfilled_by_other: bool = False
    hold: bool = False
    delivery: tuple[str, ...] = ()
    external_ids: dict[str, str] = field(default_factory=dict)
    place: str = field(default="", compare=False)

    @property
    def is_priced(self) -> bool:
        """Every line has its price, in a currency that is known."""
        return bool(self.currency) and all(line.price_minor is not None for line in self._there)

    @property
    def is_whole(self) -> bool:
        """All lines of the order are listed."""
        return self.source not in _IN_PARTS

    @property
    def lacks_lines(self) -> bool:
        """No line is known that has units."""
        return not self._there

    @property
    def _there(self) -> list[ReportedLine]:
        return [line for line in self.lines if line.quantity]


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A fact that two reports tell differently; `place` is where the newer one does."""

    what: str
    known: str
    given: str
    place: str


def to_order(report: Report) -> IncomingOrder | None:
    """Make an order of what is known; None while that is too little.

    Raises ValueError when the amounts do not fit together.
    """
    if report.placed_at is None or report.lacks_lines:
        return None
    priced = report.is_priced
    order = IncomingOrder(
        source=report.source,
        number=report.number,
        placed_at=report.placed_at,
        currency=report.currency or NO_CURRENCY,
        prices_include_tax=report.prices_include_tax,
        buyer_email=report.buyer_email,
        buyer_name=report.buyer_name,
        buyer_locale=report.buyer_locale,
        lines=tuple(
            _line(line, priced=priced, gone=report.canceled) for line in report.lines if line.quantity
        ),
        payments=report.payments if priced else (),
        shipping_minor=report.shipping_minor or 0 if priced else 0,
        shipping_tax_minor=report.shipping_tax_minor or 0 if priced else 0,
        discounts=report.discounts if priced else (),
        paid_at=report.paid_at or (report.placed_at if report.paid else None),
        fulfilled_by_other=report.fulfilled_by_other,
        hold=report.hold,
        delivery=report.delivery,
        external_ids=report.external_ids,
        priced=priced,
    )
    return _paid(order) if report.paid and priced and not report.payments else order


def of_order(order: IncomingOrder) -> Report:
    """Read an order that came in whole as the report it was."""
    by_hand = bool(order.payments) and order.payments == _paid(replace(order, payments=())).payments
    return Report(
        source=order.source,
        number=order.number,
        lines=tuple(_reported(line, priced=order.priced) for line in order.lines),
        placed_at=order.placed_at,
        currency="" if order.currency == NO_CURRENCY else order.currency,
        prices_include_tax=order.prices_include_tax,
        buyer_email=order.buyer_email,
        buyer_name=order.buyer_name,
        buyer_locale=order.buyer_locale,
        paid=by_hand or (not order.payments and order.paid_at is not None),
        paid_at=order.paid_at,
        payments=() if by_hand else order.payments,
        shipping_minor=order.shipping_minor if order.priced else None,
        shipping_tax_minor=order.shipping_tax_minor if order.priced else None,
        discounts=order.discounts,
        fulfilled_by_other=order.fulfilled_by_other,
        hold=order.hold,
        delivery=order.delivery,
        external_ids=order.external_ids,
        place=order.lines[0].place,
    )


def _line(line: ReportedLine, *, priced: bool, gone: bool) -> IncomingLine:
    quantity = line.quantity or 0
    shipped = min(line.shipped, quantity)
    return IncomingLine(
        sku=line.sku,
        title=line.title or line.sku or line.asin or line.external_id,
        quantity=quantity,
        price_minor=line.price_minor or 0 if priced else 0,
        tax_minor=line.tax_minor or 0 if priced else 0,
        discount_minor=line.discount_minor or 0 if priced else 0,
        external_id=line.external_id,
        asin=line.asin,
        image_url=line.image_url,
        shipped=shipped,
        canceled=quantity - shipped if gone else min(line.canceled, quantity - shipped),
        wish=line.wish,
        place=line.place,
    )


def _reported(line: IncomingLine, *, priced: bool) -> ReportedLine:
    return ReportedLine(
        external_id=line.external_id,
        sku=line.sku,
        asin=line.asin,
        title=line.title,
        image_url=line.image_url,
        quantity=line.quantity,
        price_minor=line.price_minor if priced else None,
        tax_minor=line.tax_minor if priced else None,
        discount_minor=line.discount_minor if priced else None,
        shipped=line.shipped,
        canceled=line.canceled,
        wish=line.wish,
        place=line.place,
    )


def _paid(order: IncomingOrder) -> IncomingOrder:
    total = total_of(order)
    if total == 0:
        return order
    return replace(order, payments=(IncomingPayment(Gateway.MANUAL, total, total, order.number),))
