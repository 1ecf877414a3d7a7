"""How far the job queue is."""

from sqlalchemy import text

from shared.storage.engine import Database
from shared.storage.outbox import LOOK_UP_LINK


def waiting_lookups(db: Database) -> int:
    """Count questions for a link that nobody has answered yet."""
    with db.begin_untenanted() as tx:
        waiting: int = tx.session.execute(
            text(
                "SELECT count(*) FROM procrastinate_jobs"
                " WHERE task_name = :task AND status IN ('todo', 'doing')"
            ),
            {"task": LOOK_UP_LINK},
        ).scalar_one()
    return waiting
