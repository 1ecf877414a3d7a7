"""A color is judged as WCAG counts contrast, and every shade made of it can be read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.colors import (
    LEAST_CONTRAST,
    USUAL,
    USUAL_COLOR,
    WHITE,
    Palette,
    contrast,
    nearest_readable,
    palette,
    read_color,
)

COLORS = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")
PAGE, SURFACE, DARK_SURFACE = "#f2f5f5", WHITE, "#1b2529"


def readable(shades: Palette) -> bool:
    pairs = (
        (shades.accent.light, PAGE),
        (shades.accent.light, SURFACE),
        (shades.hover.light, PAGE),
        (shades.ink.light, shades.accent.light),
        (shades.ink.light, shades.hover.light),
        (shades.accent.light, shades.soft.light),
        (shades.accent.dark, DARK_SURFACE),
        (shades.hover.dark, DARK_SURFACE),
        (shades.ink.dark, shades.accent.dark),
        (shades.ink.dark, shades.hover.dark),
        (shades.accent.dark, shades.soft.dark),
    )
    return all(contrast(one, other) >= LEAST_CONTRAST for one, other in pairs)


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [(WHITE, "#000000", 21.0), (WHITE, WHITE, 1.0), (WHITE, "#777777", 4.48), ("#ff0000", WHITE, 4.0)],
)
def test_contrast_is_what_the_guideline_says(one: str, other: str, ratio: float) -> None:
    assert contrast(one, other) == pytest.approx(ratio, abs=0.005)
    assert contrast(other, one) == contrast(one, other)


@pytest.mark.parametrize(
    ("typed", "color"), [("#0A586A", "#0a586a"), ("abc", "#aabbcc"), (" #fff ", WHITE), ("0a586a", "#0a586a")]
)
def test_a_color_is_read_as_people_write_it(typed: str, color: str) -> None:
    assert read_color(typed) == color


@pytest.mark.parametrize(
    "typed", ["", "red", "#12", "#12345", "#1234567", "#gggggg", "#12345\n;", "rgb(1,2,3)", "#\uff10a586a"]
)
def test_what_is_no_color_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match="not a color"):
        read_color(typed)


@given(COLORS)
def test_white_text_can_be_read_on_the_shade_that_is_proposed(color: str) -> None:
    shade = nearest_readable(color)

    assert contrast(shade, WHITE) > contrast(shade, PAGE) >= LEAST_CONTRAST
    assert (shade == color) == (contrast(color, PAGE) >= LEAST_CONTRAST)
    assert palette(shade).accent.light == shade


@given(COLORS)
def test_every_shade_can_be_read_by_day_and_in_dark_mode(color: str) -> None:
    assert readable(palette(nearest_readable(color)))


def test_the_usual_look_can_be_read_too() -> None:
    assert palette("") == palette(USUAL_COLOR) == USUAL
    assert readable(USUAL)
