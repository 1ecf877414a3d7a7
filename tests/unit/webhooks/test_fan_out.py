"""Whatever enters a timeline is told to each endpoint that listens for it, once, whoever wrote it."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, text

from shared.actions import bulk_runs, cancellations, webhooks
from shared.actions.bulk_runs import NewRun
from shared.actions.webhooks import EndpointChange, EndpointTerms
from shared.domain.bulk import RunKind
from shared.domain.errors import AlreadyDecided, NotFound
from shared.domain.events import Event
from shared.domain.reasons import Reason
from shared.domain.webhooks import ON_REQUEST, TOLD, TOPICS, topic
from shared.queries import queue_state
from shared.storage.records import TimelineRecord
from tests.builders import USER, a_merchant, accept, an_order, cancel, request, ship
from tests.post import SEALING_KEYS

from .conftest import Told

TERMS = EndpointTerms(SEALING_KEYS)


def events_of(told: Told) -> list[str]:
    return [delivery.event for delivery in told.deliveries()]


def test_a_cancellation_is_told_with_all_that_follows_from_it(told: Told) -> None:
    order_id = an_order().with_item(quantity=2).taken_in(told.db, told.merchant_id)
    told.endpoint()

    request_id = request(told.db, told.merchant_id, order_id, 1)
    accept(told.db, told.merchant_id, request_id)

    assert events_of(told) == ["cancellation_requested", "restocked", "cancellation_accepted"]
    told.work_off()
    assert told.types() == ["cancellation.requested", "restocked", "cancellation.accepted"]
    assert {delivery.state for delivery in told.deliveries()} == {"sent"}


def test_two_endpoints_hear_the_same_event_under_one_id(told: Told) -> None:
    order_id = an_order().taken_in(told.db, told.merchant_id)
    first, second = told.endpoint(), told.endpoint("cancellation_requested", url="https://b.shop.example/")

    request(told.db, told.merchant_id, order_id)

    found = told.deliveries()
    assert {delivery.endpoint_id for delivery in found} == {first, second}
    assert len({delivery.event_id for delivery in found}) == 1
    told.work_off()
    assert len({body for _url, _headers, body in told.hearing.heard}) == 1
    assert len({headers["webhook-id"] for _url, headers, _body in told.hearing.heard}) == 1


def test_orders_of_a_batch_are_told_one_by_one(told: Told) -> None:
    orders = [an_order().taken_in(told.db, told.merchant_id) for _ in range(3)]
    told.endpoint("cancellation_accepted")

    _cancel_all(told, orders)

    assert len(told.deliveries()) == 3
    assert len({delivery.event_id for delivery in told.deliveries()}) == 3
    told.work_off()
    assert {body["data"]["order_id"] for body in told.bodies()} == {str(order_id) for order_id in orders}


def _cancel_all(told: Told, orders: list[UUID]) -> None:
    """Cancel whole orders set by set, as a batch does."""
    new = NewRun(kind=RunKind.SELECTION, title="Three orders", reason=Reason.NO_INVENTORY)
    run_id = bulk_runs.begin_selection(told.db, told.merchant_id, new, orders, USER).run_id
    bulk_runs.take_turn(told.db, told.merchant_id, run_id)
    assert told.deliveries() == []
    bulk_runs.confirm(told.db, told.merchant_id, run_id, USER)
    bulk_runs.take_turn(told.db, told.merchant_id, run_id)


def test_what_is_rolled_back_is_told_to_nobody(told: Told) -> None:
    order_id = an_order().taken_in(told.db, told.merchant_id)
    told.endpoint()

    with suppress(ZeroDivisionError), told.db.begin(told.merchant_id) as tx:
        record = tx.session.scalars(select(TimelineRecord).where(TimelineRecord.order_id == order_id)).one()
        entry = {column.name: getattr(record, column.name) for column in TimelineRecord.__table__.columns} | {
            "id": UUID(int=9),
            "event": "cancellation_requested",
            "seq": 0,
            "details": {},
        }
        tx.session.add(TimelineRecord(**entry))
        tx.session.flush()
        assert tx.session.execute(text("SELECT count(*) FROM webhook_deliveries")).scalar_one() == 1
        raise ZeroDivisionError

    assert told.deliveries() == []
    assert told.effects() == []


def test_one_job_wakes_a_worker_for_many_deliveries(empty_db) -> None:
    told = Told(empty_db, a_merchant(empty_db))
    told.endpoint("order_taken_in")
    told.endpoint("order_taken_in")
    order_id = an_order().taken_in(told.db, told.merchant_id)
    with told.db.begin(told.merchant_id) as tx:
        before = _jobs(tx)
        tx.session.execute(
            text(
                "INSERT INTO timeline (merchant_id, id, order_id, seq, event, actor_kind, from_state,"
                " to_state, at, details, hash) SELECT merchant_id, gen_random_uuid(), order_id, 1 + n, event,"
                " actor_kind, from_state, to_state, at, details, hash FROM timeline, generate_series(1, 45) n"
                " WHERE order_id = :order AND seq = 1"
            ),
            {"order": order_id},
        )
        added = _jobs(tx)[len(before) :]

    assert sorted(len(args["effect_ids"]) for args in added) == [5, 5, 20, 20, 20, 20]
    assert any(job.queue == "webhooks" for job in queue_state.state(told.db).jobs)


def _jobs(tx) -> list[dict]:
    return list(
        tx.session.scalars(
            text("SELECT args FROM procrastinate_jobs WHERE queue_name = 'webhooks' ORDER BY id")
        )
    )


def test_who_asks_for_nothing_in_particular_hears_all_but_orders_that_come_in(told: Told) -> None:
    told.endpoint()

    order_id = an_order().with_item(quantity=3).taken_in(told.db, told.merchant_id)
    ship(told.db, told.merchant_id, order_id, 1)

    assert events_of(told) == ["order_shipped"]


@pytest.mark.parametrize("event", TOLD)
def test_the_database_and_the_domain_agree_on_what_is_told(told: Told, event: Event) -> None:
    with told.db.begin(told.merchant_id) as tx:

        def tells(*events: str) -> bool:
            asked = {"events": list(events), "event": event}
            return bool(
                tx.session.execute(
                    text("SELECT webhook_tells(CAST(:events AS text[]), :event)"), asked
                ).scalar_one()
            )

        assert tells() is (event not in ON_REQUEST)
        assert tells(event)
        assert not tells("memo_changed")
        assert TOPICS[topic(event)] is event


def test_nothing_else_of_a_timeline_is_told(told: Told) -> None:
    with told.db.begin(told.merchant_id) as tx:
        for event in set(Event) - set(TOLD):
            asked = text("SELECT webhook_tells('{}', :event)")
            assert tx.session.execute(asked, {"event": event}).scalar_one() is False, event


def test_old_orders_that_come_in_are_no_news(told: Told) -> None:
    told.endpoint("order_taken_in", "cancellation_accepted")

    an_order().with_(age=timedelta(days=31)).taken_in(told.db, told.merchant_id)
    assert events_of(told) == []
    old = an_order().with_(age=timedelta(days=29)).taken_in(told.db, told.merchant_id)
    assert events_of(told) == ["order_taken_in"]
    cancel(told.db, told.merchant_id, old)
    assert events_of(told) == ["order_taken_in", "cancellation_accepted"]


def test_an_old_order_that_is_canceled_here_is_news(told: Told) -> None:
    order_id = an_order().with_(age=timedelta(days=90)).taken_in(told.db, told.merchant_id)
    told.endpoint("cancellation_accepted")

    cancel(told.db, told.merchant_id, order_id)

    assert events_of(told) == ["cancellation_accepted"]


def test_who_does_not_listen_hears_nothing(told: Told, another) -> None:
    told.endpoint("case_opened")
    paused, removed = told.endpoint(), told.endpoint()
    webhooks.change(told.db, told.merchant_id, paused, EndpointChange(is_active=False), USER, TERMS)
    webhooks.remove(told.db, told.merchant_id, removed, USER)
    other = another()
    other.endpoint()

    cancel(told.db, told.merchant_id, an_order().taken_in(told.db, told.merchant_id))

    assert told.deliveries() == other.deliveries() == []


def test_endpoints_of_others_are_behind_a_wall(told: Told, another) -> None:
    endpoint_id = told.endpoint()
    cancel(told.db, told.merchant_id, an_order().taken_in(told.db, told.merchant_id))
    other = another()

    with other.db.begin(other.merchant_id) as tx:
        for table in ("webhook_endpoints", "webhook_deliveries"):
            assert tx.session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() == 0
    with pytest.raises(NotFound):
        webhooks.remove(other.db, other.merchant_id, endpoint_id, USER)
    assert told.record(endpoint_id).state == "active"


def test_an_outcome_is_told_once_however_often_it_is_asked_for(told: Told) -> None:
    told.endpoint("cancellation_accepted", "cancellation_withdrawn")
    order_id = an_order().taken_in(told.db, told.merchant_id)
    request_id = request(told.db, told.merchant_id, order_id)
    accept(told.db, told.merchant_id, request_id)

    with pytest.raises(AlreadyDecided):
        cancellations.withdraw(told.db, told.merchant_id, request_id, USER)

    assert events_of(told) == ["cancellation_accepted"]
