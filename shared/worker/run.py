"""Run a worker until it is told to stop."""

import asyncio

from shared.settings import Settings
from shared.worker.queue import HEARTBEAT_SECONDS, STALLED_SECONDS, build_queue
from shared.worker.setting_up import libpq_url, outside_of


def run(settings: Settings) -> None:
    """Work through the queue; SIGTERM and SIGINT end the worker after the job in hand."""
    outside = outside_of(settings)
    queue = build_queue(outside, libpq_url(settings))

    async def work() -> None:
        async with queue.open_async():
            await queue.run_worker_async(
                concurrency=4,
                fetch_job_polling_interval=2.0,
                update_heartbeat_interval=HEARTBEAT_SECONDS,
                stalled_worker_timeout=STALLED_SECONDS,
                shutdown_graceful_timeout=30.0,
                delete_jobs="successful",
            )

    try:
        asyncio.run(work())
    finally:
        outside.db.close()
