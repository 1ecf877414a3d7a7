"""No file grows until nobody reads it."""

from pathlib import Path

from tests.unit.house.law import ROOT, Findings, each, files, named, planted, uphold

LINES_OF_PYTHON = 400
LINES_OF_A_PAGE = 120
LINES_OF_A_COMPONENT = 60
REVISIONS = "shared/storage/migrations/versions"


def too_long(root: Path, *tops: str, suffix: str, most: int) -> Findings:
    def fault(path: Path) -> str | None:
        lines = len(path.read_text("utf-8").splitlines())
        return f"{named(path, root)} has {lines} lines, {most} are allowed" if lines > most else None

    looked_at = (path for path in files(root, *tops, suffix=suffix) if REVISIONS not in path.as_posix())
    return each(looked_at, fault)


def test_no_python_file_is_longer_than_400_lines() -> None:
    uphold(
        too_long(ROOT, suffix=".py", most=LINES_OF_PYTHON),
        "Split the file by what it is about; each part gets its own first sentence:",
    )


def test_no_page_template_is_longer_than_120_lines() -> None:
    uphold(
        too_long(ROOT, "templates", suffix=".html", most=LINES_OF_A_PAGE),
        "Move a part of the page into templates/components/ and give it its arguments:",
    )


def test_no_component_is_longer_than_60_lines() -> None:
    uphold(
        too_long(ROOT, "templates/components", suffix=".html", most=LINES_OF_A_COMPONENT),
        "One family of macros to a file; move the others into a file of their own:",
    )


def test_a_planted_long_file_is_found(tmp_path: Path) -> None:
    root = planted(tmp_path, "shared/long.py", "x = 1\n" * 401)
    planted(root, "shared/just_right.py", "x = 1\n" * 400)

    assert too_long(root, "shared", suffix=".py", most=LINES_OF_PYTHON).faults == [
        "shared/long.py has 401 lines, 400 are allowed"
    ]
