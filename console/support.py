"""What customers wrote through Contact us."""

from flask.typing import ResponseReturnValue

from console.pages import show
from shared.queries.sign_in import Member
from shared.queries.support import cases
from shared.web.services import services


def support(member: Member) -> ResponseReturnValue:
    """List the messages, newest first."""
    return show(member, "console/support.html", cases=cases(services().db, member.merchant_id))
