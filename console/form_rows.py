"""Rows of a form that are added, moved and removed by sending it: no script is needed."""

import re
from collections.abc import Mapping

from werkzeug.datastructures import MultiDict

Typed = MultiDict[str, str]
Row = dict[str, str]

_STEP = re.compile(r"(add|remove|up|down)-([a-z]+)(?:-([0-9]{1,3}))?")


def count_rows(typed: Typed, kind: str) -> int:
    """Tell how many rows of a kind were typed; their fields are called `<kind>-<number>-<name>`."""
    numbers = (re.fullmatch(rf"{kind}-([0-9]{{1,3}})-[A-Za-z_]+", name) for name in typed)
    return max((int(found[1]) + 1 for found in numbers if found), default=0)


def changed(typed: Typed, step: str, blanks: Mapping[str, Mapping[str, str]]) -> Typed:
    """Do what a button of the rows says ("add-rule", "up-rule-2"); `blanks` are new rows by kind."""
    found = _STEP.fullmatch(step)
    if found is None or found[2] not in blanks:
        return typed
    verb, kind, place = found[1], found[2], int(found[3] or 0)
    rows = _taken(typed, kind)
    if verb == "add":
        rows.append(dict(blanks[kind]))
    elif place < len(rows):
        row = rows.pop(place)
        if verb != "remove":
            rows.insert(max(0, place - 1) if verb == "up" else place + 1, row)
    return _put(typed, kind, rows)


def _taken(typed: Typed, kind: str) -> list[Row]:
    rows: list[Row] = [{} for _ in range(count_rows(typed, kind))]
    for name in typed:
        found = re.fullmatch(rf"{kind}-([0-9]{{1,3}})-([A-Za-z_]+)", name)
        if found:
            rows[int(found[1])][found[2]] = typed[name]
    return [row for row in rows if row]


def _put(typed: Typed, kind: str, rows: list[Row]) -> Typed:
    kept: Typed = MultiDict()
    for name in typed:
        if not re.fullmatch(rf"{kind}-[0-9]{{1,3}}-[A-Za-z_]+", name):
            kept[name] = typed[name]
    for number, row in enumerate(rows):
        for name, words in row.items():
            kept[f"{kind}-{number}-{name}"] = words
    return kept
