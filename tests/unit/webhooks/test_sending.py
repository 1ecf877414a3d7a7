"""Each event arrives at least once under one id; what does not is tried ten times, and then by hand."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select, update
from standardwebhooks import Webhook, WebhookVerificationError

from shared.actions import deliveries, effects, refunds, webhooks
from shared.actions.deliveries import Resting
from shared.actions.webhooks import EndpointChange, EndpointTerms
from shared.domain.errors import EndpointOff, NotFound, StillUnderWay
from shared.domain.events import EffectKind
from shared.domain.ids import EffectId
from shared.domain.webhooks import OLD_SECRET_LASTS, SILENT_TRIES
from shared.ports import Reply
from shared.queries import documents, webhook_bodies
from shared.queries import webhooks as queries
from shared.queries.audit import AuditFilter, page
from shared.storage.records import EffectRecord, RefundRecord, RequestRecord, WebhookEndpointRecord
from shared.worker.perform import perform
from tests.builders import USER, an_order, cancel, request, ship
from tests.post import SEALING_KEYS, Remembering, outside

from .conftest import URL, Told

TERMS = EndpointTerms(SEALING_KEYS)


@pytest.fixture
def endpoint(told: Told) -> UUID:
    return told.endpoint("cancellation_requested", "cancellation_accepted")


@pytest.fixture
def asked(told: Told, endpoint: UUID) -> UUID:
    """Let a buyer ask for two of three units; give the request."""
    assert endpoint
    order_id = an_order().with_item(quantity=3).taken_in(told.db, told.merchant_id)
    return request(told.db, told.merchant_id, order_id, 2, comments="a private word")


def kinds(told: Told) -> list[str]:
    rows = page(told.db, told.merchant_id, AuditFilter()).rows
    return [row.kind for row in rows if row.kind.startswith("webhook_")]


def test_it_is_signed_and_says_what_happened_without_a_personal_word(
    told: Told, endpoint: UUID, asked: UUID
) -> None:
    told.work_off()

    url, headers, body = told.hearing.heard[0]
    assert url == URL
    said = Webhook(told.secret(endpoint)).verify(body, dict(headers))
    delivery = told.deliveries()[0]
    assert headers["webhook-id"] == str(delivery.event_id)
    assert said["type"] == "cancellation.requested"
    assert datetime.fromisoformat(said["timestamp"]) == delivery.created_at
    cancellation = said["data"]["cancellation"]
    assert cancellation | {"line_items": []} == {
        "id": str(asked),
        "state": "requested",
        "bwp_state": "PENDING",
        "source": "buyer",
        "requested_by": "buyer",
        "reason": "OrderedByMistake",
        "line_items": [],
    }
    assert [units["quantity"] for units in cancellation["line_items"]] == [2]
    assert len(body) < 20_000
    for word in ("ana", "torres", "private", "kettle"):
        assert word not in body.decode().lower()


def test_every_try_says_the_same_under_the_same_id(told: Told, asked: UUID) -> None:
    told.hearing.answers = [500, None, 302, 204]
    before = [told.try_once() for _ in range(3)]
    with told.db.begin(told.merchant_id) as tx:
        order_id = tx.session.get_one(RequestRecord, (told.merchant_id, asked)).order_id
    ship(told.db, told.merchant_id, order_id, 2)
    told.try_once()

    first = [
        call for call in told.hearing.heard if call[1]["webhook-id"] == told.hearing.heard[0][1]["webhook-id"]
    ]
    assert len(before) + 1 == len(first) == 4
    assert len({body for _url, _headers, body in first}) == 1
    delivery = told.deliveries()[0]
    assert (delivery.state, delivery.attempts, delivery.last_status) == ("sent", 4, 204)


def test_after_ten_tries_it_waits_for_somebody_to_send_it_again(
    told: Told, endpoint: UUID, asked: UUID
) -> None:
    assert asked
    told.hearing.answers = [503] * 10
    for _ in range(12):
        told.try_once()

    delivery = told.deliveries()[0]
    assert (delivery.state, delivery.attempts, delivery.last_status) == ("failed", 10, 503)
    assert [effect.state for effect in told.effects()] == ["dead"]
    assert len(told.hearing.heard) == 10

    deliveries.send_again(told.db, told.merchant_id, endpoint, delivery.id, USER)
    with pytest.raises(StillUnderWay):
        deliveries.send_again(told.db, told.merchant_id, endpoint, delivery.id, USER)
    told.work_off()

    assert told.deliveries()[0].state == "sent"
    assert len({headers["webhook-id"] for _url, headers, _body in told.hearing.heard}) == 1
    assert kinds(told)[0] == "webhook_sent_again"


def test_ten_tries_take_three_days_and_a_bit() -> None:
    delays = effects.DELAYS[EffectKind.SEND_WEBHOOK]

    assert len(delays) == 9
    assert timedelta(hours=75.5) < timedelta(seconds=sum(delays)) < timedelta(hours=75.6)


def test_whoever_asks_to_be_left_alone_is(told: Told, asked: UUID) -> None:
    assert asked
    for told_to_wait, least in ((timedelta(minutes=20), 20 * 60), (timedelta(days=90), 86_400)):
        told.hearing.answers = [Reply(429, told_to_wait)]
        told.try_once()
        with told.db.begin(told.merchant_id) as tx:
            due_in = (told.effects()[0].due_at - tx.now).total_seconds()
        assert least - 5 < due_in <= least


def test_an_endpoint_that_is_gone_is_told_nothing_more(told: Told, endpoint: UUID, asked: UUID) -> None:
    assert asked
    told.hearing.answers = [410]
    told.work_off()

    assert told.record(endpoint).state == "disabled"
    assert [delivery.state for delivery in told.deliveries()] == ["failed"]
    assert kinds(told)[0] == "webhook_disabled"
    cancel(told.db, told.merchant_id, an_order().taken_in(told.db, told.merchant_id))
    assert len(told.deliveries()) == 1
    for act in (
        lambda: deliveries.send_trial(told.db, told.merchant_id, endpoint),
        lambda: deliveries.send_again(told.db, told.merchant_id, endpoint, told.deliveries()[0].id, USER),
    ):
        with pytest.raises(EndpointOff):
            act()


def test_what_waits_for_an_endpoint_that_is_paused_is_not_sent(
    told: Told, endpoint: UUID, asked: UUID
) -> None:
    assert asked
    webhooks.change(told.db, told.merchant_id, endpoint, EndpointChange(is_active=False), USER, TERMS)
    told.work_off()

    assert told.hearing.heard == []
    assert [delivery.state for delivery in told.deliveries()] == ["failed"]

    webhooks.change(told.db, told.merchant_id, endpoint, EndpointChange(is_active=True), USER, TERMS)
    effects.retry_dead(told.db, told.merchant_id)
    told.work_off()

    assert [delivery.state for delivery in told.deliveries()] == ["sent"]


def test_a_worker_that_is_killed_leaves_the_delivery_to_another(told: Told, asked: UUID) -> None:
    assert asked
    told.hearing.answers = [200]
    effect = told.effects()[0]
    assert effects.claim(told.db, told.merchant_id, EffectId(effect.id)) is not None
    attempt = deliveries.begin(told.db, told.merchant_id, effect.subject_id)
    assert attempt is not None
    with told.db.begin(told.merchant_id) as tx:
        past = func.clock_timestamp() - timedelta(seconds=1)
        running = EffectRecord.state == "running"
        tx.session.execute(update(EffectRecord).where(running).values(lease_until=past))

    told.work_off()

    assert [headers["webhook-id"] for _url, headers, _body in told.hearing.heard] == [str(attempt.event_id)]
    assert (told.deliveries()[0].state, told.deliveries()[0].attempts) == ("sent", 2)


def test_a_delivery_that_kills_its_workers_is_given_up(told: Told, asked: UUID) -> None:
    assert asked
    effect = told.effects()[0]
    with told.db.begin(told.merchant_id) as tx:
        tx.session.execute(update(EffectRecord).where(EffectRecord.id == effect.id).values(attempt=99))

    told.work_off()

    assert told.hearing.heard == []
    assert [delivery.state for delivery in told.deliveries()] == ["failed"]


def test_what_arrived_is_not_sent_again_by_a_second_worker(told: Told, asked: UUID) -> None:
    assert asked
    told.work_off()
    delivery = told.deliveries()[0]

    with told.db.begin(told.merchant_id) as tx:
        tx.session.execute(update(EffectRecord).values(state="ready", due_at=tx.now))
    told.work_off()

    assert len(told.hearing.heard) == 1
    deliveries.fail(told.db, told.merchant_id, delivery.id)
    assert (told.deliveries()[0].state, told.deliveries()[0].attempts) == ("sent", 1)


def test_who_never_answers_is_left_alone_for_a_minute(told: Told, endpoint: UUID, asked: UUID) -> None:
    assert asked
    told.hearing.answers = [None] * 20
    for _ in range(SILENT_TRIES + 2):
        told.try_once()
    assert len(told.hearing.heard) == SILENT_TRIES
    assert told.deliveries()[0].attempts == SILENT_TRIES

    told.rest(timedelta(minutes=2))
    told.try_once()

    assert len(told.hearing.heard) == SILENT_TRIES + 1
    assert told.record(endpoint).last_status is None


def test_who_has_not_answered_is_called_by_one_worker_at_a_time(told: Told, asked: UUID) -> None:
    assert asked
    request(told.db, told.merchant_id, an_order().taken_in(told.db, told.merchant_id))
    first, second = (delivery.id for delivery in told.deliveries())
    for one in (first, second):
        assert deliveries.begin(told.db, told.merchant_id, one) is not None
    deliveries.take(told.db, told.merchant_id, first, None)

    assert deliveries.begin(told.db, told.merchant_id, first) is not None
    with pytest.raises(Resting):
        deliveries.begin(told.db, told.merchant_id, second)
    deliveries.take(told.db, told.merchant_id, first, 503)

    assert deliveries.begin(told.db, told.merchant_id, second) is not None


def test_a_new_secret_signs_beside_the_one_before_for_a_day(told: Told, endpoint: UUID, asked: UUID) -> None:
    assert asked
    old = told.secret(endpoint)
    webhooks.rotate(told.db, told.merchant_id, endpoint, USER, TERMS)
    new = told.secret(endpoint)
    told.work_off()

    _url, headers, body = told.hearing.heard[0]
    assert len(headers["webhook-signature"].split()) == 2
    for secret in (old, new):
        Webhook(secret).verify(body, dict(headers))

    with told.db.begin(told.merchant_id) as tx:
        ended = WebhookEndpointRecord.previous_until - OLD_SECRET_LASTS
        tx.session.execute(update(WebhookEndpointRecord).values(previous_until=ended))
    deliveries.send_again(told.db, told.merchant_id, endpoint, told.deliveries()[0].id, USER)
    told.work_off()

    _url, headers, body = told.hearing.heard[1]
    Webhook(new).verify(body, dict(headers))
    with pytest.raises(WebhookVerificationError):
        Webhook(old).verify(body, dict(headers))


def test_secrets_outlive_the_key_that_sealed_them(told: Told, endpoint: UUID, asked: UUID) -> None:
    assert asked
    webhooks.rotate(told.db, told.merchant_id, endpoint, USER, TERMS)
    secret = told.secret(endpoint)

    assert webhooks.reseal(told.db, told.merchant_id, ("a" * 64, *SEALING_KEYS)) == 1

    told.work_off()
    assert told.hearing.heard == []
    record = told.record(endpoint)
    assert webhooks.unseal(["a" * 64], record.secret) == secret
    assert queries.opened(["a" * 64], record.secret.decode()) == secret
    assert queries.opened(["b" * 64], record.secret.decode()) == ""
    assert webhooks.unseal(["a" * 64], record.previous_secret or b"")


def test_an_endpoint_hears_of_refunds_shipments_and_cases(told: Told) -> None:
    told.endpoint("refund_sent", "order_shipped", "order_taken_in", "restocked")
    order_id = an_order().with_item(quantity=2).taken_in(told.db, told.merchant_id)
    ship(told.db, told.merchant_id, order_id, 1)
    request_id = cancel(told.db, told.merchant_id, order_id, 1)
    with told.db.begin(told.merchant_id) as tx:
        refund = tx.session.scalars(select(RefundRecord)).one()
        order = documents.order(tx, order_id)
    refunds.mark_paid(told.db, told.merchant_id, refund.id, USER)

    told.work_off()

    said = {body["type"]: body["data"] for body in told.bodies()}
    assert set(said) == {"order.taken_in", "order.shipped", "refund.sent"}
    assert {data["order_number"] for data in said.values()} == {order.number}
    assert said["order.shipped"]["units"] == 1
    assert UUID(said["order.shipped"]["shipment_id"])
    assert said["refund.sent"]["refund"] == {"id": str(refund.id), "amount": 3200, "currency": "USD"}
    assert said["refund.sent"]["cancellation_id"] == str(request_id)
    assert "cancellation" not in said["refund.sent"]


def test_a_trial_tells_of_nothing(told: Told, endpoint: UUID) -> None:
    deliveries.send_trial(told.db, told.merchant_id, endpoint)
    told.work_off()

    assert told.types() == ["webhook.test"]
    assert set(told.bodies()[0]) == {"type", "timestamp"}
    with pytest.raises(NotFound):
        deliveries.send_trial(told.db, told.merchant_id, UUID(int=3))


def test_nobody_sends_anothers_delivery_again(told: Told, endpoint: UUID, asked: UUID, another) -> None:
    assert asked
    told.work_off()
    delivery = told.deliveries()[0]
    other = another()
    theirs = other.endpoint()

    for merchant_id, wanted, sent in (
        (other.merchant_id, theirs, delivery.id),
        (other.merchant_id, endpoint, delivery.id),
        (told.merchant_id, told.endpoint(), delivery.id),
        (told.merchant_id, endpoint, UUID(int=4)),
    ):
        with pytest.raises(NotFound):
            deliveries.send_again(told.db, merchant_id, wanted, sent, USER)


def test_the_same_rows_give_the_same_bytes(told: Told, asked: UUID) -> None:
    assert asked
    delivery = told.deliveries()[0]

    body = webhook_bodies.body(told.db, told.merchant_id, delivery.id)

    assert body == webhook_bodies.body(told.db, told.merchant_id, delivery.id)
    assert json.loads(body)["timestamp"].endswith("Z")


def test_a_dead_mail_server_and_a_dead_endpoint_do_not_know_of_each_other(told: Told, asked: UUID) -> None:
    assert asked
    told.hearing.answers = [None]
    box = Remembering()

    main = effects.due(told.db, told.merchant_id, queues=("core", "mail"))
    for effect_id in main:
        perform(outside(told.db, box, transport=told.hearing), told.merchant_id, effect_id)

    assert told.hearing.heard == []
    assert box.messages
    assert len(effects.due(told.db, told.merchant_id, queues=("webhooks",))) == 1
