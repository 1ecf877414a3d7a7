"""The orders of a batch that nothing has happened to, canceled wholly in one statement.

What is unusual about an order leaves it to `bulk_cancel`, which judges each by the core's own rules.
"""

import json

from shared import wording
from shared.actions.bulk_results import Results
from shared.actions.rates import count_days
from shared.actions.refunds import connected_gateways
from shared.domain.actors import Actor
from shared.domain.bulk import RunKind, giver_in
from shared.domain.catalogue import Catalogue
from shared.domain.events import EffectKind
from shared.domain.policy import from_document, to_text
from shared.domain.reasons import Reason
from shared.rendering import spoken_locale
from shared.storage import bulk_writes, outbox, rates, whole_orders
from shared.storage.calendar import zone_of
from shared.storage.catalogues import catalogue
from shared.storage.engine import Transaction
from shared.storage.records import BulkRunRecord, MerchantRecord
from shared.storage.whole_orders import Asker, Batch, Terms, Whole


def carry_out(
    tx: Transaction, run: BulkRunRecord, end: int, results: Results, actor: Actor, *, writes: bool
) -> None:
    """Deal with those of the orders after the run's `next_group` up to `end` that can go as they are.

    With `writes` all orders of the batch are locked, and those are canceled. Rows of the others stay open.
    """
    batch = Batch(run.id, run.next_group, end, run.reason)
    known = catalogue(tx)
    terms = _terms(tx, run, batch, known, lock=writes)
    if writes:
        whole_orders.lock_stock(tx, batch, [reason for reason in Reason if known.restocks(reason)])
        whole = whole_orders.carry_out(tx, batch, terms, _asker(tx, run, actor))
        _follow(tx, whole)
    else:
        whole = whole_orders.preview(tx, batch, terms)
    _add_up(results, whole)


def _terms(tx: Transaction, run: BulkRunRecord, batch: Batch, known: Catalogue, *, lock: bool) -> Terms:
    policies = whole_orders.policies(tx, batch, lock=lock)
    giver = giver_in(RunKind(run.kind))
    # By a reason that keeps the money less goes back than was paid: such orders are judged one by one.
    offered = [
        known.of(reason)
        for reason in Reason
        if known.offers(reason, giver) and known.most_back(reason, None, all_back=False) is None
    ]
    return Terms(
        policies=[json.dumps(policy) for policy in policies],
        policy_texts=[json.dumps(to_text(from_document(policy))) for policy in policies],
        reasons=[terms.reason for terms in offered],
        words=[wording.reason_said(terms) for terms in offered],
        counts=[terms.counts for terms in offered],
        restocks=[terms.restock for terms in offered],
        zone=zone_of(tx).key,
        rate_days=rates.terms(tx).days,
    )


def _asker(tx: Transaction, run: BulkRunRecord, actor: Actor) -> Asker:
    return Asker(
        actor_kind=actor.kind,
        actor_id=actor.id,
        locale=spoken_locale(),
        memo=run.memo,
        message=run.message,
        connected=sorted(connected_gateways(tx)),
        mails=tx.session.get_one(MerchantRecord, tx.merchant_id).mails_buyers,
    )


def _follow(tx: Transaction, whole: Whole) -> None:
    bulk_writes.put_back(tx, whole.put_back)
    if whole.first_counted is not None:
        count_days(tx, whole.counted, whole.first_counted)
    outbox.wake_each(tx, EffectKind.SEND_REFUND, whole.sendings)
    outbox.wake_each(tx, EffectKind.SEND_MAIL, whole.mails)


def _add_up(results: Results, whole: Whole) -> None:
    for name in ("orders", "units", "orders_refunded", "orders_released", "counting", "done", "warnings"):
        results.sums[name] += getattr(whole, name)
    results.refunded.update(whole.refunded)
    results.released.update(whole.released)
