"""What tests may not do: sleep, be left out, or be counted on to fail."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.unit.house.law import ROOT, Findings, called, files, named, planted, tree_of, uphold

SLEEP = "sle" + "ep"
LEFT_OUT = frozenset({"sk" + "ip", "ski" + "pif", "xfa" + "il", "importorsk" + "ip"})


def sleeping(root: Path) -> Findings:
    findings = Findings()
    for path in files(root, "tests", suffix=".py"):
        found = _sleeps(tree_of(path), asks_again=False)
        findings.look(", ".join(named(path, root, node.lineno) for node in found) or None)
    return findings


def _sleeps(node: ast.AST, *, asks_again: bool) -> Iterator[ast.Call]:
    """Give the calls that wait, save the pause of a loop that asks again: another process tells nobody."""
    if isinstance(node, ast.Call) and called(node) == SLEEP and not asks_again:
        yield node
    inside = asks_again or isinstance(node, ast.While)
    for child in ast.iter_child_nodes(node):
        yield from _sleeps(child, asks_again=inside)


def left_out(root: Path) -> Findings:
    findings = Findings()
    for path in files(root, "tests", suffix=".py"):
        found = [n for n in ast.walk(tree_of(path)) if isinstance(n, ast.Attribute) and _leaves_out(n)]
        findings.look(", ".join(named(path, root, node.lineno) for node in found) or None)
    return findings


def _leaves_out(node: ast.Attribute) -> bool:
    owner = node.value.attr if isinstance(node.value, ast.Attribute) else getattr(node.value, "id", "")
    return node.attr in LEFT_OUT and owner in {"pytest", "mark", "unittest"}


def without_tests(root: Path) -> Findings:
    findings = Findings()
    for path in files(root, "tests", suffix=".py"):
        if path.name.startswith("test_"):
            names = [n.name for n in ast.walk(tree_of(path)) if isinstance(n, ast.FunctionDef)]
            has_any = any(name.startswith("test_") for name in names)
            findings.look(None if has_any else f"{named(path, root)} holds no test")
    return findings


def test_no_test_waits_by_the_clock() -> None:
    uphold(
        sleeping(ROOT), "Wait for what must come to pass (an event, a barrier, expect(…)), never for a time:"
    )


def test_no_test_is_left_out_or_expected_to_fail() -> None:
    uphold(
        left_out(ROOT), "Make the test run everywhere, or take it out; a test that is not run says nothing:"
    )


def test_every_test_file_holds_a_test() -> None:
    uphold(without_tests(ROOT), "Write the test or remove the file:")


def test_planted_faults_of_tests_are_found(tmp_path: Path) -> None:
    marked = "@pytest.mark." + "xfa" + "il\ndef test_x(): ...\n"
    planted(
        tmp_path,
        "tests/unit/test_x.py",
        f"import time, pytest\n{marked}time.{SLEEP}(1)\nwhile busy():\n    time.{SLEEP}(1)\n",
    )
    planted(tmp_path, "tests/unit/test_empty.py", "x = 1\n")

    assert sleeping(tmp_path).faults == ["tests/unit/test_x.py:4"]
    assert left_out(tmp_path).faults == ["tests/unit/test_x.py:2"]
    assert without_tests(tmp_path).faults == ["tests/unit/test_empty.py holds no test"]
