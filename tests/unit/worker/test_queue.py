"""The queue wakes workers for what was deferred, and a sweep finds what no job woke anybody for."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import psycopg
import pytest
from procrastinate.jobs import Status
from sqlalchemy import text

from shared.actions import links
from shared.mail.mailers import MailboxMailer
from shared.queries import mailbox, queue_state
from shared.storage.engine import Database
from shared.storage.outbox import PERFORM_EACH
from shared.worker.drain import drain
from shared.worker.perform import Outside
from shared.worker.queue import MOST_ATTEMPTS, build_queue, rescue, sweep
from tests.builders import a_merchant, an_order, automatic, request
from tests.post import KEYS, Remembering, effects_of, outside

WAITING = next(iter(Status)).value
CHECKOUT = Path(__file__).resolve().parents[3]


@pytest.fixture
def conninfo(app_url: str) -> str:
    return app_url.replace("postgresql+psycopg://", "postgresql://", 1)


def run_queue(post: Outside, conninfo: str) -> None:
    queue = build_queue(post, conninfo)

    async def work() -> None:
        async with queue.open_async():
            await queue.run_worker_async(wait=False, install_signal_handlers=False, delete_jobs="successful")

    asyncio.run(work())


def jobs(db: Database) -> list[str]:
    with db.begin_untenanted() as tx:
        return list(tx.session.scalars(text("SELECT status::text FROM procrastinate_jobs")))


def test_a_deferred_job_makes_a_worker_send_the_mail(empty_db: Database, conninfo: str) -> None:
    merchant_id = a_merchant(empty_db)
    an_order().taken_in(empty_db, merchant_id)
    box = Remembering()

    run_queue(outside(empty_db, box), conninfo)

    assert len(box.messages) == 1
    assert [effect.state for effect in effects_of(empty_db, merchant_id)] == ["done"]
    assert jobs(empty_db) == []


def test_what_a_job_defers_is_worked_off_too(empty_db: Database, conninfo: str) -> None:
    merchant_id = a_merchant(empty_db, automatic())
    request(empty_db, merchant_id, an_order().taken_in(empty_db, merchant_id))
    box = Remembering()

    run_queue(outside(empty_db, box), conninfo)

    assert len(box.messages) == 3
    assert {effect.state for effect in effects_of(empty_db, merchant_id)} == {"done"}


def test_who_asks_for_the_link_again_gets_it_by_mail(empty_db: Database, conninfo: str) -> None:
    merchant_id = a_merchant(empty_db)
    order = an_order().with_(number="NL-7")
    order.taken_in(empty_db, merchant_id)
    links.ask_again(empty_db, "nl-7", "ana.torres@example.com")
    links.ask_again(empty_db, "nl-7", "somebody.else@example.com")
    box = Remembering()

    assert queue_state.waiting_lookups(empty_db) == 2
    run_queue(outside(empty_db, box), conninfo)

    assert queue_state.waiting_lookups(empty_db) == 0
    assert [str(message["Subject"]) for message in box.messages[1:]] == [
        "Your link to order NL-7 at Northlight Home"
    ]


def test_a_sweep_finds_what_lost_its_job(empty_db: Database) -> None:
    for _ in range(2):
        an_order().taken_in(empty_db, a_merchant(empty_db))
    with empty_db.begin_untenanted() as tx:
        tx.session.execute(text("DELETE FROM procrastinate_jobs"))
    box = Remembering()

    assert sweep(outside(empty_db, box)) == 2
    assert len(box.messages) == 2
    assert sweep(outside(empty_db, box)) == 0


def test_a_drain_leaves_nothing_due(empty_db: Database, conninfo: str) -> None:
    merchant_id = a_merchant(empty_db, automatic())
    request(empty_db, merchant_id, an_order().with_(number="NL-8").taken_in(empty_db, merchant_id))
    links.ask_again(empty_db, "NL-8", "ana.torres@example.com")
    box = Remembering()

    drained = drain(outside(empty_db, box), conninfo)

    assert drained.unfinished == 0
    assert len(box.messages) == 4
    assert {effect.state for effect in effects_of(empty_db, merchant_id)} == {"done"}
    assert drain(outside(empty_db, box), conninfo).performed == 0


def test_a_drain_ends_although_a_mail_must_wait(empty_db: Database, conninfo: str) -> None:
    merchant_id = a_merchant(empty_db)
    an_order().taken_in(empty_db, merchant_id)
    box = Remembering()

    def down() -> None:
        raise OSError("down")

    box.trouble = down

    assert drain(outside(empty_db, box), conninfo).unfinished == 0
    assert effects_of(empty_db, merchant_id)[0].state == "ready"


def test_a_job_whose_worker_died_is_begun_again_but_not_for_ever(empty_db: Database, conninfo: str) -> None:
    an_order().taken_in(empty_db, a_merchant(empty_db))
    box = Remembering()
    queue = build_queue(outside(empty_db, box), conninfo)

    async def rescued() -> None:
        async with queue.open_async():
            await rescue(queue)

    _die_at_work(conninfo, attempts=1)
    asyncio.run(rescued())
    assert jobs(empty_db) == [WAITING]

    _die_at_work(conninfo, attempts=MOST_ATTEMPTS)
    asyncio.run(rescued())
    assert jobs(empty_db) == [Status.FAILED.value]


def _die_at_work(conninfo: str, *, attempts: int) -> None:
    with psycopg.connect(conninfo, autocommit=True) as connection:
        found = connection.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat)"
            " VALUES (now() - interval '1 hour') RETURNING id"
        ).fetchone()
        assert found is not None
        connection.execute(
            "UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s, attempts = %s",
            [found[0], attempts],
        )


def test_a_running_worker_is_woken_and_ends_when_told(
    empty_db: Database, app_url: str, tmp_path: Path
) -> None:
    environment = {
        **os.environ,
        "RESCIND_MODE": "demo",
        "RESCIND_DATABASE_URL": app_url,
        "RESCIND_SECRET_KEYS": KEYS[0],
        "RESCIND_DATA_DIR": str(tmp_path),
    }
    command = "from shared.settings import Settings; from shared.worker.run import run; run(Settings.read())"
    worker = subprocess.Popen([sys.executable, "-c", command], cwd=CHECKOUT, env=environment)
    try:
        merchant_id = a_merchant(empty_db)
        an_order().taken_in(empty_db, merchant_id)
        end = time.monotonic() + 60
        while not mailbox.recent(empty_db) and time.monotonic() < end:
            time.sleep(0.1)
        assert len(mailbox.recent(empty_db)) == 1
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(40) == 0
    finally:
        worker.kill()
        worker.wait()


def test_the_mailbox_mailer_can_be_drained_into(empty_db: Database, conninfo: str) -> None:
    an_order().taken_in(empty_db, a_merchant(empty_db))

    drain(outside(empty_db, MailboxMailer(empty_db)), conninfo)

    assert [mail.event for mail in mailbox.heads(empty_db)] == ["order_confirmed"]


def test_a_job_that_has_to_end_leaves_the_rest_to_others(empty_db: Database, conninfo: str) -> None:
    merchant_id = a_merchant(empty_db)
    an_order().taken_in(empty_db, merchant_id)
    box = Remembering()
    task = build_queue(outside(empty_db, box), conninfo).tasks[PERFORM_EACH]
    ids = [str(effect.id) for effect in effects_of(empty_db, merchant_id)]

    for is_over, sent in ((True, 0), (False, 1)):
        context = SimpleNamespace(should_abort=lambda is_over=is_over: is_over)
        task.func(context, str(merchant_id), ids)
        assert len(box.messages) == sent
