import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.tables.guarding import guard, unguard


@pytest.mark.parametrize(
    ("value", "guarded"),
    [
        ("=1+1", "'=1+1"),
        ("+cmd", "'+cmd"),
        ("-cmd", "'-cmd"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\uff1d1", "'\uff1d1"),
        ("a,=1", "a,'=1"),
        ("a;=1", "a;'=1"),
        ("'=1", "''=1"),
        ("-5.00", "-5.00"),
        ("206-0536365-4811912", "206-0536365-4811912"),
        ("#1001", "#1001"),
        ("it's = fine", "it's = fine"),
    ],
)
def test_what_would_act_as_a_formula_is_guarded(value: str, guarded: str) -> None:
    assert guard(value) == guarded
    assert unguard(guarded) == value


@settings(deadline=None)
@given(st.text(alphabet="='+-@\t\r\n,;|\uff1da1."))
def test_what_was_guarded_comes_back_as_it_was(value: str) -> None:
    assert unguard(guard(value)) == value
