"""The demo's mailbox: every e-mail that was kept instead of sent, with working links."""

from uuid import UUID

from flask import Blueprint, Response, render_template
from flask.typing import ResponseReturnValue

from shared.queries import mailbox
from shared.web.security import HEADERS
from shared.web.services import services

blueprint = Blueprint("mailbox", __name__, url_prefix="/demo/mailbox")

_CSP = "Content-Security-Policy"
_WITH_FRAME = f"{HEADERS[_CSP]}; frame-src 'self'"
# What an e-mail's HTML needs and no more: its own styles, and links that open outside of the frame.
_OF_MAIL = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox"
)


@blueprint.get("")
def mails() -> ResponseReturnValue:
    """List the e-mails, newest first."""
    return render_template("testkit/mailbox.html", mails=mailbox.heads(services().db))


@blueprint.get("/<uuid:mail_id>")
def mail(mail_id: UUID) -> ResponseReturnValue:
    """Show one e-mail: headers, links, text, and its HTML in a frame."""
    page = render_template("testkit/mail.html", mail=mailbox.find(services().db, mail_id))
    return Response(page, mimetype="text/html", headers={_CSP: _WITH_FRAME})


@blueprint.get("/<uuid:mail_id>/html")
def mail_html(mail_id: UUID) -> ResponseReturnValue:
    """Give an e-mail's HTML part as a document of its own, which can do nothing but be read."""
    headers = {_CSP: _OF_MAIL, "X-Frame-Options": "SAMEORIGIN"}
    return Response(mailbox.find(services().db, mail_id).html, mimetype="text/html", headers=headers)
