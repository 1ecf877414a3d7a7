"""Questions and answers about canceling."""

from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from shared.web.frames import PortalFrame


def start() -> ResponseReturnValue:
    """Lead whoever types the bare address to the help."""
    return redirect(url_for("portal.help_page"))


def help_page() -> ResponseReturnValue:
    """Show short answers to what people ask before and after they cancel."""
    order_id = request.args.get("order", type=UUID)
    return render_template("portal/help_page.html", frame=PortalFrame(), order_id=order_id)
