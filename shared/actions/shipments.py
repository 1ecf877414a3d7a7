"""Take in shipments; units that somebody asked to cancel may ship until it is decided, never after."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NoReturn
from uuid import UUID

from shared.actions.claims import add_to_lines
from shared.actions.intake_rows import find_by_tracking
from shared.actions.moves import end_declined
from shared.actions.requoting import requote
from shared.domain.actors import Actor
from shared.domain.cancellation import Move, Question, RequestState
from shared.domain.errors import InvalidContent, NotEligible, UnderCancellation
from shared.domain.events import Event
from shared.domain.ids import LineItemId, MerchantId, new_id
from shared.domain.reasons import DeclineReason
from shared.domain.units import drop_last
from shared.storage import timeline
from shared.storage.engine import Database, Transaction
from shared.storage.facts import claimed_by, from_multirange, to_multirange
from shared.storage.idempotency import Once, answered, claim
from shared.storage.records import (
    LineItemRecord,
    OrderRecord,
    RequestRecord,
    RequestUnitsRecord,
    ShipmentRecord,
    ShipmentUnitsRecord,
)
from shared.storage.scopes import lines_of, lock_order, requests_on, units_of


@dataclass(frozen=True, slots=True)
class Shipment:
    """What left: units by line id (None is all that is open), and by whom it travels."""

    quantities: Mapping[LineItemId, int] | None = None
    carrier: str = ""
    tracking: str = ""


def ship(
    db: Database,
    merchant_id: MerchantId,
    order_id: UUID,
    shipment: Shipment,
    actor: Actor,
    *,
    once: Once | None = None,
) -> UUID:
    """Record a shipment; requests whose units it takes are declined, wholly or in part.

    Raises NotFound, InvalidContent, NotEligible (the units are gone) or UnderCancellation (do not ship them).
    What is refused because units are canceled, or are about to be, is noted for the merchant to see.
    """
    try:
        return _ship(db, merchant_id, order_id, shipment, actor, once)
    except (UnderCancellation, NotEligible) as refusal:
        units = refusal.facts.get("canceled")
        if isinstance(units, int) and units:
            _note_refusal(db, merchant_id, order_id, actor, units)
        raise


def _ship(
    db: Database,
    merchant_id: MerchantId,
    order_id: UUID,
    shipment: Shipment,
    actor: Actor,
    once: Once | None,
) -> UUID:
    with db.begin(merchant_id) as tx:
        claim(tx, once)
        return answered(tx, once, ship_in(tx, lock_order(tx, order_id), shipment, actor))


def ship_in(tx: Transaction, order: OrderRecord, shipment: Shipment, actor: Actor) -> UUID:
    """Record a shipment of a locked order in an open transaction; raises as `ship` does."""
    lines = {line.id: line for line in lines_of(tx, order.id)}
    quantities = _wanted(tx, order, lines, shipment)
    for line_id, units in quantities.items():
        _refuse_what_is_gone(lines[line_id], units)
    touched = _take_from_requests(tx, order, lines, quantities)
    shipment_id = _write(tx, order, shipment, quantities)
    add_to_lines(tx, order, quantities, shipped=1)
    timeline.note(
        tx,
        order.id,
        Event.ORDER_SHIPPED,
        actor,
        details={"units": sum(quantities.values()), "shipment": str(shipment_id)},
    )
    if touched:
        _settle_touched(tx, order, touched, actor)
    return shipment_id


def _note_refusal(db: Database, merchant_id: MerchantId, order_id: UUID, actor: Actor, units: int) -> None:
    """Note what was refused, unless nothing has happened since it was refused before."""
    with db.begin(merchant_id) as tx:
        order = lock_order(tx, order_id)
        newest = timeline.newest(tx, order.id)
        if newest is None or newest.event != Event.SHIPMENT_REFUSED:
            timeline.note(tx, order.id, Event.SHIPMENT_REFUSED, actor, details={"units": units})


def _wanted(
    tx: Transaction, order: OrderRecord, lines: Mapping[UUID, LineItemRecord], shipment: Shipment
) -> dict[UUID, int]:
    if shipment.quantities is None:
        wanted = {line.id: _open(line) for line in lines.values()}
        if not any(wanted.values()):
            _refuse_as_nothing_is_open(tx, order, lines)
    else:
        wanted = {UUID(str(line_id)): units for line_id, units in shipment.quantities.items()}
        if any(line_id not in lines for line_id in wanted):
            raise InvalidContent("An item of this shipment is not on the order.")
        if any(units < 0 for units in wanted.values()):
            raise InvalidContent("A quantity is a whole number of at least 0.")
        if not any(wanted.values()):
            raise InvalidContent("Choose at least one unit to ship.")
    return {line_id: units for line_id, units in wanted.items() if units}


def _refuse_as_nothing_is_open(
    tx: Transaction, order: OrderRecord, lines: Mapping[UUID, LineItemRecord]
) -> NoReturn:
    """Say of what has not shipped how much is canceled, being canceled, or may leave once it is named."""
    canceled = sum(line.canceled for line in lines.values())
    held = [record for record in requests_on(tx, order.id) if _holds(record)]
    going = sum(units.quantity for units in units_of(tx, [record.id for record in held]))
    asked = sum(line.requested for line in lines.values()) - going
    sentences = ["Nothing of this order is left to ship."]
    if canceled or going:
        sentences.append(f"Units canceled: {canceled}; being canceled: {going}. Do not ship them.")
    if asked:
        sentences.append(f"Units asked to be canceled: {asked}. They ship if the shipment names them.")
    refusal = UnderCancellation if going else NotEligible
    raise refusal(" ".join(sentences), canceled=canceled + going)


def _open(line: LineItemRecord) -> int:
    return line.ordered - line.shipped - line.canceled - line.requested


def _refuse_what_is_gone(line: LineItemRecord, units: int) -> None:
    if units > line.ordered:
        raise InvalidContent(f"Only {line.ordered} of “{line.title}” were ordered.")
    if units > line.ordered - line.shipped - line.canceled:
        raise NotEligible(
            f"Only {line.ordered - line.shipped - line.canceled} of “{line.title}” are left;"
            f" {line.shipped} are shipped and {line.canceled} canceled. Do not ship more.",
            canceled=min(line.canceled, units - (line.ordered - line.shipped - line.canceled)),
        )


def _take_from_requests(
    tx: Transaction, order: OrderRecord, lines: Mapping[UUID, LineItemRecord], quantities: Mapping[UUID, int]
) -> list[RequestRecord]:
    """Take the units that open ones do not cover out of requests that may still ship, newest first."""
    missing = {
        line_id: units - _open(lines[line_id])
        for line_id, units in quantities.items()
        if units > _open(lines[line_id])
    }
    if not missing:
        return []
    yielding = [record for record in reversed(requests_on(tx, order.id)) if _yields(record)]
    claims = units_of(tx, [record.id for record in yielding])
    taken: dict[UUID, int] = {}
    touched = []
    for record in yielding:
        of_record = [
            units for units in claims if units.request_id == record.id and units.line_item_id in missing
        ]
        if sum(_take(units, missing, taken) for units in of_record):
            touched.append(record)
    if any(missing.values()):
        raise UnderCancellation(
            "Some of these units are being canceled. Do not ship them.", canceled=sum(missing.values())
        )
    add_to_lines(tx, order, taken, requested=-1)
    return touched


def _yields(record: RequestRecord) -> bool:
    """Say whether a shipment wins: nobody has decided, or the warehouse that is asked has just shipped."""
    asked = record.state == RequestState.ACCEPTING and record.warehouse == Question.ASKED
    return asked or record.state == RequestState.REQUESTED


def _holds(record: RequestRecord) -> bool:
    return record.state == RequestState.ACCEPTING and not _yields(record)


def _take(claim_: RequestUnitsRecord, missing: dict[UUID, int], taken: dict[UUID, int]) -> bool:
    step = min(claim_.quantity, missing[claim_.line_item_id])
    if step == 0:
        return False
    claim_.units = to_multirange(drop_last(from_multirange(claim_.units), step))
    claim_.quantity -= step
    missing[claim_.line_item_id] -= step
    taken[claim_.line_item_id] = taken.get(claim_.line_item_id, 0) + step
    return True


def _write(tx: Transaction, order: OrderRecord, shipment: Shipment, quantities: Mapping[UUID, int]) -> UUID:
    shipment_id = new_id()
    tx.session.add(
        ShipmentRecord(
            merchant_id=tx.merchant_id,
            id=shipment_id,
            order_id=order.id,
            carrier=shipment.carrier,
            tracking=shipment.tracking,
            shipped_at=tx.now,
        )
    )
    tx.session.flush()
    for line_item_id, units in quantities.items():
        tx.session.add(
            ShipmentUnitsRecord(
                merchant_id=tx.merchant_id,
                shipment_id=shipment_id,
                line_item_id=line_item_id,
                quantity=units,
            )
        )
    find_by_tracking(tx, order.id, shipment.tracking)
    return shipment_id


def _settle_touched(tx: Transaction, order: OrderRecord, touched: list[RequestRecord], actor: Actor) -> None:
    """Decline requests that nothing is left of; of the others less comes back than was asked for."""
    held = claimed_by(tx, [record.id for record in touched])
    requote(tx, order, [record for record in touched if held[record.id]])
    for record in touched:
        if not held[record.id]:
            asked = record.state == RequestState.ACCEPTING
            move = Move.TOO_LATE if asked else Move.SHIP
            record.warehouse = Question.TOO_LATE if asked else record.warehouse
            end_declined(tx, order, record, actor, reason=DeclineReason.ALREADY_SHIPPED, move=move)
