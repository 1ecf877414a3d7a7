"""A merchant's own words in its e-mails."""

from collections.abc import Mapping

from sqlalchemy import select

from shared.domain.branding import Brand
from shared.domain.events import MailEvent
from shared.domain.ids import MerchantId
from shared.domain.mail_texts import MailText
from shared.queries import branding
from shared.storage.engine import Database, Transaction
from shared.storage.records import MailTextRecord


def every(db: Database, merchant_id: MerchantId) -> Mapping[tuple[MailEvent, str], MailText]:
    """Read all of them, by event and language."""
    with db.snapshot(merchant_id) as tx:
        query = select(MailTextRecord).where(MailTextRecord.merchant_id == merchant_id)
        return {(MailEvent(row.event), row.locale): _text(row) for row in tx.session.scalars(query)}


def read(db: Database, merchant_id: MerchantId, event: MailEvent, locale: str) -> MailText:
    """Read what is said in one e-mail in one language."""
    with db.snapshot(merchant_id) as tx:
        return _of(tx, event, locale)


def look_and_text(
    db: Database, merchant_id: MerchantId, event: MailEvent, locale: str
) -> tuple[Brand, MailText]:
    """Read the look of an e-mail, and what it says in the merchant's own words."""
    with db.snapshot(merchant_id) as tx:
        return branding.of(tx), _of(tx, event, locale)


def _of(tx: Transaction, event: MailEvent, locale: str) -> MailText:
    query = select(MailTextRecord).where(
        MailTextRecord.merchant_id == tx.merchant_id,
        MailTextRecord.event == event,
        MailTextRecord.locale == locale,
    )
    row = tx.session.scalars(query).one_or_none()
    return MailText() if row is None else _text(row)


def _text(row: MailTextRecord) -> MailText:
    return MailText(row.subject, row.intro)
