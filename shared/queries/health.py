"""What Account health shows, read from the day tables: however many orders there are, it costs the same."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from fractions import Fraction

from sqlalchemy import ColumnElement, func, select

from shared.domain.actors import ActorKind
from shared.domain.cancellation import RequestState
from shared.domain.ids import MerchantId, OrderId
from shared.domain.metrics import (
    LONG_RATE_DAYS,
    USUAL_DAYS,
    RateCounts,
    Spike,
    add_up,
    rate,
    spikes,
)
from shared.domain.reasons import DeclineReason, Reason
from shared.queries.health_values import (
    CanceledOrder,
    Counted,
    Decisions,
    Health,
    HealthDay,
    Kind,
    OwnReason,
    Rate,
    RefundSum,
    SpikeView,
)
from shared.queries.reasons import words_in
from shared.storage import rates
from shared.storage.calendar import day_of, zone_of
from shared.storage.engine import Database, Transaction
from shared.storage.records import (
    MerchantRecord,
    OrderDayRecord,
    OrderRecord,
    RefundDayRecord,
    RequestDayRecord,
    RequestRecord,
    SkuDayRecord,
)
from shared.storage.scopes import requests_of

MOST_LISTED = 200
_MOST_SKUS = 10
_BUYER = "buyer"
_UNDECIDED = (DeclineReason.ALREADY_SHIPPED, DeclineReason.ORDER_ENDED)


@dataclass(frozen=True, slots=True)
class _Cell:
    """Requests of a period that have everything in common that is counted."""

    source: ActorKind
    by_buyer: bool
    reason: Reason | None
    state: RequestState
    counts: bool
    requests: int

    @property
    def is_own(self) -> bool:
        """The merchant canceled without being asked."""
        return not self.by_buyer and self.state is RequestState.ACCEPTED


def health(db: Database, merchant_id: MerchantId, first: date, last: date) -> Health:
    """Read a merchant's figures of the days from first to last, and the rates as they are today."""
    with db.snapshot(merchant_id) as tx:
        return _health(tx, first, last)


def _health(tx: Transaction, first: date, last: date) -> Health:
    today = day_of(tx, tx.now)
    measured = rates.terms(tx)
    longest = max(LONG_RATE_DAYS, measured.days)
    earliest = min(first - timedelta(days=measured.days), today - timedelta(days=longest))
    counts, canceled = _order_days(tx, earliest, max(last, today))
    own = _own_days(tx, first - timedelta(days=USUAL_DAYS), last)
    unusual = spikes(own, first, last)
    cells = _cells(tx, first, last)
    length = (last - first).days + 1
    return Health(
        first=first,
        last=last,
        terms=measured,
        week=Rate(measured.days, add_up(counts, today, measured.days), measured.limit),
        month=Rate(LONG_RATE_DAYS, add_up(counts, today, LONG_RATE_DAYS), measured.limit),
        period=add_up(counts, last, length),
        orders_canceled=sum(number for day, number in canceled.items() if first <= day <= last),
        days=tuple(
            HealthDay(
                day=day,
                counts=counts.get(day, RateCounts(0, 0)),
                trailing=rate(add_up(counts, day, measured.days)),
                canceled=own.get(day, 0),
                is_spike=any(spike.day == day for spike in unusual),
            )
            for day in (first + timedelta(days=offset) for offset in range(length))
        ),
        own_reasons=_own_reasons([cell for cell in cells if cell.is_own]),
        customer_reasons=_ranked([cell for cell in cells if cell.by_buyer], _reason_of),
        askers=_ranked(cells, lambda cell: cell.source),
        outcomes=_ranked(cells, lambda cell: cell.state),
        decisions=_decisions(tx, first, last),
        refunds=_refunds(tx, first, last),
        skus=_skus(tx, first, last),
        spikes=tuple(_spike(tx, spike) for spike in unusual),
        has_orders=bool(counts) or _has_orders(tx),
        alerts=tx.session.get_one(MerchantRecord, tx.merchant_id).alerts_on_rate,
        words=words_in(tx),
    )


def canceled_on(db: Database, merchant_id: MerchantId, day: date) -> tuple[CanceledOrder, ...]:
    """List the first orders of a day's cancellations that are in the rate, in the order of that."""
    with db.snapshot(merchant_id) as tx:
        start, end = (datetime.combine(of, time.min, zone_of(tx)) for of in (day, day + timedelta(days=1)))
        rows = tx.session.execute(
            requests_of(tx)
            .join(
                OrderRecord,
                (OrderRecord.merchant_id == RequestRecord.merchant_id)
                & (OrderRecord.id == RequestRecord.order_id),
            )
            .with_only_columns(
                OrderRecord.id,
                OrderRecord.number,
                OrderRecord.currency,
                RequestRecord.reason,
                RequestRecord.refund_minor,
            )
            .where(
                RequestRecord.state == RequestState.ACCEPTED,
                RequestRecord.requested_by != _BUYER,
                RequestRecord.counts,
                RequestRecord.requested_at >= start,
                RequestRecord.requested_at < end,
            )
            .order_by(RequestRecord.requested_at, RequestRecord.id)
            .limit(MOST_LISTED)
        )
        return tuple(
            CanceledOrder(
                order_id=OrderId(row.id),
                number=row.number,
                reason=Reason(row.reason) if row.reason else None,
                refund_minor=row.refund_minor,
                currency=row.currency,
            )
            for row in rows
        )


def _order_days(tx: Transaction, first: date, last: date) -> tuple[dict[date, RateCounts], dict[date, int]]:
    days = OrderDayRecord
    rows = tx.session.execute(
        select(
            days.day,
            func.sum(days.orders),
            func.sum(days.canceled_by_merchant),
            func.sum(days.canceled),
        )
        .where(*_in_days(days, tx, first, last))
        .group_by(days.day)
    ).all()
    counts = {day: RateCounts(int(orders), int(own)) for day, orders, own, _ in rows}
    return counts, {day: int(canceled) for day, _, _, canceled in rows}


def _own_days(tx: Transaction, first: date, last: date) -> dict[date, int]:
    """Count the merchant's own cancellations that are in the rate by the day they were asked for."""
    days = RequestDayRecord
    rows = tx.session.execute(
        select(days.day, func.sum(days.requests))
        .where(*_in_days(days, tx, first, last), *_OWN)
        .group_by(days.day)
    )
    return {day: int(number) for day, number in rows}


def _cells(tx: Transaction, first: date, last: date) -> Sequence[_Cell]:
    days = RequestDayRecord
    is_buyers = (days.requested_by == _BUYER).label("is_buyers")
    rows = tx.session.execute(
        select(days.source, is_buyers, days.reason, days.state, days.counts, func.sum(days.requests))
        .where(*_in_days(days, tx, first, last))
        .group_by(days.source, is_buyers, days.reason, days.state, days.counts)
    )
    return [
        _Cell(ActorKind(source), by_buyer, _reason(reason), RequestState(state), counts, int(number))
        for source, by_buyer, reason, state, counts, number in rows
    ]


def _spike(tx: Transaction, spike: Spike) -> SpikeView:
    days = RequestDayRecord
    number = func.sum(days.requests)
    reason, most = tx.session.execute(
        select(days.reason, number)
        .where(*_in_days(days, tx, spike.day, spike.day), *_OWN)
        .group_by(days.reason)
        .order_by(number.desc(), days.reason)
        .limit(1)
    ).one()
    return SpikeView(
        spike.day, spike.canceled, Fraction(spike.before, USUAL_DAYS), _reason(reason), int(most)
    )


def _decisions(tx: Transaction, first: date, last: date) -> Decisions | None:
    """Measure the waits themselves: people decide on each, so there are never too many to read."""
    zone = zone_of(tx)
    decided_at = func.coalesce(RequestRecord.decided_at, RequestRecord.ended_at)
    # What ends without anybody's decision was withdrawn, or shipped or canceled in the shop meanwhile.
    is_decided = RequestRecord.decided_at.is_not(None) | (
        (RequestRecord.state == RequestState.DECLINED) & RequestRecord.decline_reason.not_in(_UNDECIDED)
    )
    wait = decided_at - RequestRecord.requested_at
    row = tx.session.execute(
        select(
            func.count(),
            func.percentile_disc(0.5).within_group(wait),
            func.percentile_disc(0.9).within_group(wait),
        ).where(
            RequestRecord.merchant_id == tx.merchant_id,
            RequestRecord.requested_by == _BUYER,
            decided_at > RequestRecord.requested_at,
            is_decided,
            RequestRecord.requested_at >= datetime.combine(first, time.min, zone),
            RequestRecord.requested_at < datetime.combine(last + timedelta(days=1), time.min, zone),
        )
    ).one()
    return Decisions(row[0], row[1], row[2]) if row[0] else None


def _refunds(tx: Transaction, first: date, last: date) -> tuple[RefundSum, ...]:
    days = RefundDayRecord
    rows = tx.session.execute(
        select(days.currency, func.sum(days.refunds), func.sum(days.amount_minor))
        .where(*_in_days(days, tx, first, last))
        .group_by(days.currency)
        .having(func.sum(days.refunds) > 0)
        .order_by(days.currency)
    )
    return tuple(RefundSum(currency, int(number), int(amount)) for currency, number, amount in rows)


def _skus(tx: Transaction, first: date, last: date) -> tuple[Counted[str], ...]:
    days = SkuDayRecord
    units = func.sum(days.units)
    rows = tx.session.execute(
        select(days.sku, units)
        .where(*_in_days(days, tx, first, last))
        .group_by(days.sku)
        .order_by(units.desc(), days.sku)
        .limit(_MOST_SKUS)
    )
    return tuple(Counted(sku, int(number)) for sku, number in rows)


def _has_orders(tx: Transaction) -> bool:
    return (
        tx.session.scalars(
            select(OrderDayRecord.day).where(OrderDayRecord.merchant_id == tx.merchant_id).limit(1)
        ).first()
        is not None
    )


def _in_days(
    days: type[OrderDayRecord | RequestDayRecord | RefundDayRecord | SkuDayRecord],
    tx: Transaction,
    first: date,
    last: date,
) -> tuple[ColumnElement[bool], ...]:
    return (days.merchant_id == tx.merchant_id, days.day >= first, days.day <= last)


_OWN = (
    RequestDayRecord.requested_by != _BUYER,
    RequestDayRecord.state == RequestState.ACCEPTED,
    RequestDayRecord.counts,
)


def _reason(code: str) -> Reason | None:
    return Reason(code) if code else None


def _own_reasons(cells: Sequence[_Cell]) -> tuple[OwnReason, ...]:
    """Part the merchant's own cancellations by reason into those in the rate and those left out of it."""
    counted = {one.kind: one.count for one in _ranked([cell for cell in cells if cell.counts], _reason_of)}
    left_out = {
        one.kind: one.count for one in _ranked([cell for cell in cells if not cell.counts], _reason_of)
    }
    reasons = dict.fromkeys((*counted, *left_out))
    return tuple(OwnReason(reason, counted.get(reason, 0), left_out.get(reason, 0)) for reason in reasons)


def _reason_of(cell: _Cell) -> Reason | None:
    return cell.reason


def _ranked(cells: Sequence[_Cell], kind_of: Callable[[_Cell], Kind]) -> tuple[Counted[Kind], ...]:
    """Add up by kind, the most frequent first; a cell that has been emptied again is none."""
    counter: Counter[Kind] = Counter()
    for cell in cells:
        counter[kind_of(cell)] += cell.requests
    found = [Counted(kind, number) for kind, number in counter.items() if number]
    return tuple(sorted(found, key=lambda one: (-one.count, str(one.kind))))
