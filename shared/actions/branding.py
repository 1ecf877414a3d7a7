"""Change how a merchant appears to its customers, each change told in the audit trail."""

import secrets
from dataclasses import asdict

from sqlalchemy import select

from shared.actions.policies import lock_merchant
from shared.domain.actors import Actor
from shared.domain.audit import AuditKind
from shared.domain.branding import Branding
from shared.domain.ids import MerchantId, new_id
from shared.logos import DrawnLogo
from shared.storage import audit
from shared.storage.doors import Door, build
from shared.storage.engine import Database, Transaction
from shared.storage.records import BrandingRecord, LogoRecord


def change(db: Database, merchant_id: MerchantId, wanted: Branding, actor: Actor) -> bool:
    """Put a look in place of the present one; tell whether anything is different."""
    with db.begin(merchant_id) as tx:
        record = _record(tx)
        settings = asdict(wanted)
        before = {name: getattr(record, name) for name in settings}
        changed = [name for name, value in settings.items() if value != before[name]]
        for name in changed:
            setattr(record, name, settings[name])
        if changed:
            audit.note(
                tx,
                AuditKind.BRANDING_CHANGED,
                actor,
                before={name: before[name] for name in changed},
                after={name: settings[name] for name in changed},
            )
    return bool(changed)


def change_logo(db: Database, merchant_id: MerchantId, drawn: DrawnLogo, actor: Actor) -> None:
    """Show this logo from now on; e-mails that were sent keep theirs."""
    with db.begin(merchant_id) as tx:
        record = _record(tx)
        logo = LogoRecord(
            merchant_id=merchant_id,
            id=new_id(),
            token=secrets.token_urlsafe(24),
            width=drawn.width,
            height=drawn.height,
            body=drawn.body,
            created_at=tx.now,
        )
        tx.session.add(logo)
        tx.session.flush()
        build(tx.session, Door.LOGO, logo.token.encode(), merchant_id, logo.id)
        was = {"logo": str(record.logo_id or "")}
        record.logo_id = logo.id
        audit.note(tx, AuditKind.BRANDING_CHANGED, actor, before=was, after={"logo": str(logo.id)})


def remove_logo(db: Database, merchant_id: MerchantId, actor: Actor) -> bool:
    """Show the shop's name alone from now on; tell whether there was a logo."""
    with db.begin(merchant_id) as tx:
        record = _record(tx)
        was = record.logo_id
        record.logo_id = None
        if was is not None:
            audit.note(tx, AuditKind.BRANDING_CHANGED, actor, before={"logo": str(was)}, after={"logo": ""})
    return was is not None


def _record(tx: Transaction) -> BrandingRecord:
    lock_merchant(tx)
    query = select(BrandingRecord).where(BrandingRecord.merchant_id == tx.merchant_id)
    record = tx.session.scalars(query).one_or_none()
    if record is None:
        record = BrandingRecord(merchant_id=tx.merchant_id, id=new_id(), **asdict(Branding()))
        tx.session.add(record)
        tx.session.flush()
    return record
