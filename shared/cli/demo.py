"""The demo shop: Northlight Home and a neighbor, made through the real actions, so that all of it is true."""

from collections.abc import Callable
from dataclasses import dataclass

from shared.actions import cancellations, cases, execution, intake, merchants, refunds, shipments, stock
from shared.actions.cancellations import Ask
from shared.actions.case_steps import Message
from shared.actions.merchants import NewMerchant
from shared.actions.shipments import Shipment
from shared.cli.demo_orders import GOODS, NEIGHBORS_ORDERS, ORDERS, DemoOrder, Story, incoming
from shared.domain.actors import BUYER, Actor, ActorKind
from shared.domain.ids import LineItemId, MerchantId, OrderId, RequestId
from shared.domain.permissions import Role
from shared.domain.policy import Policy, Warehouse
from shared.domain.reasons import DeclineReason, Reason
from shared.queries import present
from shared.queries.order_values import OrderPage
from shared.queries.orders import order_page
from shared.settings import Settings
from shared.storage.engine import Database

SLUG = "northlight"
EMAIL = "maya@northlight.example"
PASSWORD = "northlight-demo"  # noqa: S105 - printed by the launcher, for a shop that holds nothing real
STORE = Actor(ActorKind.STORE, name="Shop system")
_FIRST_NUMBER = 1041
_ON_HAND = 25
_WITH_WAREHOUSE = Policy(warehouse=Warehouse(answer_minutes=240))
_WISHES = (
    (Reason.FOUND_CHEAPER, "Found it nearer home."),
    (Reason.ORDERED_BY_MISTAKE, "Sorry, I pressed the button twice."),
    (Reason.ARRIVES_TOO_LATE, "I need it by Friday, and it says next week."),
    (None, ""),
    (Reason.CHANGE_ADDRESS, "We are moving. Could it go to the new flat instead?"),
)


@dataclass(frozen=True, slots=True)
class Shop:
    """A shop being filled, and the person who works in it."""

    db: Database
    id: MerchantId
    user: Actor


def seed(db: Database, settings: Settings) -> None:
    """Open both shops and fill them; the worker mails what is to be mailed."""
    del settings  # which links the e-mails carry is for the worker to say
    neighbor = _open(
        db,
        NewMerchant("fernwood", "Fernwood Pantry", "Europe/Berlin", policy=_WITH_WAREHOUSE),
        ("ivo@fernwood.example", "Ivo Brandt", "fernwood-demo"),
    )
    _fill(neighbor, NEIGHBORS_ORDERS, "FW")
    northlight = _open(
        db,
        NewMerchant(SLUG, "Northlight Home", "America/New_York", tax_included={"EUR": True, "JPY": True}),
        (EMAIL, "Maya Lindqvist", PASSWORD),
    )
    for sku in GOODS:
        stock.set_on_hand(db, northlight.id, sku, _ON_HAND)
    _fill(northlight, ORDERS, "NL")


def _open(db: Database, merchant: NewMerchant, owner: tuple[str, str, str]) -> Shop:
    email, name, password = owner
    merchant_id = merchants.create(db, merchant)
    user_id = merchants.create_user(
        db, merchant_id, email=email, name=name, password=password, role=Role.OWNER
    )
    return Shop(db, merchant_id, Actor(ActorKind.MERCHANT_USER, user_id, name))


def _fill(shop: Shop, wanted: tuple[DemoOrder, ...], prefix: str) -> None:
    now = present.now(shop.db)
    oldest_first = sorted(wanted, key=lambda order: order.age_hours, reverse=True)
    made = [
        incoming(order, f"{prefix}-{_FIRST_NUMBER + place}", now) for place, order in enumerate(oldest_first)
    ]
    earlier, newest = oldest_first[:-1], made[-1]
    taken = intake.take_in(shop.db, shop.id, made[:-1], actor=STORE)
    for place, (order, outcome) in enumerate(zip(earlier, taken, strict=True)):
        happen = _STORIES.get(order.story)
        if happen is not None and outcome.order_id is not None:
            happen(shop, outcome.order_id, place)
    # Last of all, so that the newest e-mail in the mailbox confirms an order that can still be canceled.
    intake.take_in_one(shop.db, shop.id, newest, actor=STORE)


def _requested(shop: Shop, order_id: OrderId, place: int) -> RequestId:
    reason, comments = _WISHES[place % len(_WISHES)]
    ask = Ask(reason=reason, comments=comments, for_buyer=True)
    return cancellations.request(shop.db, shop.id, order_id, ask, BUYER)


def _requested_in_part(shop: Shop, order_id: OrderId, place: int) -> RequestId:
    reason, comments = _WISHES[place % len(_WISHES)]
    ask = Ask(_some(shop, order_id), reason=reason, comments=comments, for_buyer=True)
    return cancellations.request(shop.db, shop.id, order_id, ask, BUYER)


def _accepted(shop: Shop, order_id: OrderId, place: int) -> None:
    _carry_out(shop, _requested(shop, order_id, place))


def _accepted_in_part(shop: Shop, order_id: OrderId, place: int) -> None:
    _carry_out(shop, _requested_in_part(shop, order_id, place))


def _refunded(shop: Shop, order_id: OrderId, place: int) -> None:
    _accepted(shop, order_id, place)
    for refund in _page(shop, order_id).refunds:
        refunds.mark_paid(shop.db, shop.id, refund.id, shop.user)


def _declined(shop: Shop, order_id: OrderId, place: int) -> None:
    cancellations.decline(
        shop.db,
        shop.id,
        _requested(shop, order_id, place),
        shop.user,
        reason=DeclineReason.ALREADY_PACKED,
        message="It is packed and waits for the carrier. You can send it back within 30 days.",
    )


def _withdrawn(shop: Shop, order_id: OrderId, place: int) -> None:
    cancellations.withdraw(shop.db, shop.id, _requested(shop, order_id, place), BUYER)


def _out_of_stock(shop: Shop, order_id: OrderId, _place: int) -> None:
    ask = Ask(reason=Reason.NO_INVENTORY, memo="Supplier cannot deliver before May.")
    _execute(shop, cancellations.request(shop.db, shop.id, order_id, ask, shop.user))


def _out_of_stock_in_part(shop: Shop, order_id: OrderId, _place: int) -> None:
    ask = Ask(_some(shop, order_id), reason=Reason.NO_INVENTORY, memo="One arrived damaged.")
    _execute(shop, cancellations.request(shop.db, shop.id, order_id, ask, shop.user))


def _shipped(shop: Shop, order_id: OrderId, place: int) -> None:
    shipments.ship(shop.db, shop.id, order_id, Shipment(None, "UPS", f"1Z999AA1{place:010d}"), STORE)


def _shipped_in_part(shop: Shop, order_id: OrderId, place: int) -> None:
    part = Shipment(_some(shop, order_id), "UPS", f"1Z999AA1{place:010d}")
    shipments.ship(shop.db, shop.id, order_id, part, STORE)


def _shipped_before_decision(shop: Shop, order_id: OrderId, place: int) -> None:
    request = _requested_in_part(shop, order_id, place)
    asked = {
        units.line_item_id: units.quantity
        for told in _page(shop, order_id).requests
        if told.id == request
        for units in told.units
    }
    shipments.ship(shop.db, shop.id, order_id, Shipment(asked, "UPS", f"1Z999AA1{place:010d}"), STORE)


def _question(shop: Shop, order_id: OrderId, _place: int) -> None:
    body = "Hello, is the vase dishwasher safe? I would rather ask before it leaves you."
    cases.open_case(shop.db, shop.id, order_id, "Products", Message(body), BUYER)


def _warehouse_asked(shop: Shop, order_id: OrderId, place: int) -> None:
    cancellations.accept(shop.db, shop.id, _requested_in_part(shop, order_id, place), shop.user)


def _some(shop: Shop, order_id: OrderId) -> dict[LineItemId, int]:
    """Choose the first line, and half of its units where it stands alone."""
    items = _page(shop, order_id).items
    first = items[0]
    return {first.id: first.ordered if len(items) > 1 else max(1, first.ordered // 2)}


def _page(shop: Shop, order_id: OrderId) -> OrderPage:
    return order_page(shop.db, shop.id, order_id, ActorKind.MERCHANT_USER)


def _carry_out(shop: Shop, request_id: RequestId) -> None:
    cancellations.accept(shop.db, shop.id, request_id, shop.user)
    _execute(shop, request_id)


def _execute(shop: Shop, request_id: RequestId) -> None:
    execution.execute(shop.db, shop.id, request_id)


_STORIES: dict[Story, Callable[[Shop, OrderId, int], object]] = {
    Story.REQUESTED: _requested,
    Story.REQUESTED_IN_PART: _requested_in_part,
    Story.ACCEPTED: _accepted,
    Story.ACCEPTED_IN_PART: _accepted_in_part,
    Story.REFUNDED: _refunded,
    Story.DECLINED: _declined,
    Story.WITHDRAWN: _withdrawn,
    Story.OUT_OF_STOCK: _out_of_stock,
    Story.OUT_OF_STOCK_IN_PART: _out_of_stock_in_part,
    Story.SHIPPED: _shipped,
    Story.SHIPPED_IN_PART: _shipped_in_part,
    Story.SHIPPED_BEFORE_DECISION: _shipped_before_decision,
    Story.QUESTION: _question,
    Story.WAREHOUSE_ASKED: _warehouse_asked,
}
