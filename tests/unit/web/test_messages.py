import pytest
from flask import Flask


@pytest.mark.parametrize("wanted", ["", "en-GB,en;q=0.9", "tlh", "x" * 300, "*"])
def test_a_page_says_which_language_it_speaks(app: Flask, wanted: str) -> None:
    answer = app.test_client().get("/page", headers={"Accept-Language": wanted})

    assert '<html lang="en">' in answer.text


def test_a_message_is_shown_once_and_has_one_role(app: Flask) -> None:
    client = app.test_client()
    token = client.get("/page").text.split('name="csrf_token" type="hidden" value="')[1].split('"')[0]
    client.post("/page", data={"csrf_token": token, "units": "1", "words": ""})
    first, second = client.get("/page").text, client.get("/page").text

    assert first.count('role="status"') == 1
    assert "<strong>Done.</strong> For good." in first
    assert 'role="status"' not in second
    assert 'role="alert"' not in first


def test_what_was_not_done_is_an_alert(app: Flask) -> None:
    client = app.test_client()
    client.get("/late")
    page = client.get("/page").text

    assert page.count('role="alert"') == 1
    assert "<strong>Too late.</strong> It has shipped." in page
