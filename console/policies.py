"""The cancellation policy: what it is."""

from flask.typing import ResponseReturnValue

from console.pages import show
from console.settings import settings_tabs
from shared.queries import merchants
from shared.queries.sign_in import Member
from shared.web.services import services


def cancellation_policy(member: Member) -> ResponseReturnValue:
    """Show the policy under which orders come in."""
    merchant = merchants.read(services().db, member.merchant_id)
    return show(member, "console/cancellation_policy.html", merchant=merchant, sections=settings_tabs(member))
