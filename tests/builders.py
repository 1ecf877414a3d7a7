"""Readable fixtures: a merchant of one's own, and orders in any state, made through the real actions."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from shared.actions import cancellations, execution, intake, merchants, shipments
from shared.domain.actors import BUYER, Actor, ActorKind
from shared.domain.ids import LineItemId, MerchantId, OrderId, RequestId
from shared.domain.intake import IncomingDiscount, IncomingLine, IncomingOrder, IncomingPayment, allocate
from shared.domain.orders import Gateway
from shared.domain.policy import Mode, Policy
from shared.domain.reasons import Reason
from shared.storage.engine import Database
from shared.storage.scopes import lines_of

USER = Actor(ActorKind.MERCHANT_USER)
STORE = Actor(ActorKind.STORE)


def a_merchant(db: Database, policy: Policy | None = None, name: str = "Northlight Home") -> MerchantId:
    """Open an account with a name of its own."""
    slug = f"shop-{secrets.token_hex(6)}"
    return merchants.create(db, merchants.NewMerchant(slug=slug, name=name, policy=policy or Policy()))


def automatic(**settings: int) -> Policy:
    """Make a policy that accepts at once."""
    return replace(Policy(mode=Mode.AUTOMATIC), **settings)  # type: ignore[arg-type]


@dataclass(frozen=True)
class AnOrder:
    """An order to be taken in; every method returns a changed copy."""

    number: str = ""
    lines: tuple[IncomingLine, ...] = ()
    currency: str = "USD"
    shipping_minor: int = 0
    discounts: tuple[IncomingDiscount, ...] = ()
    tax_included: bool = True
    paid: bool | None = True
    payments: tuple[IncomingPayment, ...] | None = None
    age: timedelta = timedelta(hours=1)
    email: str = "ana.torres@example.com"
    changes: dict[str, object] = field(default_factory=dict)

    def with_item(
        self, title: str = "Tea kettle", quantity: int = 1, price: int = 6400, **more: object
    ) -> AnOrder:
        """Add a line: `price` is the whole line's, in minor units."""
        sku = str(more.pop("sku", title.upper().replace(" ", "-")))
        line = IncomingLine(sku=sku, title=title, quantity=quantity, price_minor=price, **more)  # type: ignore[arg-type]
        return replace(self, lines=(*self.lines, line))

    def with_(self, **changes: object) -> AnOrder:
        """Change anything else of the order."""
        own = {name: changes.pop(name) for name in list(changes) if name in self.__dataclass_fields__}
        return replace(self, **own, changes={**self.changes, **changes})  # type: ignore[arg-type]

    def incoming(self) -> IncomingOrder:
        """Make the order as it comes in."""
        order = IncomingOrder(
            source="api",
            number=self.number or f"NL-{secrets.token_hex(5)}",
            placed_at=datetime.now(UTC) - self.age,
            currency=self.currency,
            prices_include_tax=self.tax_included,
            buyer_email=self.email,
            buyer_name="Ana Torres",
            lines=self.lines or self.with_item().lines,
            shipping_minor=self.shipping_minor,
            discounts=self.discounts,
        )
        order = replace(order, **self.changes)  # type: ignore[arg-type]
        return replace(order, payments=self._payments(allocate(order).total_minor))

    def _payments(self, total: int) -> tuple[IncomingPayment, ...]:
        if self.payments is not None:
            return self.payments
        if self.paid is None:
            return ()
        return (IncomingPayment(Gateway.MANUAL, total, total if self.paid else 0, "Visa 4242"),)

    def taken_in(self, db: Database, merchant_id: MerchantId) -> OrderId:
        """Take the order in."""
        return intake.take_in_one(db, merchant_id, self.incoming(), actor=STORE).order_id


def an_order() -> AnOrder:
    """Begin an order; without an item it has one tea kettle."""
    return AnOrder()


def line_ids(db: Database, merchant_id: MerchantId, order_id: UUID) -> list[LineItemId]:
    """List the order's lines in their order."""
    with db.begin(merchant_id) as tx:
        return [LineItemId(line.id) for line in lines_of(tx, order_id)]


def quantities(db: Database, merchant_id: MerchantId, order_id: UUID, *units: int) -> dict[LineItemId, int]:
    """Name so many units of each line, in their order."""
    return dict(zip(line_ids(db, merchant_id, order_id), units, strict=False))


def request(
    db: Database,
    merchant_id: MerchantId,
    order_id: UUID,
    *units: int,
    reason: Reason | None = Reason.ORDERED_BY_MISTAKE,
    comments: str = "",
) -> RequestId:
    """Ask as the buyer; without numbers for all that may go."""
    wanted = quantities(db, merchant_id, order_id, *units) if units else None
    ask = cancellations.Ask(quantities=wanted, reason=reason, comments=comments, for_buyer=True)
    return cancellations.request(db, merchant_id, order_id, ask, BUYER)


def cancel(
    db: Database,
    merchant_id: MerchantId,
    order_id: UUID,
    *units: int,
    reason: Reason = Reason.NO_INVENTORY,
    actor: Actor = USER,
) -> RequestId:
    """Cancel as the merchant, and carry it out."""
    wanted = quantities(db, merchant_id, order_id, *units) if units else None
    request_id = cancellations.request(
        db, merchant_id, order_id, cancellations.Ask(quantities=wanted, reason=reason), actor
    )
    execution.execute(db, merchant_id, request_id)
    return request_id


def accept(db: Database, merchant_id: MerchantId, request_id: RequestId) -> None:
    """Accept a request, and carry it out."""
    cancellations.accept(db, merchant_id, request_id, USER)
    execution.execute(db, merchant_id, request_id)


def ship(db: Database, merchant_id: MerchantId, order_id: UUID, *units: int) -> UUID:
    """Report a shipment; without numbers of all that is open."""
    wanted = quantities(db, merchant_id, order_id, *units) if units else None
    return shipments.ship(db, merchant_id, order_id, shipments.Shipment(wanted), USER)
