"""The rows that cancellations of many orders become: the same, column by column, as one by one."""

import hashlib
import secrets
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from shared import wording
from shared.actions.execution import amount_of
from shared.domain.actors import SYSTEM, Actor
from shared.domain.cancellation import Question, RequestState
from shared.domain.catalogue import Catalogue
from shared.domain.events import EffectKind, Event
from shared.domain.ids import RequestId, new_id
from shared.domain.orders import Gateway
from shared.domain.payments import PaymentShare
from shared.domain.refunds import AmountState, RefundKind, RefundState
from shared.rendering import spoken_locale
from shared.storage.engine import Transaction
from shared.storage.outbox import Due

if TYPE_CHECKING:
    from shared.actions.bulk_cancel import Planned


@dataclass(frozen=True, slots=True)
class Text:
    """A person's words to be kept, and their digest (hex) for the timeline."""

    kind: str
    digest: str
    row: dict[str, Any]


def request(tx: Transaction, one: "Planned", actor: Actor, known: Catalogue) -> dict[str, Any]:
    """Make a request's row; one that waits for a warehouse is *accepting*, any other is accepted."""
    quoted, order = one.quoted, one.order
    warehouse = one.facts.policy.warehouse
    return {
        "merchant_id": tx.merchant_id,
        "id": one.request_id,
        "order_id": order.id,
        "state": RequestState.ACCEPTING if one.waits else RequestState.ACCEPTED,
        "source": actor.kind,
        "actor_id": actor.id,
        "requested_by": "merchant",
        "reason": one.wanted.reason,
        "reason_words": wording.reason_said(known.of(one.wanted.reason)),
        "reason_locale": spoken_locale(),
        "counts": known.counts(one.wanted.reason),
        "restocks": None if one.waits else known.restocks(one.wanted.reason),
        "nonce": one.wanted.key,
        "policy": order.policy,
        "quote": {
            "hash": quoted.hash,
            "value_minor": quoted.value_minor,
            "shipping_minor": quoted.shipping_minor,
            "refund_minor": quoted.refund_minor,
            "kept": [asdict(kept) for kept in quoted.kept],
            "most_minor": None,
        },
        "value_minor": quoted.value_minor,
        "fee_minor": quoted.fee_minor,
        "withheld_minor": quoted.withheld_minor,
        "refund_minor": quoted.refund_minor,
        "requested_at": tx.now,
        "decide_by": None,
        "decided_at": tx.now,
        "executes_at": tx.now,
        "ended_at": None if one.waits else tx.now,
        "decline_reason": None,
        "amount": AmountState.KNOWN if warehouse else amount_of(order),
        "warehouse": Question.ASKED if warehouse else Question.NOT_ASKED,
        "answer_by": tx.now + timedelta(minutes=warehouse.answer_minutes) if warehouse else None,
    }


def units(tx: Transaction, one: "Planned") -> list[dict[str, Any]]:
    """Make the rows of the units that a request claims."""
    return [
        {
            "merchant_id": tx.merchant_id,
            "request_id": one.request_id,
            "line_item_id": share.line_item_id,
            "asked": share.quantity,
            "quantity": share.quantity,
            "units": "{" + ",".join(f"[{taken.first},{taken.past})" for taken in share.units) + "}",
        }
        for share in one.quoted.lines
    ]


def refunds(tx: Transaction, one: "Planned", connected: AbstractSet[Gateway]) -> list[dict[str, Any]]:
    """Make the rows of what goes back and of what is never charged; connected gateways send them."""
    parts = (
        *((RefundKind.REFUND, share) for share in one.quoted.payments),
        *((RefundKind.VOID, share) for share in one.quoted.voids),
    )
    sending = frozenset() if one.order.disputed else connected
    return [_refund(tx, one, kind, share, is_sent=share.gateway in sending) for kind, share in parts]


def _refund(
    tx: Transaction, one: "Planned", kind: RefundKind, share: PaymentShare, *, is_sent: bool
) -> dict[str, Any]:
    return {
        "merchant_id": tx.merchant_id,
        "id": new_id(),
        "order_id": one.order.id,
        "request_id": one.request_id,
        "payment_id": share.payment_id,
        "kind": kind,
        "gateway": share.gateway,
        "amount_minor": share.amount_minor,
        "currency": one.order.currency,
        "state": RefundState.PENDING if is_sent else RefundState.MANUAL,
        "created_at": tx.now,
        "gateway_reference": "",
        "trouble": "",
    }


def movements(tx: Transaction, one: "Planned") -> list[dict[str, Any]]:
    """Make the rows of units that go back on the shelf."""
    return [
        {
            "merchant_id": tx.merchant_id,
            "id": new_id(),
            "request_id": one.request_id,
            "line_item_id": share.line_item_id,
            "sku": one.facts.line(share.line_item_id).sku,
            "quantity": share.quantity,
            "moved_at": tx.now,
        }
        for share in one.quoted.lines
    ]


def texts(tx: Transaction, every: Sequence["Planned"]) -> dict[RequestId, list[Text]]:
    """Make the rows of memo and message of each request, where there are any."""
    return {
        one.request_id: [
            _text(tx, one, kind, body)
            for kind, body in (("memo", one.wanted.memo), ("message", one.wanted.message))
            if body
        ]
        for one in every
    }


def _text(tx: Transaction, one: "Planned", kind: str, body: str) -> Text:
    salt = secrets.token_bytes(16)
    row = {
        "merchant_id": tx.merchant_id,
        "id": new_id(),
        "order_id": one.order.id,
        "subject_id": one.request_id,
        "kind": kind,
        "salt": salt,
        "body": body,
    }
    return Text(kind, hashlib.sha256(salt + body.encode()).hexdigest(), row)


def timeline(
    tx: Transaction,
    every: Sequence["Planned"],
    actor: Actor,
    kept: Mapping[RequestId, Sequence[Text]],
    moved: Mapping[RequestId, int],
) -> list[dict[str, Any]]:
    """Make every order's entries: asked, then either the warehouse's question or what was carried out."""
    entries: list[dict[str, Any]] = []
    for one in every:
        words = {"comments": "", "memo": "", "message": ""} | {
            text.kind: text.digest for text in kept[one.request_id]
        }
        entries.append(
            _entry(
                tx,
                one,
                Event.CANCELLATION_REQUESTED,
                actor,
                to_state=RequestState.ACCEPTING,
                details={"reason": one.wanted.reason, **words},
            )
        )
        entries += _waiting(tx, one) if one.waits else _carried_out(tx, one, moved)
    return entries


def _waiting(tx: Transaction, one: "Planned") -> Iterator[dict[str, Any]]:
    warehouse = one.facts.policy.warehouse
    if warehouse:
        answer_by = tx.now + timedelta(minutes=warehouse.answer_minutes)
        details = {"answer_by": answer_by.isoformat()}
        yield _entry(tx, one, Event.WAREHOUSE_ASKED, SYSTEM, details=details)


def _carried_out(tx: Transaction, one: "Planned", moved: Mapping[RequestId, int]) -> Iterator[dict[str, Any]]:
    if one.request_id in moved:
        yield _entry(tx, one, Event.RESTOCKED, SYSTEM, details={"units": moved[one.request_id]})
    yield _entry(
        tx,
        one,
        Event.CANCELLATION_ACCEPTED,
        SYSTEM,
        from_state=RequestState.ACCEPTING,
        to_state=RequestState.ACCEPTED,
        details={
            "units": one.units,
            "refund_minor": one.quoted.refund_minor,
            "kept": [asdict(kept) for kept in one.quoted.kept],
        },
    )


def _entry(
    tx: Transaction,
    one: "Planned",
    event: Event,
    actor: Actor,
    *,
    from_state: str = "",
    to_state: str = "",
    details: Mapping[str, Any],
) -> dict[str, Any]:
    return {
        "merchant_id": tx.merchant_id,
        "id": new_id(),
        "order_id": one.order.id,
        "request_id": one.request_id,
        "event": event,
        "actor_kind": actor.kind,
        "actor_id": actor.id,
        "from_state": from_state,
        "to_state": to_state,
        "at": tx.now,
        "details": details,
    }


def sendings(written: Sequence[Mapping[str, Any]]) -> list[Due]:
    """List the refunds that their gateways are asked to send."""
    return [
        Due(EffectKind.SEND_REFUND, row["id"], f"refund:{row['id']}")
        for row in written
        if row["state"] is RefundState.PENDING
    ]


def questions(every: Sequence["Planned"]) -> list[Due]:
    """List the ends of the questions to warehouses."""
    return [
        Due(
            EffectKind.END_QUESTION,
            one.request_id,
            f"question:{one.request_id}",
            timedelta(minutes=one.facts.policy.warehouse.answer_minutes),
        )
        for one in every
        if one.facts.policy.warehouse
    ]
