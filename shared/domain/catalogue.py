"""A merchant's catalogue of reasons: who may give each, in which words and order, and what follows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from shared.domain.actors import ActorKind
from shared.domain.reasons import BUYER_REASONS, MERCHANT_REASONS, Reason
from shared.domain.restock import DEFAULT_RESTOCK, rule_for


class Giver(StrEnum):
    """Through whom a reason is given, each with a switch of its own."""

    BUYER = "buyer"
    MERCHANT = "merchant"
    STORE = "store"
    FEED = "feed"


@dataclass(frozen=True, slots=True)
class ReasonTerms:
    """What a merchant says of one reason. `words` by language stand in the place of the product's own.

    `restock` puts canceled units back on the shelf; with `counts` a merchant's cancellation is in the rate;
    `refunds` gives everything back where a merchant cancels without saying how much, else nothing.
    """

    reason: Reason
    for_buyers: bool
    for_merchants: bool
    for_stores: bool
    for_feeds: bool
    restock: bool
    counts: bool = True
    refunds: bool = True
    words: Mapping[str, str] = field(default_factory=dict)

    def is_for(self, giver: Giver) -> bool:
        """Say whether this kind of giver may give it."""
        return {
            Giver.BUYER: self.for_buyers,
            Giver.MERCHANT: self.for_merchants,
            Giver.STORE: self.for_stores,
            Giver.FEED: self.for_feeds,
        }[giver]

    @property
    def givers(self) -> tuple[Giver, ...]:
        """List who may give it."""
        return tuple(giver for giver in Giver if self.is_for(giver))


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Every reason, in the merchant's order."""

    entries: tuple[ReasonTerms, ...]

    def of(self, reason: Reason) -> ReasonTerms:
        """Give what holds for a reason."""
        return next(terms for terms in self.entries if terms.reason is reason)

    def offered(self, giver: Giver) -> tuple[ReasonTerms, ...]:
        """List the reasons that may be given."""
        return tuple(terms for terms in self.entries if terms.is_for(giver))

    def offers(self, reason: Reason | None, giver: Giver, *, for_buyer: bool = False) -> bool:
        """Say whether a reason may be given; none at all always may.

        A store that speaks for a buyer gives only what buyers may give, too.
        """
        if reason is None:
            return True
        terms = self.of(reason)
        return terms.is_for(giver) and (terms.for_buyers or not for_buyer)

    def restocks(self, reason: Reason | None) -> bool:
        """Say whether units canceled for this reason go back on the shelf."""
        return self.of(rule_for(reason)).restock

    def counts(self, reason: Reason | None) -> bool:
        """Say whether a merchant's cancellation for this reason counts in the rate."""
        return self.of(rule_for(reason)).counts

    def most_back(self, reason: Reason | None, said_minor: int | None, *, all_back: bool) -> int | None:
        """Tell what a merchant gives back at most, in minor units; None is all of it.

        What was said comes first, an amount or all of it, and then the reason's default.
        """
        if said_minor is not None or all_back or reason is None or self.of(reason).refunds:
            return said_minor
        return 0


def default_terms(reason: Reason) -> ReasonTerms:
    """Tell what holds for a reason until a merchant says otherwise."""
    return ReasonTerms(
        reason=reason,
        for_buyers=reason in BUYER_REASONS,
        for_merchants=reason in MERCHANT_REASONS,
        for_stores=True,
        for_feeds=reason in MERCHANT_REASONS,
        restock=DEFAULT_RESTOCK[reason],
    )


def giver_of(actor: ActorKind, *, for_buyer: bool = False) -> Giver:
    """Tell through whom a reason comes; what a file says of a buyer is the buyer's own word."""
    if actor is ActorKind.STORE:
        return Giver.STORE
    if for_buyer:
        return Giver.BUYER
    return Giver.FEED if actor is ActorKind.FEED else Giver.MERCHANT
