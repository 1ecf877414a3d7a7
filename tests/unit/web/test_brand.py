"""A merchant's color and logo are public, never change under their address, and hold nothing else."""

from __future__ import annotations

import pytest
from flask import Flask

from shared.actions import branding
from shared.domain.branding import Brand, Branding
from shared.logos import read_logo
from shared.queries.branding import read
from shared.settings import Settings
from shared.storage.engine import Database
from shared.web.app import build_app
from shared.web.brand import stylesheet_url
from tests.builders import USER, a_merchant
from tests.pictures import a_picture

SETTINGS = Settings.read({"RESCIND_SECRET_KEYS": "k" * 40, "RESCIND_DATABASE_URL": "postgresql://not-read/x"})


@pytest.fixture
def app(db: Database) -> Flask:
    return build_app(SETTINGS, db, [])


def address_of(color: str) -> str:
    return stylesheet_url(Brand("Northlight Home", Branding(color=color)))


def test_the_usual_color_needs_no_stylesheet() -> None:
    assert address_of("") == address_of("#0a586a") == ""


def test_a_color_has_a_stylesheet_under_the_hash_of_its_content(app: Flask) -> None:
    response = app.test_client().get(address_of("#7a3b00"))

    assert response.status_code == 200
    assert response.content_type == "text/css; charset=utf-8"
    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert "Set-Cookie" not in response.headers
    assert "--accent: light-dark(#7a3b00, #" in response.text
    assert "--on-accent: light-dark(#ffffff, #" in response.text


@pytest.mark.parametrize("path", ["7a3b00", "7a3b01", "nonsense", "7a3b00;x"])
def test_no_other_content_is_ever_served_under_such_an_address(app: Flask, path: str) -> None:
    digest = address_of("#112233").split("/")[3]

    assert app.test_client().get(f"/brand/colors/{digest}/{path}.css").status_code == 404


def test_a_logo_is_seen_by_whoever_holds_its_address_even_in_mail_programs(app: Flask, db: Database) -> None:
    merchant_id = a_merchant(db)
    drawn = read_logo(a_picture("PNG", (500, 100)))
    branding.change_logo(db, merchant_id, drawn, USER)
    logo = read(db, merchant_id).logo
    assert logo is not None

    response = app.test_client().get(logo.path)

    assert response.data == drawn.body
    assert response.content_type == "image/png"
    assert response.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "immutable" in response.headers["Cache-Control"]
    assert "Set-Cookie" not in response.headers
    assert (logo.width, logo.height, logo.shown_width, logo.shown_height) == (400, 80, 200, 40)


def test_a_logo_that_is_not_there_is_not_found(app: Flask) -> None:
    response = app.test_client().get("/brand/logos/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA.png")

    assert response.status_code == 404
    assert response.headers["Cross-Origin-Resource-Policy"] == "same-origin"
