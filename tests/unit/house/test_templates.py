"""Templates show what they are given: they compile, take what they use, and decide nothing."""

import enum
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateError, nodes

from shared.domain.cancellation import RequestState
from shared.domain.eligibility import Blocker
from shared.domain.orders import ItemStatus, OrderStatus, PaymentStatus
from shared.domain.refunds import RefundState
from shared.rendering import furnish
from tests.unit.house.law import ROOT, Findings, planted, uphold

STATUSES: tuple[type[enum.StrEnum], ...] = (
    RequestState, Blocker, ItemStatus, OrderStatus, PaymentStatus, RefundState,
)  # fmt: skip
STATUS_WORDS = frozenset(member.value for vocabulary in STATUSES for member in vocabulary)
STATUS_NAMES = frozenset({"value", "status", "state", "payment_status", "item_status", "order_status"})
INLINE = (
    (re.compile(r"\sstyle\s*="), "an inline style"),
    (re.compile(r"<style\b"), "an inline style sheet"),
    (re.compile(r"""\son[a-z]+\s*=\s*["'{]"""), "an inline handler"),
    # What a mail reader shows beside a message is data, not a script.
    (re.compile(r"""<script(?![^>]*\ssrc=)(?! type="application/ld\+json">)"""), "an inline script"),
    (re.compile(r"javascript:", re.IGNORECASE), "a script as an address"),
    (re.compile(r"""(?:["'(=]|url\()\s*data:""", re.IGNORECASE), "a data: address"),
)
# An e-mail has no style sheet of its own address, so its parts carry their looks with them.
LOOKS = ("an inline style", "an inline style sheet")
SUFFIXES = (".html", ".txt", ".mjml", ".svg", ".xml")


def environment(root: Path) -> Environment:
    made = Environment(
        loader=FileSystemLoader(root / "templates"),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
    )
    furnish(made)
    return made


def templates(env: Environment) -> list[str]:
    return [name for name in env.list_templates() if name.endswith(SUFFIXES)]


OURS = environment(ROOT)


def over_templates(root: Path, check: Callable[[Environment, str], Iterator[str]]) -> Findings:
    findings, env = Findings(), OURS if root == ROOT else environment(root)
    for name in templates(env):
        findings.look("; ".join(f"templates/{name} {fault}" for fault in check(env, name)) or None)
    return findings


@cache
def parsed(env: Environment, name: str) -> nodes.Template:
    return env.parse((loader_root(env) / name).read_text("utf-8"), name)


def loader_root(env: Environment) -> Path:
    assert isinstance(env.loader, FileSystemLoader)
    return Path(env.loader.searchpath[0])


def does_not_compile(env: Environment, name: str) -> Iterator[str]:
    try:
        env.get_template(name)
        referred = parsed(env, name).find_all((nodes.Extends, nodes.Include, nodes.FromImport, nodes.Import))
        for node in referred:
            target = getattr(node, "template", None)
            if isinstance(target, nodes.Const):
                env.get_template(target.value)
    except TemplateError as error:
        yield f"does not compile: {error!r}"


def imports_wrongly(env: Environment, name: str) -> Iterator[str]:
    """Look for imports that would fail only once they are called, and for those that never are."""
    tree = parsed(env, name)
    used = set[str]().union(*(names_in(env, other) for other in (name, *built_on(env, name))))
    for node in tree.find_all(nodes.FromImport):
        assert isinstance(node.template, nodes.Const)
        there = {macro.name for macro in parsed(env, node.template.value).find_all(nodes.Macro)}
        for item in node.names:
            macro, alias = item if isinstance(item, tuple) else (item, item)
            if macro not in there:
                yield f"imports {macro}, which {node.template.value} does not have"
            if alias not in used:
                yield f"imports {alias} and does not use it"


@cache
def names_in(env: Environment, name: str) -> set[str]:
    return {node.name for node in parsed(env, name).find_all(nodes.Name) if node.ctx == "load"}


def built_on(env: Environment, name: str) -> Iterator[str]:
    """Give the templates that extend this one, since their blocks see what it imports."""
    for other in extensions(env).get(name, ()):
        yield other
        yield from built_on(env, other)


@cache
def extensions(env: Environment) -> dict[str, list[str]]:
    """Map each template to those that extend it."""
    found: dict[str, list[str]] = {}
    for other in templates(env):
        for node in parsed(env, other).find_all(nodes.Extends):
            if isinstance(node.template, nodes.Const):
                found.setdefault(node.template.value, []).append(other)
    return found


def decides(env: Environment, name: str) -> Iterator[str]:
    for node in parsed(env, name).find_all(nodes.Compare):
        sides = [node.expr, *(operand.expr for operand in node.ops)]
        for part in (inner for side in sides for inner in (side, *side.find_all(nodes.Node))):
            if isinstance(part, nodes.Const) and part.value in STATUS_WORDS:
                yield f"line {node.lineno} compares with {part.value!r}"
            if isinstance(part, nodes.Getattr) and part.attr in STATUS_NAMES:
                yield f"line {node.lineno} compares .{part.attr}"


def trusts(env: Environment, name: str) -> Iterator[str]:
    tree = parsed(env, name)
    for node in tree.find_all(nodes.Filter):
        if node.name == "safe":
            yield f"line {node.lineno} says |safe"
    for switch in tree.find_all((nodes.ScopedEvalContextModifier, nodes.MarkSafe)):
        yield f"line {switch.lineno} switches escaping off"


def inlines(env: Environment, name: str) -> Iterator[str]:
    text = (loader_root(env) / name).read_text("utf-8")
    is_mail = name.startswith("email/") or name.endswith((".mjml", ".txt"))
    for pattern, what in INLINE:
        if is_mail and what in LOOKS:
            continue
        for found in pattern.finditer(text):
            yield f"line {text.count(chr(10), 0, found.start()) + 1} has {what}"


def test_every_template_compiles_strictly() -> None:
    uphold(over_templates(ROOT, does_not_compile), "Mend the template:")


def test_every_imported_macro_is_there_and_used() -> None:
    uphold(over_templates(ROOT, imports_wrongly), "Import the macros that the template calls, and no others:")


def test_no_template_compares_a_status() -> None:
    uphold(
        over_templates(ROOT, decides),
        "Let the page value say it (order.can_cancel), so that no second place decides:",
    )


def test_no_template_switches_escaping_off() -> None:
    uphold(over_templates(ROOT, trusts), "Pass text, and let the template write the markup around it:")


def test_no_template_has_inline_styles_scripts_or_data() -> None:
    uphold(
        over_templates(ROOT, inlines),
        "Use a class of shared/web/static/styles, a data- attribute for the script, a file for a drawing:",
    )


@pytest.mark.parametrize(
    ("law", "text"),
    [
        (does_not_compile, "{% if %}"),
        (does_not_compile, "{{ 1 | no_such_filter }}"),
        (does_not_compile, '{% include "nowhere.html" %}'),
        (imports_wrongly, '{% from "macros.html" import there %}'),
        (imports_wrongly, '{% from "macros.html" import absent %}{{ absent() }}'),
        (decides, '{% if order.kind == "canceled" %}x{% endif %}'),
        (decides, "{% if order.status == wanted %}x{% endif %}"),
        (decides, '{{ "x" if item.kind in ["shipped"] }}'),
        (trusts, "{{ text | safe }}"),
        (trusts, "{% autoescape false %}{{ x }}{% endautoescape %}"),
        (inlines, '<p style="color: red">x</p>'),
        (inlines, "<script>go()</script>"),
        (inlines, '<p onclick="go()">x</p>'),
        (inlines, '<img src="data:image/png;base64,AA==">'),
    ],
)
def test_a_planted_fault_of_a_template_is_found(
    tmp_path: Path, law: Callable[..., Iterator[str]], text: str
) -> None:
    planted(tmp_path, "templates/macros.html", "{% macro there() %}x{% endmacro %}")
    planted(tmp_path, "templates/portal/page.html", text)

    assert len(over_templates(tmp_path, law).faults) == 1
