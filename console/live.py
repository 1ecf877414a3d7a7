"""Tell open pages what has changed since they were made; they ask every few seconds."""

from datetime import UTC, datetime
from uuid import UUID

from flask import jsonify
from flask.typing import ResponseReturnValue

from console.tabs import counted
from shared.domain.ids import lowest_id
from shared.queries import cancellations
from shared.queries.changes import changes_since
from shared.queries.sign_in import Member
from shared.web.services import services


def changes(member: Member, seen: UUID) -> ResponseReturnValue:
    """List changes since an entry that a page has seen; with some, also how many requests wait."""
    found = changes_since(services().db, member.merchant_id, seen)
    waiting = cancellations.open_request_count(services().db, member.merchant_id) if found else 0
    return jsonify(
        changes=[{"id": str(change.id), "order": str(change.order_id)} for change in found],
        waiting=counted(waiting) if found else None,
    )


def beginning() -> str:
    """Give what a page has seen that is made now."""
    return str(lowest_id(datetime.now(UTC)))
