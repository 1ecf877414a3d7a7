"""Request, withdraw, accept and decline a cancellation."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from shared import wording
from shared.actions import case_steps
from shared.actions.claims import add_to_lines, free_units
from shared.actions.deciding import at_once
from shared.actions.moves import begin_accepting, decide_to_accept, end_declined
from shared.actions.reasons import offered_terms
from shared.domain.actors import SYSTEM, Actor, ActorKind
from shared.domain.cancellation import Move, Question, RequestState, after
from shared.domain.catalogue import Catalogue, ReasonTerms, giver_of
from shared.domain.eligibility import assess
from shared.domain.errors import AlreadyDecided, NotEligible, NotPermitted, QuoteChanged
from shared.domain.events import EffectKind, Event, MailEvent
from shared.domain.ids import LineItemId, MerchantId, RequestId, new_id
from shared.domain.orders import Order
from shared.domain.policy import SilenceOutcome
from shared.domain.reasons import DeclineReason, Reason
from shared.domain.refunds import Quote, fingerprint, pick_units, quote
from shared.domain.rules import Decision
from shared.domain.selection import choose
from shared.rendering import spoken_locale
from shared.storage import outbox, timeline
from shared.storage.catalogues import catalogue
from shared.storage.engine import Database, Transaction
from shared.storage.facts import order_facts, to_multirange
from shared.storage.idempotency import Once, answered, claim
from shared.storage.records import OrderRecord, RequestRecord, RequestUnitsRecord
from shared.storage.scopes import lock_order, lock_request


@dataclass(frozen=True, slots=True)
class Ask:
    """What somebody asks to cancel, and why.

    `quantities` maps line ids to units, None is all that may go. `for_buyer` says the buyer asked, whoever
    passes it on: the policy decides then; otherwise the asker has decided. `seen` is the hash of the quote
    that the asker saw, `nonce` names the window that was confirmed, so that a second submit changes nothing.
    `most_minor` is what a merchant that cancels of its own will gives back at most; None is what the reason
    says, unless `all_back` says all of it.
    """

    quantities: Mapping[LineItemId, int] | None = None
    reason: Reason | None = None
    comments: str = ""
    memo: str = ""
    message: str = ""
    for_buyer: bool = False
    seen: str | None = None
    nonce: str | None = None
    most_minor: int | None = None
    all_back: bool = False


def request(
    db: Database,
    merchant_id: MerchantId,
    order_id: UUID,
    ask: Ask,
    actor: Actor,
    *,
    once: Once | None = None,
    case_id: UUID | None = None,
) -> RequestId:
    """Ask for units of an order to be canceled; the case it is done from, if any, is resolved by it.

    Raises NotFound, InvalidContent, NotEligible (facts: `blockers` by line id) or QuoteChanged.
    """
    with db.begin(merchant_id) as tx:
        claim(tx, once)
        order = lock_order(tx, order_id)
        earlier = _confirmed_before(tx, order, ask.nonce)
        if earlier is not None:
            return earlier
        if case_id is not None:
            case_steps.end_by_canceling(tx, order, case_id, actor)
        return answered(tx, once, request_in(tx, order, ask, actor))


def request_in(tx: Transaction, order: OrderRecord, ask: Ask, actor: Actor) -> RequestId:
    """Ask for units of a locked order in an open transaction.

    Raises InvalidContent (ReasonNotOffered too), NotEligible or QuoteChanged before anything is written.
    """
    facts = order_facts(tx, order)
    if ask.seen is not None and ask.seen != fingerprint(facts):
        raise QuoteChanged("The order has changed since this window was opened.")
    known = catalogue(tx)
    terms = None
    if ask.reason is not None:
        giver = giver_of(actor.kind, for_buyer=ask.for_buyer)
        terms = offered_terms(known, ask.reason, giver, for_buyer=ask.for_buyer)
    ask = _settled(ask, known)
    quantities = _allowed(facts, ask, tx)
    quoted = _quoted(facts, ask, quantities, tx)
    decision = at_once(tx, order, facts, quoted, ask.reason, for_buyer=ask.for_buyer)
    record = _record(tx, order, ask, actor, quoted, decision, terms)
    _claim_units(tx, order, record, quoted)
    _note_request(tx, order, record, ask, actor)
    if decision is Decision.ACCEPT:
        begin_accepting(tx, record)
    if decision is Decision.DECLINE:
        end_declined(tx, order, record, SYSTEM, reason=DeclineReason.BY_RULE)
    return RequestId(record.id)


def accept(
    db: Database, merchant_id: MerchantId, request_id: UUID, actor: Actor, *, once: Once | None = None
) -> None:
    """Accept a request; it is carried out once nothing is left to wait for.

    Raises NotFound or AlreadyDecided.
    """
    with db.begin(merchant_id) as tx:
        claim(tx, once)
        order, record = lock_request(tx, request_id)
        decide_to_accept(tx, order, record, actor)
        answered(tx, once, RequestId(record.id))


def decline(
    db: Database,
    merchant_id: MerchantId,
    request_id: UUID,
    actor: Actor,
    *,
    reason: DeclineReason,
    message: str = "",
    seen: RequestState | None = None,
    once: Once | None = None,
) -> None:
    """Decline a request, also an accepted one while it waits for its warehouse or the undo window runs.

    `seen` is the state that whoever declines has been shown. Raises NotFound or AlreadyDecided.
    """
    with db.begin(merchant_id) as tx:
        claim(tx, once)
        order, record = lock_request(tx, request_id)
        if seen is not None and record.state != seen:
            raise AlreadyDecided("Somebody has decided this meanwhile.", state=record.state)
        move = Move.REINSTATE if _can_be_reinstated(tx, record) else Move.DECLINE
        end_declined(tx, order, record, actor, reason=reason, message=message, move=move)
        answered(tx, once, RequestId(record.id))


def withdraw(
    db: Database, merchant_id: MerchantId, request_id: UUID, actor: Actor, *, once: Once | None = None
) -> None:
    """Take a request back; a buyer takes back only a buyer's.

    Raises NotFound, NotPermitted or AlreadyDecided.
    """
    with db.begin(merchant_id) as tx:
        claim(tx, once)
        order, record = lock_request(tx, request_id)
        if actor.kind is ActorKind.BUYER and record.requested_by != "buyer":
            raise NotPermitted("This cancellation was not asked for by you.")
        before = record.state
        record.state = after(RequestState(before), Move.WITHDRAW)
        record.ended_at = tx.now
        free_units(tx, order, record)
        timeline.note(
            tx,
            order.id,
            Event.CANCELLATION_WITHDRAWN,
            actor,
            request_id=record.id,
            from_state=before,
            to_state=record.state,
        )
        outbox.mail(tx, order, MailEvent.CANCELLATION_WITHDRAWN, request_id=record.id)
        answered(tx, once, RequestId(record.id))


def apply_silence(db: Database, merchant_id: MerchantId, request_id: UUID, actor: Actor) -> None:
    """Let the configured outcome happen to a request that nobody decided in time; leave any other alone."""
    with db.begin(merchant_id) as tx:
        order, record = lock_request(tx, request_id)
        if record.state != RequestState.REQUESTED or record.decide_by is None or record.decide_by > tx.now:
            return
        # While somebody looks into the order the clock stands still; it goes on when the hold ends.
        if order.hold or order.disputed:
            return
        if record.policy["silence_outcome"] == SilenceOutcome.ACCEPT:
            decide_to_accept(tx, order, record, actor)
        else:
            end_declined(tx, order, record, actor, reason=DeclineReason.TOO_LATE)


def _can_be_reinstated(tx: Transaction, record: RequestRecord) -> bool:
    if record.state != RequestState.ACCEPTING or record.executes_at is None:
        return False
    # With nothing to wait for, who accepted has decided: even one who began before had to wait for the lock.
    undo_runs = record.executes_at > max(tx.now, record.decided_at or tx.now)
    return undo_runs or record.warehouse == Question.ASKED


def _confirmed_before(tx: Transaction, order: OrderRecord, nonce: str | None) -> RequestId | None:
    if nonce is None:
        return None
    found = tx.session.scalars(
        select(RequestRecord.id).where(
            RequestRecord.merchant_id == tx.merchant_id,
            RequestRecord.order_id == order.id,
            RequestRecord.nonce == nonce,
        )
    ).one_or_none()
    return None if found is None else RequestId(found)


def _settled(ask: Ask, known: Catalogue) -> Ask:
    """Put in what a merchant gives back at most; buyers get what the policy says."""
    most = None
    if not ask.for_buyer:
        most = known.most_back(ask.reason, ask.most_minor, all_back=ask.all_back)
    return replace(ask, most_minor=most)


def _allowed(facts: Order, ask: Ask, tx: Transaction) -> dict[LineItemId, int]:
    asker = ActorKind.BUYER if ask.for_buyer else ActorKind.MERCHANT_USER
    verdicts = assess(facts, asker, now=tx.now)
    wanted = choose(facts, verdicts, ask.quantities)
    if not any(wanted.values()):
        raise NotEligible(
            blockers={line_id: verdict.blockers for line_id, verdict in verdicts.items()},
            left={line_id: verdict.quantity for line_id, verdict in verdicts.items()},
        )
    return wanted


def _quoted(facts: Order, ask: Ask, quantities: Mapping[LineItemId, int], tx: Transaction) -> Quote:
    units = pick_units(facts, quantities)
    return quote(facts, units, for_buyer=ask.for_buyer, at=tx.now, most_minor=ask.most_minor)


def _record(
    tx: Transaction,
    order: OrderRecord,
    ask: Ask,
    actor: Actor,
    quoted: Quote,
    decision: Decision,
    terms: ReasonTerms | None,
) -> RequestRecord:
    policy = order.policy
    decided = decision is Decision.ACCEPT
    undo = timedelta(minutes=policy["undo_minutes"] if ask.for_buyer else 0)
    hours = policy["silence_hours"]
    record = RequestRecord(
        merchant_id=tx.merchant_id,
        id=new_id(),
        order_id=order.id,
        state=RequestState.ACCEPTING if decided else RequestState.REQUESTED,
        source=actor.kind,
        actor_id=actor.id,
        requested_by="buyer" if ask.for_buyer else "merchant",
        reason=ask.reason,
        reason_words=wording.reason_said(terms) if terms else "",
        reason_locale=spoken_locale() if terms else "",
        counts=terms.counts if terms else True,
        nonce=ask.nonce,
        policy=policy,
        quote={
            "hash": quoted.hash,
            "value_minor": quoted.value_minor,
            "shipping_minor": quoted.shipping_minor,
            "refund_minor": quoted.refund_minor,
            "kept": [asdict(kept) for kept in quoted.kept],
            "most_minor": ask.most_minor,
        },
        value_minor=quoted.value_minor,
        fee_minor=quoted.fee_minor,
        withheld_minor=quoted.withheld_minor,
        refund_minor=quoted.refund_minor,
        requested_at=tx.now,
        decide_by=tx.now + timedelta(hours=hours) if hours and decision is Decision.PERSON else None,
        decided_at=tx.now if decided else None,
        executes_at=tx.now + undo if decided else None,
    )
    tx.session.add(record)
    tx.session.flush()
    return record


def _claim_units(tx: Transaction, order: OrderRecord, record: RequestRecord, quoted: Quote) -> None:
    for share in quoted.lines:
        tx.session.add(
            RequestUnitsRecord(
                merchant_id=tx.merchant_id,
                request_id=record.id,
                line_item_id=share.line_item_id,
                asked=share.quantity,
                quantity=share.quantity,
                units=to_multirange(share.units),
            )
        )
    add_to_lines(tx, order, {share.line_item_id: share.quantity for share in quoted.lines}, requested=1)


def _note_request(tx: Transaction, order: OrderRecord, record: RequestRecord, ask: Ask, actor: Actor) -> None:
    texts = {
        kind: timeline.keep_text(tx, order.id, record.id, kind, body)
        for kind, body in (("comments", ask.comments), ("memo", ask.memo), ("message", ask.message))
    }
    timeline.note(
        tx,
        order.id,
        Event.CANCELLATION_REQUESTED,
        actor,
        request_id=record.id,
        to_state=record.state,
        details={"reason": record.reason, **texts},
    )
    if ask.for_buyer:
        outbox.mail(tx, order, MailEvent.CANCELLATION_REQUESTED, request_id=record.id)
    if record.decide_by is not None:
        outbox.defer(
            tx,
            EffectKind.APPLY_SILENCE,
            record.id,
            dedup_key=f"silence:{record.id}",
            after=record.decide_by - tx.now,
        )
