import pytest
from flask import Flask

from shared.domain.errors import (
    AlreadyDecided,
    AmbiguousSku,
    InvalidContent,
    NotEligible,
    NotFound,
    NotPermitted,
)
from shared.web.errors import status_of


@pytest.mark.parametrize("status", [400, 403, 404, 405, 409, 410, 413, 422, 429, 500, 503])
def test_every_failure_has_a_page_in_our_look(app: Flask, status: int) -> None:
    answer = app.test_client().get(f"/fail/{status}")

    assert answer.status_code == status
    assert answer.text.count("<h1") == 1
    assert answer.text.count('role="alert"') == 1
    assert "/vendor/bootstrap.min.css" in answer.text


def test_the_way_out_leads_where_the_visitor_belongs(app: Flask) -> None:
    client = app.test_client()

    assert 'href="/find"' in client.get("/nothing").text
    assert 'href="/find"' not in client.get("/console/nothing").text


def test_a_mistake_of_ours_tells_nothing_about_itself(app: Flask) -> None:
    answer = app.test_client().get("/break")

    assert answer.status_code == 500
    assert "a mistake of ours" not in answer.text
    assert "Traceback" not in answer.text


@pytest.mark.parametrize("path", ["/lose", "/api/v1/lose"])
def test_a_lost_database_is_503_and_says_when_to_come_back(app: Flask, path: str) -> None:
    answer = app.test_client().get(path)

    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"


def test_machines_get_one_shape_of_problem(app: Flask) -> None:
    answer = app.test_client().get("/api/v1/refuse/late")

    assert answer.status_code == 409
    assert answer.mimetype == "application/problem+json"
    assert answer.get_json() == {
        "type": "about:blank",
        "title": "Conflict",
        "status": 409,
        "code": "not_eligible",
        "detail": "no",
    }


def test_people_get_a_page_for_the_same_refusal(app: Flask) -> None:
    answer = app.test_client().get("/refuse/unknown")

    assert answer.status_code == 404
    assert answer.mimetype == "text/html"


def test_a_method_that_does_not_work_says_which_do(app: Flask) -> None:
    answer = app.test_client().put("/page")

    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]


@pytest.mark.parametrize(
    ("refusal", "status"),
    [
        (NotFound(), 404),
        (NotPermitted(), 403),
        (InvalidContent(), 422),
        (AmbiguousSku(), 422),
        (NotEligible(), 409),
        (AlreadyDecided(), 409),
    ],
)
def test_every_refusal_has_its_status(refusal: NotFound, status: int) -> None:
    assert status_of(refusal) == status
