"""Change which of a merchant's reasons foreign codes come in as; what came in before stays as it is."""

from collections.abc import Mapping

from sqlalchemy import delete, insert

from shared.actions.policies import lock_merchant
from shared.domain.actors import Actor
from shared.domain.audit import AuditKind
from shared.domain.errors import InvalidContent
from shared.domain.foreign_codes import DEFAULTS, CodeList, reasons_for
from shared.domain.ids import MerchantId
from shared.domain.reasons import Reason
from shared.storage import audit
from shared.storage.catalogues import foreign_codes
from shared.storage.engine import Database
from shared.storage.records import ForeignCodeRecord


def change(
    db: Database, merchant_id: MerchantId, of: CodeList, wanted: Mapping[str, Reason], actor: Actor
) -> bool:
    """Say what the codes of one list come in as; those left out go back to their defaults.

    Tells whether anything is different. Raises InvalidContent for a reason that this list cannot come in as.
    """
    defaults = DEFAULTS[of]
    unfit = [reason for reason in wanted.values() if reason not in reasons_for(of)]
    if unfit:
        raise InvalidContent(f"{unfit[0]}: codes of this list cannot come in as it")
    with db.begin(merchant_id) as tx:
        lock_merchant(tx)
        before = {one.code: one.reason for one in foreign_codes(tx).of(of)}
        after = {code: wanted.get(code, default) for code, default in defaults.items()}
        moved = [code for code in defaults if before[code] is not after[code]]
        if not moved:
            return False
        mine = (ForeignCodeRecord.merchant_id == tx.merchant_id, ForeignCodeRecord.code_list == of)
        tx.session.execute(delete(ForeignCodeRecord).where(*mine))
        rows = [
            {"merchant_id": tx.merchant_id, "code_list": of, "code": code, "reason": reason}
            for code, reason in after.items()
            if reason is not defaults[code]
        ]
        if rows:
            tx.session.execute(insert(ForeignCodeRecord), rows)
        audit.note(
            tx,
            AuditKind.FOREIGN_CODES_CHANGED,
            actor,
            subject=of,
            before={code: before[code] for code in moved},
            after={code: after[code] for code in moved},
        )
        return True
