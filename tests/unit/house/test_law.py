"""A law that looks at nothing says nothing, so it fails."""

import pytest

from tests.unit.house.law import Findings, uphold


def test_a_law_that_looked_at_nothing_fails() -> None:
    with pytest.raises(AssertionError, match="looked at nothing"):
        uphold(Findings(), "Do it otherwise:")


def test_a_law_that_found_something_says_what_and_what_to_do() -> None:
    with pytest.raises(AssertionError, match=r"Do it otherwise:\n  here"):
        uphold(Findings(2, ["here"]), "Do it otherwise:")


def test_a_law_that_found_nothing_wrong_holds() -> None:
    uphold(Findings(1), "Do it otherwise:")
