"""An order as JSON, the same in the API and the test kit, and the incoming order it stands for."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from shared.domain.intake import IncomingDiscount, IncomingLine, IncomingOrder, IncomingPayment
from shared.domain.orders import Gateway
from shared.web.payload_types import (
    Address,
    CurrencyCode,
    Email,
    Instant,
    LocaleName,
    Money,
    Name,
    NeededName,
    OrderNumber,
    Title,
    Units,
    WebAddress,
)
from shared.web.strict_json import Payload

SOURCE = "api"
# Sums of money must fit the database's integers with room to spare.
MOST_TOTAL = 10**15
_MOST_EXTERNAL_IDS = 20


class BuyerPayload(Payload):
    """Who bought."""

    email: Email
    name: Name = ""
    locale: LocaleName = "en"


class LinePayload(Payload):
    """One line; tax and discount are for the whole line."""

    sku: NeededName
    title: Title
    quantity: Units
    unit_price: Money
    tax: Money = 0
    discount: Money = 0
    external_id: Name = ""
    asin: Name = ""
    image_url: WebAddress = ""
    cancelable: bool = True
    parent_sku: Name = ""

    def incoming(self) -> IncomingLine:
        """Say it as the core takes it: the price of the whole line."""
        return IncomingLine(
            sku=self.sku,
            title=self.title,
            quantity=self.quantity,
            price_minor=self.unit_price * self.quantity,
            tax_minor=self.tax,
            discount_minor=self.discount,
            external_id=self.external_id,
            asin=self.asin,
            image_url=self.image_url,
            cancelable=self.cancelable,
            parent_sku=self.parent_sku,
        )


class ShippingPayload(Payload):
    """What the delivery cost."""

    amount: Money
    tax: Money = 0


class DiscountPayload(Payload):
    """A discount on the order, or on some of its SKUs."""

    code: Name = ""
    amount: Money
    skus: list[NeededName] = Field(default_factory=list)
    min_subtotal: Money | None = None


class PaymentPayload(Payload):
    """A payment; what is authorized includes what is captured."""

    gateway: Annotated[Gateway, Field(strict=False)]
    reference: Name = ""
    authorized: Money
    captured: Money

    @model_validator(mode="after")
    def _captured_was_authorized(self) -> Self:
        if self.captured > self.authorized:
            raise ValueError("captured exceeds authorized, which includes it")
        return self

    def incoming(self) -> IncomingPayment:
        """Say it as the core takes it."""
        return IncomingPayment(self.gateway, self.authorized, self.captured, self.reference)


class OrderPayload(Payload):
    """An order."""

    number: OrderNumber
    placed_at: Instant
    currency: CurrencyCode
    prices_include_tax: bool
    buyer: BuyerPayload
    line_items: Annotated[list[LinePayload], Field(min_length=1)]
    shipping: ShippingPayload | None = None
    discount: Money = 0
    discounts: list[DiscountPayload] = Field(default_factory=list)
    external_ids: dict[NeededName, NeededName] = Field(default_factory=dict, max_length=_MOST_EXTERNAL_IDS)
    payments: list[PaymentPayload]
    address: Address = Field(default_factory=list)
    fulfilled_by: Annotated[str, Field(pattern="^(merchant|other)$")] = "merchant"
    in_fulfillment: bool = False
    hold: bool = False
    disputed: bool = False

    @model_validator(mode="after")
    def _sums_are_bounded(self) -> Self:
        items = sum(line.unit_price * line.quantity + line.tax for line in self.line_items)
        if max(items, sum(payment.authorized for payment in self.payments)) > MOST_TOTAL:
            raise ValueError("the amounts add up to more than can be kept")
        return self

    @model_validator(mode="after")
    def _lines_are_distinct(self) -> Self:
        named = [line.external_id for line in self.line_items if line.external_id]
        if len(set(named)) < len(named):
            raise ValueError("two line items carry the same external_id")
        return self

    def incoming(self) -> IncomingOrder:
        """Say it as the core takes it."""
        return IncomingOrder(
            source=SOURCE,
            number=self.number,
            placed_at=self.placed_at,
            currency=self.currency,
            prices_include_tax=self.prices_include_tax,
            buyer_email=self.buyer.email,
            buyer_name=self.buyer.name,
            buyer_locale=self.buyer.locale,
            lines=tuple(line.incoming() for line in self.line_items),
            payments=tuple(payment.incoming() for payment in self.payments),
            shipping_minor=self.shipping.amount if self.shipping else 0,
            shipping_tax_minor=self.shipping.tax if self.shipping else 0,
            discounts=self._incoming_discounts(),
            delivery=tuple(self.address),
            fulfilled_by_other=self.fulfilled_by == "other",
            in_fulfillment=self.in_fulfillment,
            hold=self.hold,
            disputed=self.disputed,
            external_ids=self.external_ids,
        )

    def _incoming_discounts(self) -> tuple[IncomingDiscount, ...]:
        whole = (IncomingDiscount(self.discount),) if self.discount else ()
        named = (
            IncomingDiscount(given.amount, given.code, tuple(given.skus), given.min_subtotal)
            for given in self.discounts
        )
        return (*whole, *named)
