"""Send one e-mail to somebody of the team; a link that lets them in is made only now, and kept nowhere."""

from email.message import EmailMessage

from shared.actions import mails as notes
from shared.actions import one_use
from shared.domain.events import MailEvent
from shared.domain.ids import MerchantId, MessageId
from shared.domain.mail_texts import FIELDS
from shared.mail.messages import compose
from shared.mail.sending import Post, team_address
from shared.mail.trying import made_up
from shared.ports import Refused
from shared.queries import letters, mail_texts, samples
from shared.queries.letters import Letter
from shared.storage.doors import Door
from shared.storage.engine import Database

_LINKS = {
    MailEvent.MEMBER_INVITED: (Door.INVITATION, "/console/join"),
    MailEvent.PASSWORD_RESET_ASKED: (Door.PASSWORD_RESET, "/console/reset"),
}
_PAGES = {
    MailEvent.ROLE_CHANGED: "/console/orders",
    MailEvent.EXPORT_READY: "/console/exports",
}


def send_letter(db: Database, post: Post, merchant_id: MerchantId, letter_id: MessageId) -> None:
    """Send an e-mail that has not left yet, under the same Message-ID at every try.

    Raises Refused when its recipient will never take it, anything else when a later try may succeed.
    """
    letter = letters.find(db, merchant_id, letter_id)
    if letter.is_sent:
        return
    link = _link(db, post, merchant_id, letter)
    try:
        message = (
            _test(db, post, merchant_id, letter)
            if letter.event in FIELDS
            else compose(letter, link=link, base_url=post.base_url, sender=post.mail_from)
        )
        post.mailer.send(merchant_id, letter.event, message)
    except Refused:
        notes.mark_letter(db, merchant_id, letter_id, sent=False)
        raise
    notes.mark_letter(db, merchant_id, letter_id, sent=True)


def _test(db: Database, post: Post, merchant_id: MerchantId, letter: Letter) -> EmailMessage:
    """Write what customers get, for somebody of the team who wants to see it."""
    return made_up(
        letter.event,
        mail_texts.read(db, merchant_id, letter.event, letter.locale),
        samples.occasion(db, merchant_id),
        locale=letter.locale,
        recipient=letter.recipient,
        base_url=post.base_url,
        sender=post.mail_from,
        test_id=letter.id,
    )


def _link(db: Database, post: Post, merchant_id: MerchantId, letter: Letter) -> str:
    if letter.event in _LINKS and letter.subject_id is not None:
        door, path = _LINKS[letter.event]
        return f"{post.base_url}{path}/{one_use.make(db, merchant_id, door, letter.subject_id)}"
    if letter.event is MailEvent.OPERATOR_REPLIED:
        return team_address(post, merchant_id, f"/console/contact/{letter.subject_id}")
    if letter.event is MailEvent.PASSWORD_CHANGED:
        return f"{post.base_url}/console/forgot"
    page = _PAGES.get(letter.event)
    return team_address(post, merchant_id, page) if page else ""
