"""Carry out everything that is due by the clock, and wait for what others are carrying out."""

import asyncio
import time
from dataclasses import dataclass

from shared.actions import effects
from shared.queries import merchants, queue_state
from shared.worker.perform import Outside
from shared.worker.queue import build_queue, sweep

_PATIENCE_SECONDS = 30.0
_PAUSE_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Drained:
    """How many effects were carried out here, and how many were still unfinished when patience ended."""

    performed: int
    unfinished: int


def drain(outside: Outside, conninfo: str) -> Drained:
    """Return once nothing is due by the product's clock and nothing is running, whoever runs it."""
    performed = 0
    end = time.monotonic() + _PATIENCE_SECONDS
    while True:
        _run_queued(outside, conninfo)
        performed += sweep(outside)
        left = _unfinished(outside)
        if left == 0 or time.monotonic() > end:
            return Drained(performed, left)
        time.sleep(_PAUSE_SECONDS)


def _run_queued(outside: Outside, conninfo: str) -> None:
    if queue_state.waiting_lookups(outside.db) == 0:
        return
    queue = build_queue(outside, conninfo)

    async def work() -> None:
        async with queue.open_async():
            await queue.run_worker_async(wait=False, install_signal_handlers=False, delete_jobs="successful")

    asyncio.run(work())


def _unfinished(outside: Outside) -> int:
    held = sum(effects.unfinished(outside.db, merchant_id) for merchant_id in merchants.all_ids(outside.db))
    return held + queue_state.waiting_lookups(outside.db)
