"""The rows that cancellations of many orders become: the same, column by column, as one by one."""

import hashlib
import secrets
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from shared import wording
from shared.actions.execution import amount_of
from shared.domain.actors import SYSTEM, Actor
from shared.domain.cancellation import Question, RequestState
from shared.domain.catalogue import Catalogue
from shared.domain.events import Event
from shared.domain.ids import RequestId, new_id, new_keys
from shared.domain.orders import Gateway
from shared.domain.payments import PaymentShare
from shared.domain.reasons import Reason
from shared.domain.refunds import AmountState, Kept, RefundKind, RefundState
from shared.rendering import spoken_locale
from shared.storage.engine import Transaction

if TYPE_CHECKING:
    from shared.actions.bulk_cancel import Planned


@dataclass(frozen=True, slots=True)
class Text:
    """A person's words to be kept, and their digest (hex) for the timeline."""

    kind: str
    digest: str
    row: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Said:
    """What a merchant says of one reason: the words that are kept, and what follows from it."""

    words: str
    counts: bool
    restocks: bool


def said(every: Sequence["Planned"], known: Catalogue) -> dict[Reason, Said]:
    """Look up what the merchant says of each reason of a batch, once."""
    return {
        reason: Said(wording.reason_said(known.of(reason)), known.counts(reason), known.restocks(reason))
        for reason in {one.wanted.reason for one in every}
    }


def alike(tx: Transaction, actor: Actor) -> dict[str, Any]:
    """Give what the requests of a batch have in common."""
    return {
        "merchant_id": tx.merchant_id,
        "source": actor.kind,
        "actor_id": actor.id,
        "requested_by": "merchant",
        "reason_locale": spoken_locale(),
        "requested_at": tx.now,
        "decided_at": tx.now,
        "executes_at": tx.now,
    }


def request(tx: Transaction, one: "Planned", terms: Said) -> dict[str, Any]:
    """Make a request's row; one that waits for a warehouse is *accepting*, any other is accepted."""
    quoted, order = one.quoted, one.order
    warehouse = one.facts.policy.warehouse
    return {
        "id": one.request_key,
        "order_id": one.order_key,
        "state": RequestState.ACCEPTING if one.waits else RequestState.ACCEPTED,
        "reason": one.wanted.reason,
        "reason_words": terms.words,
        "counts": terms.counts,
        "restocks": None if one.waits else terms.restocks,
        "nonce": one.wanted.key,
        "policy": order.policy,
        "quote": {
            "hash": quoted.hash,
            "value_minor": quoted.value_minor,
            "shipping_minor": quoted.shipping_minor,
            "refund_minor": quoted.refund_minor,
            "kept": _kept(quoted.kept),
            "most_minor": one.most_minor,
        },
        "value_minor": quoted.value_minor,
        "fee_minor": quoted.fee_minor,
        "withheld_minor": quoted.withheld_minor,
        "refund_minor": quoted.refund_minor,
        "ended_at": None if one.waits else tx.now,
        "amount": AmountState.KNOWN if warehouse else amount_of(order),
        "warehouse": Question.ASKED if warehouse else Question.NOT_ASKED,
        "answer_by": tx.now + timedelta(minutes=warehouse.answer_minutes) if warehouse else None,
    }


def _kept(every: Sequence[Kept]) -> list[dict[str, Any]]:
    return [{"amount_minor": kept.amount_minor, "why": kept.why} for kept in every]


def units(one: "Planned") -> list[dict[str, Any]]:
    """Make the rows of the units that a request claims."""
    return [
        {
            "request_id": one.request_key,
            "line_item_id": share.line_item_id,
            "asked": (quantity := share.quantity),
            "quantity": quantity,
            "units": "{" + ",".join(f"[{taken.first},{taken.past})" for taken in share.units) + "}",
        }
        for share in one.quoted.lines
    ]


def refunds(one: "Planned", connected: AbstractSet[Gateway]) -> list[dict[str, Any]]:
    """Make the rows of what goes back and of what is never charged; connected gateways send them."""
    parts = (
        *((RefundKind.REFUND, share) for share in one.quoted.payments),
        *((RefundKind.VOID, share) for share in one.quoted.voids),
    )
    sending = frozenset() if one.order.disputed else connected
    return [_refund(one, kind, share, is_sent=share.gateway in sending) for kind, share in parts]


def _refund(one: "Planned", kind: RefundKind, share: PaymentShare, *, is_sent: bool) -> dict[str, Any]:
    return {
        "id": str(new_id()),
        "order_id": one.order_key,
        "request_id": one.request_key,
        "payment_id": share.payment_id,
        "kind": kind,
        "gateway": share.gateway,
        "amount_minor": share.amount_minor,
        "currency": one.order.currency,
        "state": RefundState.PENDING if is_sent else RefundState.MANUAL,
    }


def movements(one: "Planned") -> list[dict[str, Any]]:
    """Make the rows of units that go back on the shelf."""
    return [
        {
            "id": new_id(),
            "request_id": one.request_id,
            "line_item_id": share.line_item_id,
            "sku": one.facts.line(share.line_item_id).sku,
            "quantity": share.quantity,
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
        entries += _entries(
            one,
            [
                _Entry(
                    Event.CANCELLATION_REQUESTED,
                    {"reason": one.wanted.reason, **words},
                    actor,
                    to_state=RequestState.ACCEPTING,
                ),
                *(_waiting(one) if one.waits else _carried_out(one, moved)),
            ],
        )
    return entries


@dataclass(frozen=True, slots=True)
class _Entry:
    """What stands in an entry."""

    event: Event
    details: Mapping[str, Any]
    actor: Actor = SYSTEM
    from_state: str = ""
    to_state: str = ""


def _waiting(one: "Planned") -> Iterator[_Entry]:
    warehouse = one.facts.policy.warehouse
    if warehouse:
        answer_by = one.at + timedelta(minutes=warehouse.answer_minutes)
        yield _Entry(Event.WAREHOUSE_ASKED, {"answer_by": answer_by.isoformat()})


def _carried_out(one: "Planned", moved: Mapping[RequestId, int]) -> Iterator[_Entry]:
    if one.request_id in moved:
        yield _Entry(Event.RESTOCKED, {"units": moved[one.request_id]})
    details = {
        "units": one.units,
        "refund_minor": one.quoted.refund_minor,
        "kept": _kept(one.quoted.kept),
    }
    yield _Entry(
        Event.CANCELLATION_ACCEPTED,
        details,
        from_state=RequestState.ACCEPTING,
        to_state=RequestState.ACCEPTED,
    )


def _entries(one: "Planned", entries: Sequence[_Entry]) -> Iterator[dict[str, Any]]:
    for place, (key, entry) in enumerate(zip(new_keys(len(entries)), entries, strict=True), start=1):
        yield {
            "id": key,
            "order_id": one.order_key,
            "request_id": one.request_key,
            "seq": place,
            "event": entry.event,
            "actor_kind": entry.actor.kind,
            "actor_id": entry.actor.id,
            "from_state": entry.from_state,
            "to_state": entry.to_state,
            "details": entry.details,
        }


def sendings(written: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """List the refunds that their gateways are asked to send, and the keys of that."""
    return {row["id"]: f"refund:{row['id']}" for row in written if row["state"] is RefundState.PENDING}


def questions(every: Sequence["Planned"]) -> dict[timedelta, dict[str, str]]:
    """List the ends of the questions to warehouses, by when they are: the requests, and the keys of that."""
    found: dict[timedelta, dict[str, str]] = defaultdict(dict)
    for one in every:
        if one.facts.policy.warehouse:
            after = timedelta(minutes=one.facts.policy.warehouse.answer_minutes)
            found[after][str(one.request_id)] = f"question:{one.request_id}"
    return found
