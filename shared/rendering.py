"""Put words, money, instants and shares into a reader's language, for pages and e-mails alike."""

import copy
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, time
from decimal import Decimal
from fractions import Fraction
from functools import cache
from gettext import NullTranslations
from pathlib import Path
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError, negotiate_locale
from babel.dates import format_date, format_skeleton, format_time, get_timezone_name
from babel.numbers import NumberPattern, format_decimal
from babel.support import Translations
from iso4217 import Currency
from jinja2 import Environment

SOURCE_LOCALE = "en"
CATALOGUES = Path(__file__).parent / "locale"
_DOMAIN = "messages"
_LETTER_THEN_DIGIT = re.compile(r"(?<=[A-Z])(?=\d)")
_speaking: ContextVar[str] = ContextVar("speaking", default=SOURCE_LOCALE)


def templates_folder() -> Path:
    """Find the templates: beside the packages in a checkout, inside this one in an installed wheel."""
    package = Path(__file__).resolve().parent
    checkout = package.parent / "templates"
    return checkout if checkout.is_dir() else package / "templates"


@cache
def available_locales() -> tuple[str, ...]:
    """List the languages that pages and e-mails can be written in; English is the source."""
    compiled = CATALOGUES.glob(f"*/LC_MESSAGES/{_DOMAIN}.mo")
    return (SOURCE_LOCALE, *sorted({path.parts[-3] for path in compiled} - {SOURCE_LOCALE}))


def language_name(locale: str) -> str:
    """Name a language in the one being spoken."""
    return str(_locale(locale).get_display_name(_locale(spoken_locale())) or locale)


def choose_locale(wanted: Iterable[str]) -> str:
    """Pick the first wanted language that there is, else English."""
    asked = [name.replace("-", "_") for name in wanted]
    return negotiate_locale(asked, available_locales()) or SOURCE_LOCALE


def speak(locale: str) -> None:
    """Speak this language from now on, in this thread or task."""
    _speaking.set(choose_locale([locale]))


@contextmanager
def speaking(locale: str) -> Iterator[None]:
    """Speak this language inside the block."""
    token = _speaking.set(choose_locale([locale]))
    try:
        yield
    finally:
        _speaking.reset(token)


def spoken_locale() -> str:
    """Tell which language is being spoken."""
    return _speaking.get()


def N_(message: str) -> str:  # noqa: N802 - the name that gettext's tools look for
    """Mark words for the catalogues; they are translated when they are said."""
    return message


def gettext(message: str) -> str:
    """Translate a sentence into the language being spoken."""
    return _translations(_speaking.get()).gettext(message)


def ngettext(one: str, many: str, count: int) -> str:
    """Translate a sentence that counts something; the words hold `%(num)s`."""
    return _translations(_speaking.get()).ngettext(one, many, count)


def currency_exponent(code: str) -> int:
    """Tell how many decimals a currency has (ISO 4217); raises ValueError when it is unknown or has none."""
    exponent = Currency(code).exponent
    if exponent is None:
        raise ValueError(code)
    return int(exponent)


def format_money(minor: int, currency: str, locale: str = SOURCE_LOCALE) -> str:
    """Write minor units as an amount: the currency's own decimals, the reader's separators."""
    exponent = currency_exponent(currency)
    value = Decimal(minor).scaleb(-exponent)
    pattern = _money_pattern(locale, exponent)
    written: str = pattern.apply(value, _locale(locale), currency=currency, currency_digits=False)
    return _LETTER_THEN_DIGIT.sub("\N{NO-BREAK SPACE}", written)


def format_instant(at: datetime, tz: str, locale: str = SOURCE_LOCALE, style: str = "full") -> str:
    """Write an instant in a time zone.

    Styles: `full` (weekday, date, time), `deadline` (the same, and the zone as it is called then), `moment`
    (day and time), `date`, `day` (short), `time`.
    """
    zone = ZoneInfo(tz)
    local = at.astimezone(zone)
    clock = format_time(at, "short", zone, _locale(locale))
    if style == "time":
        return clock
    if style == "date":
        return format_date(local, "long", _locale(locale))
    if style == "day":
        return format_skeleton("MMMd", at, zone, locale=_locale(locale))
    if style == "moment":
        day = format_skeleton("MMMMd", at, zone, locale=_locale(locale))
        return _joined(locale, day, clock)
    if style in {"full", "deadline"}:
        whole = _full(locale, format_date(local, "full", _locale(locale)), clock)
        return whole if style == "full" else f"{whole} ({_zone_name(local, locale)})"
    raise ValueError(style)


def format_percent(share: Fraction, locale: str = SOURCE_LOCALE) -> str:
    """Write a share as a percentage with one decimal."""
    pattern = copy.copy(_locale(locale).percent_formats[None])
    pattern.frac_prec = (1, 1)
    # Rounded here: the pattern would take a fraction apart with the precision of a float.
    tenths = round(share * 1000)
    written: str = pattern.apply(Decimal(tenths).scaleb(-3), _locale(locale))
    return written


def count(number: int) -> str:
    """Write a number of things with the separators of the language being spoken."""
    written: str = format_decimal(number, locale=_locale(spoken_locale()))
    return written


def furnish(environment: Environment) -> None:
    """Give a template environment the words and formats of the language being spoken."""
    environment.add_extension("jinja2.ext.i18n")
    environment.install_gettext_callables(gettext, ngettext, newstyle=True)  # type: ignore[attr-defined]
    environment.filters["money"] = money
    environment.filters["instant"] = _instant
    environment.filters["percent"] = percent
    environment.filters["on_day"] = on_day
    environment.filters["counted"] = count
    environment.globals["spoken_locale"] = spoken_locale


def money(minor: int, currency: str) -> str:
    """Write minor units as an amount in the language being spoken."""
    return format_money(minor, currency, spoken_locale())


def _instant(at: datetime, tz: str, style: str = "full") -> str:
    return format_instant(at, tz, spoken_locale(), style)


def on_day(day: date, style: str = "long") -> str:
    """Write a calendar day: `long` (with the year), `weekday` (with its name), `short` (month and day)."""
    locale = _locale(spoken_locale())
    if style == "short":
        return format_skeleton("MMMd", datetime.combine(day, time.min), locale=locale)
    return format_date(day, {"long": "long", "weekday": "full"}[style], locale)


def percent(share: Fraction) -> str:
    """Write a share as a percentage in the language being spoken."""
    return format_percent(share, spoken_locale())


@cache
def _translations(locale: str) -> NullTranslations:
    return Translations.load(str(CATALOGUES), [locale], _DOMAIN)


@cache
def _locale(name: str) -> Locale:
    try:
        return Locale.parse(name.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return Locale.parse(SOURCE_LOCALE)


@cache
def _money_pattern(locale: str, exponent: int) -> NumberPattern:
    # Babel would take the decimals from CLDR, which says 0 for dinars whose banks count 3.
    pattern: NumberPattern = copy.copy(_locale(locale).currency_formats["standard"])
    pattern.frac_prec = (exponent, exponent)
    return pattern


def _joined(locale: str, day: str, clock: str) -> str:
    return str(_locale(locale).datetime_formats["medium"]).format(clock, day)


def _zone_name(local: datetime, locale: str) -> str:
    # Summer time and standard time have names of their own: an hour that comes twice is told apart.
    name: str = get_timezone_name(local, width="long", locale=_locale(locale))
    return name


def _full(locale: str, day: str, clock: str) -> str:
    # CLDR keeps its "at" pattern apart from the plain one, and Babel only reads the plain one.
    if _locale(locale).language == SOURCE_LOCALE:
        return f"{day} at {clock}"
    return _joined(locale, day, clock)
