"""Write e-mails about an order that does not exist: previews, and tests for one's own mailbox."""

from email.message import EmailMessage

from shared.domain.events import MailEvent
from shared.domain.ids import MessageId
from shared.domain.mail_texts import MailText
from shared.mail.messages import Look, compose
from shared.mail.own_words import fill
from shared.mail.samples import sample
from shared.queries.samples import Occasion
from shared.rendering import speaking


def made_up(
    event: MailEvent,
    text: MailText,
    occasion: Occasion,
    *,
    locale: str,
    recipient: str,
    base_url: str,
    sender: str,
    test_id: MessageId | None = None,
) -> EmailMessage:
    """Write an e-mail as a customer would get it; with `test_id` it is one to be sent, and marked as a test.

    Its link opens the help, since there is no order to open.
    """
    mail = sample(event, occasion, recipient=recipient, locale=locale, message_id=test_id)
    with speaking(locale):
        look = Look(occasion.brand, fill(text, mail), is_test=test_id is not None)
    return compose(mail, link=f"{base_url}/help", base_url=base_url, sender=sender, look=look)


def part_of(message: EmailMessage, kind: str) -> str:
    """Read one part of an e-mail: "html" or "plain"."""
    part = message.get_body((kind,))
    return "" if part is None else str(part.get_content())
