"""The README lists every setting that is read, with its default, and none that is not."""

import ast
import re
from pathlib import Path

from tests.unit.house.law import CODE, ROOT, Findings, files, planted, tree_of, uphold

SETTING = re.compile(r"^RESCIND_[A-Z_]+[A-Z]$")
IN_A_SHELL = re.compile(r"\bRESCIND_[A-Z_]+[A-Z]\b")
ROW = re.compile(r"^\|\s*`(?P<name>(?:RESCIND_[A-Z_]+|PORT))`\s*\|(?P<rest>.*)\|\s*$", re.MULTILINE)


def settings_read(root: Path) -> set[str]:
    found = set()
    for path in files(root, *CODE, "tests/conftest.py", "tests/e2e/conftest.py", suffix=".py"):
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and SETTING.match(node.value):
                found.add(node.value)
    for path in files(root, "Makefile", ".ci"):
        found.update(IN_A_SHELL.findall(path.read_text("utf-8")))
    return found


def undocumented(root: Path) -> Findings:
    findings = Findings()
    rows = {
        row["name"]: row["rest"].split("|") for row in ROW.finditer((root / "README.md").read_text("utf-8"))
    }
    read = settings_read(root)
    for name in sorted(read):
        findings.look(None if name in rows else f"{name} is read and not in the table of settings")
    for name in sorted(rows):
        known = name in read or name == "PORT"
        findings.look(None if known else f"{name} is in the table and nothing reads it")
        columns = [column.strip() for column in rows[name]]
        findings.look(None if len(columns) > 1 and all(columns) else f"{name} has no default or no meaning")
    return findings


def test_every_setting_stands_in_the_readme_with_its_default() -> None:
    uphold(
        undocumented(ROOT), "Write the row of the table (| `NAME` | default | what it decides |), or drop it:"
    )


def test_planted_settings_are_found(tmp_path: Path) -> None:
    planted(tmp_path, "shared/settings.py", "a = 'RESCIND_READ'\nb = 'RESCIND_BOTH'\n")
    planted(tmp_path, "README.md", "| `RESCIND_BOTH` |  | yes |\n| `RESCIND_STALE` | 1 | no |\n")

    assert undocumented(tmp_path).faults == [
        "RESCIND_READ is read and not in the table of settings",
        "RESCIND_BOTH has no default or no meaning",
        "RESCIND_STALE is in the table and nothing reads it",
    ]
