"""Find merchants, and what holds for all of their orders."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from shared.domain.errors import NotFound
from shared.domain.ids import MerchantId
from shared.domain.policy import Policy, from_document
from shared.storage.engine import Database, Transaction
from shared.storage.records import MerchantRecord


@dataclass(frozen=True, slots=True)
class Merchant:
    """A merchant's account."""

    id: MerchantId
    slug: str
    name: str
    time_zone: str
    policy: Policy
    tax_included: Mapping[str, bool]
    mails_buyers: bool
    self_service: bool

    def prices_include_tax(self, currency: str) -> bool:
        """Say whether prices in a currency include tax, where a report does not say so itself."""
        return self.tax_included.get(currency, False)


def find(db: Database, slug: str) -> Merchant:
    """Find a merchant by its slug; raises NotFound."""
    with db.begin_untenanted() as tx:
        record = tx.session.scalars(select(MerchantRecord).where(MerchantRecord.slug == slug)).one_or_none()
        if record is None:
            raise NotFound(f"There is no merchant called {slug}.")
        return _merchant(record)


def read(db: Database, merchant_id: MerchantId) -> Merchant:
    """Read one merchant."""
    with db.snapshot(merchant_id) as tx:
        return of(tx)


def of(tx: Transaction) -> Merchant:
    """Read the merchant that the transaction is for."""
    return _merchant(tx.session.get_one(MerchantRecord, tx.merchant_id))


def all_ids(db: Database) -> Sequence[MerchantId]:
    """List every merchant."""
    with db.begin_untenanted() as tx:
        return [MerchantId(merchant_id) for merchant_id in tx.session.scalars(select(MerchantRecord.id))]


def all_slugs(db: Database) -> Sequence[str]:
    """List every merchant's slug, in the order of the alphabet."""
    with db.begin_untenanted() as tx:
        return tx.session.scalars(select(MerchantRecord.slug).order_by(MerchantRecord.slug)).all()


def _merchant(record: MerchantRecord) -> Merchant:
    return Merchant(
        id=MerchantId(record.id),
        slug=record.slug,
        name=record.name,
        time_zone=record.time_zone,
        policy=from_document(record.policy),
        tax_included=record.tax_included,
        mails_buyers=record.mails_buyers,
        self_service=record.self_service,
    )
