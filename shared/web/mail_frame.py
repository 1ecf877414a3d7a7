"""Show an e-mail's HTML inside a page: in a frame, under a policy of its own, where it can only be read."""

from flask import Response

from shared.web.security import HEADERS

_CSP = "Content-Security-Policy"
_WITH_FRAME = f"{HEADERS[_CSP]}; frame-src 'self'"
# What an e-mail's HTML needs and no more: its own styles, logos, and links that open outside of the frame.
_OF_MAIL = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox"
)


def page_with_frame(page: str, status: int = 200) -> Response:
    """Answer with a page that shows an e-mail in a frame."""
    return Response(page, status, mimetype="text/html", headers={_CSP: _WITH_FRAME})


def framed(content: str, mimetype: str = "text/html", status: int = 200) -> Response:
    """Answer with what the frame shows, as a document of its own."""
    headers = {_CSP: _OF_MAIL, "X-Frame-Options": "SAMEORIGIN"}
    return Response(content, status, mimetype=mimetype, headers=headers)
