"""The operator's support agents in the console: a session of their own, and the guard before their pages."""

from functools import wraps
from uuid import UUID

from flask import abort, redirect, request, session, url_for
from flask.typing import ResponseReturnValue

from console.access import View, current_member, leave, wanted_page
from shared.actions import agents as actions
from shared.domain.actors import Actor, ActorKind
from shared.domain.ids import UserId
from shared.domain.sign_in import Proof
from shared.queries import agents
from shared.queries.agents import Agent
from shared.web.app import wanted_fragment
from shared.web.services import services

_SECRET = "agent"  # noqa: S105 - the name it stands under


def current_agent() -> Agent | None:
    """Return which agent is signed in, read from the session's row in this very request."""
    secret = session.get(_SECRET)
    found = agents.agent(services().db, secret) if isinstance(secret, str) else None
    if found is not None and found.is_unnoted and wanted_fragment() != "live":
        actions.note_visit(services().db, found.secret)
    return found


def admit_agent(user_id: UserId, *proofs: Proof) -> ResponseReturnValue | None:
    """Let an agent in who has shown a second factor; None for anybody else."""
    secret = actions.begin(services().db, user_id, proofs)
    if secret is None:
        return None
    leave()
    session[_SECRET] = secret
    return redirect(url_for("console.agents"), code=303)


def leave_as_agent() -> None:
    """End an agent's session, if it is one that leaves."""
    secret = session.get(_SECRET)
    if isinstance(secret, str):
        actions.end(services().db, secret)


def for_agents(view: View) -> View:
    """Put the guard before a page of the agents, which no role in a team opens."""

    @wraps(view)
    def guard(**parts: UUID) -> ResponseReturnValue:
        agent = current_agent()
        if agent is not None:
            return view(agent, **parts)
        if current_member() is not None:
            abort(403)
        return redirect(url_for("console.sign_in", next=wanted_page()), code=303)

    return guard


def actor_of(agent: Agent) -> Actor:
    """Name the agent as the one who acts."""
    return Actor(ActorKind.SUPPORT_AGENT, agent.user_id, agent.name, request.remote_addr or "")
