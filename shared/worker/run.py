"""Run a worker until it is told to stop."""

import asyncio
import signal
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import procrastinate

from shared.settings import Settings
from shared.worker.queue import HEARTBEAT_SECONDS, MAIN_LANE, STALLED_SECONDS, WEBHOOK_LANE, build_queue
from shared.worker.setting_up import libpq_url, outside_of

# Each lane with how many jobs it carries out at once, and the seconds these have to end by themselves.
# Webhooks wait for others most of the time; the one in hand takes twenty seconds more at most.
_LANES = ((MAIN_LANE, 4, 30.0), (WEBHOOK_LANE, 8, 8.0))
_STOPS = (signal.SIGTERM, signal.SIGINT)


def run(settings: Settings) -> None:
    """Work through the queue; SIGTERM and SIGINT end the worker after the jobs in hand."""
    outside = outside_of(settings)
    queue = build_queue(outside, libpq_url(settings))
    try:
        asyncio.run(_work(queue))
    finally:
        outside.db.close()


async def _work(queue: procrastinate.App) -> None:
    loop = asyncio.get_running_loop()
    # As many threads as jobs: those that wait for a receiver leave the others theirs.
    loop.set_default_executor(ThreadPoolExecutor(sum(jobs for _queues, jobs, _grace in _LANES) + 1))
    told = asyncio.Event()
    for stop in _STOPS:
        loop.add_signal_handler(stop, told.set)
    async with queue.open_async():
        lanes = [asyncio.create_task(_work_in(queue, *lane)) for lane in _LANES]
        stopping = asyncio.create_task(told.wait())
        await asyncio.wait((*lanes, stopping), return_when=asyncio.FIRST_COMPLETED)
        for task in (*lanes, stopping):
            task.cancel()
        ended = await asyncio.gather(*lanes, return_exceptions=True)
    for failure in ended:
        if isinstance(failure, Exception):
            raise failure


async def _work_in(queue: procrastinate.App, queues: Sequence[str], jobs: int, grace: float) -> None:
    await queue.run_worker_async(
        queues=list(queues),
        concurrency=jobs,
        fetch_job_polling_interval=2.0,
        update_heartbeat_interval=HEARTBEAT_SECONDS,
        stalled_worker_timeout=STALLED_SECONDS,
        shutdown_graceful_timeout=grace,
        delete_jobs="successful",
        install_signal_handlers=False,
    )
