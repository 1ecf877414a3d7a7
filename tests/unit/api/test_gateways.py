"""The gateway's door takes signed events at its own address; a store may send a failed refund again."""

from __future__ import annotations

import json
import secrets

import pytest

from shared.actions import gateways
from shared.actions.gateways import Credentials
from shared.domain.orders import Gateway
from shared.queries import gateways as queries
from shared.sealing import PURPOSE
from shared.web.services import EXTENSION
from tests.builders import cancel
from tests.stripe_peer import SECRET, WEBHOOK_SECRET, running_peer
from tests.till import Till


@pytest.fixture
def till(db, store):
    with running_peer() as peer:
        yield Till(db, peer, store.merchant_id)


@pytest.fixture
def address(client_app, till) -> str:
    keys = client_app.extensions[EXTENSION].settings.derived_keys(PURPOSE)
    gateways.disconnect(till.db, till.merchant_id, Gateway.STRIPE)
    gateways.connect(till.db, till.merchant_id, Gateway.STRIPE, Credentials(SECRET, WEBHOOK_SECRET), keys)
    found = queries.find(till.db, till.merchant_id, Gateway.STRIPE, keys)
    assert found is not None
    return f"{queries.WEBHOOKS}{found.token}"


def a_failed_refund(till):
    order_id = till.order(till.peer.a_payment(10_000))
    till.peer.faults.append("refused")
    cancel(till.db, till.merchant_id, order_id, 4)
    till.work()
    return order_id, till.rows(order_id)[0]


def test_a_signed_event_is_taken_in(store, till, address) -> None:
    payment = till.peer.a_payment(10_000)
    order_id = till.order(payment)
    till.peer.faults.append("lost_after")
    cancel(till.db, till.merchant_id, order_id, 3)
    till.work()
    (made,) = till.peer.refunds.values()
    body, signature = till.peer.event("refund.created", made)

    response = store.client.post(address, data=body, headers={"Stripe-Signature": signature})

    assert (response.status_code, json.loads(response.text)) == (200, {"received": True})
    assert till.states(order_id) == ["succeeded"]

    disputed, signature = till.peer.event("charge.dispute.created", till.peer.dispute(payment, "x"))
    store.client.post(address, data=disputed, headers={"Stripe-Signature": signature})
    assert till.order_row(order_id).disputed


def test_who_cannot_sign_or_knows_no_address_changes_nothing(store, till, address) -> None:
    payment = till.peer.a_payment(10_000)
    till.order(payment)
    body, signature = till.peer.event("refund.created", till.peer.refund_by_hand(payment, 5))
    forged = till.peer.event("refund.created", till.peer.refund_by_hand(payment, 5), secret="whsec_other")

    assert store.client.post(address, data=body).status_code == 400
    assert (
        store.client.post(address, data=forged[0], headers={"Stripe-Signature": forged[1]}).status_code == 400
    )
    elsewhere = f"{queries.WEBHOOKS}{secrets.token_urlsafe(32)}"
    assert store.client.post(elsewhere, data=body, headers={"Stripe-Signature": signature}).status_code == 404
    assert store.client.post(address, data=b"x" * 300_000).status_code == 413


def test_an_address_is_closed_with_its_connection(store, till, address) -> None:
    gateways.disconnect(till.db, till.merchant_id, Gateway.STRIPE)
    payment = till.peer.a_payment(10_000)
    body, signature = till.peer.event("refund.created", till.peer.refund_by_hand(payment, 5))

    assert store.client.post(address, data=body, headers={"Stripe-Signature": signature}).status_code == 404


def test_a_store_sends_a_failed_refund_again_once(store, till) -> None:
    order_id, row = a_failed_refund(till)
    number = till.order_row(order_id).number
    told = json.loads(store.call("GET", f"/orders/{number}").text)["refunds"]
    assert [(one["state"], one["trouble"], one["gateway"]) for one in told] == [
        ("failed", "disputed", "stripe")
    ]

    first = store.call("POST", f"/refunds/{row.id}/retry", key="one")
    again = store.call("POST", f"/refunds/{row.id}/retry", key="one")
    late = store.call("POST", f"/refunds/{row.id}/retry")
    unknown = store.call("POST", "/refunds/none-of-ours/retry")

    assert first.status_code == again.status_code == 202
    assert first.text == again.text
    assert json.loads(first.text)["refunds"][0]["state"] == "pending"
    assert (late.status_code, json.loads(late.text)["code"]) == (409, "already_decided")
    assert unknown.status_code == 404
    assert len(till.rows(order_id)) == 2
