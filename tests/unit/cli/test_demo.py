"""The demo shop: quick to make, every state in it, nothing wrong with it."""

import time

import pytest
from sqlalchemy import text

from shared.actions.merchants import NewMerchant, create
from shared.cli import demo, preparing
from shared.domain.cancellation import RequestState
from shared.domain.orders import OrderStatus
from shared.queries import invariants, merchants
from shared.queries.cancellations import warehouse_questions
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
    assert len(warehouse_questions(empty_db, merchants.find(empty_db, "fernwood").id)) == 1
    assert invariants.violations(empty_db) == []


@pytest.mark.parametrize("ours_alone", [True, False])
def test_only_our_own_database_gets_the_demo_shop_beside_other_shops(
    empty_db, app_url, tmp_path, monkeypatch, ours_alone
) -> None:
    given = {"RESCIND_MODE": "demo", "RESCIND_DATABASE_URL": app_url, "RESCIND_DATA_DIR": str(tmp_path)}
    create(empty_db, NewMerchant("acme", "Acme"))
    filled: list[str] = []
    monkeypatch.setattr(demo, "seed", lambda _db, _settings: filled.append(demo.SLUG))

    preparing.prepare(Settings.read(given, serving=False), may_start_over=ours_alone, say=lambda _words: None)

    assert bool(filled) is ours_alone
