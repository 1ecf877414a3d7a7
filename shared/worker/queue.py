"""The queue's tasks: a job only says which effect to look at; a sweep every minute finds what no job woke."""

import logging
from collections.abc import Collection
from uuid import UUID

import procrastinate
from procrastinate import JobContext

from shared.actions import effects, links, passwords
from shared.domain.ids import EffectId, MerchantId
from shared.queries import merchants
from shared.storage.outbox import LOOK_UP_LINK, LOOK_UP_USER, PERFORM, PERFORM_EACH, QUEUES, WEBHOOKS
from shared.worker.perform import Outside, perform

log = logging.getLogger(__name__)

HEARTBEAT_SECONDS = 5.0
STALLED_SECONDS = 20.0
MOST_ATTEMPTS = 5
# Two lanes: a webhook may take its receiver's time, and nothing else waits behind it. What names no queue
# is in the queue "default".
MAIN_LANE = (*sorted({*QUEUES.values()} - {WEBHOOKS}), "default")
WEBHOOK_LANE = (WEBHOOKS,)
# What a sweep takes of one merchant's webhooks at most: each may take its twenty seconds.
_MOST_WEBHOOKS = 20


def build_queue(outside: Outside, conninfo: str) -> procrastinate.App:
    """Make the queue with its tasks; `conninfo` is libpq's."""
    queue = procrastinate.App(
        connector=procrastinate.PsycopgConnector(conninfo=conninfo, min_size=1, max_size=6)
    )

    @queue.task(name=PERFORM)
    def perform_effect(merchant_id: str, effect_id: str) -> None:
        perform(outside, MerchantId(UUID(merchant_id)), EffectId(UUID(effect_id)))

    @queue.task(name=PERFORM_EACH, pass_context=True)
    def perform_effects(context: JobContext, merchant_id: str, effect_ids: list[str]) -> None:
        for effect_id in effect_ids:
            # A worker that has to end leaves the rest to the next sweep.
            if context.should_abort():
                return
            perform(outside, MerchantId(UUID(merchant_id)), EffectId(UUID(effect_id)))

    @queue.task(name=LOOK_UP_LINK)
    def look_up_link(number: str, email: str) -> None:
        links.look_up(outside.db, number, email)

    @queue.task(name=LOOK_UP_USER)
    def look_up_user(email: str) -> None:
        passwords.look_up(outside.db, email)

    _mount_rounds(queue, outside)
    return queue


def _mount_rounds(queue: procrastinate.App, outside: Outside) -> None:
    """Add what looks every minute for work that no job points to, and for jobs whose worker died."""

    @queue.periodic(cron="* * * * *")
    @queue.task(name="sweep", queueing_lock="sweep")
    def sweep_due(timestamp: int) -> None:
        log.debug("sweep of %d", timestamp)
        sweep(outside, queues=MAIN_LANE)

    @queue.periodic(cron="* * * * *")
    @queue.task(name="sweep_webhooks", queueing_lock="sweep_webhooks", queue=WEBHOOKS)
    def sweep_webhooks(timestamp: int) -> None:
        log.debug("sweep of webhooks of %d", timestamp)
        sweep(outside, _MOST_WEBHOOKS, queues=WEBHOOK_LANE)

    @queue.periodic(cron="* * * * *")
    @queue.task(name="rescue", queueing_lock="rescue", pass_context=True)
    async def rescue_stalled(context: JobContext, timestamp: int) -> None:
        log.debug("rescue of %d", timestamp)
        await rescue(context.app)


def sweep(outside: Outside, most: int = 500, *, queues: Collection[str] | None = None) -> int:
    """Carry out every effect that is due, merchant by merchant; count them. Of some queues, or of all."""
    return sum(
        perform(outside, merchant_id, effect_id)
        for merchant_id in merchants.all_ids(outside.db)
        for effect_id in effects.due(outside.db, merchant_id, most, queues=queues)
    )


async def rescue(queue: procrastinate.App) -> None:
    """Begin jobs again whose worker died, but not for ever."""
    # One that is begun over and over may be what kills its workers.
    manager = queue.job_manager
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_SECONDS):
        if job.attempts >= MOST_ATTEMPTS:
            await manager.finish_job(job, status=procrastinate.jobs.Status.FAILED, delete_job=False)
        else:
            await manager.retry_job(job)
