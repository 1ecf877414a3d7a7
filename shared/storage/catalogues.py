"""Read a merchant's catalogue of reasons and foreign codes: what they said, the defaults elsewhere."""

from dataclasses import replace

from sqlalchemy import select

from shared.domain.catalogue import Catalogue, ReasonTerms, default_terms
from shared.domain.foreign_codes import CodeList, ForeignCodes
from shared.domain.reasons import Reason
from shared.storage.engine import Transaction
from shared.storage.records import ForeignCodeRecord, ReasonRecord, RestockRuleRecord


def catalogue(tx: Transaction) -> Catalogue:
    """Read what holds for every reason, in the merchant's order."""
    rows = {
        row.code: row
        for row in tx.session.scalars(select(ReasonRecord).where(ReasonRecord.merchant_id == tx.merchant_id))
    }
    rules = {
        rule.reason: rule.restock
        for rule in tx.session.scalars(
            select(RestockRuleRecord).where(RestockRuleRecord.merchant_id == tx.merchant_id)
        )
    }
    places = {
        reason: rows[reason].position if reason in rows else place for place, reason in enumerate(Reason)
    }
    return Catalogue(
        tuple(
            _terms(reason, rows.get(reason), restock=rules.get(reason, False))
            for reason in sorted(Reason, key=lambda reason: places[reason])
        )
    )


def foreign_codes(tx: Transaction) -> ForeignCodes:
    """Read what the merchant says of foreign codes."""
    rows = tx.session.scalars(
        select(ForeignCodeRecord).where(ForeignCodeRecord.merchant_id == tx.merchant_id)
    )
    return ForeignCodes({(CodeList(row.code_list), row.code): Reason(row.reason) for row in rows})


def _terms(reason: Reason, row: ReasonRecord | None, *, restock: bool) -> ReasonTerms:
    terms = replace(default_terms(reason), restock=restock)
    if row is None:
        return terms
    # Whom a public code is not for cannot be let give it.
    return replace(
        terms,
        for_buyers=terms.for_buyers and row.for_buyers,
        for_merchants=terms.for_merchants and row.for_merchants,
        for_stores=terms.for_stores and row.for_stores,
        for_feeds=terms.for_feeds and row.for_feeds,
        counts=row.counts,
        refunds=row.refunds,
        words=row.words,
    )
