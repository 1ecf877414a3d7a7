"""Orders as JSON: of the Selling Partner API, Shopify and WooCommerce; one, a list, or one a line."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from shared.domain.order_reports import Report, to_order
from shared.domain.orders import Gateway
from shared.stores.json_orders import JsonOrders
from shared.stores.recognize import open_orders
from shared.tables.troubles import RowFault, UnreadableFile
from tests.unit.stores.making import bad_rows_in, notices_in, readings, written

V0_ORDER = {
    "AmazonOrderId": "206-0000001-0000001",
    "SellerOrderId": "NL-77",
    "PurchaseDate": "2026-03-01T08:26:00Z",
    "OrderStatus": "Unshipped",
    "FulfillmentChannel": "MFN",
    "MarketplaceId": "A1PA6795UKMFR9",
    "OrderTotal": {"CurrencyCode": "EUR", "Amount": "44.88"},
    "BuyerInfo": {"BuyerEmail": "ada@example.com", "BuyerName": "Ada Lovelace"},
    "ShippingAddress": {"Name": "Ada Lovelace", "City": "London", "CountryCode": "GB"},
}
V0_ITEM = {
    "OrderItemId": "10000000000001",
    "SellerSKU": "KETTLE-1",
    "ASIN": "B000000001",
    "Title": "Tea kettle",
    "QuantityOrdered": 2,
    "QuantityShipped": 0,
    "ItemPrice": {"CurrencyCode": "EUR", "Amount": "39.98"},
    "ItemTax": {"CurrencyCode": "EUR", "Amount": "6.38"},
    "ShippingPrice": {"CurrencyCode": "EUR", "Amount": "4.90"},
    "BuyerRequestedCancel": {"IsBuyerRequestedCancel": "true", "BuyerCancelReason": "Too slow"},
}
V0_ITEMS = {"payload": {"AmazonOrderId": "206-0000001-0000001", "OrderItems": [V0_ITEM]}}
V2026 = {
    "orderId": "206-0000001-0000001",
    "createdTime": "2026-03-01T08:26:00Z",
    "buyer": {"buyerName": "Ada Lovelace", "buyerEmail": "ada@example.com"},
    "proceeds": {"grandTotal": {"amount": "44.88", "currencyCode": "EUR"}},
    "fulfillment": {"fulfillmentStatus": "UNSHIPPED", "fulfilledBy": "AMAZON"},
    "orderItems": [
        {
            "orderItemId": "10000000000001",
            "quantityOrdered": 2,
            "product": {
                "asin": "B000000001",
                "title": "Tea kettle",
                "sellerSku": "KETTLE-1",
                "price": {"unitPrice": {"amount": "19.99", "currencyCode": "EUR"}},
            },
            "proceeds": {
                "breakdowns": [
                    {"type": "TAX", "subtotal": {"amount": "6.38", "currencyCode": "EUR"}},
                    {"type": "SHIPPING", "subtotal": {"amount": "4.90", "currencyCode": "EUR"}},
                ]
            },
            "cancellation": {"cancellationRequest": {"requester": "BUYER", "cancelReason": "Too slow"}},
        }
    ],
}
CHANGE = {
    "NotificationType": "ORDER_CHANGE",
    "Payload": {
        "OrderChangeNotification": {
            "AmazonOrderId": "206-0000001-0000001",
            "Summary": {
                "MarketplaceId": "A1PA6795UKMFR9",
                "OrderStatus": "Unshipped",
                "PurchaseDate": "2026-03-01T08:26:00.125Z",
                "FulfillmentType": "MFN",
                "OrderItems": [
                    {
                        "OrderItemId": "10000000000001",
                        "SellerSKU": "KETTLE-1",
                        "Quantity": 2,
                        "QuantityShipped": 0,
                        "IsBuyerRequestedCancel": True,
                    }
                ],
            },
        }
    },
}
SHOPIFY = {
    "id": 5000000536365,
    "name": "#1001",
    "email": "ada@example.com",
    "created_at": "2026-03-01T09:26:00+01:00",
    "processed_at": "2026-03-01T09:27:00+01:00",
    "currency": "EUR",
    "taxes_included": True,
    "total_price": "39.88",
    "financial_status": "partially_refunded",
    "fulfillment_status": "partial",
    "billing_address": {"name": "Ada Lovelace"},
    "payment_gateway_names": ["shopify_payments"],
    "line_items": [
        {
            "id": 71,
            "sku": "KETTLE-1",
            "name": "Tea kettle",
            "quantity": 3,
            "fulfillable_quantity": 1,
            "price": "12.66",
            "discount_allocations": [{"amount": "3.00"}],
            "tax_lines": [{"price": "5.59"}],
        }
    ],
    "shipping_lines": [{"price": "5.90", "discounted_price": "4.90", "tax_lines": [{"price": "0.78"}]}],
    "refunds": [
        {
            "refund_line_items": [{"line_item_id": 71, "quantity": 1, "restock_type": "cancel"}],
            "transactions": [{"kind": "refund", "status": "success", "amount": "11.66"}],
        }
    ],
}
WOO = {
    "id": 727,
    "number": "727",
    "status": "processing",
    "currency": "USD",
    "date_created_gmt": "2026-03-01T08:26:00",
    "date_paid_gmt": "2026-03-01T08:27:00",
    "prices_include_tax": False,
    "total": "29.35",
    "payment_method_title": "Bank transfer",
    "billing": {"first_name": "Ada", "last_name": "Lovelace", "email": "ada@example.com"},
    "shipping": {"first_name": "Ada", "city": "London"},
    "line_items": [
        {
            "id": "315",
            "name": "Tea kettle",
            "sku": "KETTLE-1",
            "quantity": "2",
            "subtotal": "20.00",
            "subtotal_tax": "1.50",
            "total": "18.00",
            "total_tax": "1.35",
            "price": 9,
        }
    ],
    "shipping_lines": [{"total": "10.00", "total_tax": "0.00"}],
    "refunds": [],
}


def reports(folder: Path, *documents: Any, tax_inside: bool = True) -> list[Report]:
    text = "\n".join(json.dumps(document) for document in documents)
    return [found for found in readings(folder, text, tax_inside=tax_inside) if isinstance(found, Report)]


def test_orders_and_items_of_version_0_tell_each_its_half(tmp_path: Path) -> None:
    order, items = reports(tmp_path, {"payload": {"Orders": [V0_ORDER]}}, V0_ITEMS)

    assert (order.lacks_lines, order.paid, order.currency, order.buyer_email) == (
        True,
        True,
        "EUR",
        "ada@example.com",
    )
    assert order.external_ids == {
        "amazon_order_id": "206-0000001-0000001",
        "merchant_order_id": "NL-77",
    }
    line = items.lines[0]
    assert (items.placed_at, line.price_minor, line.tax_minor, items.shipping_minor) == (None, 3998, 638, 490)
    assert (line.wish, line.quantity, line.external_id) == ("Too slow", 2, "10000000000001")
    assert to_order(order) is to_order(items) is None


def test_version_2026_prices_one_unit_and_names_who_fulfills(tmp_path: Path) -> None:
    report = reports(tmp_path, {"orders": [V2026], "pagination": {}})[0]
    line = report.lines[0]

    assert (line.price_minor, line.tax_minor, report.shipping_minor) == (3998, 638, 490)
    assert (line.wish, report.fulfilled_by_other, report.paid) == ("Too slow", True, True)


def test_what_was_canceled_there_is_no_wish_any_more(tmp_path: Path) -> None:
    done = {
        "cancellationRequest": {"requester": "BUYER"},
        "cancellationExecution": {"cancelledBy": "MERCHANT"},
    }
    item = {**V2026["orderItems"][0], "cancellation": done}  # type: ignore[index]
    line = reports(tmp_path, {"order": {**V2026, "orderItems": [item]}})[0].lines[0]

    assert (line.wish, line.canceled) == (None, 2)


def test_a_change_notice_has_a_wish_and_no_prices(tmp_path: Path) -> None:
    report = reports(tmp_path, CHANGE)[0]

    assert (report.is_priced, report.currency, report.lines[0].wish) == (False, "EUR", "")
    assert report.placed_at == datetime(2026, 3, 1, 8, 26, 0, 125000, tzinfo=UTC)


def test_shopify_tells_what_left_what_was_removed_and_what_went_back(tmp_path: Path) -> None:
    report = reports(tmp_path, {"orders": [SHOPIFY]})[0]
    line, payment = report.lines[0], report.payments[0]

    assert (report.number, report.external_ids) == ("#1001", {"shopify_id": "5000000536365"})
    assert (line.price_minor, line.discount_minor, line.tax_minor) == (3798, 300, 559)
    assert (line.quantity, line.shipped, line.canceled) == (3, 1, 1)
    assert (report.shipping_minor, report.shipping_tax_minor, report.prices_include_tax) == (490, 78, True)
    assert (payment.gateway, payment.captured_minor, payment.refunded_minor) == (Gateway.MANUAL, 3988, 1166)


def test_shopify_sums_that_do_not_add_up_are_refused(tmp_path: Path) -> None:
    bad = bad_rows_in(readings(tmp_path, json.dumps({**SHOPIFY, "total_price": "1.00"})))

    assert [row.code for row in bad] == [RowFault.AMOUNTS_DO_NOT_ADD_UP]
    assert bad[0].what == "the amounts do not add up: 34.98 + 4.90 is not the total of 1.00."


def test_woocommerce_amounts_stand_without_tax(tmp_path: Path) -> None:
    report = reports(tmp_path, {"data": WOO})[0]
    line = report.lines[0]

    assert (line.price_minor, line.discount_minor, line.tax_minor) == (2000, 200, 135)
    assert (report.shipping_minor, report.placed_at) == (1000, datetime(2026, 3, 1, 8, 26, tzinfo=UTC))
    assert report.payments[0].captured_minor == 2935


def test_woocommerce_prices_that_include_tax_go_in_with_it(tmp_path: Path) -> None:
    report = reports(tmp_path, {**WOO, "prices_include_tax": True})[0]
    order = to_order(report)

    assert order is not None
    assert (order.lines[0].price_minor, order.lines[0].discount_minor) == (2150, 215)
    assert (order.prices_include_tax, report.payments[0].captured_minor) == (True, 2935)


@pytest.mark.parametrize(
    ("status", "shipped", "gone", "paid"),
    [
        ("pending", 0, False, False),
        ("On hold", 0, False, False),
        ("wc-completed", 2, False, True),
        ("cancelled", 0, True, False),
        ("failed", 0, False, False),
    ],
)
def test_woocommerce_statuses_by_name(
    tmp_path: Path, status: str, shipped: int, *, gone: bool, paid: bool
) -> None:
    changes = {"status": status} | ({} if paid else {"date_paid_gmt": None})
    report = reports(tmp_path, {**WOO, **changes})[0]

    assert (report.lines[0].shipped, report.canceled, bool(report.payments)) == (shipped, gone, paid)


def test_drafts_and_trash_are_left_out_with_a_word(tmp_path: Path) -> None:
    found = readings(tmp_path, json.dumps([WOO, {**WOO, "number": "8", "status": "trash"}]))

    assert [notice.order_number for notice in notices_in(found)] == ["8"]
    assert len(found) == 2


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(WOO),
        json.dumps([WOO]),
        json.dumps({"orders": [WOO]}),
        json.dumps({"data": [WOO]}),
        json.dumps({"data": WOO}),
        "\ufeff" + json.dumps([WOO]),
        json.dumps({"orders": []}) + "\n" + json.dumps({"orders": [WOO]}),
    ],
)
def test_one_order_a_list_and_a_document_a_line_are_all_read(tmp_path: Path, text: str) -> None:
    assert [report.number for report in readings(tmp_path, text) if isinstance(report, Report)] == ["727"]


def test_json_in_utf_16_is_read_as_well(tmp_path: Path) -> None:
    found = readings(tmp_path, json.dumps(WOO | {"number": "Ö-1"}, ensure_ascii=False), "utf-16")

    assert [report.number for report in found if isinstance(report, Report)] == ["Ö-1"]


def test_each_fault_says_where_in_the_document_it_is(tmp_path: Path) -> None:
    line = {**WOO["line_items"][0], "quantity": 1.5, "total": "x"}  # type: ignore[index]
    found = readings(tmp_path, json.dumps([WOO, {**WOO, "number": "8", "line_items": [line]}]))

    assert [(row.place, row.order_number, row.code) for row in bad_rows_in(found)] == [
        ("[1].line_items[0]", "8", RowFault.BAD_QUANTITY),
        ("[1].line_items[0]", "8", RowFault.BAD_AMOUNT),
    ]
    assert len([report for report in found if isinstance(report, Report)]) == 1


def test_amounts_of_two_currencies_in_one_order_are_refused(tmp_path: Path) -> None:
    item = {**V0_ITEM, "ShippingPrice": {"CurrencyCode": "GBP", "Amount": "1.00"}}
    document = {"AmazonOrderId": "1", "OrderItems": [item]}
    bad = bad_rows_in(readings(tmp_path, json.dumps(document)))

    assert [row.code for row in bad] == [RowFault.CONTRADICTION]


@pytest.mark.parametrize(
    ("currency", "price", "minor"), [("JPY", "1999", 1999), ("KWD", "1.999", 1999), ("EUR", "1.99", 199)]
)
def test_each_currency_has_its_own_decimals(tmp_path: Path, currency: str, price: str, minor: int) -> None:
    item = {**V0_ITEM, "ItemPrice": {"CurrencyCode": currency, "Amount": price}}
    plain = {name: item[name] for name in ("OrderItemId", "SellerSKU", "QuantityOrdered", "ItemPrice")}
    report = reports(tmp_path, {"AmazonOrderId": "1", "OrderItems": [plain]})[0]

    assert report.lines[0].price_minor == minor


def test_a_stranger_among_orders_is_named_and_stops_nothing(tmp_path: Path) -> None:
    found = readings(tmp_path, json.dumps([{"hello": 1}, WOO]))

    assert [(row.place, row.code) for row in bad_rows_in(found)] == [("[0]", RowFault.NOT_AN_ORDER)]
    assert len(found) == 2


@pytest.mark.parametrize("text", ['{"hello": 1}', "[1, 2]", '{"orders": []}', "[]"])
def test_json_without_orders_is_refused_whole(tmp_path: Path, text: str) -> None:
    with pytest.raises(UnreadableFile, match="no order is found"):
        open_orders(written(tmp_path, text))


def test_text_that_stops_being_json_keeps_what_stood_before(tmp_path: Path) -> None:
    file = open_orders(written(tmp_path, json.dumps([WOO])[:-1] + ', {"id": '))
    assert isinstance(file, JsonOrders)
    found = file.readings(lambda _currency: True)

    assert isinstance(next(found), Report)
    with pytest.raises(UnreadableFile, match="no well-formed JSON"):
        next(found)


def test_a_document_too_deep_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="nested"):
        open_orders(written(tmp_path, '{"a":' * 40 + "1" + "}" * 40))
