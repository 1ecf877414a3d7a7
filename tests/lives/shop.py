"""Where lives are lived: merchants that take in a few orders each, and are examined when all is over."""

from __future__ import annotations

from dataclasses import dataclass, field

from shared.actions import merchants
from shared.domain.ids import MerchantId
from shared.domain.policy import Policy
from shared.queries.invariants import Violation, violations_of
from tests.builders import a_merchant
from tests.clock import MovedDatabase

MOST_ORDERS = 25


@dataclass
class Shop:
    """Merchants of one database; opening an account and examining it cost more than most lives."""

    db: MovedDatabase
    merchants: list[MerchantId] = field(default_factory=list)
    orders: int = 0

    def next_merchant(self, policy: Policy) -> MerchantId:
        """Give the merchant whose order comes next, under this policy and with self-service on."""
        if self.orders % MOST_ORDERS == 0:
            self.merchants.append(a_merchant(self.db))
        self.orders += 1
        settings = merchants.MerchantChanges(policy=policy, self_service=True)
        merchants.change(self.db, self.merchants[-1], settings)
        return self.merchants[-1]

    def violations(self) -> list[Violation]:
        """List every violation of an invariant that the lives have left."""
        return [found for merchant_id in self.merchants for found in violations_of(self.db, merchant_id)]
