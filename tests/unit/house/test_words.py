"""One word for each thing, in code, tables, addresses, pages and tests."""

import ast
import re
from pathlib import Path

from tests.unit.house.law import CODE, ROOT, Findings, files, named, planted, tree_of, uphold

# Written in two parts, so that this file may be looked at like any other.
WORDS = re.compile(
    "|".join(
        (
            "shop" + "per",
            "sell" + "er",
            "cance" + r"ll(?:ed|ing|able|er)",
            "fulfil" + "ment",
            "approv" + "(?:e|al|ing)",
            "rejec" + "t",
            r"(?<![a-z])tic" + "ket",
            "help" + "er",
            r"(?<![a-z])uti" + r"l(?:s|ity|ities)?(?![a-z])",
            r"(?<![a-z])hac" + "k",
            r"\bfix" + r"me\b",
            r"\bto" + r"do\b",
            r"#.*\bx" + "xx" + r"\b",
        )
    ),
    re.IGNORECASE,
)
# What others have named and we only repeat: files of other shops, the queue's own states, a label word for
# word, the states that feeds and trackers read, modules of the standard library and of what we are built on.
NOT_OUR_WORDS = re.compile(
    "|".join(
        (
            "Sell" + "er memo",
            "RE" + "JECTED",
            r"importlib\.uti" + "l",
            r"(?:werkzeug|sqlalchemy)\.uti" + "ls?",
            r"asyncio\.Cance" + "lledError",
            r"webauthn\.hel" + "pers",
        )
    )
)
FOREIGN = (
    "shared/stores/",
    "shared/tables/",
    "shared/feeds/",
    "shared/domain/foreign_codes.py",
    "tests/unit/stores/",
    "tests/unit/feeds/",
    "requirements",
)
THE_QUEUE = (
    "shared/storage/migrations/versions/0005_queue.py",
    "shared/queries/queue_state.py",
    "shared/worker/",
    "tests/unit/worker/",
)
QUEUE_STATE = re.compile(r"['\"](?:cance" + r"lled|to" + r"do)['\"]")
VAGUE = re.compile(
    r"^_?(?:do|handle|process|manager|service)_|_(?:manager|service)$|(?:Manager|Service|Handler)$"
)
# Names that a library calls a method of ours by: WTForms, the parser of HTML, the SMTP server of the tests.
CALLED_BY_A_LIBRARY = re.compile(
    r"^(?:process_(?:formdata|data)|handle_(?:starttag|startendtag|endtag|data|[A-Z]+))$"
)
VAGUE_MODULES = frozenset({"uti" + "ls", "hel" + "pers", "common", "misc", "managers"})


def banned_words(root: Path) -> Findings:
    findings = Findings()
    for path in files(root):
        place = path.relative_to(root).as_posix()
        if place.startswith(FOREIGN) or any(
            part.startswith(".") and part != ".ci" for part in path.parts[-1:]
        ):
            continue
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            findings.look(_banned(line, place, number))
    return findings


def _banned(line: str, place: str, number: int) -> str | None:
    ours = NOT_OUR_WORDS.sub("", line)
    if place.startswith(THE_QUEUE):
        ours = QUEUE_STATE.sub("", ours)
    found = WORDS.search(ours)
    return f"{place}:{number} says “{found.group()}”" if found else None


def vague_names(root: Path) -> Findings:
    findings = Findings()
    for path in files(root, *CODE, "tests", suffix=".py"):
        if path.stem in VAGUE_MODULES:
            findings.look(f"{named(path, root)} is named for nothing")
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                vague = VAGUE.search(node.name) and not CALLED_BY_A_LIBRARY.search(node.name)
                findings.look(f"{named(path, root, node.lineno)} {node.name}" if vague else None)
    return findings


def test_no_banned_word_stands_anywhere() -> None:
    uphold(
        banned_words(ROOT),
        "Use the word of the glossary: buyer, merchant, canceled, fulfillment, accept, decline, case, refuse;"
        " what is left to do is done or left out:",
    )


def test_no_function_class_or_module_has_a_vague_name() -> None:
    uphold(vague_names(ROOT), "Name it for what it does (the verb on the button) or for what it is:")


def test_a_planted_banned_word_is_found(tmp_path: Path) -> None:
    planted(tmp_path, "templates/portal/x.html", "<h1>Your order was cance" + "lled</h1>\n")
    planted(tmp_path, "shared/x.py", "SELL" + "ER_ID = 1\nlabel = 'Sell" + "er memo'\nticked = 2\n")
    planted(tmp_path, "README.md", "TO" + "DO: write this\n")

    assert [fault.partition(" ")[0] for fault in sorted(banned_words(tmp_path).faults)] == [
        "README.md:1",
        "shared/x.py:1",
        "templates/portal/x.html:1",
    ]


def test_a_planted_vague_name_is_found(tmp_path: Path) -> None:
    planted(
        tmp_path, "shared/misc.py", "def _handle_order(): ...\nclass OrderManager: ...\ndef order(): ...\n"
    )

    assert len(vague_names(tmp_path).faults) == 3
