"""Tell open pages what has changed since they were made; they ask every few seconds."""

from datetime import UTC, datetime
from uuid import UUID

from flask import jsonify
from flask.typing import ResponseReturnValue

from console.tabs import counted
from shared.domain.ids import lowest_id
from shared.queries.agent_changes import Standing, case_changes_since, standing
from shared.queries.agents import Agent
from shared.queries.changes import changes_since
from shared.queries.sign_in import Member
from shared.queries.waiting import waiting
from shared.web.services import services


def changes(member: Member, seen: UUID) -> ResponseReturnValue:
    """List changes since an entry that a page has seen; with some, also how much waits by address."""
    found = changes_since(services().db, member.merchant_id, seen)
    return jsonify(
        changes=[{"id": str(change.id), "about": str(change.order_id)} for change in found],
        waiting=waiting_counts(member) if found else {},
    )


def agent_changes(_agent: Agent, seen: UUID) -> ResponseReturnValue:
    """List what changed in the agents' list of cases since; with something, also how many wait."""
    found = case_changes_since(services().db, seen)
    return jsonify(
        changes=[{"id": str(change.id), "about": str(change.case_id)} for change in found],
        waiting=agents_counts(standing(services().db)) if found else {},
    )


def beginning() -> str:
    """Give what a page has seen that is made now."""
    return str(lowest_id(datetime.now(UTC)))


def waiting_counts(member: Member) -> dict[str, str]:
    """Write how much waits beside the addresses of the menu."""
    found = waiting(services().db, member.merchant_id)
    return {"/console/requests": counted(found.requests), "/console/support": counted(found.cases)}


def agents_counts(found: Standing) -> dict[str, str]:
    """Write how many cases wait beside the address of the agents' list."""
    return {"/console/agents": counted(found.waiting)}
