"""The inbox of requests that wait for a decision, and of those that wait for the warehouse."""

from flask.typing import ResponseReturnValue

from console import tabs, words
from console.pages import show
from shared.queries import cancellations
from shared.queries.sign_in import Member
from shared.web.services import services


def requests(member: Member) -> ResponseReturnValue:
    """List who waits, those with the least time left first."""
    return show(
        member,
        "console/requests.html",
        waiting_pages=tabs.waiting(member),
        waiting=cancellations.open_requests(services().db, member.merchant_id),
        time_left=lambda asked: words.time_left(asked, member.now),
    )


def warehouse_questions(member: Member) -> ResponseReturnValue:
    """List what the warehouse is asked to stop, what is due first at the top."""
    return show(
        member,
        "console/warehouse_questions.html",
        waiting_pages=tabs.waiting(member),
        asked=cancellations.warehouse_questions(services().db, member.merchant_id),
        time_left=lambda request: words.time_to_answer(request, member.now),
    )
