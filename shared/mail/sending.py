"""Send one e-mail: read its rows, write it, hand it over outside any transaction, note that it left."""

from dataclasses import dataclass, field

from shared.actions import links
from shared.actions import mails as notes
from shared.domain.events import TO_TEAM, MailEvent
from shared.domain.ids import MerchantId, MessageId
from shared.mail.messages import Look, compose
from shared.mail.own_words import fill
from shared.ports import Mailer, Refused
from shared.queries import mail_texts, mails
from shared.queries.alerts import AlertMail
from shared.queries.mails import Mail
from shared.rendering import speaking, spoken_locale
from shared.storage.engine import Database


@dataclass(frozen=True, slots=True)
class Post:
    """What every e-mail needs besides its rows; `link_keys` sign the order links, newest first."""

    mailer: Mailer
    base_url: str
    mail_from: str
    link_keys: tuple[str, ...] = field(repr=False)


def send(db: Database, post: Post, merchant_id: MerchantId, message_id: MessageId) -> None:
    """Send an e-mail that has not left yet, under the same Message-ID at every try.

    Raises Refused when its recipient will never take it, anything else when a later try may succeed.
    """
    mail = mails.find(db, merchant_id, message_id)
    if mail.is_sent:
        return
    link = _link(db, post, merchant_id, mail)
    try:
        look = _look(db, merchant_id, mail)
        message = compose(mail, link=link, base_url=post.base_url, sender=post.mail_from, look=look)
        post.mailer.send(merchant_id, mail.event, message)
    except Refused:
        notes.mark_refused(db, merchant_id, message_id)
        raise
    notes.mark_sent(db, merchant_id, message_id)


def team_address(post: Post, merchant_id: MerchantId, path: str) -> str:
    """Write an address of the console; it names its merchant, since who reads it may be in several teams."""
    return f"{post.base_url}{path}?merchant={merchant_id}"


def _look(db: Database, merchant_id: MerchantId, mail: Mail | AlertMail) -> Look | None:
    if isinstance(mail, AlertMail) or mail.event in TO_TEAM:
        return None
    with speaking(mail.locale):
        brand, text = mail_texts.look_and_text(db, merchant_id, mail.event, spoken_locale())
        return Look(brand, fill(text, mail))


def _link(db: Database, post: Post, merchant_id: MerchantId, mail: Mail | AlertMail) -> str:
    if isinstance(mail, AlertMail):
        return team_address(post, merchant_id, "/console/health")
    if mail.event is MailEvent.CASE_OPENED and mail.case is not None:
        return team_address(post, merchant_id, f"/console/support/{mail.case.id}")
    if mail.event in TO_TEAM:
        return team_address(post, merchant_id, f"/console/orders/{mail.order_id}")
    token = links.make(db, merchant_id, mail.order_id, post.link_keys, epoch=mail.link_epoch)
    return f"{post.base_url}/o/{token}"
