"""What later reports add to orders: gathered order by order, and written in one statement a table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from shared.actions import intake_rows
from shared.domain.actors import Actor
from shared.domain.events import Event, MailEvent
from shared.domain.ids import new_id
from shared.domain.intake import IncomingOrder
from shared.domain.order_reports import Report
from shared.storage import outbox, parts
from shared.storage.bulk import insert_rows, one_of, update_rows
from shared.storage.completed_orders import write_completed
from shared.storage.engine import Transaction
from shared.storage.new_orders import insert_terms
from shared.storage.records import (
    LineItemRecord,
    MerchantRecord,
    OrderRecord,
    PaymentRecord,
    ShipmentRecord,
    ShipmentUnitsRecord,
)
from shared.storage.scopes import orders_of

_ORDER = (
    *("external_ids", "currency", "prices_include_tax", "paid_at", "buyer_name", "buyer_email", "delivery"),
    *("fulfilled_by_other", "items_label", "items_minor", "discount_minor", "discounts", "shipping_minor"),
    *("shipping_tax_minor", "tax_minor", "total_minor", "line_count", "ordered", "priced"),
    *("authorized_minor", "captured_minor", "shipped", "closed_at", "version"),
)
_LINE = (
    *("external_id", "sku", "asin", "title", "image_url", "price_minor", "tax_minor", "own_discount_minor"),
    *("discount_minor", "shipping_minor", "shipped"),
)


@dataclass(slots=True)
class Plan:
    """What is to be written of one order. `values` and `lines` name columns that change, lines by their ids.

    `steps` counts what changed besides names, ids and instants, each of which is a version of the order.
    """

    order: OrderRecord
    target: IncomingOrder
    source: str
    keeps: Report | None
    forgets: bool = False
    mails: bool = False
    steps: int = 0
    values: dict[str, Any] = field(default_factory=dict)
    lines: dict[UUID, dict[str, Any]] = field(default_factory=dict)
    rows: dict[UUID, LineItemRecord] = field(default_factory=dict)
    new_payments: list[dict[str, Any]] = field(default_factory=list)
    payments: list[dict[str, Any]] = field(default_factory=list)
    shipped: dict[UUID, int] = field(default_factory=dict)

    @property
    def adds(self) -> bool:
        """Say whether anything is added to the order's rows."""
        return bool(self.values or self.lines or self.steps)

    def tell(self, values: Mapping[str, Any]) -> None:
        """Note what columns of the order become."""
        self.values.update(values)

    def tell_line(self, row: LineItemRecord, values: Mapping[str, Any]) -> None:
        """Note what columns of a line become."""
        if values:
            self.rows[row.id] = row
            self.lines.setdefault(row.id, {}).update(values)

    def ship(self, row: LineItemRecord, units: int) -> None:
        """Note units of a line that left."""
        self.shipped[row.id] = units
        self.tell_line(row, {"shipped": row.shipped + units})


def write(tx: Transaction, plans: Sequence[Plan], actor: Actor) -> None:
    """Write what is planned for locked orders."""
    parts.keep(tx, [(plan.keeps, plan.order.id) for plan in plans if plan.keeps is not None])
    parts.drop(tx, [plan.order.number for plan in plans if plan.forgets])
    adding = [plan for plan in plans if plan.adds]
    shipments = {plan.order.id: new_id() for plan in adding if plan.shipped}
    write_completed(
        tx,
        [_order(tx, plan) for plan in adding],
        [entry for plan in adding for entry in _entries(plan, shipments.get(plan.order.id))],
        {
            "merchant_id": tx.merchant_id,
            "actor_kind": actor.kind,
            "actor_id": actor.id,
            "from_state": "",
            "to_state": "",
            "at": tx.now,
        },
    )
    update_rows(
        tx,
        LineItemRecord,
        [_line(plan.rows[line_id], told) for plan in adding for line_id, told in plan.lines.items()],
    )
    same = {"merchant_id": tx.merchant_id}
    insert_rows(tx, PaymentRecord, [row for plan in adding for row in plan.new_payments], same)
    update_rows(tx, PaymentRecord, [row for plan in adding for row in plan.payments])
    _write_shipments(tx, adding, shipments)
    insert_terms(
        tx, [{"order_id": plan.order.id, "terms": terms} for plan in adding if (terms := _words(plan))]
    )
    _mail(tx, [plan.order.id for plan in adding if plan.mails])


def _order(tx: Transaction, plan: Plan) -> dict[str, Any]:
    order, values = plan.order, dict(plan.values)
    values["shipped"] = order.shipped + sum(plan.shipped.values())
    if values["shipped"] + order.canceled == values.get("ordered", order.ordered):
        values["closed_at"] = order.closed_at or tx.now
    # The entry that tells of it is a version of its own, as when an order is completed by itself.
    values["version"] = order.version + plan.steps + bool(plan.shipped) + 1
    return {"id": order.id, **{name: values.get(name, getattr(order, name)) for name in _ORDER}}


def _line(row: LineItemRecord, told: Mapping[str, Any]) -> dict[str, Any]:
    return {"id": row.id, **{name: told.get(name, getattr(row, name)) for name in _LINE}}


def _entries(plan: Plan, shipment_id: UUID | None) -> list[dict[str, Any]]:
    """Tell first what left, then that facts were added."""
    told: list[tuple[Event, dict[str, Any]]] = []
    if shipment_id is not None:
        units = sum(plan.shipped.values())
        told.append((Event.ORDER_SHIPPED, {"units": units, "shipment": str(shipment_id)}))
    got_address = not plan.order.buyer_email and "buyer_email" in plan.values
    details = {"source": plan.source, **({"address": True} if got_address else {})}
    told.append((Event.ORDER_FACTS_ADDED, details))
    return [
        {"id": new_id(), "order_id": plan.order.id, "seq": place, "event": event, "details": details}
        for place, (event, details) in enumerate(told, start=1)
    ]


def _write_shipments(tx: Transaction, adding: Sequence[Plan], shipments: Mapping[UUID, UUID]) -> None:
    insert_rows(
        tx,
        ShipmentRecord,
        [{"id": shipment_id, "order_id": order_id} for order_id, shipment_id in shipments.items()],
        {"merchant_id": tx.merchant_id, "carrier": "", "tracking": "", "shipped_at": tx.now},
    )
    units = [
        {"shipment_id": shipments[plan.order.id], "line_item_id": line_id, "quantity": units}
        for plan in adding
        for line_id, units in plan.shipped.items()
    ]
    insert_rows(tx, ShipmentUnitsRecord, units, {"merchant_id": tx.merchant_id})


def _words(plan: Plan) -> list[str]:
    """List what an order is found by from now on; words are only ever added, since facts are."""
    if not plan.values.keys() & {"buyer_name", "buyer_email"} and not any(
        "sku" in told for told in plan.lines.values()
    ):
        return []
    order = plan.order
    known = intake_rows.words_to_find(order.number, order.buyer_name, order.buyer_email, ())
    return sorted(intake_rows.terms(plan.target) - known)


def _mail(tx: Transaction, order_ids: Sequence[UUID]) -> None:
    if not order_ids or not tx.session.get_one(MerchantRecord, tx.merchant_id).mails_buyers:
        return
    found = orders_of(tx).where(one_of(OrderRecord.id, order_ids)).order_by(OrderRecord.id)
    outbox.mail_each(
        tx,
        tx.session.scalars(found.execution_options(populate_existing=True)).all(),
        MailEvent.ORDER_CONFIRMED,
    )
