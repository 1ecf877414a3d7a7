"""Make requests of what buyers asked another system to cancel, each wish once, under the order's policy."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from shared.actions.cancellations import Ask, request_in
from shared.domain.actors import Actor, ActorKind
from shared.domain.catalogue import Giver
from shared.domain.eligibility import Blocker, Eligibility, assess
from shared.domain.foreign_codes import CodeList
from shared.domain.ids import LineItemId
from shared.domain.intake import IncomingOrder
from shared.domain.orders import LineItem
from shared.domain.text import REASON_LIMIT
from shared.domain.wishes import sentence_of
from shared.storage.catalogues import catalogue, foreign_codes
from shared.storage.engine import Transaction
from shared.storage.facts import order_facts
from shared.storage.records import OrderRecord
from shared.storage.scopes import lines_of, lock_order, requests_on

_FEED = Actor(ActorKind.FEED)
_NONCE = "wish:"


def wishes_of_new(tx: Transaction, order_id: UUID, order: IncomingOrder) -> tuple[Blocker, ...]:
    """File the wishes that came with an order that has just been taken in; tell why one could not be."""
    lines = lines_of(tx, order_id)
    wished = {
        line.ordinal: given.wish
        for line, given in zip(lines, order.lines, strict=True)
        if given.wish is not None
    }
    return file_wishes(tx, lock_order(tx, order_id), wished)


def file_wishes(tx: Transaction, order: OrderRecord, wished: Mapping[int, str]) -> tuple[Blocker, ...]:
    """File one request for all lines, by ordinal, whose wish has none yet; tell why one could not be.

    A wish is known by its line: its request may have been declined or withdrawn since, it stays the only one.
    """
    left = sorted(set(wished) - _filed(tx, order))
    if not left:
        return ()
    facts = order_facts(tx, order)
    verdicts = assess(facts, ActorKind.BUYER, now=tx.now)
    asked = [line for line in facts.line_items if line.ordinal in left]
    going = [line for line in asked if verdicts[line.id].quantity]
    if going:
        request_in(tx, order, _ask(tx, going, verdicts, wished), _FEED)
    blocked = [blocker for line in asked if line not in going for blocker in verdicts[line.id].blockers]
    return tuple(dict.fromkeys(blocked))


def _ask(
    tx: Transaction,
    going: Sequence[LineItem],
    verdicts: Mapping[LineItemId, Eligibility],
    wished: Mapping[int, str],
) -> Ask:
    words = list(dict.fromkeys(wished[line.ordinal] for line in going if wished[line.ordinal]))
    sentence = sentence_of(words[0]) if words else None
    reason = foreign_codes(tx).reason(CodeList.WISH, sentence) if sentence else None
    # A marketplace offers its own list; what this merchant has switched off stays in the comments.
    is_offered = catalogue(tx).offers(reason, Giver.BUYER)
    return Ask(
        quantities={line.id: verdicts[line.id].quantity for line in going},
        reason=reason if is_offered else None,
        comments="\n".join(words)[:REASON_LIMIT],
        for_buyer=True,
        nonce=_NONCE + ",".join(str(line.ordinal) for line in going),
    )


def _filed(tx: Transaction, order: OrderRecord) -> set[int]:
    """List the ordinals of lines whose wish has become a request, whatever became of it."""
    return {
        int(ordinal)
        for record in requests_on(tx, order.id)
        if record.nonce is not None and record.nonce.startswith(_NONCE)
        for ordinal in record.nonce.removeprefix(_NONCE).split(",")
    }
