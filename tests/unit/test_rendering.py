from datetime import UTC, datetime
from fractions import Fraction

import pytest
from jinja2 import Environment

from shared import rendering

AT = datetime(2026, 11, 21, 2, 47, tzinfo=UTC)
PACIFIC = "America/Los_Angeles"


@pytest.mark.parametrize(
    ("minor", "currency", "locale", "written"),
    [
        (123450, "USD", "en", "$1,234.50"),
        (0, "USD", "en", "$0.00"),
        (-2477, "USD", "en", "-$24.77"),
        (5, "USD", "en", "$0.05"),
        (12800, "JPY", "en", "¥12,800"),
        (12800, "JPY", "ja", "￥12,800"),
        (123450, "EUR", "de", "1.234,50\u00a0€"),
        (1234567, "KWD", "en", "KWD\u00a01,234.567"),
        (1234567, "IQD", "en", "IQD\u00a01,234.567"),
        (1234567, "KWD", "de", "1.234,567\u00a0KWD"),
        (500, "KRW", "en", "₩500"),
        (10**15 + 1, "USD", "en", "$10,000,000,000,000.01"),
    ],
)
def test_money_has_the_decimals_of_its_currency(minor: int, currency: str, locale: str, written: str) -> None:
    assert rendering.format_money(minor, currency, locale) == written


@pytest.mark.parametrize(("code", "exponent"), [("USD", 2), ("JPY", 0), ("KWD", 3), ("IQD", 3), ("CLF", 4)])
def test_a_currency_has_its_own_exponent(code: str, exponent: int) -> None:
    assert rendering.currency_exponent(code) == exponent


@pytest.mark.parametrize("code", ["", "usd", "XYZ1", "QQQ", "XAU", "XXX"])
def test_what_is_no_currency_of_payments_is_refused(code: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        rendering.currency_exponent(code)


@pytest.mark.parametrize(
    ("style", "written"),
    [
        ("full", "Friday, November 20, 2026 at 6:47\u202fPM"),
        ("moment", "November 20, 6:47\u202fPM"),
        ("date", "November 20, 2026"),
        ("day", "Nov 20"),
        ("time", "6:47\u202fPM"),
    ],
)
def test_an_instant_is_told_in_the_shops_time_zone(style: str, written: str) -> None:
    assert rendering.format_instant(AT, PACIFIC, "en", style) == written


def test_an_instant_is_told_as_its_language_does() -> None:
    assert rendering.format_instant(AT, "Europe/Berlin", "de") == "Samstag, 21. November 2026, 03:47"


def test_an_unknown_style_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="loud"):
        rendering.format_instant(AT, PACIFIC, "en", "loud")


@pytest.mark.parametrize(
    ("share", "written"),
    [(Fraction(0), "0.0%"), (Fraction(11, 1000), "1.1%"), (Fraction(1, 3), "33.3%"), (Fraction(1), "100.0%")],
)
def test_a_share_has_one_decimal(share: Fraction, written: str) -> None:
    assert rendering.format_percent(share) == written


def test_english_is_always_there_and_the_rest_falls_back_to_it() -> None:
    assert rendering.available_locales()[0] == "en"
    assert rendering.choose_locale(["tlh", "en-GB"]) == "en"
    assert rendering.choose_locale([]) == "en"


def test_a_language_is_spoken_inside_its_block() -> None:
    with rendering.speaking("en"):
        assert rendering.spoken_locale() == "en"
        assert rendering.gettext("Canceled") == "Canceled"
        assert rendering.ngettext("one", "many", 2) == "many"


def test_an_unknown_locale_is_written_as_english() -> None:
    assert rendering.format_money(100, "USD", "nowhere") == "$1.00"


def test_templates_are_furnished_with_words_and_formats() -> None:
    environment = Environment(autoescape=True)
    rendering.furnish(environment)
    template = environment.from_string(
        "{{ _('Hello %(name)s', name=name) }} {{ 100 | money('USD') }} "
        "{{ at | instant(zone, 'day') }} {{ share | percent }}"
    )

    written = template.render(name="<b>", at=AT, zone=PACIFIC, share=Fraction(1, 2))

    assert written == "Hello &lt;b&gt; $1.00 Nov 20 50.0%"
