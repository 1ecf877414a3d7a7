import pytest
from flask import Flask
from wtforms import Field

from shared.web.forms import ChoiceField, LongTextField, PageForm, QuantityField, TextField, filled_in

BAD_QUANTITIES = [
    "",
    "-1",
    "+1",
    "1.0",
    "0.5",
    "1e0",
    "1_0",
    "01",
    "00",
    "1,0",
    "one",
    "\uff11",
    "\u0663",
    "\u00b2",
    "0x1",
    "1\n",
    "1\x00",
    "4",
    "1000000",
    "9" * 40,
    "nan",
]


class EveryKind(PageForm):
    units = QuantityField(most=3)
    name = TextField()
    story = LongTextField()
    why = ChoiceField(missing="Choose a reason.")
    must = TextField(validators=[filled_in("Say something.")])


def _sent(app: Flask, **fields: str) -> EveryKind:
    with app.test_request_context("/page", method="POST", data={"why": "a", "must": "x", **fields}):
        form = EveryKind(meta={"csrf": False})
        form.why.offer([("a", "A"), ("b", "B")])
        form.submitted()
        return form


@pytest.mark.parametrize("typed", BAD_QUANTITIES)
def test_what_is_not_plainly_a_quantity_is_refused(app: Flask, typed: str) -> None:
    form = _sent(app, units=typed)

    assert form.units.errors == ["Enter a whole number from 0 to 3."]
    assert form.units.data is None


@pytest.mark.parametrize(("typed", "quantity"), [("0", 0), ("1", 1), ("3", 3), (" 2 ", 2)])
def test_plain_digits_within_bounds_are_taken(app: Flask, typed: str, quantity: int) -> None:
    form = _sent(app, units=typed)

    assert not form.units.errors
    assert form.units.data == quantity


def test_a_quantity_that_was_not_sent_is_none_at_all(app: Flask) -> None:
    assert _sent(app).units.data == 0


def test_a_quantity_between_its_two_bounds_is_left_to_the_core(app: Flask) -> None:
    class Window(PageForm):
        units = QuantityField(most=1, limit=3)

    with app.test_request_context("/page", method="POST", data={"units": "3"}):
        form = Window(meta={"csrf": False})
        assert form.submitted()
        assert form.units.data == 3


def test_text_is_composed_and_its_line_ends_unified(app: Flask) -> None:
    form = _sent(app, story="cafe\u0301\r\nau lait\r", name="  e\u0301 ")

    assert form.story.data == "café\nau lait"
    assert form.name.data == "é"


@pytest.mark.parametrize("mark", ["\x00", "\x07", "\x85", "\x9f", "\u202e", "\u2066"])
def test_characters_that_nobody_writes_are_refused(app: Flask, mark: str) -> None:
    form = _sent(app, story=f"a{mark}b", name=f"a{mark}b")

    assert form.story.errors == ["Remove the characters that cannot be shown, then try again."]
    assert len(form.problems()) == 2
    assert form.story.data == "ab"


def test_a_line_end_in_a_single_line_is_refused(app: Flask) -> None:
    assert _sent(app, name="a\nb").name.errors


def test_text_over_its_limit_is_refused_and_kept_for_showing(app: Flask) -> None:
    form = _sent(app, story="x" * 501)

    assert form.story.errors == ["Use 500 characters at most."]
    assert form.story.data == "x" * 501


@pytest.mark.parametrize(
    ("chosen", "sentence"), [("", "Choose a reason."), ("c", "Choose one of the options.")]
)
def test_a_choice_must_be_one_that_was_offered(app: Flask, chosen: str, sentence: str) -> None:
    assert _sent(app, why=chosen).why.errors == [sentence]


def test_the_first_option_of_a_choice_is_empty(app: Flask) -> None:
    assert '<option value=""></option>' in str(_sent(app).why())


def test_a_field_that_must_be_filled_in_says_its_own_sentence(app: Flask) -> None:
    assert _sent(app, must=" ").problems() == [("must", "Say something.")]


def test_the_core_can_add_what_only_it_knows(app: Flask) -> None:
    form = _sent(app)
    field: Field = form.units
    form.refuse(field, "Only 1 is left.")

    assert form.problems() == [("units", "Only 1 is left.")]


def test_a_form_that_was_only_opened_was_not_submitted(app: Flask) -> None:
    with app.test_request_context("/page"):
        assert not EveryKind(meta={"csrf": False}).submitted()
