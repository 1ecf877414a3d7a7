"""Tell after an action what came of it: one message at the top of the next page."""

from flask import flash

DONE = "done"
NOT_DONE = "not_done"


def done(fact: str, detail: str = "") -> None:
    """Say that it is done: a bold fact, then a detail."""
    flash([fact, detail], DONE)  # type: ignore[arg-type]  # kept as JSON; the layout takes it apart


def not_done(fact: str, detail: str = "") -> None:
    """Say that it is not done, and why."""
    flash([fact, detail], NOT_DONE)  # type: ignore[arg-type]  # kept as JSON; the layout takes it apart
