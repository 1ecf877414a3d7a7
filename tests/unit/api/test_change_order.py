"""PATCH /orders/<number>: what a store tells anew, and what follows from it."""

import json
from datetime import UTC, datetime
from uuid import UUID

import pytest

from shared.actions import cancellations, execution
from shared.actions.refunds import mark_paid
from shared.domain.actors import ActorKind
from shared.domain.events import MailEvent
from shared.domain.policy import Fee, Policy, WindowFrom
from shared.queries.invariants import violations_of
from shared.queries.links import exchange
from shared.queries.list_values import OrderFilter
from shared.queries.order_list import order_list
from shared.queries.orders import order_page
from shared.queries.refunds import waiting_refunds
from shared.storage.records import TimelineRecord
from tests.builders import USER, accept, cancel, request
from tests.post import KEYS, Remembering, messages_of, outside, work_off
from tests.unit.api.conftest import Store, address

NOW = datetime.now(UTC).isoformat(timespec="seconds")
AUTHORIZED = [{"gateway": "manual", "reference": "Visa 4242", "authorized": 22800, "captured": 0}]
CAPTURED = [{"gateway": "manual", "reference": "Visa 4242", "authorized": 22800, "captured": 22800}]


def changed(store: Store, order: dict, **body: object) -> dict:
    response = store.call("PATCH", address(order), body)
    assert response.status_code == 200, response.text
    return json.loads(response.text)


def entries(db, store: Store, event: str) -> list[dict]:
    with db.begin(store.merchant_id) as tx:
        rows = tx.session.query(TimelineRecord).order_by(TimelineRecord.order_id, TimelineRecord.seq)
        return [row.details for row in rows if row.event == event]


def refunds(order: dict) -> list[tuple[int, str]]:
    return [(refund["amount"], refund["state"]) for refund in order["refunds"]]


def test_an_order_answers_a_change_as_it_answers_a_read(store: Store) -> None:
    order = store.taken_in(placed_at=NOW)

    told = changed(
        store,
        order,
        hold=True,
        in_fulfillment=True,
        fulfilled_by="other",
        name="Ana T. Berg",
        address=["Elm Street 5", "10115 Berlin"],
    )

    assert told == json.loads(store.call("GET", address(order)).text)
    assert (told["hold"], told["disputed"], told["in_fulfillment"]) == (True, False, True)
    assert (told["fulfilled_by"], told["buyer"]["name"]) == ("other", "Ana T. Berg")
    assert told["address"] == ["Elm Street 5", "10115 Berlin"]
    assert changed(store, order, fulfilled_by="merchant", hold=False)["fulfilled_by"] == "merchant"


def test_an_order_comes_in_with_its_address_and_in_fulfillment(store: Store) -> None:
    order = store.taken_in(in_fulfillment=True, address=["Elm Street 5"])

    assert (order["in_fulfillment"], order["address"]) == (True, ["Elm Street 5"])
    verdict = json.loads(store.call("GET", f"{address(order)}/eligibility?requested_by=buyer").text)
    assert verdict["line_items"][0]["blockers"][0]["code"] == "in_fulfillment"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"surprise": 1}, "surprise"),
        ({"hold": None}, "hold"),
        ({"hold": 1}, "hold"),
        ({"canceled": False}, "canceled"),
        ({"canceled": 1}, "canceled"),
        ({"email": "nobody"}, "email"),
        ({"email": "a@example.com", "buyer": {"email": "b@example.com"}}, "email"),
        ({"payments": [{"gateway": "manual", "authorized": 1, "captured": 2}]}, "payments[0]"),
        ({"address": [""]}, "address[0]"),
        ({"fulfilled_by": "nobody"}, "fulfilled_by"),
        (
            {"payments": [{"gateway": "manual", "authorized": 10**12, "captured": 0}] * 1001},
            "payments",
        ),
    ],
)
def test_what_cannot_be_told_is_refused_by_name(store: Store, body: dict, field: str) -> None:
    order = store.taken_in(placed_at=NOW)

    response = store.call("PATCH", address(order), body)

    assert response.status_code == 422
    assert field in response.text


def test_changing_needs_the_right_to_push_orders(a_store) -> None:
    store = a_store(scopes=("read", "cancel", "ship"))

    assert store.call("PATCH", "/orders/1", {"hold": True}).status_code == 403


def test_an_unknown_order_cannot_be_changed(store: Store, a_store) -> None:
    order = a_store().taken_in(placed_at=NOW)

    assert store.call("PATCH", address(order), {"hold": True}).status_code == 404


def test_a_change_is_on_record_once_and_what_is_so_already_is_not(db, store: Store) -> None:
    order = store.taken_in(placed_at=NOW)
    changed(store, order, hold=True, payments=CAPTURED)
    changed(store, order, hold=True, name="Ana Torres")
    changed(store, order)

    assert entries(db, store, "order_changed") == [
        {"changed": ["hold"], "from": {"hold": False}, "to": {"hold": True}}
    ]
    assert violations_of(db, store.merchant_id) == []


def test_the_same_change_twice_under_one_key_is_one_change_and_none_is_needed(store: Store) -> None:
    order = store.taken_in(placed_at=NOW)
    first = store.call("PATCH", address(order), {"hold": True}, key="once")
    store.call("PATCH", address(order), {"hold": False}, key=None)

    again = store.call("PATCH", address(order), {"hold": True}, key="once")

    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.text == first.text
    assert json.loads(store.call("GET", address(order)).text)["hold"] is False


def test_the_console_says_what_was_changed_and_by_whom(db, store: Store) -> None:
    order = store.taken_in(placed_at=NOW)
    changed(store, order, payments=AUTHORIZED, email="new@example.com")

    page = order_page(db, store.merchant_id, order["id"], ActorKind.MERCHANT_USER)
    row = next(row for row in page.timeline if row.event == "order_changed")

    assert (row.actor_name, row.items) == ("Shop system", "e-mail address, payments")


def test_a_pending_order_becomes_unshipped_when_its_payment_is_authorized(store: Store) -> None:
    order = store.taken_in(placed_at=NOW, payments=[])
    assert order["status"] == "Pending"

    told = changed(store, order, payments=AUTHORIZED)

    assert told["status"] == "Unshipped"
    assert {line["status"] for line in told["line_items"]} == {"Unshipped"}


def test_the_window_from_payment_begins_with_the_first_capture(db, a_store) -> None:
    store = a_store(Policy(window_hours=2, window_from=WindowFrom.PAID))
    order = store.taken_in(placed_at="2026-03-31T14:05:00+02:00", payments=AUTHORIZED)
    page = order_page(db, store.merchant_id, order["id"], ActorKind.BUYER)
    assert (page.can_cancel, page.cancel_until) == (True, None)

    changed(store, order, payments=CAPTURED)

    page = order_page(db, store.merchant_id, order["id"], ActorKind.BUYER)
    assert page.can_cancel
    assert (page.cancel_until - datetime.now(UTC)).total_seconds() == pytest.approx(7200, abs=60)


def test_a_payment_keeps_its_reference_learns_one_and_others_are_added(store: Store) -> None:
    card = {"gateway": "stripe", "authorized": 20000, "captured": 0}
    gift = {"gateway": "gift_card", "reference": "GC-1", "authorized": 2800, "captured": 2800}
    order = store.taken_in(placed_at=NOW, payments=[card])

    told = changed(store, order, payments=[{**card, "reference": "pi_1", "captured": 20000}, gift])
    again = changed(store, order, payments=[gift, {**card, "captured": 20000, "reference": "pi_1"}])

    assert [(paid["gateway"], paid["reference"], paid["captured"]) for paid in told["payments"]] == [
        ("stripe", "pi_1", 20000),
        ("gift_card", "GC-1", 2800),
    ]
    assert again["payments"] == told["payments"]


def test_a_payment_that_is_left_out_is_missed(store: Store) -> None:
    order = store.taken_in(placed_at=NOW)

    response = store.call("PATCH", address(order), {"payments": []})

    assert response.status_code == 422
    assert "Visa 4242 is missing" in response.text


def test_a_payment_is_never_less_than_what_has_gone_back_of_it(db, store: Store) -> None:
    order = store.taken_in(placed_at=NOW)
    cancel(db, store.merchant_id, order["id"], 0, 1)

    gone = store.call("PATCH", address(order), {"payments": [{**CAPTURED[0], "captured": 1000}]})
    rests = store.call("PATCH", address(order), {"payments": [{**CAPTURED[0], "captured": 22700}]})

    assert (gone.status_code, rests.status_code) == (422, 422)
    assert "1800 of it has gone back already" in gone.text
    assert "cannot be less now" in rests.text
    assert violations_of(db, store.merchant_id) == []


def test_a_capture_may_be_corrected_while_nothing_has_gone_back(db, store: Store) -> None:
    order = store.taken_in(placed_at=NOW)

    told = changed(store, order, payments=[{**CAPTURED[0], "captured": 20000}])

    assert told["payments"][0]["captured"] == 20000
    assert violations_of(db, store.merchant_id) == []


def test_a_released_authorization_is_neither_captured_nor_less_than_it_was(db, store: Store) -> None:
    order = store.taken_in(placed_at=NOW, payments=AUTHORIZED)
    cancel(db, store.merchant_id, order["id"])
    (void,) = json.loads(store.call("GET", address(order)).text)["refunds"]
    mark_paid(db, store.merchant_id, UUID(void["id"]), USER)

    captured = store.call("PATCH", address(order), {"payments": CAPTURED})
    less = store.call("PATCH", address(order), {"payments": [{**AUTHORIZED[0], "authorized": 100}]})

    assert (captured.status_code, less.status_code) == (422, 422)
    assert "released" in captured.text
    assert "released" in less.text


def test_what_was_captured_though_its_release_was_asked_for_goes_back(db, store: Store) -> None:
    order = store.taken_in(placed_at=NOW, payments=AUTHORIZED)
    cancel(db, store.merchant_id, order["id"])

    told = changed(store, order, payments=CAPTURED)

    assert refunds(told) == [(22800, "failed"), (22800, "manual")]
    assert {refund["cancellation_id"] for refund in told["refunds"]} == {told["cancellations"][0]["id"]}
    assert waiting_refunds(db, store.merchant_id).failed == ()
    assert MailEvent.REFUND_FAILED not in {message.event for message in messages_of(db, store.merchant_id)}
    assert violations_of(db, store.merchant_id) == []
    assert changed(store, order, payments=CAPTURED)["refunds"] == told["refunds"]


def test_a_full_capture_after_a_part_was_canceled_gives_that_part_back(db, store: Store) -> None:
    order = store.taken_in(placed_at=NOW, payments=AUTHORIZED)
    cancel(db, store.merchant_id, order["id"], 1, 0)
    accept(db, store.merchant_id, request(db, store.merchant_id, order["id"], 0, 1))

    told = changed(store, order, payments=CAPTURED)

    assert refunds(told) == [(1800, "manual"), (6400, "manual")]
    assert {refund["cancellation_id"] for refund in told["refunds"]} == {
        asked["id"] for asked in told["cancellations"]
    }
    assert violations_of(db, store.merchant_id) == []
    assert changed(store, order, payments=CAPTURED)["refunds"] == told["refunds"]


def test_a_capture_of_more_than_is_due_gives_back_no_more_than_the_newest_need(db, store: Store) -> None:
    order = store.taken_in(placed_at=NOW, payments=AUTHORIZED)
    cancel(db, store.merchant_id, order["id"], 1, 0)
    cancel(db, store.merchant_id, order["id"], 0, 1)

    told = changed(store, order, payments=[{**AUTHORIZED[0], "captured": 22800 - 8200 + 2000}])

    assert refunds(told) == [(1800, "manual"), (200, "manual")]
    assert violations_of(db, store.merchant_id) == []


def test_a_fee_that_was_quoted_at_nothing_stays_so_when_more_is_captured(db, a_store) -> None:
    store = a_store(Policy(fee=Fee(percent=10)))
    order = store.taken_in(placed_at=NOW, payments=AUTHORIZED)
    accept(db, store.merchant_id, request(db, store.merchant_id, order["id"], 0, 1))

    assert refunds(changed(store, order, payments=CAPTURED)) == [(1800, "manual")]
    assert violations_of(db, store.merchant_id) == []


def test_what_a_merchant_would_not_give_back_stays_kept_when_more_is_captured(db, store: Store) -> None:
    order = store.taken_in(placed_at=NOW, payments=AUTHORIZED)
    ask = cancellations.Ask(quantities=None, most_minor=500)
    request_id = cancellations.request(db, store.merchant_id, order["id"], ask, USER)
    execution.execute(db, store.merchant_id, request_id)
    paid_after_all = {"gateway": "manual", "reference": "Bank", "authorized": 800, "captured": 800}

    told = changed(store, order, payments=[*AUTHORIZED, paid_after_all])

    assert refunds(told)[-1] == (500, "manual")
    assert violations_of(db, store.merchant_id) == []


def test_money_that_is_authorized_for_a_canceled_order_is_released(db, store: Store) -> None:
    order = store.taken_in(placed_at=NOW, payments=[])
    cancel(db, store.merchant_id, order["id"])

    told = changed(store, order, payments=AUTHORIZED)

    page = order_page(db, store.merchant_id, order["id"], ActorKind.MERCHANT_USER)
    assert told["status"] == "Canceled"
    assert page.payment_status == "voided"
    assert violations_of(db, store.merchant_id) == []


def test_money_that_comes_in_for_a_canceled_order_goes_back(db, store: Store) -> None:
    order = store.taken_in(placed_at=NOW, payments=[])
    cancel(db, store.merchant_id, order["id"])

    assert refunds(changed(store, order, payments=CAPTURED)) == [(22800, "manual")]
    assert violations_of(db, store.merchant_id) == []


def test_a_capture_changes_what_an_open_request_brings_back(db, store: Store) -> None:
    order = store.taken_in(placed_at=NOW, payments=AUTHORIZED)
    request(db, store.merchant_id, order["id"], 1)

    changed(store, order, payments=CAPTURED)

    asked = order_page(db, store.merchant_id, order["id"], ActorKind.BUYER).requests[0]
    assert (asked.refund_minor, asked.released_minor) == (6400, 0)


def test_a_new_address_gets_a_link_and_the_old_links_end(db, store: Store) -> None:
    order = store.taken_in(placed_at=NOW)
    box = Remembering()
    work_off(outside(db, box), store.merchant_id)
    old = link_in(box)

    changed(store, order, buyer={"email": "ana.berg@example.com"})
    work_off(outside(db, box), store.merchant_id)

    assert [str(message["To"]) for message in box.messages] == [
        "ana.torres@example.com",
        "ana.berg@example.com",
    ]
    assert box.messages[-1]["Subject"].startswith("Your link to order")
    assert exchange(db, KEYS, link_in(box)).order_id
    with pytest.raises(Exception, match="gone"):
        exchange(db, KEYS, old)


def test_what_was_not_sent_yet_goes_to_the_new_address(db, store: Store) -> None:
    order = store.taken_in(placed_at=NOW)
    changed(store, order, email="ana.berg@example.com")

    assert {message.recipient for message in messages_of(db, store.merchant_id)} == {"ana.berg@example.com"}


def test_an_order_is_found_by_its_new_address_and_not_by_the_old(db, store: Store) -> None:
    order = store.taken_in(placed_at=NOW)
    changed(store, order, email="ana.berg@example.com", name="Ana Berg")

    def found(words: str) -> list[str]:
        rows = order_list(db, store.merchant_id, OrderFilter(search=words), cursor=None).rows
        return [row.number for row in rows]

    for words in ("ana.berg@example.com", "Berg", "KETTLE"):
        assert found(words) == [order["number"]]
    for words in ("ana.torres@example.com", "Torres"):
        assert found(words) == []


def test_addresses_and_names_are_on_record_as_digests_alone(db, store: Store) -> None:
    order = store.taken_in(placed_at=NOW)
    changed(store, order, email="ana.berg@example.com", name="Ana Berg", address=["Elm Street 5"])

    (entry,) = entries(db, store, "order_changed")
    assert entry["changed"] == ["email", "name", "address"]
    assert all(len(digest) == 64 for digest in entry["to"].values())
    assert "Ana" not in json.dumps(entry)
    assert "example" not in json.dumps(entry)


def link_in(box: Remembering) -> str:
    text = box.messages[-1].get_body(("plain",)).get_content()
    return next(line for line in text.splitlines() if "/o/" in line).rpartition("/o/")[2].strip()
