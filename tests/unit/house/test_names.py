"""One word, four places: the view, its endpoint, its template and its test file."""

from collections.abc import Iterable
from pathlib import Path

from flask import Flask

from tests.unit.house.law import ROOT, Findings, planted, uphold
from tests.unit.house.test_routes import rules

FACES = ("portal", "console")
# They answer with a part of another page, or lead to one.
WITHOUT_PAGE = frozenset({
    "portal.open_link", "portal.start", "portal.cancel_quote", "console.start", "console.cancel_order_quote",
    "console.health_table",
    "console.support_picture", "portal.case_picture",
    "console.import_findings", "console.new_passkey", "console.passkey_question",
    "console.open_invitation", "console.open_reset",
    "console.settings", "console.changes", "console.agent_changes", "console.order_export_file",
    "console.mail_preview",
    "console.batch_results", "console.bulk_schema", "console.bulk_template", "console.upload_report",
})  # fmt: skip
# They are shown in the place of another page.
WITHOUT_VIEW = frozenset({"console/link_ended.html", "portal/link_expired.html"})


def pages(app: Flask) -> list[str]:
    return sorted({
        rule.endpoint
        for rule in rules(app)
        if rule.endpoint.partition(".")[0] in FACES and "GET" in (rule.methods or ())
    } - WITHOUT_PAGE)  # fmt: skip


def views(app: Flask) -> list[str]:
    return sorted({rule.endpoint for rule in rules(app) if rule.endpoint.partition(".")[0] in FACES})


def without_template(root: Path, endpoints: Iterable[str]) -> Findings:
    findings = Findings()
    names = {endpoint.replace(".", "/") + ".html" for endpoint in endpoints}
    for name in sorted(names):
        there = (root / "templates" / name).is_file()
        findings.look(None if there else f"templates/{name} is missing")
    for face in FACES:
        for path in sorted((root / "templates" / face).glob("*.html")):
            known = f"{face}/{path.name}" in names | WITHOUT_VIEW or path.name.startswith("_")
            findings.look(None if known else f"templates/{face}/{path.name} is of no view")
    return findings


def without_test(root: Path, endpoints: Iterable[str]) -> Findings:
    """A file of that name, or one of the face's tests that calls the view by it."""
    findings = Findings()
    for endpoint in endpoints:
        face, _, name = endpoint.partition(".")
        folder = root / "tests" / "unit" / face
        named = any(name in path.read_text("utf-8") or name in path.stem for path in folder.glob("test_*.py"))
        findings.look(None if named else f"{endpoint} is named in no file of tests/unit/{face}/")
    return findings


def misnamed(app: Flask) -> Findings:
    findings = Findings()
    for endpoint in views(app):
        name = endpoint.partition(".")[2]
        view = app.view_functions[endpoint].__name__
        findings.look(None if view == name else f"{endpoint} is answered by {view}")
    return findings


def test_every_page_has_the_template_of_its_name(composed: Flask) -> None:
    uphold(
        without_template(ROOT, pages(composed)),
        "Name the template for the view (templates/<face>/<view>.html):",
    )


def test_every_view_is_named_in_a_test_of_its_face(composed: Flask) -> None:
    uphold(without_test(ROOT, views(composed)), "Write tests/unit/<face>/test_<view>.py:")


def test_every_endpoint_is_named_for_its_view(composed: Flask) -> None:
    uphold(misnamed(composed), "Give view and endpoint one name; wraps(view) keeps it through a guard:")


def test_planted_names_are_found(tmp_path: Path) -> None:
    planted(tmp_path, "templates/portal/stray.html", "x")
    planted(tmp_path, "tests/unit/portal/test_orders.py", "x = 1\n")

    assert without_template(tmp_path, ["portal.order_detail"]).faults == [
        "templates/portal/order_detail.html is missing",
        "templates/portal/stray.html is of no view",
    ]
    assert without_test(tmp_path, ["portal.order_detail"]).faults == [
        "portal.order_detail is named in no file of tests/unit/portal/"
    ]


def test_a_planted_endpoint_of_another_name_is_found() -> None:
    app = Flask("planted", static_folder=None)
    app.add_url_rule("/x", "portal.order_detail", test_planted_names_are_found)

    assert misnamed(app).faults == ["portal.order_detail is answered by test_planted_names_are_found"]
