"""The demo's mailbox: every e-mail that was kept instead of sent, with working links."""

import re
from dataclasses import replace
from uuid import UUID

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from shared.queries import mailbox
from shared.queries.mailbox import MailView
from shared.web.mail_frame import framed, page_with_frame
from shared.web.services import services

blueprint = Blueprint("mailbox", __name__, url_prefix="/demo/mailbox")

# The demo's own address, whatever its port was when the e-mail was written.
_AS_WRITTEN = re.compile(r"http://127\.0\.0\.1:\d+(?=/)")


@blueprint.get("")
def mails() -> ResponseReturnValue:
    """List the e-mails, newest first."""
    return render_template("testkit/mailbox.html", mails=mailbox.heads(services().db))


@blueprint.get("/<uuid:mail_id>")
def mail(mail_id: UUID) -> ResponseReturnValue:
    """Show one e-mail: headers, links, text, and its HTML in a frame."""
    return page_with_frame(render_template("testkit/mail.html", mail=_read(mail_id)))


@blueprint.get("/<uuid:mail_id>/html")
def mail_html(mail_id: UUID) -> ResponseReturnValue:
    """Give an e-mail's HTML part as a document of its own, which can do nothing but be read."""
    return framed(_read(mail_id).html)


def _read(mail_id: UUID) -> MailView:
    mail = mailbox.find(services().db, mail_id)
    text, html = (_AS_WRITTEN.sub(services().settings.base_url, part) for part in (mail.text, mail.html))
    return replace(mail, text=text, html=html, links=mailbox.links_in(html))
