"""The demo shop: quick to make, every state in it, nothing wrong with it."""

import time

from sqlalchemy import text

from shared.cli import demo
from shared.domain.cancellation import RequestState
from shared.domain.orders import OrderStatus
from shared.queries import invariants, merchants
from shared.settings import Settings


def test_the_demo_shop_has_every_state_and_no_violation(empty_db, app_url) -> None:
    settings = Settings.read({"RESCIND_MODE": "demo", "RESCIND_DATABASE_URL": app_url}, serving=False)
    began = time.monotonic()

    demo.seed(empty_db, settings)

    assert time.monotonic() - began < 15
    merchant = merchants.find(empty_db, demo.SLUG)
    with empty_db.begin(merchant.id) as tx:
        connection = tx.session.connection()
        statuses = set(connection.execute(text("SELECT status FROM orders")).scalars())
        states = set(connection.execute(text("SELECT state FROM cancellation_requests")).scalars())
        count, currencies = connection.execute(
            text("SELECT count(*), count(DISTINCT currency) FROM orders")
        ).one()
    assert statuses == set(OrderStatus)
    assert states == set(RequestState) - {RequestState.ACCEPTING}
    assert (count, currencies) == (40, 3)
    assert len(merchants.all_ids(empty_db)) == 2
    assert invariants.violations(empty_db) == []
