"""The product names no machine it was written on, no package registry and nobody's real address."""

import re
from pathlib import Path

from tests.unit.house.law import ROOT, Findings, files, planted, uphold

# Each is written in two parts, so that this file may be looked at like any other.
MACHINES = re.compile(
    "|".join(
        (
            r"(?<![\w.>}-])/(?:wor" + r"k|hom" + r"e|roo" + r"t|User" + r"s)/[\w.]",
            r"/tm" + r"p/(?:brief|pgdev|bash)",
            r"\.\./share" + "d",
            "hou" + r"se\.md",
            r"\biss" + r"ue #?[0-9]",
        )
    )
)
REGISTRIES = re.compile(
    "|".join(
        (
            r"(?<!no-emit-)inde" + "x-url",
            "://py" + "pi",
            "registry" + r"\.npmjs",
            "proxy" + r"\.golang",
            "crates" + r"\.io",
        )
    )
)
ADDRESS = re.compile(r"[\w.+-]+@([\w-]+(?:\.[\w-]+)+)")
RESERVED = re.compile(
    r"(?:^|\.)(?:example|test|invalid|localhost|localdomain)$|(?:^|\.)example\.(?:com|net|org)$|^127\.0\.0\.1$",
    re.IGNORECASE,
)
LOCKED = ("requirements.txt", "requirements-dev.txt")
# What an address of that form is, when it is none: a matrix step in CSS, a decorator after a word.
NO_ADDRESS = re.compile(r"\.(?:py|html|css|js)$")


def traces(root: Path) -> Findings:
    findings = Findings()
    for path in files(root):
        place = path.relative_to(root).as_posix()
        for number, line in enumerate(path.read_text("utf-8", errors="replace").splitlines(), 1):
            findings.look(_trace(line, f"{place}:{number}"))
    return findings


def _trace(line: str, place: str) -> str | None:
    for pattern in (MACHINES, REGISTRIES):
        found = pattern.search(line)
        if found:
            return f"{place} says {found.group()!r}"
    return None


def real_addresses(root: Path) -> Findings:
    findings = Findings()
    for path in files(root):
        place = path.relative_to(root).as_posix()
        if place in LOCKED:
            continue
        for number, line in enumerate(path.read_text("utf-8", errors="replace").splitlines(), 1):
            for found in ADDRESS.finditer(line):
                domain = found.group(1).strip(".")
                if not NO_ADDRESS.search(domain):
                    findings.look(None if RESERVED.search(domain) else f"{place}:{number} {found.group()}")
    return findings


def test_no_file_names_a_machine_or_a_registry() -> None:
    uphold(
        traces(ROOT), "Say it without the place: relative to the checkout, or as the setting that names it:"
    )


def test_every_address_is_of_a_domain_reserved_for_examples() -> None:
    uphold(real_addresses(ROOT), "Use a name under example.com, .example or .test; nobody gets mail there:")


def test_a_planted_trace_is_found(tmp_path: Path) -> None:
    planted(tmp_path, "shared/x.py", "PLACE = '/hom" + "e/ana/rescind'\nweb = 'console/home/x'\n")
    planted(tmp_path, "Makefile", "pip install --index" + "-url=x y\nuv --no-emit-index" + "-url\n")
    planted(tmp_path, "README.md", "As iss" + "ue 2 asks.\n")

    assert [fault.partition(" ")[0] for fault in sorted(traces(tmp_path).faults)] == [
        "Makefile:1",
        "README.md:1",
        "shared/x.py:1",
    ]


def test_a_planted_address_is_found(tmp_path: Path) -> None:
    planted(
        tmp_path, "shared/x.py", "a = 'ana@shop.example'\nb = 'ana@gma" + "il.com'\nc = 'x@example.com'\n"
    )

    assert len(real_addresses(tmp_path).faults) == 1
