"""The whole life of an order, drawn at random and followed by a model: after each step both say the same."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from shared.storage.engine import Database
from tests.clock import unhurried
from tests.lives.machine import OrderLife
from tests.lives.shop import Shop

LIVES = int(os.environ.get("LIVES", "12"))
STEPS = 15
AT_ONCE = 250
SHARDS = max(2, -(-LIVES // AT_ONCE))


@pytest.mark.parametrize("_shard", range(SHARDS))
def test_whatever_happens_to_an_order_its_rows_say_what_the_model_says(db: Database, _shard: int) -> None:
    OrderLife.shop = Shop(unhurried(db))
    run_state_machine_as_test(
        OrderLife,
        settings=settings(
            max_examples=-(-LIVES // SHARDS),
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            phases=[Phase.generate, Phase.shrink],
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert OrderLife.shop.violations() == []
    OrderLife.shop.db.close()
