"""Every policy there was, what each made different, and the way back."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from bs4 import BeautifulSoup, Tag

from shared.actions import merchants, policies
from shared.actions.merchants import MerchantChanges
from shared.actions.policies import PolicyChange
from shared.domain.permissions import Role
from shared.domain.policy import Mode, Policy
from shared.queries import merchants as accounts
from shared.queries import policies as queries
from shared.queries.policies import MOST_SHOWN, history
from tests.builders import USER
from tests.unit.console.browsing import Browser, Shop, buttons_named, links_named, words_of

PAGE = "/console/settings/policy/versions"


def version_panel(page: BeautifulSoup, number: int) -> Tag:
    panel = page.find("section", attrs={"aria-labelledby": f"version-{number}"})
    assert isinstance(panel, Tag)
    return panel


def change(shop: Shop, policy: Policy, note: str = "") -> None:
    seen = queries.in_force(shop.db, shop.merchant_id).version.number
    wanted = PolicyChange(policy, self_service=True, seen=seen, note=note)
    policies.change(shop.db, shop.merchant_id, wanted, USER)


def restore(shop: Shop, number: int) -> str:
    found = history(shop.db, shop.merchant_id, below=number + 1).versions[0]
    return f"{PAGE}/{found.id}/restore"


def test_the_first_version_is_what_held_at_the_beginning(owner: Browser) -> None:
    page = owner.page(PAGE)

    assert "What held at the beginning." in words_of(version_panel(page, 1))
    assert not buttons_named(page, "Go back to this version")


def test_a_version_says_what_it_made_different_and_why(owner: Browser, shop: Shop) -> None:
    change(shop, Policy(mode=Mode.AUTOMATIC, window_hours=2), note="Too many mails")

    words = words_of(version_panel(owner.page(PAGE), 2))

    assert "Too many mails" in words
    assert "Time to ask Before: As long as nothing has shipped. After: 2 hours from the order." in words
    assert "After: Every request is accepted at once." in words
    assert "Shipping costs" not in words


def test_the_command_line_makes_versions_as_well(owner: Browser, shop: Shop) -> None:
    merchants.change(shop.db, shop.merchant_id, MerchantChanges(self_service=False))

    words = words_of(version_panel(owner.page(PAGE), 2))

    assert "Customers may ask Before: Yes. After: No, they are sent to you." in words


def test_going_back_makes_a_new_version(owner: Browser, shop: Shop) -> None:
    change(shop, Policy(window_hours=2))
    page = owner.page(PAGE)
    assert len(buttons_named(page, "Go back to this version")) == 1

    told = owner.told(owner.send(restore(shop, 1)))

    assert told == ("status", "Version 1 holds again. It is kept as a new version.")
    assert accounts.read(shop.db, shop.merchant_id).policy == Policy()
    assert "Back to version 1" in words_of(version_panel(owner.page(PAGE), 3))


def test_going_back_to_what_holds_changes_nothing(owner: Browser, shop: Shop) -> None:
    assert owner.told(owner.send(restore(shop, 1)))[0] == "alert"
    assert len(history(shop.db, shop.merchant_id).versions) == 1


def test_a_version_of_another_merchant_is_nowhere_to_be_found(
    owner: Browser, open_shop: Callable[..., Shop]
) -> None:
    assert owner.send(restore(open_shop(), 1)).status_code == 404
    assert owner.send(f"{PAGE}/{UUID(int=7)}/restore").status_code == 404


def test_who_may_not_configure_reads_the_versions_and_cannot_go_back(
    visitor: Browser, open_shop: Callable[..., Shop]
) -> None:
    shop = open_shop(role=Role.MANAGER)
    change(shop, Policy(window_hours=2))
    visitor.sign_in(shop.email)

    assert not buttons_named(visitor.page(PAGE), "Go back to this version")
    assert visitor.send(restore(shop, 1)).status_code == 403


def test_older_versions_are_a_page_away(owner: Browser, shop: Shop) -> None:
    for hours in range(1, MOST_SHOWN + 2):
        change(shop, Policy(window_hours=hours))

    older = links_named(owner.page(PAGE), "Older versions")[0]

    page = owner.page(str(older["href"]))
    assert "After: 1 hour from the order." in words_of(version_panel(page, 2))
    assert "What held at the beginning." in words_of(version_panel(page, 1))
