"""Questions and answers about canceling."""

from flask import render_template
from flask.typing import ResponseReturnValue

from shared.web.frames import PortalFrame


def help_page() -> ResponseReturnValue:
    """Show short answers to what people ask before and after they cancel."""
    return render_template("portal/help_page.html", frame=PortalFrame())
