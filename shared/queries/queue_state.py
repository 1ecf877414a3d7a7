"""How far the job queue is."""

from sqlalchemy import text

from shared.storage.engine import Database
from shared.storage.outbox import LOOK_UP_LINK, LOOK_UP_USER


def waiting_lookups(db: Database) -> int:
    """Count questions for a link or a user that nobody has answered yet."""
    with db.begin_untenanted() as tx:
        waiting: int = tx.session.execute(
            text(
                "SELECT count(*) FROM procrastinate_jobs"
                " WHERE task_name = ANY (:tasks) AND status IN ('todo', 'doing')"
            ),
            {"tasks": [LOOK_UP_LINK, LOOK_UP_USER]},
        ).scalar_one()
    return waiting
