"""What a benchmark found, and the line it is printed in."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """A figure beside its limit, measured in the same run. `goal` is reached for and never asserted."""

    name: str
    work: str
    figure: str
    limit: str
    ratio: str
    goal: str
    more: str = ""

    def line(self) -> str:
        """Write it in columns."""
        columns = f"{self.name:<4}{self.work:<44}{self.figure:>12}{self.limit:>16}{self.ratio:>8}"
        return f"{columns}   goal {self.goal:<8} {self.more}".rstrip()
