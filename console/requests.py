"""The inbox of requests that wait for a decision."""

from flask.typing import ResponseReturnValue

from console import words
from console.pages import show, waiting_count
from shared.queries.cancellations import open_requests
from shared.queries.sign_in import Member
from shared.web.services import services


def requests(member: Member) -> ResponseReturnValue:
    """List who waits, those with the least time left first."""
    return show(
        member,
        "console/requests.html",
        waiting_refunds=waiting_count(member),
        waiting=open_requests(services().db, member.merchant_id),
        time_left=lambda asked: words.time_left(asked, member.now),
    )
