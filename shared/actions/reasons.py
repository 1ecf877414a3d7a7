"""Change a merchant's catalogue of reasons; requests keep the words and terms they were made with."""

from sqlalchemy.dialects.postgresql import insert

from shared.actions.policies import lock_merchant
from shared.domain.actors import Actor
from shared.domain.audit import AuditKind
from shared.domain.catalogue import Catalogue, Giver, ReasonTerms
from shared.domain.errors import NoReasonLeft, ReasonNotOffered
from shared.domain.ids import MerchantId
from shared.domain.reasons import Reason
from shared.storage import audit
from shared.storage.catalogues import catalogue
from shared.storage.engine import Database, Transaction
from shared.storage.records import ReasonRecord, RestockRuleRecord


def offered_terms(known: Catalogue, reason: Reason, giver: Giver, *, for_buyer: bool = False) -> ReasonTerms:
    """Give the terms of a reason that somebody gave. Raises ReasonNotOffered."""
    if not known.offers(reason, giver, for_buyer=for_buyer):
        raise ReasonNotOffered(
            f"The reason {reason} has been switched off; choose another one.", reason=reason
        )
    return known.of(reason)


def change(db: Database, merchant_id: MerchantId, wanted: ReasonTerms, actor: Actor) -> bool:
    """Put terms of a reason in force; tell whether anything is different.

    Raises NoReasonLeft where merchants, who must give one, would have none left.
    """
    with db.begin(merchant_id) as tx:
        lock_merchant(tx)
        known = catalogue(tx)
        before = known.of(wanted.reason)
        others = (terms for terms in known.offered(Giver.MERCHANT) if terms.reason is not wanted.reason)
        if not wanted.for_merchants and not any(others):
            raise NoReasonLeft("Your team must be left at least one reason to give.")
        if wanted == before:
            return False
        place = [terms.reason for terms in known.entries].index(wanted.reason)
        _write(tx, known, place, wanted)
        _note(tx, actor, wanted.reason, _told(before), _told(wanted))
        return True


def move(db: Database, merchant_id: MerchantId, reason: Reason, actor: Actor, *, up: bool) -> None:
    """Move a reason one place up or down in the lists that people choose from."""
    with db.begin(merchant_id) as tx:
        lock_merchant(tx)
        entries = list(catalogue(tx).entries)
        place = [terms.reason for terms in entries].index(reason)
        there = place - 1 if up else place + 1
        if not 0 <= there < len(entries):
            return
        entries[place], entries[there] = entries[there], entries[place]
        _write_all(tx, Catalogue(tuple(entries)))
        _note(tx, actor, reason, {"place": place + 1}, {"place": there + 1})


def _write(tx: Transaction, known: Catalogue, place: int, wanted: ReasonTerms) -> None:
    entries = [*known.entries[:place], wanted, *known.entries[place + 1 :]]
    _write_all(tx, Catalogue(tuple(entries)))
    rule = insert(RestockRuleRecord).values(
        merchant_id=tx.merchant_id, reason=wanted.reason, restock=wanted.restock
    )
    tx.session.execute(
        rule.on_conflict_do_update(
            index_elements=["merchant_id", "reason"], set_={"restock": rule.excluded.restock}
        )
    )


def _write_all(tx: Transaction, known: Catalogue) -> None:
    # All of them: a reason without a row would stand in its default place among those that were moved.
    rows = insert(ReasonRecord).values(
        [
            {
                "merchant_id": tx.merchant_id,
                "code": terms.reason,
                "for_buyers": terms.for_buyers,
                "for_merchants": terms.for_merchants,
                "for_stores": terms.for_stores,
                "for_feeds": terms.for_feeds,
                "position": place,
                "counts": terms.counts,
                "refunds": terms.refunds,
                "words": dict(terms.words),
            }
            for place, terms in enumerate(known.entries)
        ]
    )
    names = [column.key for column in ReasonRecord.__table__.columns if not column.primary_key]
    tx.session.execute(
        rows.on_conflict_do_update(
            index_elements=["merchant_id", "code"], set_={name: rows.excluded[name] for name in names}
        )
    )


def _note(
    tx: Transaction, actor: Actor, reason: Reason, before: dict[str, object], after: dict[str, object]
) -> None:
    changed = [name for name in after if before[name] != after[name]]
    audit.note(
        tx,
        AuditKind.REASONS_CHANGED,
        actor,
        subject=reason,
        before={name: before[name] for name in changed},
        after={name: after[name] for name in changed},
    )


def _told(terms: ReasonTerms) -> dict[str, object]:
    return {
        "for_buyers": terms.for_buyers,
        "for_merchants": terms.for_merchants,
        "for_stores": terms.for_stores,
        "for_feeds": terms.for_feeds,
        "restock": terms.restock,
        "counts": terms.counts,
        "refunds": terms.refunds,
        "words": dict(terms.words),
    }
