"""What the team typed is still there when its page was open too long; nothing is done before it is sent."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import text

from shared.actions import cases
from shared.actions.case_steps import Message
from shared.domain.actors import BUYER
from shared.domain.permissions import Role
from tests.builders import an_order, request
from tests.unit.console.browsing import Browser, Shop, read, value_of, words_of

STALE = "This page was open too long; nothing was changed."
WROTE = "Written with care."


def stale(browser: Browser, path: str, page: str = "", **fields: str) -> tuple[int, BeautifulSoup]:
    """Send a form whose token counts no more, from the page that held it."""
    answer = browser.post(
        path,
        data={"csrf_token": "of long ago", **fields},
        headers={"Referer": f"http://localhost{page or path}"},
    )
    return answer.status_code, read(answer)


def kept(page: BeautifulSoup) -> list[str]:
    """List what stands in the page's text fields."""
    return [area.get_text().strip() for area in page.select("textarea:not([readonly])")]


def traces(shop: Shop) -> tuple[object, ...]:
    """Count what acting would leave behind."""
    counted = ("timeline", "cancellation_requests", "case_messages", "cases", "audit_entries", "bulk_runs")
    with shop.db.snapshot(shop.merchant_id) as tx:
        return tuple(tx.session.execute(text(f"SELECT count(*) FROM {name}")).scalar() for name in counted)


@pytest.fixture
def pages(shop: Shop) -> dict[str, str]:
    """Give the addresses of an order, a request on it, and a case about it."""
    order_id = an_order().with_item(quantity=3).taken_in(shop.db, shop.merchant_id)
    asked = request(shop.db, shop.merchant_id, order_id, 1)
    message = Message("Where is it?")
    case_id = cases.open_case(shop.db, shop.merchant_id, order_id, "Products", message, BUYER)
    order = f"/console/orders/{order_id}"
    return {
        "order": order,
        "request": f"{order}/requests/{asked}",
        "case": f"/console/support/{case_id}",
        "id": str(order_id),
    }


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("{order}/cancel", "memo"),
        ("{order}/memo", "memo"),
        ("{request}/decline", "message"),
        ("{case}/reply", "message"),
        ("{case}/credit", "message"),
        ("{case}/replacement", "message"),
        ("/console/contact?order={id}", "message"),
        ("/console/orders/cancel?order={id}", "memo"),
        ("/console/settings/branding", "footer"),
        ("/console/settings/branding/emails/cancellation_declined", "intro"),
        ("/console/settings/replies", "body"),
    ],
)
def test_a_stale_form_is_shown_again_with_what_was_typed(
    owner: Browser, shop: Shop, pages: dict[str, str], path: str, field: str
) -> None:
    before = traces(shop)

    status, page = stale(owner, path.format(**pages), pages["case"], **{field: WROTE})

    assert status == 400
    assert [words_of(tag) for tag in page.find_all(role="alert")] == [
        f"{STALE} What you typed is still here. Check it, then press the button once more."
    ]
    assert WROTE in kept(page)
    assert value_of(page, "csrf_token")
    assert traces(shop) == before


def test_what_was_shown_again_is_carried_out_once_it_is_sent_anew(
    owner: Browser, pages: dict[str, str]
) -> None:
    case = pages["case"]
    _status, page = stale(owner, f"{case}/reply", case, message=WROTE, nonce="", kind="message")
    [form] = [form for form in page.select("form") if form.select("textarea")]

    assert WROTE not in words_of(owner.page(case).select_one("[aria-labelledby=thread-title]"))
    fields = {name: value_of(page, name) for name in ("csrf_token", "nonce")}
    owner.post(str(form["action"]), data={**fields, "message": WROTE, "kind": "message"})
    assert WROTE in words_of(owner.page(case).select_one("[aria-labelledby=thread-title]"))


def test_a_stale_press_of_a_button_does_nothing(owner: Browser, shop: Shop, pages: dict[str, str]) -> None:
    before = traces(shop)

    for path in (f"{pages['request']}/accept", f"{pages['case']}/resolve", f"{pages['order']}/send-link"):
        status, page = stale(owner, path, pages["order"])
        assert (status, words_of(page.h1)) == (400, "Please try again")
    assert traces(shop) == before


def test_whoever_is_signed_out_can_copy_what_they_wrote(visitor: Browser, pages: dict[str, str]) -> None:
    status, page = stale(visitor, f"{pages['case']}/reply", pages["case"], message=WROTE, password="secret")

    assert status == 400
    assert [area.get_text().strip() for area in page.select("textarea[readonly]")] == [WROTE]
    assert "secret" not in str(page)
    back = page.find("a", string="Open the page again")
    assert back is not None
    assert back["href"] == pages["case"]  # type: ignore[index]


def test_whoever_is_at_another_shop_meanwhile_can_copy_what_they_wrote(
    visitor: Browser, open_shop: Callable[..., Shop], pages: dict[str, str]
) -> None:
    visitor.sign_in(open_shop().email)

    status, page = stale(visitor, f"{pages['case']}/reply", pages["case"], message=WROTE)

    assert status == 400
    assert [area.get_text().strip() for area in page.select("textarea[readonly]")] == [WROTE]
    assert [words_of(tag) for tag in page.find_all(role="alert")] == [STALE]


def test_a_viewer_learns_nothing_by_a_stale_form(visitor: Browser, open_shop: Callable[..., Shop]) -> None:
    shop = open_shop(role=Role.VIEWER)
    order_id = an_order().with_item("Rare vase").taken_in(shop.db, shop.merchant_id)
    visitor.sign_in(shop.email)

    status, page = stale(visitor, f"/console/orders/{order_id}/cancel", memo=WROTE)

    assert status == 400
    assert "Rare vase" not in page.get_text()
