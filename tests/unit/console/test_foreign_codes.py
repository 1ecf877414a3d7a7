"""What files and marketplaces call reasons, and which of the merchant's own each comes in as."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urljoin

from bs4 import BeautifulSoup, Tag
from sqlalchemy import select

from shared.domain.audit import AuditKind
from shared.domain.foreign_codes import CodeList
from shared.domain.permissions import Role
from shared.domain.reasons import Reason
from shared.queries.reasons import foreign_codes
from shared.storage.records import AuditRecord
from tests.unit.console.browsing import Browser, Shop, buttons_named, links_named, words_of

PAGE = "/console/settings/reasons/codes"
ACKNOWLEDGEMENT = f"{PAGE}/acknowledgement"


def chosen(page: BeautifulSoup) -> dict[str, str]:
    """Read the fields of a form: name to what is chosen."""
    return {
        str(select["name"]): str(option["value"])
        for select in page.find_all("select")
        if isinstance(option := select.find("option", selected=True), Tag)
    }


def field_of(page: BeautifulSoup, code: str) -> str:
    label = next(label for label in page.find_all("label") if words_of(label) == code)
    return str(label["for"])


def row_of(page: BeautifulSoup, code: str) -> str:
    return next(words_of(row) for row in page.find_all("tr") if words_of(row).startswith(f"{code} "))


def test_every_list_tells_what_its_codes_come_in_as(owner: Browser) -> None:
    page = owner.page(PAGE)

    assert [words_of(heading) for heading in page.main.find_all("h2")] == [
        "Cancellation files and acknowledgements",
        "Adjustment feeds",
        "What customers told a marketplace",
    ]
    assert row_of(page, "WeatherDelay") == "WeatherDelay Business conditions"
    assert row_of(page, "CustomerCancel") == "CustomerCancel Buyer canceled"
    assert row_of(page, "Item(s) would not arrive on time").endswith("Item would not arrive on time")


def test_an_owner_says_what_a_code_comes_in_as_and_goes_back(owner: Browser, shop: Shop) -> None:
    form = owner.page(ACKNOWLEDGEMENT)
    assert not buttons_named(form, "Back to the defaults")
    typed = chosen(form) | {field_of(form, "WeatherDelay"): "Other"}

    assert owner.told(owner.send(ACKNOWLEDGEMENT, **typed))[1].startswith("Saved.")

    page = owner.page(PAGE)
    assert row_of(page, "WeatherDelay") == "WeatherDelay Other Changed; by itself “Business conditions”"
    assert row_of(owner.page("/console/bulk/codes"), "WeatherDelay").startswith("WeatherDelay Other")
    assert "WeatherDelay" in words_of(owner.page("/console/settings/reasons/Other").main)
    assert owner.told(owner.send(ACKNOWLEDGEMENT, **typed))[0] == "alert"
    assert buttons_named(owner.page(ACKNOWLEDGEMENT), "Back to the defaults")

    assert owner.told(owner.send(ACKNOWLEDGEMENT, **typed, defaults="1"))[0] == "status"

    assert row_of(owner.page(PAGE), "WeatherDelay") == "WeatherDelay Business conditions"
    assert foreign_codes(shop.db, shop.merchant_id).changed == {}


def test_what_changed_is_in_the_audit_trail(owner: Browser, shop: Shop) -> None:
    form = owner.page(ACKNOWLEDGEMENT)
    owner.send(ACKNOWLEDGEMENT, **(chosen(form) | {field_of(form, "RejectOrder"): "SuspectedFraud"}))

    with shop.db.begin(shop.merchant_id) as tx:
        kind = AuditKind.FOREIGN_CODES_CHANGED
        [entry] = tx.session.scalars(select(AuditRecord).where(AuditRecord.kind == kind))
        assert (entry.subject, entry.before, entry.after) == (
            "acknowledgement",
            {"RejectOrder": "BusinessConditions"},
            {"RejectOrder": "SuspectedFraud"},
        )


def test_what_customers_told_comes_in_as_customers_reasons_alone(owner: Browser, shop: Shop) -> None:
    path = f"{PAGE}/wish"
    form = owner.page(path)
    moved = field_of(form, "Shipping cost too high")

    assert owner.send(path, **(chosen(form) | {moved: "NoInventory"})).status_code == 422
    owner.send(path, **(chosen(form) | {moved: "PriceTooHigh"}))

    known = foreign_codes(shop.db, shop.merchant_id)
    assert known.reason(CodeList.WISH, "Shipping cost too high") is Reason.PRICE_TOO_HIGH


def test_who_may_not_configure_reads_the_codes_alone(
    visitor: Browser, open_shop: Callable[..., Shop]
) -> None:
    visitor.sign_in(open_shop(role=Role.AGENT).email)

    assert not links_named(visitor.page(PAGE), "Change Adjustment feeds")
    assert visitor.get(ACKNOWLEDGEMENT).status_code == 403


def test_an_unknown_list_is_nowhere_to_be_found(owner: Browser) -> None:
    assert owner.get(urljoin(f"{PAGE}/", "whims")).status_code == 404
