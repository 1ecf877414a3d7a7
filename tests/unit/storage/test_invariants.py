"""Each invariant fires for a bad row planted by force, and only that one does."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import pytest
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.pool import NullPool

from shared.actions import operator_cases, refunds, webhooks
from shared.actions.adjustments import Adjustment, adjust
from shared.actions.case_steps import Message
from shared.actions.operator_cases import Asking
from shared.actions.webhooks import EndpointTerms
from shared.domain.ids import LineItemId
from shared.domain.reasons import Reason
from shared.queries import documents
from shared.storage.invariants import INVARIANTS, violations
from tests.builders import USER, a_merchant, accept, an_order, cancel, request, ship
from tests.post import SEALING_KEYS

HOOK = "https://hooks.shop.example/"

# What is planted in a shop with an accepted and refunded request over 2 of 5 units, an open one over 1 and a
# shipment of 1.
PLANTED = {
    "quantities_within_ordered": [
        # 6 of 5 units: the sums elsewhere are kept in step, so that this alone is wrong.
        "UPDATE line_items SET ordered = 3 WHERE id = :line",
        "UPDATE orders SET ordered = 3, closed_at = now() WHERE id = :order",
        "UPDATE request_units SET units = '{[0,2)}' WHERE request_id = :accepted",
        "UPDATE request_units SET units = '{[2,3)}' WHERE request_id = :open",
    ],
    "no_unit_shipped_and_canceled": ["UPDATE shipment_units SET quantity = 4 WHERE line_item_id = :line"],
    "shipped_is_the_sum_of_shipments": ["UPDATE shipment_units SET quantity = 2 WHERE line_item_id = :line"],
    "requested_is_the_sum_of_open_requests": [
        "UPDATE line_items SET requested = 0 WHERE id = :line",
        "UPDATE orders SET requested = 0 WHERE id = :order",
    ],
    "canceled_is_the_sum_of_accepted_requests": [
        "UPDATE line_items SET canceled = 1 WHERE id = :line",
        "UPDATE orders SET canceled = 1 WHERE id = :order",
    ],
    "orders_are_counted_by_status": ["UPDATE order_counts SET orders = orders + 1"],
    "agents_find_each_case_as_it_is": ["UPDATE operator_cases SET state = 'resolved' WHERE case_id = :asked"],
    # The endpoint has listened for an hour, and some of its deliveries are not there.
    "events_are_told_to_every_endpoint_that_listens": [
        "UPDATE webhook_endpoints SET listens_since = listens_since - interval '1 hour'",
        "DELETE FROM webhook_deliveries WHERE event = 'cancellation_accepted'",
    ],
    "outcomes_are_told_once": [
        """INSERT INTO webhook_deliveries (merchant_id, id, event_id, endpoint_id, event, entry_id, state,
          attempts, created_at)
        SELECT merchant_id, gen_random_uuid(), gen_random_uuid(), :endpoint, event, id, 'sent', 1, at
        FROM timeline WHERE request_id = :accepted AND event = 'cancellation_accepted'""",
    ],
    "deliveries_keep_the_id_of_their_event": [
        "UPDATE webhook_deliveries SET event_id = gen_random_uuid() WHERE event = 'cancellation_accepted'"
    ],
    "deliveries_that_wait_will_be_tried": ["UPDATE effects SET state = 'dead' WHERE kind = 'send_webhook'"],
    "order_sums_are_its_lines_sums": ["UPDATE orders SET line_count = 2 WHERE id = :order"],
    "claimed_units_are_as_many_as_asked": [
        "UPDATE request_units SET units = '{[3,5)}' WHERE request_id = :open"
    ],
    "claimed_units_are_on_the_line": ["UPDATE request_units SET units = '{[7,8)}' WHERE request_id = :open"],
    "claimed_units_are_claimed_once": ["UPDATE request_units SET units = '{[0,1)}' WHERE request_id = :open"],
    "line_items_belong_to_their_requests_order": [
        """INSERT INTO request_units (merchant_id, request_id, line_item_id, asked, quantity, units)
        SELECT merchant_id, :open, id, 1, 0, '{}' FROM line_items WHERE order_id = :other"""
    ],
    "order_money_is_its_parts_money": [
        "UPDATE orders SET authorized_minor = authorized_minor + 1 WHERE id = :order"
    ],
    "order_money_is_its_requests_money": ["UPDATE orders SET withheld_minor = 1 WHERE id = :order"],
    "voids_are_of_what_was_never_captured": [
        """INSERT INTO payments (merchant_id, id, order_id, ordinal, gateway, reference, authorized_minor,
          captured_minor, released_minor)
        SELECT merchant_id, gen_random_uuid(), order_id, 2, gateway, '', 100, 0, 50
        FROM payments WHERE order_id = :order""",
        """UPDATE orders SET authorized_minor = authorized_minor + 100, released_minor = 50
        WHERE id = :order""",
    ],
    "warehouses_are_asked_while_a_request_waits": [
        "UPDATE cancellation_requests SET warehouse = 'asked' WHERE id = :open"
    ],
    "refunds_of_an_order_are_within_captured": [
        "UPDATE orders SET captured_minor = 1000, total_minor = 1000 WHERE id = :order"
    ],
    "refunds_of_a_payment_are_within_captured": [
        """INSERT INTO payments (merchant_id, id, order_id, ordinal, gateway, reference, authorized_minor,
          captured_minor)
        SELECT merchant_id, gen_random_uuid(), order_id, 2, gateway, '', 4000, 4000
        FROM payments WHERE order_id = :order""",
        """UPDATE payments SET authorized_minor = 1000, captured_minor = 1000
        WHERE order_id = :order AND ordinal = 1""",
    ],
    "payments_count_their_refunds": [
        "UPDATE payments SET refunded_minor = 1999 WHERE order_id = :order",
        "UPDATE orders SET refunded_minor = 1999 WHERE id = :order",
    ],
    "refunds_go_to_their_orders_payments": ["UPDATE refunds SET currency = 'EUR' WHERE order_id = :order"],
    "orders_count_their_adjustments": ["UPDATE orders SET adjusted_minor = 0 WHERE id = :sent"],
    "adjustments_are_their_parts": ["UPDATE adjusted_items SET amount_minor = 299"],
    "adjusted_lines_are_their_orders": [
        """INSERT INTO adjusted_items (merchant_id, adjustment_id, line_item_id, amount_minor)
        SELECT merchant_id, :adjustment, :line, 0 FROM orders WHERE id = :sent"""
    ],
    "adjustments_are_within_what_shipped": [
        "UPDATE line_items SET price_minor = 200 WHERE order_id = :sent",
        "UPDATE orders SET total_minor = 295, items_minor = 200 WHERE id = :sent",
    ],
    "adjusted_shipping_is_within_the_orders": [
        "UPDATE orders SET shipping_minor = 40 WHERE id = :sent",
    ],
    "adjustments_are_within_captured": [
        "UPDATE orders SET captured_minor = 340, authorized_minor = 340, total_minor = 340 WHERE id = :sent",
        "UPDATE payments SET captured_minor = 340, authorized_minor = 340 WHERE order_id = :sent",
    ],
    "adjustments_are_refunded_once": ["UPDATE refunds SET adjustment_id = NULL WHERE order_id = :sent"],
    "adjustments_are_in_the_timeline": [
        """UPDATE timeline SET event = 'memo_changed'
        WHERE order_id = :sent AND event = 'price_adjusted'"""
    ],
    "accepted_requests_are_refunded_once": ["UPDATE refunds SET request_id = NULL WHERE order_id = :order"],
    "what_was_charged_for_canceled_units_goes_back": [
        "UPDATE orders SET total_minor = 6000 WHERE id = :order"
    ],
    "canceling_one_by_one_returns_the_whole": [
        "UPDATE orders SET total_minor = total_minor - 1 WHERE id = :whole"
    ],
    "units_are_restocked_once_by_the_rule": ["DELETE FROM stock_movements WHERE request_id = :accepted"],
    "movements_belong_to_units_of_their_request": [
        "UPDATE stock_movements SET sku = 'OTHER' WHERE request_id = :accepted"
    ],
    "stock_is_its_opening_and_movements": [
        "INSERT INTO stock (merchant_id, sku, opening, on_hand) VALUES (:merchant, 'LAMP', 3, 4)"
    ],
    "failed_refunds_are_counted": ["UPDATE orders SET refunds_failed = 1 WHERE id = :order"],
    "retried_refunds_have_successors": [
        "UPDATE refunds SET retry_of = id WHERE order_id = :order",
    ],
    "refunds_under_way_have_an_effect": ["UPDATE refunds SET state = 'sent' WHERE order_id = :order"],
    "gateways_refunds_stand_for_one_row": ["UPDATE refunds SET gateway_reference = 're_1'"],
    "requests_end_once": ["UPDATE cancellation_requests SET ended_at = NULL WHERE id = :accepted"],
    "outcomes_are_mailed_once": [
        "DELETE FROM messages WHERE request_id = :accepted AND event = 'cancellation_accepted'"
    ],
    "timelines_are_complete": ["DELETE FROM shipments WHERE order_id = :order"],
    "timelines_tell_each_requests_state": [
        "UPDATE cancellation_requests SET state = 'accepting' WHERE id = :open"
    ],
    "timelines_are_chained": [
        "UPDATE timeline SET at = at + interval '1 second' WHERE order_id = :order AND seq = 2"
    ],
    "statuses_follow_from_quantities": ["UPDATE orders SET closed_at = now() WHERE id = :order"],
    "daily_counts_are_the_orders_counts": ["UPDATE order_days SET orders = orders + 1"],
    "daily_counts_are_the_requests_counts": ["UPDATE request_days SET requests = requests + 1"],
    "daily_counts_are_the_refunds_counts": ["UPDATE refund_days SET amount_minor = amount_minor + 1"],
    "daily_counts_are_the_canceled_units_counts": ["UPDATE sku_days SET units = units + 1"],
    "orders_the_merchant_canceled_are_marked": [
        "UPDATE orders SET canceled_by_merchant = true WHERE id = :order",
        """INSERT INTO order_days (merchant_id, day, shard, orders, canceled_by_merchant)
        SELECT merchant_id, (placed_at AT TIME ZONE 'UTC')::date, 99, 0, 1 FROM orders WHERE id = :order""",
    ],
    "answers_are_kept_with_their_keys": [
        """INSERT INTO answers (merchant_id, route, key, fingerprint, created_at)
        VALUES (:merchant, 'r', 'k', '', now())"""
    ],
    "no_effect_is_stuck": [
        "UPDATE effects SET state = 'dead' WHERE subject_id = :accepted AND kind <> 'send_mail'"
    ],
}

# These follow from others that look at one side each, so they never come alone.
TOGETHER = {
    "no_unit_shipped_and_canceled": {"shipped_is_the_sum_of_shipments"},
    "refunds_of_an_order_are_within_captured": {"order_money_is_its_parts_money"},
    # What happened is counted by day as well.
    "accepted_requests_are_refunded_once": {"daily_counts_are_the_refunds_counts"},
    "refunds_go_to_their_orders_payments": {"daily_counts_are_the_refunds_counts"},
    "timelines_tell_each_requests_state": {"daily_counts_are_the_requests_counts"},
    # A second delivery of one event to one endpoint needs an id of its own.
    "outcomes_are_told_once": {"deliveries_keep_the_id_of_their_event"},
    # The chain covers each entry, and what is adjusted beyond what was captured was refunded beyond it.
    "adjustments_are_in_the_timeline": {"timelines_are_chained"},
    "adjustments_are_within_captured": {
        "refunds_of_an_order_are_within_captured",
        "refunds_of_a_payment_are_within_captured",
    },
}


@pytest.fixture(scope="module")
def shop(db) -> dict[str, UUID]:
    """Fill a shop that has something of everything."""
    merchant_id = a_merchant(db)
    order_id = an_order().with_item("Lamp", 5, 5000).taken_in(db, merchant_id)
    other = an_order().taken_in(db, merchant_id)
    whole = an_order().with_item("Mug", 2, 1000).taken_in(db, merchant_id)
    endpoint = webhooks.add(db, merchant_id, HOOK, (), USER, EndpointTerms(SEALING_KEYS)).endpoint_id
    accepted = request(db, merchant_id, order_id, 2)
    accept(db, merchant_id, accepted)
    waiting = request(db, merchant_id, order_id, 1, comments="Please")
    ship(db, merchant_id, order_id, 1)
    cancel(db, merchant_id, whole, 1, reason=Reason.PRICING_ERROR)
    cancel(db, merchant_id, whole, reason=Reason.NO_INVENTORY)
    sent = an_order().with_(shipping_minor=95).with_item("Vase", 2, 1000).taken_in(db, merchant_id)
    ship(db, merchant_id, sent, 1)
    with db.begin(merchant_id) as tx:
        told = documents.order(tx, order_id)
        vase = documents.order(tx, sent).line_items[0].id
    adjustment = adjust(db, merchant_id, sent, Adjustment({LineItemId(vase): 300}, 50), USER)
    refunds.mark_paid(db, merchant_id, told.refunds[0].id, USER)
    asking = Asking("Products", Message("Please help."))
    return {
        "merchant": merchant_id,
        "order": order_id,
        "other": other,
        "whole": whole,
        "sent": sent,
        "adjustment": adjustment,
        "line": told.line_items[0].id,
        "accepted": accepted,
        "open": waiting,
        "endpoint": endpoint,
        "asked": operator_cases.ask(db, merchant_id, asking, USER),
    }


@pytest.fixture
def stranger(db) -> UUID:
    """Open another shop, before the tables are held by the forced connection."""
    return a_merchant(db)


@pytest.fixture
def forced(database_server, database_name) -> Iterator[Connection]:
    """Give a connection that no constraint, trigger or right holds back; nothing of it stays."""
    engine = create_engine(database_server.url("postgres", database_name), poolclass=NullPool)
    with engine.connect() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(
            text(
                "DO $$ DECLARE c record; BEGIN"
                " FOR c IN SELECT conrelid::regclass AS t, conname FROM pg_constraint"
                " WHERE contype = 'c' AND connamespace = 'public'::regnamespace"
                " AND conrelid::regclass::text NOT LIKE 'procrastinate%' LOOP"
                " EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', c.t, c.conname); END LOOP; END $$"
            )
        )
        # Orders go on being counted, or whatever is planted in one would be found twice.
        connection.execute(text("ALTER TABLE orders ENABLE ALWAYS TRIGGER count_orders_update"))
        yield connection
        connection.rollback()


def fired(connection: Connection, merchant_id: UUID) -> set[str]:
    """Ask as the application does: with its role, and the tenant set."""
    connection.execute(text("SET LOCAL ROLE rescind_app"))
    connection.execute(text("SELECT set_config('app.merchant', :id, true)"), {"id": str(merchant_id)})
    return {name for name, _subject, _found in violations(connection, merchant_id)}


def test_a_shop_with_everything_in_it_violates_nothing(shop, forced) -> None:
    assert fired(forced, shop["merchant"]) == set()


@pytest.mark.parametrize("name", sorted(INVARIANTS))
def test_a_planted_row_is_found_by_its_invariant_alone(shop, forced, name) -> None:
    for statement in PLANTED[name]:
        forced.execute(text(statement), shop)

    assert fired(forced, shop["merchant"]) == {name, *TOGETHER.get(name, ())}


def test_a_status_that_is_not_derived_is_found(shop, forced) -> None:
    forced.execute(text("ALTER TABLE orders ALTER COLUMN status DROP EXPRESSION"))
    forced.execute(text("UPDATE orders SET status = 'shipped' WHERE id = :other"), shop)

    assert fired(forced, shop["merchant"]) == {"statuses_follow_from_quantities"}


@pytest.mark.parametrize(
    "planted",
    [
        "UPDATE operator_cases SET since = since - interval '1 minute' WHERE case_id = :asked",
        "UPDATE operator_cases SET merchant_id = gen_random_uuid() WHERE case_id = :asked",
        "DELETE FROM operator_cases WHERE case_id = :asked",
        "UPDATE cases SET floor = 'merchant' WHERE id = :asked",
    ],
)
def test_a_case_that_agents_find_otherwise_or_not_at_all_is_found(shop, forced, planted) -> None:
    forced.execute(text(planted), shop)

    assert fired(forced, shop["merchant"]) == {"agents_find_each_case_as_it_is"}


def test_anothers_violations_are_not_seen(shop, stranger, forced) -> None:
    forced.execute(text("UPDATE orders SET line_count = 9 WHERE id = :order"), shop)

    assert fired(forced, stranger) == set()
