"""How a merchant appears: its look for pages and e-mails, and the picture behind a logo's address."""

from sqlalchemy import select

from shared.domain.branding import Brand, Branding, Logo
from shared.domain.ids import MerchantId
from shared.queries import merchants
from shared.storage.doors import Door, open_door
from shared.storage.engine import Database, Transaction
from shared.storage.records import BrandingRecord, LogoRecord


def read(db: Database, merchant_id: MerchantId) -> Brand:
    """Read a merchant's look; what was never set is as usual."""
    with db.snapshot(merchant_id) as tx:
        return of(tx)


def of(tx: Transaction) -> Brand:
    """Read the look of the merchant that the transaction is for."""
    name = merchants.of(tx).name
    query = select(BrandingRecord).where(BrandingRecord.merchant_id == tx.merchant_id)
    record = tx.session.scalars(query).one_or_none()
    if record is None:
        return Brand(name)
    branding = Branding(
        sender_name=record.sender_name,
        reply_to=record.reply_to,
        color=record.color,
        footer=record.footer,
        shop_url=record.shop_url,
        help_url=record.help_url,
    )
    return Brand(name, branding, _logo(tx, record))


def logo_body(db: Database, token: str) -> bytes | None:
    """Read the picture behind a logo's address; None where there is none."""
    with db.begin_untenanted() as tx:
        way = open_door(tx.session, Door.LOGO, token.encode())
    if way is None:
        return None
    merchant_id, logo_id = way
    with db.snapshot(merchant_id) as tx:
        return tx.session.scalars(
            select(LogoRecord.body).where(LogoRecord.merchant_id == merchant_id, LogoRecord.id == logo_id)
        ).one()


def _logo(tx: Transaction, record: BrandingRecord) -> Logo | None:
    if record.logo_id is None:
        return None
    # Without the picture itself, which only its own address needs.
    row = tx.session.execute(
        select(LogoRecord.token, LogoRecord.width, LogoRecord.height).where(
            LogoRecord.merchant_id == tx.merchant_id, LogoRecord.id == record.logo_id
        )
    ).one()
    return Logo(row.token, row.width, row.height)
