"""The demo shop's goods, customers and orders: about forty of the last weeks, in every state there is."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from shared.domain.intake import IncomingDiscount, IncomingLine, IncomingOrder, IncomingPayment, allocate
from shared.domain.orders import Gateway


class Story(StrEnum):
    """What happens to a demo order after it came in."""

    NOTHING = "nothing"
    UNPAID = "unpaid"
    AUTHORIZED = "authorized"
    HELD = "held"
    DISPUTED = "disputed"
    REQUESTED = "requested"
    REQUESTED_IN_PART = "requested_in_part"
    ACCEPTED = "accepted"
    ACCEPTED_IN_PART = "accepted_in_part"
    REFUNDED = "refunded"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    OUT_OF_STOCK = "out_of_stock"
    OUT_OF_STOCK_IN_PART = "out_of_stock_in_part"
    SHIPPED = "shipped"
    SHIPPED_IN_PART = "shipped_in_part"
    SHIPPED_BEFORE_DECISION = "shipped_before_decision"
    QUESTION = "question"
    WAREHOUSE_ASKED = "warehouse_asked"


@dataclass(frozen=True, slots=True)
class DemoOrder:
    """One order: its age in hours, its customer, its goods, and what happens to it.

    `goods` are (SKU, quantity); `discount_percent` comes off the order under a code.
    """

    age_hours: int
    customer: int
    goods: tuple[tuple[str, int], ...]
    story: Story = Story.NOTHING
    currency: str = "USD"
    discount_percent: int = 0


# SKU: title, price in US cents, ASIN.
GOODS = {
    "NL-KETTLE-GR": ("Enamel tea kettle, graphite", 6400, "B0CX41K7QD"),
    "NL-LAMP-OAK": ("Oak desk lamp", 12900, "B0BQ7M2T9L"),
    "NL-LAMP-PAPER": ("Paper floor lantern, 60 cm", 8900, "B0C1R8W4ZN"),
    "NL-MUG-SAND": ("Stoneware mug, sand", 1850, "B0B5HJ3K2P"),
    "NL-THROW-WOOL": ("Lambswool throw, fog", 9800, "B09ZV6D8XT"),
    "NL-BOARD-ASH": ("Ash chopping board", 4200, "B0CM92LQ5F"),
    "NL-VASE-RIB": ("Ribbed glass vase", 3600, "B0BT7Y1N4C"),
    "NL-CANDLE-PINE": ("Pine candle, 40 h", 2400, "B0D3K9S6RA"),
    "NL-LINEN-SET": ("Linen duvet set, double", 18900, "B0C8F2V7MJ"),
    "NL-HOOK-BRASS": ("Brass wall hook", 1450, "B0BX5P8G3W"),
}
CUSTOMERS = (
    ("Ana Torres", "ana.torres@customers.example", "412 Alder Street", "Portland, OR 97205", "United States"),
    (
        "Daniel Okafor",
        "daniel.okafor@customers.example",
        "88 Bedford Avenue",
        "Brooklyn, NY 11249",
        "United States",
    ),
    ("Yuki Tanaka", "yuki.tanaka@customers.example", "2-11-3 Meguro", "Tokyo 153-0063", "Japan"),
    ("Lena Vogt", "lena.vogt@customers.example", "Torstraße 140", "10119 Berlin", "Germany"),
    ("Priya Raman", "priya.raman@customers.example", "19 Juniper Court", "Austin, TX 78704", "United States"),
    ("Marc Lefèvre", "marc.lefevre@customers.example", "7 rue Oberkampf", "75011 Paris", "France"),
    (
        "Grace Whitfield",
        "grace.whitfield@customers.example",
        "5 Harbor Lane",
        "Portsmouth, NH 03801",
        "United States",
    ),
    (
        "Tomás Herrera",
        "tomas.herrera@customers.example",
        "1200 Mission Street",
        "San Francisco, CA 94103",
        "United States",
    ),
)
ORDERS = (
    DemoOrder(2, 0, (("NL-KETTLE-GR", 1), ("NL-MUG-SAND", 4))),
    DemoOrder(3, 1, (("NL-LAMP-OAK", 1),), Story.REQUESTED),
    DemoOrder(5, 4, (("NL-THROW-WOOL", 1), ("NL-CANDLE-PINE", 2)), Story.REQUESTED_IN_PART),
    DemoOrder(6, 3, (("NL-LINEN-SET", 1),), Story.AUTHORIZED, "EUR"),
    DemoOrder(8, 2, (("NL-LAMP-PAPER", 1), ("NL-VASE-RIB", 1)), Story.NOTHING, "JPY"),
    DemoOrder(11, 6, (("NL-HOOK-BRASS", 6),), Story.UNPAID),
    DemoOrder(14, 7, (("NL-BOARD-ASH", 2),), Story.NOTHING, discount_percent=10),
    DemoOrder(20, 0, (("NL-VASE-RIB", 2),), Story.REQUESTED),
    DemoOrder(22, 5, (("NL-LAMP-OAK", 1), ("NL-HOOK-BRASS", 2)), Story.NOTHING, "EUR"),
    DemoOrder(27, 1, (("NL-MUG-SAND", 8),), Story.SHIPPED_IN_PART),
    DemoOrder(30, 4, (("NL-KETTLE-GR", 1),), Story.ACCEPTED),
    DemoOrder(34, 3, (("NL-CANDLE-PINE", 4), ("NL-MUG-SAND", 2)), Story.ACCEPTED_IN_PART, "EUR"),
    DemoOrder(41, 6, (("NL-LINEN-SET", 1), ("NL-THROW-WOOL", 1)), Story.HELD, discount_percent=15),
    DemoOrder(45, 7, (("NL-LAMP-PAPER", 2),), Story.DECLINED),
    DemoOrder(52, 2, (("NL-KETTLE-GR", 2),), Story.REQUESTED, "JPY"),
    DemoOrder(58, 0, (("NL-BOARD-ASH", 1), ("NL-BOARD-ASH", 1))),
    DemoOrder(63, 1, (("NL-HOOK-BRASS", 4),), Story.WITHDRAWN),
    DemoOrder(70, 4, (("NL-LAMP-OAK", 2),), Story.OUT_OF_STOCK_IN_PART),
    DemoOrder(77, 5, (("NL-THROW-WOOL", 1),), Story.SHIPPED, "EUR"),
    DemoOrder(85, 3, (("NL-VASE-RIB", 1), ("NL-CANDLE-PINE", 1)), Story.QUESTION, "EUR"),
    DemoOrder(96, 6, (("NL-KETTLE-GR", 1), ("NL-BOARD-ASH", 1)), Story.SHIPPED_BEFORE_DECISION),
    DemoOrder(110, 7, (("NL-LINEN-SET", 2),), Story.REFUNDED),
    DemoOrder(118, 0, (("NL-MUG-SAND", 2),), Story.SHIPPED),
    DemoOrder(131, 1, (("NL-CANDLE-PINE", 6),), Story.SHIPPED, discount_percent=10),
    DemoOrder(140, 2, (("NL-LAMP-OAK", 1),), Story.SHIPPED, "JPY"),
    DemoOrder(152, 4, (("NL-LAMP-PAPER", 1),), Story.REFUNDED),
    DemoOrder(170, 3, (("NL-KETTLE-GR", 1), ("NL-MUG-SAND", 2)), Story.SHIPPED, "EUR"),
    DemoOrder(190, 5, (("NL-BOARD-ASH", 3),), Story.SHIPPED, "EUR"),
    DemoOrder(214, 6, (("NL-THROW-WOOL", 2),), Story.SHIPPED),
    DemoOrder(238, 7, (("NL-VASE-RIB", 3),), Story.SHIPPED_IN_PART),
    DemoOrder(262, 0, (("NL-LAMP-OAK", 1), ("NL-CANDLE-PINE", 2)), Story.SHIPPED),
    DemoOrder(290, 1, (("NL-LINEN-SET", 1),), Story.DISPUTED),
    DemoOrder(322, 4, (("NL-HOOK-BRASS", 10),), Story.SHIPPED),
    DemoOrder(355, 3, (("NL-KETTLE-GR", 1),), Story.ACCEPTED, "EUR"),
    DemoOrder(390, 2, (("NL-MUG-SAND", 6),), Story.SHIPPED, "JPY"),
    DemoOrder(428, 5, (("NL-LAMP-PAPER", 1), ("NL-THROW-WOOL", 1)), Story.REFUNDED, "EUR"),
    DemoOrder(470, 6, (("NL-VASE-RIB", 1),), Story.OUT_OF_STOCK),
    DemoOrder(515, 7, (("NL-BOARD-ASH", 1), ("NL-MUG-SAND", 4)), Story.SHIPPED),
    DemoOrder(560, 0, (("NL-CANDLE-PINE", 3),), Story.SHIPPED),
    DemoOrder(640, 1, (("NL-LAMP-OAK", 1),), Story.SHIPPED),
)
NEIGHBORS_ORDERS = (
    DemoOrder(4, 4, (("NL-BOARD-ASH", 1),)),
    DemoOrder(7, 0, (("NL-CANDLE-PINE", 2), ("NL-MUG-SAND", 1)), Story.WAREHOUSE_ASKED, "EUR"),
    DemoOrder(26, 1, (("NL-MUG-SAND", 2),), Story.REQUESTED),
    DemoOrder(120, 6, (("NL-VASE-RIB", 1),), Story.SHIPPED),
)
# What delivery costs, and from which price of the goods on it is free.
_SHIPPING = {"USD": (690, 10_000), "EUR": (590, 10_000), "JPY": (800, 15_000)}
# Prices in the currency's minor units for one US cent, and the tax in percent.
_RATES = {"USD": (1.0, 8), "EUR": (0.95, 19), "JPY": (1.5, 10)}
_ROUND_TO = {"USD": 10, "EUR": 10, "JPY": 100}


def incoming(order: DemoOrder, number: str, now: datetime) -> IncomingOrder:
    """Spell the order as a store would push it."""
    name, email, *address = CUSTOMERS[order.customer]
    lines = tuple(_line(sku, quantity, order.currency) for sku, quantity in order.goods)
    goods = sum(line.price_minor for line in lines)
    off = goods * order.discount_percent // 100
    made = IncomingOrder(
        source="api",
        number=number,
        placed_at=now - timedelta(hours=order.age_hours, minutes=(order.age_hours * 17) % 60),
        currency=order.currency,
        prices_include_tax=order.currency != "USD",
        buyer_email=email,
        buyer_name=name,
        lines=lines,
        shipping_minor=_shipping(order.currency, goods),
        discounts=(IncomingDiscount(off, f"WELCOME{order.discount_percent}"),) if off else (),
        hold=order.story is Story.HELD,
        disputed=order.story is Story.DISPUTED,
        delivery=(name, *address),
    )
    return replace(made, payments=_payments(order, allocate(made).total_minor))


def _line(sku: str, quantity: int, currency: str) -> IncomingLine:
    title, cents, asin = GOODS[sku]
    rate, tax = _RATES[currency]
    price = round(cents * rate / _ROUND_TO[currency]) * _ROUND_TO[currency] * quantity
    inside = price * tax // (100 + tax)
    return IncomingLine(
        sku=sku,
        title=title,
        quantity=quantity,
        price_minor=price,
        tax_minor=price * tax // 100 if currency == "USD" else inside,
        asin=asin,
    )


def _shipping(currency: str, goods_minor: int) -> int:
    fee, free_from = _SHIPPING[currency]
    return 0 if goods_minor >= free_from else fee


def _payments(order: DemoOrder, total: int) -> tuple[IncomingPayment, ...]:
    if order.story is Story.UNPAID:
        return ()
    captured = 0 if order.story is Story.AUTHORIZED else total
    return (IncomingPayment(Gateway.MANUAL, total, captured, f"Card ending {4200 + order.customer * 7}"),)
