"""The page of the cancellation policy, and the frame of all settings around it."""

from __future__ import annotations

from tests.unit.console.browsing import Browser, links_named, words_of

PAGE = "/console/settings/policy"


def test_settings_begin_at_the_first_section(owner: Browser) -> None:
    assert owner.get("/console/settings").location == PAGE


def test_the_settings_are_tabs_and_the_one_that_is_shown_says_so(owner: Browser) -> None:
    page = owner.page(PAGE)

    sections = page.find("nav", attrs={"aria-label": "Settings"})
    here = [link for link in sections.find_all("a") if link.get("aria-current")]
    assert [words_of(link) for link in here] == ["Cancellation policy"]
    assert links_named(page, "Settings")[0]["aria-current"] == "page"
