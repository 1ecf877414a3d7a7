"""E-mails to the team in the console's tests: carried out, remembered, and their links followed."""

from __future__ import annotations

import re
from email.message import EmailMessage

from tests.post import Remembering, outside, work_off
from tests.unit.console.browsing import Shop

LINK = re.compile(r"http://127\.0\.0\.1:8104(/console/\S+)")


def mails(shop: Shop) -> list[EmailMessage]:
    """Send what is due, and give the e-mails that left."""
    box = Remembering()
    work_off(outside(shop.db, box), shop.merchant_id)
    return box.messages


def text_of(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    assert part is not None
    return " ".join(part.get_content().split())


def link_in(mail: EmailMessage) -> str:
    found = LINK.search(text_of(mail))
    assert found is not None
    return found.group(1)
