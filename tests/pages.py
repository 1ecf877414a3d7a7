"""What every page keeps to, checked on each page that any test fetches."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from bs4 import BeautifulSoup, Tag
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

_NAMED_BY_OTHERS = ("for", "aria-labelledby", "aria-describedby", "aria-controls", "popovertarget")
_NO_FIELDS = {"hidden", "submit", "button", "image", "reset"}
# Who asks for a link again acts for no session, and the pages that offer it leave no cookie.
_WITHOUT_TOKEN = {"/find"}
_WITH_ADDRESS = ("href", "src", "action", "formaction", "srcset", "poster")


class CheckedClient(FlaskClient):
    """A test client that checks each whole page it is answered with."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Send the request, and check the page that comes back."""
        response = super().open(*args, **kwargs)
        if response.mimetype == "text/html" and response.status_code // 100 in {2, 4}:
            text = response.get_data(as_text=True)
            # An e-mail, shown in a frame that only lets it be read, carries its looks with it.
            if "<html" in text and "sandbox" not in response.headers["Content-Security-Policy"]:
                check_page(text)
        return response


def check_page(html: str) -> None:
    """Fail with everything that is wrong with a page and what to do about it."""
    faults = faults_of(html)
    assert not faults, "This page breaks the rules every page keeps to:\n  " + "\n  ".join(faults)


def faults_of(html: str) -> list[str]:
    """List what is wrong with a page."""
    page = BeautifulSoup(html, "html.parser")
    checks = (
        _heading,
        _language,
        _ids,
        _references,
        _fields,
        _names,
        _nothing_inline,
        _addresses,
        _messages,
        _forms,
    )
    return [fault for check in checks for fault in check(page)]


def _heading(page: BeautifulSoup) -> Iterator[str]:
    headings = page.find_all("h1")
    if len(headings) != 1:
        yield f"it has {len(headings)} h1: give it exactly one, the title of the page"
        return
    title, heading = _text(page.title), _text(headings[0])
    if not heading or not title.startswith(heading):
        yield f"its title {title!r} does not begin with its h1 {heading!r}: fill the block title with it"


def _language(page: BeautifulSoup) -> Iterator[str]:
    if not (page.html and page.html.get("lang")):
        yield "it does not say its language: set lang on html"


def _ids(page: BeautifulSoup) -> Iterator[str]:
    counted = Counter(str(tag["id"]) for tag in page.find_all(id=True))
    for name, count in counted.items():
        if count > 1:
            yield f"the id {name!r} stands {count} times: make it of the row's own id"


def _references(page: BeautifulSoup) -> Iterator[str]:
    there = {str(tag["id"]) for tag in page.find_all(id=True)}
    for attribute in _NAMED_BY_OTHERS:
        for tag in page.select(f"[{attribute}]"):
            for name in str(tag[attribute]).split():
                if name not in there:
                    yield f"{attribute}={name!r} names nothing on the page: give the other element that id"


def _fields(page: BeautifulSoup) -> Iterator[str]:
    labelled = {str(label["for"]) for label in page.find_all("label", attrs={"for": True}) if _text(label)}
    for field in page.find_all(["input", "select", "textarea"]):
        if field.get("type") in _NO_FIELDS:
            continue
        named = field.get("aria-label") or field.get("aria-labelledby") or field.get("id") in labelled
        if not named and not (field.find_parent("label") and _text(field.find_parent("label"))):
            yield f"the field {field.get('name')!r} has no label: write one with for= its id"


def _names(page: BeautifulSoup) -> Iterator[str]:
    for tag in page.find_all(["a", "button"]):
        images = [image.get("alt") for image in tag.find_all("img")]
        if not (_text(tag) or tag.get("aria-label") or tag.get("aria-labelledby") or any(images)):
            yield f"a {tag.name} has no name: write its words, or an aria-label beside the drawing ({tag})"


def _nothing_inline(page: BeautifulSoup) -> Iterator[str]:
    for tag in page.find_all(["script", "style"]):
        if tag.name == "style" or not tag.get("src"):
            yield f"it has an inline {tag.name}: move it into a file under shared/web/static"
    for tag in page.select("*"):
        for name in tag.attrs:
            if name == "style" or name.startswith("on"):
                yield f"a {tag.name} has {name}=: use a class, or a data- attribute that the script looks for"


def _addresses(page: BeautifulSoup) -> Iterator[str]:
    for name in _WITH_ADDRESS:
        for tag in page.select(f"[{name}]"):
            if str(tag[name]).strip().lower().startswith(("data:", "javascript:")):
                yield f"a {tag.name} has {name}={str(tag[name])[:30]!r}: serve it from shared/web/static"


def _messages(page: BeautifulSoup) -> Iterator[str]:
    said = [tag for tag in page.find_all(role=["status", "alert"]) if _text(tag)]
    if len(said) > 1:
        yield f"it says {len(said)} messages at once: say one, the last outcome or the summary of faults"


def _forms(page: BeautifulSoup) -> Iterator[str]:
    for form in page.find_all("form"):
        posts = str(form.get("method", "")).lower() == "post"
        if (
            posts
            and form.get("action") not in _WITHOUT_TOKEN
            and not form.find("input", attrs={"name": "csrf_token"})
        ):
            yield f"the form to {form.get('action')!r} has no csrf_token: put the hidden field into it"


def _text(tag: Tag | None) -> str:
    return " ".join(tag.get_text(" ", strip=True).split()) if tag else ""
