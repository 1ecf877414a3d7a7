"""What every law of the house stands on: the files it looks at, and how it says what it found."""

import ast
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
FOLDERS = ("portal", "console", "shared", "templates", "tests", ".ci")
CODE = ("portal", "console", "shared", "wsgi.py")
_TEXTS = {
    ".py", ".html", ".txt", ".css", ".js", ".md", ".toml", ".svg", ".mako", ".sql", ".json", ".csv", ".xml",
    "",
}  # fmt: skip
_NOT_OURS = ("vendor", "__pycache__", "fixtures", "node_modules")


@dataclass(slots=True)
class Findings:
    """How many things a law has looked at, and what is wrong with some of them."""

    looked_at: int = 0
    faults: list[str] = field(default_factory=list)

    def look(self, fault: str | None) -> None:
        """Count one thing, and keep what is wrong with it."""
        self.looked_at += 1
        if fault:
            self.faults.append(fault)


def uphold(findings: Findings, remedy: str) -> None:
    """Fail with every fault and what to do instead; a law that looked at nothing fails as well."""
    assert findings.looked_at > 0, "This law looked at nothing, so it says nothing: mend what it looks for."
    listed = "\n  ".join(sorted(findings.faults))
    assert not findings.faults, f"{remedy}\n  {listed}"


def each(things: Iterable[object], fault_of: Callable[..., str | None]) -> Findings:
    """Look at each thing."""
    findings = Findings()
    for thing in things:
        findings.look(fault_of(thing))
    return findings


def files(root: Path, *tops: str, suffix: str | None = None) -> Iterator[Path]:
    """Give the project's own text files: those of some folders or files, or all of them."""
    wanted = [root / top for top in tops] if tops else [*_of_root(root), *(root / top for top in FOLDERS)]
    for top in wanted:
        for path in [top] if top.is_file() else sorted(top.rglob("*")):
            ours = path.is_file() and not set(path.relative_to(root).parts) & set(_NOT_OURS)
            if ours and path.suffix in ({suffix} if suffix else _TEXTS):
                yield path


def named(path: Path, root: Path, line: int | None = None) -> str:
    """Name a place as an editor opens it."""
    place = str(path.relative_to(root))
    return place if line is None else f"{place}:{line}"


def tree_of(path: Path) -> ast.Module:
    """Parse a Python file; many laws look at the same ones."""
    return _parsed(path.read_text("utf-8"), str(path))


@cache
def _parsed(text: str, name: str) -> ast.Module:
    return ast.parse(text, name)


def calls_in(path: Path, name: str) -> Iterator[ast.Call]:
    """Give the calls of a function or method by its last name."""
    yield from _calls(path.read_text("utf-8"), str(path)).get(name, ())


@cache
def _calls(text: str, name: str) -> dict[str, list[ast.Call]]:
    found: dict[str, list[ast.Call]] = {}
    for node in ast.walk(_parsed(text, name)):
        if isinstance(node, ast.Call):
            found.setdefault(called(node), []).append(node)
    return found


def called(node: ast.Call) -> str:
    """Tell the last name of what is called."""
    if isinstance(node.func, ast.Attribute):
        return node.func.attr
    return node.func.id if isinstance(node.func, ast.Name) else ""


def planted(root: Path, name: str, text: str) -> Path:
    """Write one file of a made-up project, in which a law is to find something."""
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return root


def _of_root(root: Path) -> list[Path]:
    return sorted(
        path for path in root.iterdir() if path.is_file() and path.name not in {".coverage", ".git"}
    )
