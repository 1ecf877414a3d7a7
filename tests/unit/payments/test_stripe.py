"""The adapter sends what was asked for, once per key, and tells a refusal from an unknown outcome."""

from __future__ import annotations

import pytest
import stripe

from shared.domain.gateways import Trouble
from shared.domain.ids import RefundId, new_id
from shared.payments import stripe as adapter
from shared.payments.stripe import StripeGateway, UnclearAnswer
from shared.payments.stripe_amounts import from_stripe, to_stripe
from shared.ports import GatewayRefused, GatewayState, RefundOrder
from tests.stripe_peer import SECRET


def an_order(reference: str, amount: int = 1000, currency: str = "USD") -> RefundOrder:
    return RefundOrder(RefundId(new_id()), reference, amount, currency, "NL-1001")


@pytest.mark.parametrize("named_by", ["id", "charge"])
def test_a_refund_is_made_once_whoever_asks_twice(peer, gateway, named_by) -> None:
    payment = peer.a_payment(5000)
    order = an_order(getattr(payment, named_by))

    first, again = gateway.refund(order), gateway.refund(order)

    assert first == again
    assert first.state is GatewayState.SUCCEEDED
    assert [made["amount"] for made in peer.refunds.values()] == [1000]
    assert peer.refunds[first.reference]["metadata"]["order_number"] == "NL-1001"


@pytest.mark.parametrize(
    ("amount", "currency", "sent"),
    [
        (5800, "JPY", 5800),
        (5800, "KRW", 5800),
        (1299, "EUR", 1299),
        (5120, "KWD", 5120),
        (5, "ISK", 500),
        (5, "UGX", 500),
        (1045, "HUF", 1045),
        (700, "MGA", 7),
    ],
)
def test_amounts_reach_the_gateway_in_its_own_minor_units(peer, gateway, amount, currency, sent) -> None:
    payment = peer.a_payment(100_000, currency=currency.lower())

    gateway.refund(an_order(payment.id, amount, currency))

    assert [made["amount"] for made in peer.refunds.values()] == [sent]
    assert from_stripe(sent, currency) == amount


@pytest.mark.parametrize(("amount", "currency"), [(5124, "KWD"), (701, "MGA")])
def test_an_amount_that_the_gateway_cannot_send_is_refused_here(amount, currency) -> None:
    with pytest.raises(GatewayRefused) as caught:
        to_stripe(amount, currency)

    assert caught.value.trouble is Trouble.AMOUNT_NOT_POSSIBLE


@pytest.mark.parametrize(
    ("given_back", "amount", "trouble"),
    [(5000, 1000, Trouble.ALREADY_REFUNDED), (4500, 1000, Trouble.MORE_THAN_LEFT)],
)
def test_more_than_is_left_is_refused_for_good(peer, gateway, given_back, amount, trouble) -> None:
    payment = peer.a_payment(5000)
    peer.refund_by_hand(payment, given_back)

    with pytest.raises(GatewayRefused) as caught:
        gateway.refund(an_order(payment.id, amount))

    assert caught.value.trouble is trouble
    assert peer.given_back(payment) == given_back


@pytest.mark.parametrize("reference", ["pi_unknown", "Visa 4242", ""])
def test_a_payment_the_gateway_does_not_know_is_refused_for_good(gateway, reference) -> None:
    with pytest.raises(GatewayRefused) as caught:
        gateway.refund(an_order(reference))

    assert caught.value.trouble is Trouble.NO_SUCH_PAYMENT


def test_a_key_that_is_not_valid_is_refused_for_good(peer) -> None:
    with pytest.raises(GatewayRefused) as caught:
        StripeGateway("sk_test_wrong", url=peer.url).refund(an_order(peer.a_payment(5000).id))

    assert caught.value.trouble is Trouble.ACCESS_DENIED


@pytest.mark.parametrize("fault", ["500_before", "500_after", "429", "409", "lost_before", "lost_after"])
def test_what_leaves_the_outcome_open_is_no_refusal(peer, gateway, fault) -> None:
    peer.faults.append(fault)
    payment = peer.a_payment(5000)

    with pytest.raises(stripe.StripeError):
        gateway.refund(an_order(payment.id))

    assert len([call for call in peer.calls if call.startswith("POST")]) == 1, "the library tried again"


def test_a_gateway_that_does_not_answer_in_time_leaves_the_outcome_open(peer, monkeypatch) -> None:
    monkeypatch.setattr(adapter, "READ_SECONDS", 0.2)
    peer.faults.append("hang")

    with pytest.raises(stripe.APIConnectionError):
        StripeGateway(SECRET, url=peer.url).refund(an_order(peer.a_payment(5000).id))


def test_the_same_key_for_something_else_is_refused_for_good(peer, gateway) -> None:
    payment = peer.a_payment(5000)
    order = an_order(payment.id)
    gateway.refund(order)

    with pytest.raises(GatewayRefused):
        gateway.refund(RefundOrder(order.refund_id, payment.id, 2000, "USD", "NL-1001"))

    assert peer.given_back(payment) == 1000


def test_an_answer_about_another_amount_is_not_believed(peer, gateway, monkeypatch) -> None:
    payment = peer.a_payment(5000)
    new_refund = peer._new_refund
    monkeypatch.setattr(
        peer, "_new_refund", lambda intent, amount, *more: new_refund(intent, amount + 1, *more)
    )

    with pytest.raises(UnclearAnswer):
        gateway.refund(an_order(payment.id))


@pytest.mark.parametrize("named_by", ["id", "charge"])
def test_a_refund_is_found_again_by_its_key(peer, gateway, named_by) -> None:
    payment = peer.a_payment(5000)
    order, other = an_order(getattr(payment, named_by)), an_order(getattr(payment, named_by))
    peer.refund_by_hand(payment, 1000)
    made = gateway.refund(order)

    assert gateway.look_up(order) == made
    assert gateway.look_up(other) is None


def test_a_refund_that_the_bank_sends_back_tells_why(peer, gateway) -> None:
    peer.faults.append("pending")
    order = an_order(peer.a_payment(5000).id)
    made = gateway.refund(order)
    peer.end(made.reference, "failed", "lost_or_stolen_card")

    found = gateway.look_up(order)

    assert made.state is GatewayState.PENDING
    assert found is not None
    assert (found.state, found.trouble) == (GatewayState.FAILED, Trouble.CARD_CLOSED)


@pytest.mark.parametrize("named_by", ["id", "charge"])
def test_an_authorization_is_given_up_and_never_refunded(peer, gateway, named_by) -> None:
    payment = peer.a_payment(0, authorized=5000)
    order = an_order(getattr(payment, named_by), 5000)

    assert gateway.void(order).state is GatewayState.SUCCEEDED
    assert gateway.void(order).state is GatewayState.SUCCEEDED
    assert payment.status == "canceled"
    assert peer.refunds == {}


def test_an_authorization_that_was_given_up_before_counts_as_done(peer, gateway) -> None:
    payment = peer.a_payment(0, authorized=5000)
    payment.status = "canceled"

    assert gateway.void(an_order(payment.id, 5000)).state is GatewayState.SUCCEEDED


def test_what_was_captured_is_not_given_up(peer, gateway) -> None:
    payment = peer.a_payment(5000)

    with pytest.raises(GatewayRefused) as caught:
        gateway.void(an_order(payment.id, 5000))

    assert caught.value.trouble is Trouble.ALREADY_CAPTURED
    assert peer.given_back(payment) == 0
