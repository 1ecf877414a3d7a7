import hashlib
import re
from pathlib import Path

import pytest
from flask import Flask

from shared import wording
from shared.domain.orders import ItemStatus, PaymentStatus

ROOT = Path(__file__).parents[3]
STATIC = ROOT / "shared" / "web" / "static"


def _address(app: Flask, name: str) -> str:
    return str(app.jinja_env.globals["static_url"](name))  # type: ignore[operator]


def test_vendored_files_are_what_they_were() -> None:
    lines = (STATIC / "vendor" / "SHA256SUMS").read_text().splitlines()
    sums = {name: digest for digest, name in (line.split() for line in lines)}
    files = {path.name for path in (STATIC / "vendor").iterdir()} - {"SHA256SUMS"}

    assert files == set(sums)
    for name, digest in sums.items():
        assert hashlib.sha256((STATIC / "vendor" / name).read_bytes()).hexdigest() == digest


def test_no_stylesheet_asks_for_anything_that_is_not_there() -> None:
    ours = [path.read_text() for path in (STATIC / "styles").glob("*.css")]

    assert ours
    assert not [text for text in ours if "url(" in text or "@import" in text]
    assert "sourceMappingURL" not in (STATIC / "vendor" / "bootstrap.min.css").read_text()


@pytest.mark.parametrize(
    ("name", "mimetype"),
    [
        ("app.css", "text/css"),
        ("app.js", "text/javascript"),
        ("icons.svg", "image/svg+xml"),
        ("vendor/bootstrap.min.css", "text/css"),
    ],
)
def test_a_file_is_served_under_the_hash_of_its_content(app: Flask, name: str, mimetype: str) -> None:
    answer = app.test_client().get(_address(app, name))

    assert answer.status_code == 200
    assert answer.mimetype == mimetype
    assert hashlib.sha256(answer.data).hexdigest().startswith(_address(app, name).split("/")[2])


def test_every_stylesheet_is_part_of_the_one_that_is_served(app: Flask) -> None:
    served = app.test_client().get(_address(app, "app.css")).text

    assert all(path.read_text() in served for path in (STATIC / "styles").glob("*.css"))


def test_a_browser_that_can_gets_it_squeezed(app: Flask) -> None:
    address = _address(app, "vendor/bootstrap.min.css")
    plain = app.test_client().get(address)
    squeezed = app.test_client().get(address, headers={"Accept-Encoding": "gzip"})

    assert squeezed.headers["Content-Encoding"] == "gzip"
    assert squeezed.headers["Vary"] == plain.headers["Vary"] == "Accept-Encoding"
    assert len(squeezed.data) * 4 < len(plain.data)


@pytest.mark.parametrize(
    "path", ["/static/0000000000000000/app.css", "/static/x/../../app.py", "/static/x/no"]
)
def test_any_other_address_is_nothing(app: Flask, path: str) -> None:
    assert app.test_client().get(path).status_code == 404


def test_every_drawing_that_a_page_names_is_in_the_sprite() -> None:
    drawn = set(re.findall(r'symbol id="([a-z0-9-]+)"', (STATIC / "icons.svg").read_text()))
    templates = "".join(path.read_text() for path in (ROOT / "templates").rglob("*.html"))
    named = set(re.findall(r'icon\("([a-z0-9-]+)"', templates))
    badges = (*map(wording.item_status, ItemStatus), *map(wording.payment_status, PaymentStatus))

    assert len(named) > 5
    assert named | {badge.icon for badge in badges} <= drawn
