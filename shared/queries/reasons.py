"""The reasons that people may choose from, in their merchant's words."""

from shared import wording
from shared.domain.catalogue import Catalogue
from shared.domain.ids import MerchantId
from shared.storage import catalogues
from shared.storage.engine import Database


def catalogue(db: Database, merchant_id: MerchantId) -> Catalogue:
    """Read what holds for every reason."""
    with db.snapshot(merchant_id) as tx:
        return catalogues.catalogue(tx)


def offered(db: Database, merchant_id: MerchantId, *, to_buyers: bool = False) -> list[tuple[str, str]]:
    """List the reasons that may be given, as (code, words), in the language being spoken."""
    found = catalogue(db, merchant_id).offered(to_buyers=to_buyers)
    return [(terms.reason.value, wording.reason_said(terms)) for terms in found]
