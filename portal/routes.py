"""Every address a buyer can reach."""

from flask import Blueprint

from portal import access, cancellations, orders, support
from portal import help as answers
from shared.links import PATH, DeadLink, ForgedLink

blueprint = Blueprint("portal", __name__)
blueprint.register_error_handler(ForgedLink, access.no_such_page)
blueprint.register_error_handler(DeadLink, access.link_expired)


def _page(path: str, view: access.View, *methods: str) -> None:
    """Add a page that anybody may open."""
    blueprint.add_url_rule(path, view.__name__, view, methods=methods or ("GET",))


def _order_page(path: str, view: access.View, *methods: str, limit: str = access.POSTS) -> None:
    """Add a page of an order, behind the guard that opens it."""
    guarded = access.opens_order(view, limit=limit)
    _page(f"/orders/<string:order_id>{path}", guarded, *methods)


_page(f"{PATH}<string:token>", access.open_link)
_page("/find", orders.find_order, "GET", "POST")
_page("/", answers.start)
_page("/help", answers.help_page)
_order_page("", orders.order_detail)
_order_page("/cancel", cancellations.cancel_order, "GET", "POST")
_order_page("/cancel/quote", cancellations.cancel_quote, "GET", "POST", limit=access.QUOTES)
_order_page("/requests/<string:request_id>/withdraw", cancellations.withdraw_request, "POST")
_order_page("/contact", support.contact_us, "GET", "POST")
_order_page("/messages/<uuid:case_id>", support.answer_case, "GET", "POST")
_order_page("/pictures/<uuid:picture_id>", support.case_picture)
