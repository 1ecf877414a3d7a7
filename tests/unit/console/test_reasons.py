"""The catalogue of reasons, and the page of each."""

from __future__ import annotations

from collections.abc import Callable

from bs4 import BeautifulSoup, Tag

from shared.domain.catalogue import Giver
from shared.domain.permissions import Role
from shared.domain.reasons import Reason
from shared.queries.reasons import catalogue, offered
from tests.builders import an_order
from tests.unit.console.browsing import (
    Browser,
    Shop,
    buttons_named,
    links_named,
    message,
    order_path,
    read,
    words_of,
)

PAGE = "/console/settings/reasons"


def row_of(page: BeautifulSoup, code: str) -> str:
    cell = page.find(id=code)
    assert isinstance(cell, Tag)
    return words_of(cell.find_parent("tr"))


def test_every_reason_says_who_may_give_it_and_what_follows(owner: Browser) -> None:
    page = owner.page(PAGE)

    assert "Your team, Your store, Files Not back on the shelf" in row_of(page, "NoInventory")
    assert "Customers, Your store Back on the shelf" in row_of(page, "FoundCheaper")
    assert "Customers, Your team, Your store, Files" in row_of(page, "Other")
    assert links_named(page, "No inventory")[0]["href"] == f"{PAGE}/NoInventory"


def test_an_owner_changes_words_and_terms_of_a_reason(owner: Browser, shop: Shop) -> None:
    told = owner.told(
        owner.send(
            f"{PAGE}/NoInventory", for_merchants="y", restock="y", refund="nothing", words_en="We sold it"
        )
    )

    assert told == ("status", "Saved. Requests that were made before keep their words and terms.")
    terms = catalogue(shop.db, shop.merchant_id).of(Reason.NO_INVENTORY)
    assert (terms.restock, terms.counts, dict(terms.words)) == (True, False, {"en": "We sold it"})
    assert (terms.givers, terms.refunds) == ((Giver.MERCHANT,), False)
    row = row_of(owner.page(PAGE), "NoInventory")
    assert "We sold it" in row
    assert "Not in the rate" in row
    assert "Nothing goes back unless chosen" in row


def test_the_windows_offer_the_merchants_own_list(owner: Browser, shop: Shop) -> None:
    order_id = an_order().taken_in(shop.db, shop.merchant_id)
    owner.send(f"{PAGE}/NoInventory", words_en="", counts="y")
    owner.send(f"{PAGE}/PricingError", words_en="Wrong price tag", for_merchants="y", restock="y", counts="y")

    page = owner.page(order_path(order_id, "/cancel"))

    select = page.find("select", attrs={"name": "reason"})
    assert isinstance(select, Tag)
    words = [words_of(option) for option in select.find_all("option")]
    assert "No inventory" not in words
    assert "Wrong price tag" in words
    assert "Nobody, switched off" in row_of(owner.page(PAGE), "NoInventory")


def test_reasons_are_moved_without_a_script(owner: Browser, shop: Shop) -> None:
    assert buttons_named(owner.page(PAGE), "Up Item would not arrive on time")

    response = owner.send(f"{PAGE}/ArrivesTooLate/move", way="up")

    assert response.location.endswith("#ArrivesTooLate")
    assert offered(shop.db, shop.merchant_id, Giver.BUYER)[0][0] == "ArrivesTooLate"
    assert owner.send(f"{PAGE}/ArrivesTooLate/move", way="away").status_code == 400


def test_the_team_is_left_one_reason_to_give(owner: Browser, shop: Shop) -> None:
    for code, _words in offered(shop.db, shop.merchant_id)[1:]:
        owner.send(f"{PAGE}/{code}", counts="y", words_en="")

    response = owner.send(f"{PAGE}/NoInventory", counts="y", words_en="")

    assert response.status_code == 422
    assert "Your team must be left at least one reason to give." in message(read(response))[1]


def test_saving_what_holds_changes_nothing(owner: Browser) -> None:
    told = owner.told(
        owner.send(
            f"{PAGE}/NoInventory",
            for_merchants="y",
            for_stores="y",
            for_feeds="y",
            counts="y",
            words_en="No inventory",
        )
    )

    assert told == ("alert", "Nothing has changed. This is what holds already.")


def test_an_unknown_reason_is_nowhere_to_be_found(owner: Browser) -> None:
    assert owner.get(f"{PAGE}/Whim").status_code == 404
    assert owner.send(f"{PAGE}/Whim/move", way="up").status_code == 404


def test_who_may_not_configure_reads_the_list_alone(visitor: Browser, open_shop: Callable[..., Shop]) -> None:
    visitor.sign_in(open_shop(role=Role.AGENT).email)

    page = visitor.page(PAGE)

    assert not links_named(page, "No inventory")
    assert not buttons_named(page, "Up Other")
    assert visitor.get(f"{PAGE}/NoInventory").status_code == 403


def test_the_form_shows_what_holds(owner: Browser) -> None:
    page = owner.page(f"{PAGE}/Other")

    ticked = {str(box["name"]) for box in page.find_all("input", type="checkbox") if box.has_attr("checked")}
    assert ticked == {"for_buyers", "for_merchants", "for_stores", "for_feeds", "restock", "counts"}
