"""A proposed policy tried on what buyers asked for in the last 30 days; nothing is written."""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from shared.domain.actors import ActorKind
from shared.domain.cancellation import RequestState
from shared.domain.eligibility import Blocker
from shared.domain.ids import MerchantId, OrderId
from shared.domain.policy import Policy
from shared.domain.reasons import DeclineReason, Reason
from shared.domain.trials import PastRequest, TrialOutcome, TrialVerdict, try_on
from shared.storage.engine import Database, Transaction
from shared.storage.past_facts import Histories, asked_units, canceled_then, histories, order_then
from shared.storage.records import OrderTermRecord, RequestRecord
from shared.storage.scopes import requests_of

DAYS = 30
MOST_TRIED = 10_000
MOST_SHOWN = 100
_AT_A_TIME = 500
_ACCEPTED = frozenset({RequestState.ACCEPTING, RequestState.ACCEPTED})


@dataclass(frozen=True, slots=True)
class TrialRow:
    """A request that the proposed policy treats otherwise; `state` is what has become of it."""

    order_id: OrderId
    order_number: str
    buyer_name: str
    asked_at: datetime
    then: TrialOutcome
    state: RequestState
    now: TrialOutcome
    blockers: tuple[Blocker, ...]


@dataclass(frozen=True, slots=True)
class Tally:
    """How many requests had an outcome, and how many would have it."""

    outcome: TrialOutcome
    then: int
    now: int


@dataclass(frozen=True, slots=True)
class Fees:
    """What was kept of one currency's cancellations, and what would be, in minor units."""

    currency: str
    then_minor: int
    now_minor: int


@dataclass(frozen=True, slots=True)
class Refused:
    """How many requests one blocker would have stood against."""

    blocker: Blocker
    count: int


@dataclass(frozen=True, slots=True)
class Trial:
    """What the last days would have looked like; `rows` are the newest of all that `differ`.

    Where more were asked than are tried, `is_capped`.
    """

    tried: int
    is_capped: bool
    tallies: tuple[Tally, ...]
    refused: tuple[Refused, ...]
    fees: tuple[Fees, ...]
    differ: int
    rows: tuple[TrialRow, ...]


@dataclass(frozen=True, slots=True)
class _Tried:
    request: RequestRecord
    row: TrialRow
    currency: str
    verdict: TrialVerdict


def last_month(db: Database, merchant_id: MerchantId, policy: Policy, *, self_service: bool) -> Trial:
    """Try a policy on the newest requests of buyers, at most 10,000, each as its order stood then."""
    with db.snapshot(merchant_id) as tx:
        asked = tx.session.scalars(
            requests_of(tx)
            .where(
                RequestRecord.state.in_(list(RequestState)),
                RequestRecord.requested_at > tx.now - timedelta(days=DAYS),
                RequestRecord.requested_by == "buyer",
                RequestRecord.source != ActorKind.SYSTEM,
            )
            .order_by(RequestRecord.requested_at.desc(), RequestRecord.id.desc())
            .limit(MOST_TRIED + 1)
        ).all()
        tried = list(_tried(tx, asked[:MOST_TRIED], policy, self_service=self_service))
    return _told(tried, is_capped=len(asked) > MOST_TRIED)


def _tried(
    tx: Transaction, asked: Sequence[RequestRecord], policy: Policy, *, self_service: bool
) -> Iterator[_Tried]:
    for begin in range(0, len(asked), _AT_A_TIME):
        requests = asked[begin : begin + _AT_A_TIME]
        known = histories(tx, list({request.order_id for request in requests}))
        before = _asked_before(tx, known, policy)
        for request in requests:
            record, _order = known.orders[request.order_id]
            times = before.get(record.buyer_email.lower(), ())
            past = PastRequest(
                order=order_then(known, request),
                quantities=asked_units(known, request),
                reason=Reason(request.reason) if request.reason else None,
                asked_at=request.requested_at,
                earlier=bisect_left(times, request.requested_at),
                canceled=canceled_then(known, request),
            )
            verdict = try_on(past, policy, self_service=self_service)
            row = TrialRow(
                order_id=OrderId(record.id),
                order_number=record.number,
                buyer_name=record.buyer_name,
                asked_at=request.requested_at,
                then=_outcome_then(request),
                state=RequestState(request.state),
                now=verdict.outcome,
                blockers=verdict.blockers,
            )
            yield _Tried(request, row, record.currency, verdict)
        # What was looked at is not needed again, and 10,000 orders would be much to hold.
        tx.session.expunge_all()


def _asked_before(tx: Transaction, known: Histories, policy: Policy) -> Mapping[str, Sequence[datetime]]:
    """List when each buyer asked, oldest first, by e-mail address; only where a rule looks at it."""
    if all(rule.most_earlier is None for rule in policy.rules):
        return {}
    emails = {record.buyer_email.lower() for record, _order in known.orders.values()}
    rows = tx.session.execute(
        select(OrderTermRecord.term, RequestRecord.requested_at)
        .join(
            RequestRecord,
            (RequestRecord.merchant_id == OrderTermRecord.merchant_id)
            & (RequestRecord.order_id == OrderTermRecord.order_id),
        )
        .where(
            OrderTermRecord.merchant_id == tx.merchant_id,
            OrderTermRecord.term.in_(emails),
            RequestRecord.requested_by == "buyer",
        )
        .order_by(RequestRecord.requested_at)
    )
    found: dict[str, list[datetime]] = defaultdict(list)
    for email, at in rows:
        found[email].append(at)
    return found


def _outcome_then(request: RequestRecord) -> TrialOutcome:
    if request.decline_reason == DeclineReason.BY_RULE:
        return TrialOutcome.DECLINED
    return TrialOutcome.AT_ONCE if request.decided_at == request.requested_at else TrialOutcome.ASKED


def _told(tried: Sequence[_Tried], *, is_capped: bool) -> Trial:
    then = Counter(one.row.then for one in tried)
    now = Counter(one.row.now for one in tried)
    blockers = Counter(blocker for one in tried for blocker in one.verdict.blockers)
    kept_then, kept_now = Counter[str](), Counter[str]()
    for one in tried:
        was_accepted = one.request.state in _ACCEPTED
        is_accepted = one.row.now is TrialOutcome.AT_ONCE or (
            one.row.now is TrialOutcome.ASKED and was_accepted
        )
        kept_then[one.currency] += one.request.fee_minor if was_accepted else 0
        kept_now[one.currency] += one.verdict.fee_minor if is_accepted else 0
    fees = [Fees(code, kept_then[code], kept_now[code]) for code in sorted(kept_then | kept_now)]
    differing = [one.row for one in tried if one.row.then is not one.row.now]
    return Trial(
        tried=len(tried),
        is_capped=is_capped,
        tallies=tuple(Tally(outcome, then[outcome], now[outcome]) for outcome in TrialOutcome),
        refused=tuple(Refused(blocker, count) for blocker, count in blockers.most_common()),
        fees=tuple(fees),
        differ=len(differing),
        rows=tuple(differing[:MOST_SHOWN]),
    )
