"""The invariants of the domain as queries that must return no row, each for the merchant of a transaction.

Every query yields (subject, found): the row it is about, and what is wrong with it, in figures and codes.
"""

# ruff: noqa: S608 - the queries are put together from the constants of this module alone

from collections.abc import Mapping

from sqlalchemy import Connection, text

from shared.domain.ids import MerchantId
from shared.storage.invariants_adjustments import ADJUSTMENTS
from shared.storage.invariants_lists import LISTS
from shared.storage.invariants_money import MONEY
from shared.storage.invariants_past import PAST
from shared.storage.invariants_refunds import REFUNDS
from shared.storage.invariants_webhooks import WEBHOOKS

_CLAIMED = "c.state IN ('requested', 'accepting', 'accepted')"
_SIZE = "(SELECT coalesce(sum(upper(r) - lower(r)), 0) FROM unnest(u.units) r)"
_OF_REQUEST = (
    "request_units u JOIN cancellation_requests c ON c.merchant_id = u.merchant_id AND c.id = u.request_id"
)

_QUANTITIES = {
    "quantities_within_ordered": """
        SELECT id, format('ordered %s, shipped %s, canceled %s, requested %s',
            ordered, shipped, canceled, requested)
        FROM line_items WHERE merchant_id = :merchant
          AND (least(shipped, canceled, requested) < 0 OR shipped + canceled + requested > ordered)""",
    "no_unit_shipped_and_canceled": f"""
        SELECT l.id, format('ordered %s, in shipments %s, in accepted requests %s',
            l.ordered, s.units, a.units)
        FROM line_items l
        CROSS JOIN LATERAL (SELECT coalesce(sum(quantity), 0) AS units FROM shipment_units
          WHERE merchant_id = l.merchant_id AND line_item_id = l.id) s
        CROSS JOIN LATERAL (SELECT coalesce(sum(u.quantity), 0) AS units FROM {_OF_REQUEST}
          WHERE u.merchant_id = l.merchant_id AND u.line_item_id = l.id AND c.state = 'accepted') a
        WHERE l.merchant_id = :merchant AND s.units + a.units > l.ordered""",
    "shipped_is_the_sum_of_shipments": """
        SELECT l.id, format('shipped %s, in shipments %s', l.shipped, s.units)
        FROM line_items l
        CROSS JOIN LATERAL (SELECT coalesce(sum(quantity), 0) AS units FROM shipment_units
          WHERE merchant_id = l.merchant_id AND line_item_id = l.id) s
        WHERE l.merchant_id = :merchant AND l.shipped <> s.units""",
    "requested_is_the_sum_of_open_requests": f"""
        SELECT l.id, format('requested %s, in open requests %s', l.requested, o.units)
        FROM line_items l
        CROSS JOIN LATERAL (SELECT coalesce(sum(u.quantity), 0) AS units FROM {_OF_REQUEST}
          WHERE u.merchant_id = l.merchant_id AND u.line_item_id = l.id
            AND c.state IN ('requested', 'accepting')) o
        WHERE l.merchant_id = :merchant AND l.requested <> o.units""",
    "canceled_is_the_sum_of_accepted_requests": f"""
        SELECT l.id, format('canceled %s, in accepted requests %s', l.canceled, a.units)
        FROM line_items l
        CROSS JOIN LATERAL (SELECT coalesce(sum(u.quantity), 0) AS units FROM {_OF_REQUEST}
          WHERE u.merchant_id = l.merchant_id AND u.line_item_id = l.id AND c.state = 'accepted') a
        WHERE l.merchant_id = :merchant AND l.canceled <> a.units""",
    "order_sums_are_its_lines_sums": """
        SELECT o.id, format('order %s/%s/%s/%s of %s lines, lines %s/%s/%s/%s of %s', o.ordered, o.shipped,
            o.canceled, o.requested, o.line_count, l.ordered, l.shipped, l.canceled, l.requested, l.lines)
        FROM orders o
        CROSS JOIN LATERAL (SELECT count(*) AS lines, coalesce(sum(ordered), 0) AS ordered,
            coalesce(sum(shipped), 0) AS shipped, coalesce(sum(canceled), 0) AS canceled,
            coalesce(sum(requested), 0) AS requested
          FROM line_items WHERE merchant_id = o.merchant_id AND order_id = o.id) l
        WHERE o.merchant_id = :merchant AND (o.ordered, o.shipped, o.canceled, o.requested, o.line_count)
          <> (l.ordered, l.shipped, l.canceled, l.requested, l.lines)""",
    "claimed_units_are_as_many_as_asked": f"""
        SELECT u.request_id, format('%s units claimed for a quantity of %s', {_SIZE}, u.quantity)
        FROM {_OF_REQUEST}
        WHERE u.merchant_id = :merchant AND {_CLAIMED} AND {_SIZE} <> u.quantity""",
    "claimed_units_are_on_the_line": f"""
        SELECT u.request_id, format('claims %s of a line of %s', u.units, l.ordered)
        FROM {_OF_REQUEST} JOIN line_items l ON l.merchant_id = u.merchant_id AND l.id = u.line_item_id
        WHERE u.merchant_id = :merchant AND {_CLAIMED}
          AND NOT u.units <@ int4multirange(int4range(0, l.ordered::int))""",
    "claimed_units_are_claimed_once": """
        SELECT u.line_item_id, format('%s of %s and %s of %s', u.units, u.request_id, v.units, v.request_id)
        FROM request_units u
        JOIN cancellation_requests c ON c.merchant_id = u.merchant_id AND c.id = u.request_id
        JOIN request_units v ON v.merchant_id = u.merchant_id AND v.line_item_id = u.line_item_id
          AND v.request_id > u.request_id AND v.units && u.units
        JOIN cancellation_requests d ON d.merchant_id = v.merchant_id AND d.id = v.request_id
        WHERE u.merchant_id = :merchant AND c.state IN ('requested', 'accepting', 'accepted')
          AND d.state IN ('requested', 'accepting', 'accepted')""",
    "line_items_belong_to_their_requests_order": f"""
        SELECT u.request_id, format('line %s is on order %s, the request on %s', l.id, l.order_id, c.order_id)
        FROM {_OF_REQUEST} JOIN line_items l ON l.merchant_id = u.merchant_id AND l.id = u.line_item_id
        WHERE u.merchant_id = :merchant AND l.order_id <> c.order_id""",
}

INVARIANTS: Mapping[str, str] = {
    **_QUANTITIES,
    **MONEY,
    **REFUNDS,
    **ADJUSTMENTS,
    **PAST,
    **LISTS,
    **WEBHOOKS,
}


def violations(connection: Connection, merchant_id: MerchantId) -> list[tuple[str, str, str]]:
    """Ask every question of one merchant, on a connection whose tenant is set: (invariant, subject, found).

    A big shop takes longer than a page may, so this transaction has no time limit for statements.
    """
    connection.execute(text("SET LOCAL statement_timeout = 0"))
    return [
        (name, str(row[0]), str(row[1]))
        for name, query in INVARIANTS.items()
        for row in connection.execute(text(query), {"merchant": merchant_id})
    ]
