"""Look for violations of the domain's invariants, merchant by merchant."""

from collections.abc import Sequence
from dataclasses import dataclass

from shared.domain.ids import MerchantId
from shared.queries import merchants
from shared.storage import invariants
from shared.storage.engine import Database


@dataclass(frozen=True, slots=True)
class Violation:
    """A row that must not be: the invariant it breaks, whose it is, which it is, what was found."""

    invariant: str
    merchant: str
    subject: str
    found: str


def violations(db: Database) -> list[Violation]:
    """List every violation of every merchant; an empty list when all is well."""
    return [
        violation for merchant_id in merchants.all_ids(db) for violation in violations_of(db, merchant_id)
    ]


def violations_of(db: Database, merchant_id: MerchantId) -> Sequence[Violation]:
    """List one merchant's violations."""
    with db.snapshot(merchant_id) as tx:
        slug = merchants.of(tx).slug
        return [
            Violation(name, slug, subject, found)
            for name, subject, found in invariants.violations(tx.session.connection(), merchant_id)
        ]
