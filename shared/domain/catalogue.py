"""A merchant's catalogue of reasons: who may give each, in which words and order, and what follows."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from shared.domain.reasons import BUYER_REASONS, MERCHANT_REASONS, Reason
from shared.domain.restock import DEFAULT_RESTOCK, rule_for


@dataclass(frozen=True, slots=True)
class ReasonTerms:
    """What a merchant says of one reason. `words` by language stand in the place of the product's own.

    `restock` puts canceled units back on the shelf; with `counts` a merchant's cancellation is in the rate.
    """

    reason: Reason
    for_buyers: bool
    for_merchants: bool
    restock: bool
    counts: bool = True
    words: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Every reason, in the merchant's order."""

    entries: tuple[ReasonTerms, ...]

    def of(self, reason: Reason) -> ReasonTerms:
        """Give what holds for a reason."""
        return next(terms for terms in self.entries if terms.reason is reason)

    def offered(self, *, to_buyers: bool) -> tuple[ReasonTerms, ...]:
        """List the reasons that may be given."""
        return tuple(
            terms for terms in self.entries if (terms.for_buyers if to_buyers else terms.for_merchants)
        )

    def offers(self, reason: Reason | None, *, to_buyers: bool) -> bool:
        """Say whether a reason may be given; none at all always may.

        Stores may pass on a reason of the other side's list: then that side's switch counts.
        """
        if reason is None:
            return True
        terms, own = self.of(reason), BUYER_REASONS if to_buyers else MERCHANT_REASONS
        return terms.for_buyers if (reason in own) is to_buyers else terms.for_merchants

    def restocks(self, reason: Reason | None) -> bool:
        """Say whether units canceled for this reason go back on the shelf."""
        return self.of(rule_for(reason)).restock

    def counts(self, reason: Reason | None) -> bool:
        """Say whether a merchant's cancellation for this reason counts in the rate."""
        return self.of(rule_for(reason)).counts


def default_terms(reason: Reason) -> ReasonTerms:
    """Tell what holds for a reason until a merchant says otherwise."""
    return ReasonTerms(
        reason=reason,
        for_buyers=reason in BUYER_REASONS,
        for_merchants=reason in MERCHANT_REASONS,
        restock=DEFAULT_RESTOCK[reason],
    )
