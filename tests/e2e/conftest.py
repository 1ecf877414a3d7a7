"""A live server and worker, a browser, a shop of one's own; everything goes through the public contract."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import APIRequestContext, Browser, BrowserContext, Page, Playwright

BROWSER_ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
START_SECONDS = 60
PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 900}


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Use the browser that the machine has; without one, Playwright's own."""
    path = os.environ.get("RESCIND_BROWSER")
    found = {"executable_path": path} if path else {}
    return {**browser_type_launch_args, **found, "args": BROWSER_ARGS}


@pytest.fixture(scope="session")
def base_url(app_url: str, owner_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start the product as its commands start it, on a free port, and give its address."""
    port = _free_port()
    environment = {
        **os.environ,
        "RESCIND_MODE": "demo",
        "RESCIND_TESTKIT": "1",
        "RESCIND_DATABASE_URL": app_url,
        "RESCIND_DATABASE_OWNER_URL": owner_url,
        "RESCIND_DATA_DIR": str(tmp_path_factory.mktemp("data")),
        "PORT": str(port),
    }
    log = tmp_path_factory.mktemp("log") / "server.log"
    with log.open("wb") as output:
        children = [
            subprocess.Popen(
                [sys.executable, "-m", "shared.cli.main", command],
                env=environment,
                stdout=output,
                stderr=output,
            )
            for command in ("serve", "worker")
        ]
        try:
            _await_port(port, children, log.read_text)
            yield f"http://127.0.0.1:{port}"
        finally:
            for child in children:
                child.terminate()
            for child in children:
                child.wait(timeout=40)


@pytest.fixture(scope="session")
def kit(playwright: Playwright, base_url: str) -> Iterator[APIRequestContext]:
    """Talk to the test kit and the API."""
    context = playwright.request.new_context(base_url=base_url)
    yield context
    context.dispose()


@dataclass(frozen=True)
class Shop:
    """A merchant of one's own, reached through the test kit."""

    kit: APIRequestContext
    slug: str
    email: str
    password: str
    api_key: str

    def place_order(
        self, title: str = "Tea kettle", quantity: int = 1, unit_price: int = 6400, **more: Any
    ) -> dict[str, Any]:
        """Take in a paid order of one line; anything of the API's order may be given instead."""
        lines = more.pop(
            "line_items",
            [{"sku": "KTL-1", "title": title, "quantity": quantity, "unit_price": unit_price}],
        )
        total = sum(line["unit_price"] * line["quantity"] for line in lines)
        number = more.pop("number", f"NL-{time.time_ns() % 10**10}")
        order = {
            "merchant": self.slug,
            "number": number,
            "placed_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 600)),
            "currency": "USD",
            "prices_include_tax": True,
            "buyer": {"email": f"ana-{number.lower()}@example.com", "name": "Ana Torres"},
            "line_items": lines,
            "payments": [
                {"gateway": "manual", "reference": "Visa 4242", "authorized": total, "captured": total}
            ],
            **more,
        }
        placed = self.ask("/testkit/orders", order)
        return {**placed, "email": order["buyer"]["email"]}

    def ask(self, path: str, body: dict[str, Any] | None = None) -> Any:
        """Call the test kit and insist that it worked."""
        answer = self.kit.post(path, data=body if body is not None else {})
        assert answer.ok, answer.text()
        return answer.json()

    def settle(self) -> None:
        """Let everything that is due happen."""
        assert self.ask("/testkit/worker/drain")["unfinished"] == 0

    def mails_to(self, email: str) -> list[dict[str, Any]]:
        """Read the e-mails sent to somebody, newest first."""
        self.settle()
        mails: list[dict[str, Any]] = self.kit.get("/testkit/mail", params={"to": email}).json()
        return mails

    def violations(self) -> list[Any]:
        """Ask for violated invariants."""
        found: list[Any] = self.kit.get("/testkit/invariants").json()
        return found


@pytest.fixture
def open_shop(kit: APIRequestContext) -> Callable[..., Shop]:
    """Open a shop, with a policy if one is given."""

    def open_one(**policy: Any) -> Shop:
        body = {"name": "Northlight Home", **({"policy": policy} if policy else {})}
        answer = kit.post("/testkit/merchants", data=body)
        assert answer.ok, answer.text()
        return Shop(kit=kit, **answer.json())

    return open_one


@pytest.fixture
def shop(open_shop: Callable[..., Shop]) -> Iterator[Shop]:
    """Give a shop with the default policy, and insist at the end that nothing in it is wrong."""
    opened = open_shop()
    yield opened
    assert opened.violations() == []


@pytest.fixture
def make_page(browser: Browser, base_url: str) -> Iterator[Callable[..., Page]]:
    """Open a browser of one's own; a page that logs an error or misses a resource fails its test."""
    contexts: list[BrowserContext] = []
    troubles: list[str] = []

    def make(**options: Any) -> Page:
        context = browser.new_context(**{"base_url": base_url, "viewport": DESK, **options})
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: message.type == "error" and troubles.append(message.text))
        page.on("pageerror", lambda error: troubles.append(str(error)))
        return page

    yield make
    for context in contexts:
        context.close()
    unexpected = [trouble for trouble in troubles if "status of 4" not in trouble]
    assert unexpected == []


@pytest.fixture
def buyer(make_page: Callable[..., Page]) -> Page:
    """Give the buyer's browser."""
    return make_page()


@pytest.fixture
def merchant(make_page: Callable[..., Page], shop: Shop) -> Page:
    """Give the merchant's browser, signed in."""
    return sign_in(make_page(), shop)


def sign_in(page: Page, shop: Shop) -> Page:
    """Sign in to the console."""
    page.goto("/console/sign-in")
    page.get_by_label("Email").fill(shop.email)
    page.get_by_label("Password").fill(shop.password)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", name="Orders", level=1).wait_for()
    return page


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _await_port(port: int, children: list[subprocess.Popen[bytes]], read_log: Callable[[], str]) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        if any(child.poll() is not None for child in children):
            pytest.fail(f"the product did not start:\n{read_log()[-4000:]}")
        with socket.socket() as probe:
            probe.settimeout(0.2)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    pytest.fail(f"the product took too long to start:\n{read_log()[-4000:]}")
