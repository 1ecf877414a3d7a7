"""End sessions of a user, and take one over to another of their merchants."""

from uuid import UUID

from sqlalchemy import ColumnElement

from shared.actions.sign_in import Entry, begin, drop
from shared.domain.actors import Actor
from shared.domain.audit import AuditKind
from shared.domain.errors import NotFound
from shared.domain.ids import MerchantId, UserId
from shared.storage import audit
from shared.storage.engine import Database
from shared.storage.records import ConsoleSessionRecord
from shared.storage.sessions import end_sessions, teams_of


def end(db: Database, user_id: UserId, session_id: UUID, actor: Actor) -> None:
    """End one session of the user, whichever merchant it is with. Raises NotFound."""
    if not _end_each(db, user_id, actor, ConsoleSessionRecord.id == session_id):
        raise NotFound("There is no such session.")


def end_others(db: Database, user_id: UserId, kept: UUID | None, actor: Actor) -> int:
    """End every session of the user save one; count them."""
    conditions = () if kept is None else (ConsoleSessionRecord.id != kept,)
    return _end_each(db, user_id, actor, *conditions)


def switch(
    db: Database, user_id: UserId, session: tuple[MerchantId, UUID], merchant_id: MerchantId, entry: Entry
) -> str:
    """Go over to another merchant of the user: a new session there, and the one here ends.

    Raises NotFound for a merchant that the user does not belong to.
    """
    with db.begin_untenanted() as tx:
        belongs = merchant_id in dict(teams_of(tx.session, user_id))
    secret = begin(db, user_id, entry) if belongs else None
    if secret is None:
        raise NotFound("There is no such merchant.")
    drop(db, *session)
    return secret


def _end_each(db: Database, user_id: UserId, actor: Actor, *which: ColumnElement[bool]) -> int:
    with db.begin_untenanted() as tx:
        merchant_ids = [merchant_id for merchant_id, _ in teams_of(tx.session, user_id)]
    count = 0
    for merchant_id in merchant_ids:
        with db.begin(merchant_id) as tenant:
            ended = end_sessions(tenant, ConsoleSessionRecord.user_id == user_id, *which)
            if ended:
                audit.note(tenant, AuditKind.SESSION_ENDED, actor, after={"sessions": ended})
        count += ended
    return count
