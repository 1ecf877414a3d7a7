"""Small order files for the tests of the stores: a good one by default, each row open to damage."""

from pathlib import Path

from shared.domain.intake import IncomingOrder
from shared.stores.reading import Reading
from shared.stores.recognize import open_orders
from shared.stores.troubles import BadRow, Notice

AMAZON = (
    "order-id",
    "order-item-id",
    "purchase-date",
    "payments-date",
    "buyer-email",
    "buyer-name",
    "sku",
    "product-name",
    "quantity-purchased",
    "currency",
    "item-price",
    "item-tax",
    "shipping-price",
    "shipping-tax",
    "recipient-name",
    "ship-address-1",
    "ship-city",
    "ship-country",
)
UNSHIPPED = (
    "order-id",
    "order-item-id",
    "purchase-date",
    "payments-date",
    "buyer-email",
    "buyer-name",
    "sku",
    "product-name",
    "quantity-purchased",
    "quantity-shipped",
    "quantity-to-ship",
    "recipient-name",
    "ship-address-1",
    "ship-city",
    "ship-country",
    "sales-channel",
    "is-buyer-requested-cancellation",
    "buyer-requested-cancel-reason",
)
ALL_ORDERS = (
    "amazon-order-id",
    "merchant-order-id",
    "purchase-date",
    "order-status",
    "fulfillment-channel",
    "sales-channel",
    "product-name",
    "sku",
    "asin",
    "item-status",
    "quantity",
    "currency",
    "item-price",
    "item-tax",
    "shipping-price",
    "shipping-tax",
    "item-promotion-discount",
)
SHOPIFY = (
    "Name",
    "Email",
    "Financial Status",
    "Paid at",
    "Fulfillment Status",
    "Currency",
    "Subtotal",
    "Shipping",
    "Taxes",
    "Total",
    "Discount Code",
    "Discount Amount",
    "Created at",
    "Lineitem quantity",
    "Lineitem name",
    "Lineitem price",
    "Lineitem sku",
    "Lineitem taxable",
    "Lineitem fulfillment status",
    "Lineitem discount",
    "Billing Name",
    "Shipping Zip",
    "Notes",
    "Cancelled at",
    "Payment Method",
    "Refunded Amount",
    "Outstanding Balance",
    "Id",
)


def amazon_row(
    number: str = "206-0000001-0000001", item: str = "10000000000001", **other: str
) -> dict[str, str]:
    """Give a good row; keywords name columns with underscores."""
    row = {
        "order-id": number,
        "order-item-id": item,
        "purchase-date": "2026-03-01T08:26:00+00:00",
        "payments-date": "2026-03-01T08:27:00+00:00",
        "buyer-email": "ada@example.com",
        "buyer-name": "Ada Lovelace",
        "sku": "KETTLE-1",
        "product-name": "Tea kettle",
        "quantity-purchased": "2",
        "currency": "EUR",
        "item-price": "39.98",
        "item-tax": "6.38",
        "shipping-price": "4.90",
        "shipping-tax": "0.78",
        "recipient-name": "Ada Lovelace",
        "ship-address-1": "Main Street 1",
        "ship-city": "London",
        "ship-country": "GB",
    }
    return row | {name.replace("_", "-"): value for name, value in other.items()}


def amazon_text(*rows: dict[str, str], end: str = "\n") -> str:
    """Write rows as the report does."""
    lines = ["\t".join(AMAZON)] + ["\t".join(row.get(name, "") for name in AMAZON) for row in rows]
    return end.join(lines) + end


def unshipped_row(
    number: str = "206-0000001-0000001", item: str = "10000000000001", **other: str
) -> dict[str, str]:
    """Give a good row of the unshipped report; keywords name columns with underscores."""
    row = {
        "order-id": number,
        "order-item-id": item,
        "purchase-date": "2026-03-01T08:26:00+00:00",
        "payments-date": "2026-03-01T08:27:00+00:00",
        "buyer-email": "ada@example.com",
        "buyer-name": "Ada Lovelace",
        "sku": "KETTLE-1",
        "product-name": "Tea kettle",
        "quantity-purchased": "2",
        "quantity-shipped": "0",
        "quantity-to-ship": "2",
        "recipient-name": "Ada Lovelace",
        "ship-address-1": "Main Street 1",
        "ship-city": "London",
        "ship-country": "GB",
        "sales-channel": "Amazon.de",
        "is-buyer-requested-cancellation": "false",
    }
    return row | {name.replace("_", "-"): value for name, value in other.items()}


def unshipped_text(*rows: dict[str, str]) -> str:
    """Write rows as the unshipped report does: trailing empty values may be missing."""
    lines = ["\t".join(UNSHIPPED)]
    lines += ["\t".join(row.get(name, "") for name in UNSHIPPED).rstrip("\t") for row in rows]
    return "\r\n".join(lines) + "\r\n"


def all_orders_row(number: str = "206-0000001-0000001", **other: str) -> dict[str, str]:
    """Give a good row of the all orders report; keywords name columns with underscores."""
    row = {
        "amazon-order-id": number,
        "merchant-order-id": "NL-77",
        "purchase-date": "2026-03-01T08:26:00+00:00",
        "order-status": "Unshipped",
        "fulfillment-channel": "Merchant",
        "sales-channel": "Amazon.de",
        "product-name": "Tea kettle",
        "sku": "KETTLE-1",
        "asin": "B000000001",
        "item-status": "Unshipped",
        "quantity": "2",
        "currency": "EUR",
        "item-price": "39.98",
        "item-tax": "6.38",
        "shipping-price": "4.90",
        "shipping-tax": "0.78",
    }
    return row | {name.replace("_", "-"): value for name, value in other.items()}


def all_orders_text(*rows: dict[str, str]) -> str:
    """Write rows as the all orders report does."""
    lines = ["\t".join(ALL_ORDERS)]
    lines += ["\t".join(row.get(name, "") for name in ALL_ORDERS) for row in rows]
    return "\n".join(lines) + "\n"


def shopify_row(number: str = "#1001", **other: str) -> dict[str, str]:
    """Give the good first row of an order of one line; keywords name columns with underscores."""
    row = {
        "Name": number,
        "Email": "ada@example.com",
        "Financial Status": "paid",
        "Paid at": "2026-03-01 08:27:00 +0100",
        "Fulfillment Status": "unfulfilled",
        "Currency": "EUR",
        "Subtotal": "39.98",
        "Shipping": "4.90",
        "Taxes": "7.17",
        "Total": "44.88",
        "Discount Amount": "0.00",
        "Created at": "2026-03-01 08:26:00 +0100",
        "Lineitem quantity": "2",
        "Lineitem name": "Tea kettle",
        "Lineitem price": "19.99",
        "Lineitem sku": "KETTLE-1",
        "Lineitem taxable": "true",
        "Lineitem fulfillment status": "pending",
        "Lineitem discount": "0.00",
        "Billing Name": "Ada Lovelace",
        "Shipping Zip": "'01234",
        "Payment Method": "Shopify Payments",
        "Refunded Amount": "0.00",
        "Id": "5000000536365",
    }
    return row | _spelled(other)


def shopify_follow(number: str = "#1001", **other: str) -> dict[str, str]:
    """Give a later row of an order: only its line, and what the export repeats."""
    row = {
        "Name": number,
        "Email": "ada@example.com",
        "Created at": "2026-03-01 08:26:00 +0100",
        "Lineitem quantity": "1",
        "Lineitem name": "Cup",
        "Lineitem price": "5.00",
        "Lineitem sku": "CUP-1",
        "Lineitem taxable": "true",
        "Lineitem fulfillment status": "pending",
        "Lineitem discount": "0.00",
    }
    return row | _spelled(other)


def shopify_text(*rows: dict[str, str], delimiter: str = ",", end: str = "\n") -> str:
    """Write rows as the export does."""
    lines = [delimiter.join(SHOPIFY)]
    lines += [delimiter.join(_quoted(row.get(name, ""), delimiter) for name in SHOPIFY) for row in rows]
    return end.join(lines) + end


def written(folder: Path, content: str | bytes, encoding: str = "utf-8") -> Path:
    """Write a file."""
    path = folder / "orders.txt"
    path.write_bytes(content.encode(encoding) if isinstance(content, str) else content)
    return path


def readings(
    folder: Path, content: str | bytes, encoding: str = "utf-8", *, tax_inside: bool = True
) -> list[Reading]:
    """Write a file and read all of it."""
    return list(open_orders(written(folder, content, encoding)).readings(lambda _currency: tax_inside))


def orders_in(found: list[Reading]) -> list[IncomingOrder]:
    """Pick the orders."""
    return [reading for reading in found if isinstance(reading, IncomingOrder)]


def bad_rows_in(found: list[Reading]) -> list[BadRow]:
    """Pick the bad rows."""
    return [reading for reading in found if isinstance(reading, BadRow)]


def notices_in(found: list[Reading]) -> list[Notice]:
    """Pick the notices."""
    return [reading for reading in found if isinstance(reading, Notice)]


def _spelled(other: dict[str, str]) -> dict[str, str]:
    names = {name.casefold().replace(" ", "_"): name for name in SHOPIFY}
    return {names[name]: value for name, value in other.items()}


def _quoted(value: str, delimiter: str) -> str:
    if any(mark in value for mark in f'{delimiter}"\n\r'):
        return '"' + value.replace('"', '""') + '"'
    return value
