"""Hand feeds in as a browser does."""

from __future__ import annotations

import io

from werkzeug.test import TestResponse

from tests.unit.console.browsing import Browser

PAGE = "/console/bulk"


def upload_feed(
    browser: Browser, content: str | bytes, name: str = "feed.txt", **fields: str
) -> TestResponse:
    body = content.encode() if isinstance(content, str) else content
    data = {"csrf_token": browser.token(), "file_type": "", "file": (io.BytesIO(body), name), **fields}
    return browser.post(PAGE, data=data, content_type="multipart/form-data")
