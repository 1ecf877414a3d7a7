"""What a member chooses for the list of orders: which columns show, how dense it is, filters by name."""

from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from console.order_forms import OrderFilterForm, OrderViewForm, SaveFilterForm
from console.pages import show
from shared.actions import order_views as actions
from shared.domain.errors import InvalidContent
from shared.domain.lists import SavedFilter
from shared.queries.order_views import order_view
from shared.queries.sign_in import Member
from shared.rendering import gettext as _
from shared.web.notices import done
from shared.web.services import services


def choose_order_view(member: Member) -> ResponseReturnValue:
    """Ask which columns show and how dense the list is; keep it."""
    query = _normal(member, request.form.get("back", request.query_string.decode()))
    form = OrderViewForm.made(order_view(services().db, member.merchant_id, member.user_id), query)
    back = _list_url(member, query)
    if not form.submitted():
        return show(member, "console/choose_order_view.html", form=form, back=back)
    actions.choose(
        services().db, member.merchant_id, member.user_id, form.chosen(), is_dense=form.is_dense.data
    )
    done(_("The list shows what you chose."))
    return redirect(back, code=303)


def order_filters(member: Member) -> ResponseReturnValue:
    """List the member's filters; keep what the list showed under a name."""
    form = SaveFilterForm.made(_normal(member, request.query_string.decode()))
    if not form.submitted():
        return _page(member, form), 422 if form.errors else 200
    query = _normal(member, form.query.data)
    saved = SavedFilter(form.name.data, query, is_default=form.is_default.data)
    try:
        actions.save_filter(services().db, member.merchant_id, member.user_id, saved)
    except InvalidContent:
        form.refuse(form.name, _("There are too many saved filters. Delete one first."))
        return _page(member, form), 422
    done(_("Filter saved."), _("You find it under Saved filters, above the list."))
    return redirect(_list_url(member, query), code=303)


def begin_with_filter(member: Member) -> ResponseReturnValue:
    """Begin the list with one of the filters from now on, or with none."""
    name = request.form.get("name", "")
    actions.make_default(services().db, member.merchant_id, member.user_id, name)
    if name:
        done(_("Saved."), _("Orders begins with “%(name)s” from now on.") % {"name": name})
    else:
        done(_("Saved."), _("Orders begins with the last 30 days again."))
    return redirect(url_for("console.order_filters"), code=303)


def delete_filter(member: Member) -> ResponseReturnValue:
    """Forget a filter."""
    actions.delete_filter(services().db, member.merchant_id, member.user_id, request.form.get("name", ""))
    done(_("Filter deleted."))
    return redirect(url_for("console.order_filters"), code=303)


def _page(member: Member, form: SaveFilterForm) -> str:
    view = order_view(services().db, member.merchant_id, member.user_id)
    return show(
        member,
        "console/order_filters.html",
        form=form,
        filters=view.filters,
        back=_list_url(member, form.query.data or ""),
    )


def _normal(member: Member, query: str) -> str:
    """Write a list's address as the list itself does; what is none is that of all orders."""
    today = member.now.astimezone(ZoneInfo(member.time_zone)).date()
    form = OrderFilterForm.read(today, MultiDict(parse_qsl(query, keep_blank_values=True)))
    return form.query() if form.validate() else "period=all"


def _list_url(member: Member, query: str) -> str:
    return f"{url_for('console.orders')}?{_normal(member, query)}"
