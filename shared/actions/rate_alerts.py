"""Warn the team by e-mail before the cancellation rate passes its limit, once each time it gets nearer."""

from datetime import datetime, time, timedelta

from sqlalchemy.dialects.postgresql import insert

from shared.actions.policies import lock_merchant
from shared.domain.actors import Actor
from shared.domain.audit import AuditKind
from shared.domain.events import EffectKind
from shared.domain.ids import MerchantId, new_id
from shared.domain.metrics import RateCounts, RateLevel, RateTerms, level
from shared.storage import audit, outbox
from shared.storage.calendar import day_of, zone_of
from shared.storage.engine import Database, Transaction
from shared.storage.rates import counts, own_reasons, terms
from shared.storage.records import RateAlertRecord

_NEARNESS = list(RateLevel)


def check(db: Database, merchant_id: MerchantId) -> None:
    """Look how near the limit the rate is, and warn when it has got nearer since the last look.

    At most one e-mail a day for each level. While the rate is not calm it is looked at every day, so that it
    is known when it has calmed.
    """
    with db.begin(merchant_id) as tx:
        merchant = lock_merchant(tx)
        measured = terms(tx)
        found = counts(tx, measured.days)
        reached, before = level(found, measured.limit), RateLevel(merchant.rate_level)
        merchant.rate_level = reached
        if merchant.alerts_on_rate and _NEARNESS.index(reached) > _NEARNESS.index(before):
            _warn(tx, reached, found, measured)
        if reached is not RateLevel.CALM:
            _look_again_tomorrow(tx)


def switch(db: Database, merchant_id: MerchantId, actor: Actor, *, on: bool) -> None:
    """Switch the warnings on or off."""
    with db.begin(merchant_id) as tx:
        merchant = lock_merchant(tx)
        if merchant.alerts_on_rate != on:
            merchant.alerts_on_rate = on
            audit.note(
                tx,
                AuditKind.SETTINGS_CHANGED,
                actor,
                before={"alerts_on_rate": not on},
                after={"alerts_on_rate": on},
            )


def measure_by(db: Database, merchant_id: MerchantId, wanted: RateTerms, actor: Actor) -> bool:
    """Change what the rate is measured by, and look at it anew; tell whether anything is different."""
    with db.begin(merchant_id) as tx:
        merchant = lock_merchant(tx)
        before = terms(tx)
        if wanted == before:
            return False
        merchant.rate_days = wanted.days
        merchant.rate_limit_permille = int(wanted.limit * 1000)
        old, new = _told(before), _told(wanted)
        moved = [name for name in new if new[name] != old[name]]
        audit.note(
            tx,
            AuditKind.SETTINGS_CHANGED,
            actor,
            before={name: old[name] for name in moved},
            after={name: new[name] for name in moved},
        )
        outbox.defer(tx, EffectKind.CHECK_RATE, tx.merchant_id, dedup_key=f"rate:terms:{new_id()}")
        return True


def _told(measured: RateTerms) -> dict[str, object]:
    return {"rate_days": measured.days, "rate_limit": f"{float(measured.limit * 100):.1f}%"}


def _warn(tx: Transaction, reached: RateLevel, found: RateCounts, measured: RateTerms) -> None:
    alert_id = tx.session.execute(
        insert(RateAlertRecord)
        .values(
            merchant_id=tx.merchant_id,
            id=new_id(),
            day=day_of(tx, tx.now),
            level=reached,
            orders=found.orders,
            canceled_by_merchant=found.canceled_by_merchant,
            reasons=own_reasons(tx, measured.days),
            created_at=tx.now,
        )
        .on_conflict_do_nothing(index_elements=["merchant_id", "day", "level"])
        .returning(RateAlertRecord.id)
    ).scalar_one_or_none()
    if alert_id is not None:
        outbox.warn(tx, alert_id)


def _look_again_tomorrow(tx: Transaction) -> None:
    zone = zone_of(tx)
    tomorrow = tx.now.astimezone(zone).date() + timedelta(days=1)
    outbox.defer(
        tx,
        EffectKind.CHECK_RATE,
        tx.merchant_id,
        dedup_key=f"rate:{tomorrow}",
        after=datetime.combine(tomorrow, time.min, zone) - tx.now,
    )
