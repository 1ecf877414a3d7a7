"""Change a merchant's own words in its e-mails, and send one to oneself to see it."""

from sqlalchemy import select

from shared.actions.policies import lock_merchant
from shared.domain.actors import Actor
from shared.domain.audit import AuditKind
from shared.domain.events import MailEvent
from shared.domain.ids import MerchantId, new_id
from shared.domain.mail_texts import MailText
from shared.storage import audit, outbox
from shared.storage.engine import Database
from shared.storage.records import MailTextRecord


def change(
    db: Database, merchant_id: MerchantId, event: MailEvent, locale: str, wanted: MailText, actor: Actor
) -> bool:
    """Say this in one e-mail in one language from now on; tell whether anything is different.

    The usual text is what `MailText()` stands for.
    """
    with db.begin(merchant_id) as tx:
        lock_merchant(tx)
        query = select(MailTextRecord).where(
            MailTextRecord.merchant_id == merchant_id,
            MailTextRecord.event == event,
            MailTextRecord.locale == locale,
        )
        record = tx.session.scalars(query).one_or_none()
        was = MailText() if record is None else MailText(record.subject, record.intro)
        if wanted == was:
            return False
        if record is None:
            record = MailTextRecord(merchant_id=merchant_id, id=new_id(), event=event, locale=locale)
            tx.session.add(record)
        record.subject, record.intro = wanted.subject, wanted.intro
        audit.note(
            tx,
            AuditKind.BRANDING_CHANGED,
            actor,
            subject=f"{event}, {locale}",
            before={"subject": was.subject, "intro": was.intro},
            after={"subject": wanted.subject, "intro": wanted.intro},
        )
    return True


def send_test(db: Database, merchant_id: MerchantId, event: MailEvent, locale: str, recipient: str) -> None:
    """Queue one e-mail as a customer would get it, about an order that does not exist."""
    with db.begin(merchant_id) as tx:
        outbox.letter(tx, event, recipient, locale=locale)
