"""How far the job queue is."""

from dataclasses import dataclass

from sqlalchemy import text

from shared.storage.engine import Database
from shared.storage.outbox import LOOK_UP_LINK, LOOK_UP_USER

_SECONDS_OF_SILENCE = 30


@dataclass(frozen=True, slots=True)
class JobCount:
    """So many jobs of a queue: `due`, waiting for `later`, `doing`, or `failed`."""

    queue: str
    state: str
    jobs: int


@dataclass(frozen=True, slots=True)
class QueueState:
    """What is not done, and how many workers were heard of lately."""

    jobs: tuple[JobCount, ...]
    workers: int


def state(db: Database) -> QueueState:
    """Count jobs that are not done, and workers."""
    with db.begin_untenanted() as tx:
        jobs = tx.session.execute(
            text(
                "SELECT queue_name, CASE WHEN status <> 'todo' THEN status::text"
                " WHEN scheduled_at > now() THEN 'later' ELSE 'due' END AS state, count(*)"
                " FROM procrastinate_jobs WHERE status IN ('todo', 'doing', 'failed')"
                " GROUP BY 1, 2 ORDER BY 1, 2"
            )
        ).all()
        workers: int = tx.session.execute(
            text(
                "SELECT count(*) FROM procrastinate_workers"
                " WHERE last_heartbeat > now() - make_interval(secs => :silence)"
            ),
            {"silence": _SECONDS_OF_SILENCE},
        ).scalar_one()
    return QueueState(tuple(JobCount(*row) for row in jobs), workers)


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
