"""The children of an XML element, asked for by name; what is strange about them is collected."""

from collections.abc import Iterator, Sequence

from lxml import etree

from shared.domain.text import BadText, TooLong, clean
from shared.feeds.codes import Code, Problem
from shared.feeds.ids import MAX_FIELD, cell_damage
from shared.rendering import gettext as _

_EXCERPT = 80


class Fields:
    """The children of one element. `many` names those that may stand there more than once."""

    def __init__(
        self,
        element: etree._Element,
        names: Sequence[str],
        problems: list[Problem],
        *,
        many: Sequence[str] = (),
    ) -> None:
        self.name = local_name(element)
        self._problems = problems
        self._found: dict[str, list[etree._Element]] = {}
        last = 0
        is_ordered = True
        for child in elements(element):
            name = local_name(child)
            if name not in names:
                problems.append(unexpected(name, self.name, names))
                continue
            place = names.index(name)
            is_ordered = is_ordered and place >= last
            last = place
            self._found.setdefault(name, []).append(child)
            if len(self._found[name]) > 1 and name not in many:
                problems.append(Problem(Code.REPEATED_ELEMENT, self.name, name))
        if not is_ordered:
            problems.append(Problem(Code.OUT_OF_ORDER, self.name))
        self._refuse_stray_text(element)
        self.is_unread = False

    def element(self, name: str) -> etree._Element | None:
        """Give a child, the first one if there are several."""
        found = self._found.get(name)
        return found[0] if found else None

    def all(self, name: str) -> Sequence[etree._Element]:
        """Give the children of a name."""
        return self._found.get(name, ())

    def text(self, name: str) -> str:
        """Read the value of a child; "" when it is missing or cannot be read."""
        element = self.element(name)
        if element is None:
            return ""
        before = len(self._problems)
        value = value_of(element, self._problems)
        # Such a value is not missing, it only cannot be read.
        self.is_unread = self.is_unread or len(self._problems) > before
        return value

    def needed(self, name: str) -> str:
        """Read a value that must be there."""
        element = self.element(name)
        if element is None:
            self._problems.append(Problem(Code.MISSING_VALUE, name))
            return ""
        before = len(self._problems)
        value = value_of(element, self._problems)
        if not value and len(self._problems) == before:
            self._problems.append(Problem(Code.MISSING_VALUE, name))
        return value

    def _refuse_stray_text(self, element: etree._Element) -> None:
        texts = [element.text, *(child.tail for child in element)]
        stray = " ".join(text.strip() for text in texts if text and text.strip())
        if stray:
            self._problems.append(unexpected(stray[:_EXCERPT], self.name, ()))


def elements(parent: etree._Element) -> Iterator[etree._Element]:
    """Give the children that are elements."""
    return (child for child in parent if isinstance(child.tag, str))


def local_name(element: etree._Element) -> str:
    """Give an element's name as the reader sees it; a name of another namespace keeps it."""
    return str(element.tag)


def value_of(element: etree._Element, problems: list[Problem]) -> str:
    """Read the value of an element that has no children; "" when it cannot be read."""
    name = local_name(element)
    if len(element):
        inside = next(elements(element), None)
        problems.append(
            Problem(Code.COMMENT_INSIDE_VALUE, name)
            if inside is None
            else unexpected(local_name(inside), name, ())
        )
        return ""
    value = (element.text or "").strip()
    if value.isascii() and value.isprintable() and len(value) <= MAX_FIELD and value[:1] != "#":
        return value
    damaged = cell_damage(name, value)
    if damaged is not None:
        problems.append(damaged)
        return ""
    try:
        return clean(value, limit=MAX_FIELD)
    except BadText:
        problems.append(Problem(Code.CONTROL_CHARACTER, name))
    except TooLong:
        problems.append(Problem(Code.TOO_LONG, name, other=str(MAX_FIELD)))
    return ""


def unexpected(what: str, where: str, names: Sequence[str]) -> Problem:
    """Say that something does not belong where it stands."""
    known = (
        _("expected are: %(names)s.") % {"names": ", ".join(names)}
        if names
        else _("only text may stand there.")
    )
    return Problem(Code.UNEXPECTED_CONTENT, where, what, known)
