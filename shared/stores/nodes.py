"""An object of a JSON document, asked for its values by path as a row of a table is by column."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Node:
    """One object, and where in its document it stands. Numbers and strings are read alike."""

    data: Mapping[str, Any]
    place: str
    line: int = 0

    def value(self, path: str) -> str:
        """Give a value as text; "" when there is none, or what is there is no single value."""
        found: Any = self.data
        for name in path.split("."):
            if not isinstance(found, Mapping):
                return ""
            found = found.get(name)
        if isinstance(found, bool):
            return str(found).lower()
        return "" if found is None or isinstance(found, Mapping | list) else str(found).strip()

    def has(self, name: str) -> bool:
        """Say whether the object names something, whatever it is."""
        return name in self.data

    def child(self, name: str) -> "Node":
        """Give an object within this one; an empty one when there is none."""
        found = self.data.get(name)
        return Node(found if isinstance(found, Mapping) else {}, f"{self.place}.{name}")

    def children(self, name: str) -> Iterator["Node"]:
        """Give the objects of a list within this one, in order; what is no object counts as an empty one."""
        found = self.data.get(name)
        listed: Sequence[Any] = found if isinstance(found, list) else ()
        for index, item in enumerate(listed):
            yield Node(item if isinstance(item, Mapping) else {}, f"{self.place}.{name}[{index}]")
