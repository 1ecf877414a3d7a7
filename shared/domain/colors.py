"""Colors a merchant chooses: whether text on them can be read, and the shades that pages and e-mails need."""

import re
from dataclasses import dataclass

LEAST_CONTRAST = 4.5
WHITE = "#ffffff"
BLACK = "#000000"
# The grounds that links stand on: the page in light, the brightest surface in dark.
_PAGE = "#f2f5f5"
_DARK_SURFACE = "#1b2529"
_DARK_GROUND = "#151d20"
_EASY_CONTRAST = 7.0
_STEPS = 100
_LINEAR_BELOW = 0.04045
_HEX = re.compile(r"#?([0-9a-f]{3}|[0-9a-f]{6})", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Shade:
    """One color of the look: by day and on dark ground."""

    light: str
    dark: str


@dataclass(frozen=True, slots=True)
class Palette:
    """What a merchant's color becomes: links and buttons, their text, and what lies around them."""

    accent: Shade
    hover: Shade
    line: Shade
    ink: Shade
    soft: Shade


USUAL_COLOR = "#0a586a"
USUAL = Palette(
    accent=Shade(USUAL_COLOR, "#84cfe0"),
    hover=Shade("#073f4d", "#a9e0ec"),
    line=Shade("#93c0cb", "#2f6674"),
    ink=Shade(WHITE, "#05232b"),
    soft=Shade("#e0eff2", "#12323a"),
)


def read_color(text: str) -> str:
    """Read #abc or #aabbcc, in either case; raises ValueError for all else."""
    found = _HEX.fullmatch(text.strip())
    if found is None:
        raise ValueError("not a color")
    digits = found[1].lower()
    return "#" + (digits if len(digits) == len("rrggbb") else "".join(2 * digit for digit in digits))


def contrast(one: str, other: str) -> float:
    """Tell the contrast of two colors as WCAG counts it, from 1 to 21."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def nearest_readable(color: str) -> str:
    """Give the nearest darker shade that white text can be read on, and that can be read as a link on a page.

    The page's ground is a little darker than white, so what suits it suits white text as well.
    """
    return _toward(color, BLACK, _PAGE, LEAST_CONTRAST)


def palette(color: str) -> Palette:
    """Make the shades of a color that white text can be read on; "" is the usual one."""
    if color in {"", USUAL_COLOR}:
        return USUAL
    light = nearest_readable(color)
    dark = _toward(color, WHITE, _DARK_SURFACE, _EASY_CONTRAST)
    return Palette(
        accent=Shade(light, dark),
        hover=Shade(_mixed(light, BLACK, 0.25), _mixed(dark, WHITE, 0.35)),
        line=Shade(_mixed(light, WHITE, 0.55), _mixed(dark, _DARK_GROUND, 0.6)),
        ink=Shade(WHITE, _toward(color, BLACK, dark, _EASY_CONTRAST)),
        soft=Shade(
            _toward(_mixed(light, WHITE, 0.88), WHITE, light, LEAST_CONTRAST),
            _toward(_mixed(light, _DARK_GROUND, 0.75), _DARK_GROUND, dark, LEAST_CONTRAST),
        ),
    )


def _toward(color: str, end: str, ground: str, least: float) -> str:
    """Move a color toward another, until it stands out enough from a ground."""
    shades = (_mixed(color, end, step / _STEPS) for step in range(_STEPS + 1))
    return next((shade for shade in shades if contrast(shade, ground) >= least), end)


def _mixed(color: str, other: str, share: float) -> str:
    parts = zip(_parts(color), _parts(other), strict=True)
    return "#" + "".join(f"{round(one + (two - one) * share):02x}" for one, two in parts)


def _parts(color: str) -> tuple[int, int, int]:
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)


def _luminance(color: str) -> float:
    red, green, blue = (_linear(part / 255) for part in _parts(color))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= _LINEAR_BELOW else float(((part + 0.055) / 1.055) ** 2.4)
