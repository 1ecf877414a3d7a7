"""Questions and answers about canceling, for everybody."""

from tests.unit.portal.conftest import Buyer


def test_help_answers_without_a_link_or_a_cookie(nobody: Buyer) -> None:
    page = nobody.get("/help")

    assert page.heading == "Help with canceling"
    assert "How do I cancel?" in page.text
    assert "Send me my link again" in page.links()
    assert "Set-Cookie" not in page.response.headers


def test_help_opened_from_an_order_leads_back_to_it(nobody: Buyer) -> None:
    order = "0199d0aa-0000-7000-8000-000000000001"
    back = nobody.get(f"/help?order={order}").soup.select_one(".crumb a")

    assert back is not None
    assert (back["href"], back.get_text()) == (f"/orders/{order}", "Back to the order")
    assert nobody.get("/help?order=//evil.example").soup.select_one(".crumb a") is None


def test_the_bare_address_leads_to_the_help(nobody: Buyer) -> None:
    answer = nobody.get("/").response

    assert (answer.status_code, answer.location) == (302, "/help")
