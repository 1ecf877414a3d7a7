"""B2 and B3: order page and dashboard against the same templates with fixed data, small against large."""

from collections.abc import Iterator
from urllib.parse import urlencode

from tests.bench.filling import order_id
from tests.bench.load import again_and_again, get, measure
from tests.bench.report import Finding
from tests.bench.serving import CONSOLE_FIXED, FIXED
from tests.bench.shop import Bench

_SECONDS = 3.0
_PAGE_SECONDS = 1.2
_TIMES = 12
_DASHBOARD = "/console/orders"
QUESTIONS = (
    {},
    {"placed_from": ""},
    {"order_status": "unshipped", "placed_from": ""},
    {"order_status": "canceled", "placed_from": ""},
    {"item_status": "cancellation_requested", "placed_from": ""},
    {"item_status": "shipped", "placed_from": ""},
    {"item_status": "partially_shipped", "placed_from": ""},
    {"item_status": "partially_canceled", "placed_from": ""},
    {"payment_status": "awaiting", "placed_from": ""},
    {"payment_status": "refunded", "placed_from": ""},
    {"sort": "-amount", "placed_from": ""},
    {"sort": "number", "placed_from": ""},
    {"sort": "-amount", "order_status": "canceled", "placed_from": ""},
    {"search": "NL-4242", "placed_from": ""},
    {"search": "buyer-777@", "placed_from": ""},
    {"search": "ktl-7", "placed_from": ""},
    {"search": "maya", "placed_from": ""},
    {"search": "maya", "order_status": "unshipped", "placed_from": ""},
)


def order_page(bench: Bench) -> Iterator[Finding]:
    """B2: an order's page, opened by its link."""
    number = bench.open_numbers(bench.large, 1)[0]
    cookie = bench.opened(bench.large, order_id(number))
    page = get(f"/orders/{order_id(number)}", cookie)
    fixed = get(f"{FIXED}portal/order_detail.html", cookie)
    yield _beside_fixed(bench, "B2", "Order page", page, fixed, goal="≥ 0.7")


def dashboard(bench: Bench) -> Iterator[Finding]:
    """B3: the dashboard against fixed data, then every question to the small shop and to the large one."""
    cookies = {shop.id: bench.signed_in(shop) for shop in (bench.small, bench.large)}
    cookie = cookies[bench.large.id]
    page, fixed = get(_DASHBOARD, cookie), get(f"{CONSOLE_FIXED}console/orders.html", cookie)
    yield _beside_fixed(bench, "B3", "Dashboard, 50 rows", page, fixed, goal="≥ 0.6")
    for question in QUESTIONS:
        yield _small_and_large(bench, question, cookies[bench.small.id], cookies[bench.large.id])


def _beside_fixed(bench: Bench, name: str, work: str, page: bytes, fixed: bytes, *, goal: str) -> Finding:
    measure(bench.port, [page] * 40, expected=200, seconds=_SECONDS)
    limit = measure(bench.port, again_and_again(fixed), expected=200, seconds=_SECONDS)
    before = bench.cpu_seconds()
    load = measure(bench.port, again_and_again(page), expected=200, seconds=_SECONDS)
    cpu = 1000 * (bench.cpu_seconds() - before) / len(load.times)
    return Finding(
        name,
        work,
        f"{load.per_second:.0f}/s",
        f"fixed {limit.per_second:.0f}/s",
        f"{load.per_second / limit.per_second:.2f}",
        goal,
        f"{cpu:.1f} ms CPU, p99 {load.percentile(0.99):.0f} ms",
    )


def _small_and_large(bench: Bench, question: dict[str, str], small: str, large: str) -> Finding:
    words = "&".join(f"{name}={value}" for name, value in question.items() if value)
    of_small, of_large = (_one_by_one(bench, question, cookie) for cookie in (small, large))
    return Finding(
        "B3",
        f"  … {words or ('all' if question else 'first visit')}",
        f"{of_large:.1f} ms",
        f"small {of_small:.1f} ms",
        f"{of_large / of_small:.2f}",
        "≤ 1.2",
    )


def _one_by_one(bench: Bench, question: dict[str, str], cookie: str) -> float:
    request = get(f"{_DASHBOARD}?{urlencode(question)}", cookie)
    load = measure(bench.port, [request] * _TIMES, expected=200, seconds=_PAGE_SECONDS, connections=1)
    return load.percentile(0.5)
