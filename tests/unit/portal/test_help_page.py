"""Questions and answers about canceling, for everybody."""

from tests.unit.portal.conftest import Buyer


def test_help_answers_without_a_link_or_a_cookie(nobody: Buyer) -> None:
    page = nobody.get("/help")

    assert page.heading == "Help with canceling"
    assert "How do I cancel?" in page.text
    assert "Send me my link again" in page.links()
    assert "Set-Cookie" not in page.response.headers


def test_the_bare_address_leads_to_the_help(nobody: Buyer) -> None:
    answer = nobody.get("/").response

    assert (answer.status_code, answer.location) == (302, "/help")
