"""The reasons that people may choose from, in their merchant's words."""

from shared import wording
from shared.domain.catalogue import Catalogue, Giver
from shared.domain.foreign_codes import ForeignCodes
from shared.domain.ids import MerchantId
from shared.domain.reasons import Reason
from shared.storage import catalogues
from shared.storage.engine import Database, Transaction


def catalogue(db: Database, merchant_id: MerchantId) -> Catalogue:
    """Read what holds for every reason."""
    with db.snapshot(merchant_id) as tx:
        return catalogues.catalogue(tx)


def words_of(db: Database, merchant_id: MerchantId) -> dict[Reason, str]:
    """Say every reason in the merchant's words."""
    with db.snapshot(merchant_id) as tx:
        return words_in(tx)


def words_in(tx: Transaction) -> dict[Reason, str]:
    """Say every reason in the words of the transaction's merchant."""
    return {terms.reason: wording.reason_said(terms) for terms in catalogues.catalogue(tx).entries}


def foreign_codes(db: Database, merchant_id: MerchantId) -> ForeignCodes:
    """Read which reasons foreign codes come in as."""
    with db.snapshot(merchant_id) as tx:
        return catalogues.foreign_codes(tx)


def keeping(db: Database, merchant_id: MerchantId) -> list[str]:
    """List the merchant's reasons that give nothing back unless somebody chooses otherwise, in words."""
    found = catalogue(db, merchant_id).offered(Giver.MERCHANT)
    return [wording.reason_said(terms) for terms in found if not terms.refunds]


def offered(db: Database, merchant_id: MerchantId, giver: Giver = Giver.MERCHANT) -> list[tuple[str, str]]:
    """List the reasons that may be given, as (code, words), in the language being spoken."""
    found = catalogue(db, merchant_id).offered(giver)
    return [(terms.reason.value, wording.reason_said(terms)) for terms in found]
