"""A customer takes a request back, as long as nobody has carried it out."""

from uuid import UUID

from shared.actions import cancellations
from shared.domain.ids import OrderId
from shared.domain.reasons import DeclineReason, Reason
from tests.builders import USER, accept, request
from tests.unit.portal.conftest import Buyer, Page, Shop, unknown_id


def _asked(shop: Shop) -> tuple[OrderId, UUID, Buyer, dict[str, str]]:
    order = shop.take()
    request_id = request(shop.db, shop.merchant_id, order)
    buyer = shop.buyer(order)
    return order, request_id, buyer, buyer.get(f"/orders/{order}").fields()


def _withdraw(buyer: Buyer, order: UUID, request_id: UUID | str, fields: dict[str, str]) -> Page:
    return buyer.send(f"/orders/{order}/requests/{request_id}/withdraw", fields)


def test_a_withdrawn_request_leaves_the_order_as_it_was(shop: Shop) -> None:
    order, request_id, buyer, fields = _asked(shop)

    page = _withdraw(buyer, order, request_id, fields)

    assert page.said == [("status", "Request withdrawn. Your order goes on as before.")]
    assert "Unshipped" in page.row("Tea kettle")
    assert "Cancel order" in page.links()
    assert "You withdrew the request" in (page.region("Timeline") or "")


def test_withdrawing_twice_answers_alike(shop: Shop) -> None:
    order, request_id, buyer, fields = _asked(shop)

    pages = [_withdraw(buyer, order, request_id, fields) for _ in range(2)]

    assert pages[0].said == pages[1].said


def test_who_is_too_late_reads_so(shop: Shop) -> None:
    order, request_id, buyer, fields = _asked(shop)
    accept(shop.db, shop.merchant_id, request_id)  # type: ignore[arg-type]

    page = _withdraw(buyer, order, request_id, fields)

    assert [role for role, _words in page.said] == ["alert"]
    assert "too late" in page.said[0][1]
    assert "Canceled" in page.row("Tea kettle")


def test_a_declined_request_says_why_and_what_the_shop_wrote(shop: Shop) -> None:
    order, request_id, buyer, fields = _asked(shop)
    cancellations.decline(
        shop.db,
        shop.merchant_id,
        request_id,
        USER,
        reason=DeclineReason.ALREADY_PACKED,
        message="It leaves <b>today</b>",
    )

    page = _withdraw(buyer, order, request_id, fields)

    region = page.region("Cancellation") or ""
    assert [role for role, _words in page.said] == ["alert"]
    assert "declined your request" in region
    assert "Already packed for shipping" in region
    assert "It leaves <b>today</b>" in region


def test_only_requests_of_this_very_order_are_withdrawn(shop: Shop) -> None:
    order, _request_id, buyer, fields = _asked(shop)
    other = shop.take()
    foreign = request(shop.db, shop.merchant_id, other)

    for request_id in (foreign, unknown_id(), "1", "x" * 80):
        assert _withdraw(buyer, order, request_id, fields).response.status_code == 404
    assert "Withdraw request" in shop.buyer(other).get(f"/orders/{other}").buttons()


def test_a_merchants_cancellation_stays(shop: Shop) -> None:
    order = shop.take()
    ask = cancellations.Ask(reason=Reason.NO_INVENTORY)
    request_id = cancellations.request(shop.db, shop.merchant_id, order, ask, USER)
    buyer = shop.buyer(order)
    page = buyer.get(f"/orders/{order}")
    assert "Northlight Home is canceling 1 × Tea kettle." in (page.region("Cancellation") or "")
    assert "Withdraw request" not in page.buttons()
    token = {"csrf_token": buyer.get(f"/orders/{order}/contact").fields()["csrf_token"]}

    answer = _withdraw(buyer, order, request_id, token)

    assert [role for role, _words in answer.said] == ["alert"]
    assert "Cancellation requested" in answer.row("Tea kettle")


def test_withdrawing_takes_a_form_of_this_page(shop: Shop) -> None:
    order, request_id, buyer, _fields = _asked(shop)

    assert buyer.get(f"/orders/{order}/requests/{request_id}/withdraw").response.status_code == 405
    assert _withdraw(buyer, order, request_id, {}).response.status_code == 400
    assert "Withdraw request" in buyer.get(f"/orders/{order}").buttons()
