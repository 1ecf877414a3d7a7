"""The check of every fetched page finds what it is there to find."""

import pytest

from tests.pages import check_page, faults_of

GOOD = """<!doctype html><html lang="en"><head><title>Orders · Rescind</title>
<script src="/static/app.js"></script></head><body><h1>Orders</h1>
<p role="status">Saved.</p><p role="alert"></p>
<form method="post"><input type="hidden" name="csrf_token">
<label for="q">Search</label><input id="q" name="q">
<button>Search</button></form></body></html>"""

PLANTED = [
    ("<h1>Orders</h1>", "<h1>Orders</h1><h1>Again</h1>", "2 h1"),
    ("<h1>Orders</h1>", "", "0 h1"),
    ("<title>Orders", "<title>Something", "does not begin"),
    (' lang="en"', "", "language"),
    ("<p role", '<p id="q">x</p><p role', "stands 2 times"),
    ('for="q"', 'for="other"', "names nothing"),
    ('<label for="q">Search</label>', "", "has no label"),
    ("<button>Search", "<button>", "has no name"),
    ("</head>", "<script>1</script></head>", "inline script"),
    ("</head>", "<style>p {}</style></head>", "inline style"),
    ("<button>", '<button style="color: red">', "has style="),
    ("<button>", '<button onclick="x()">', "has onclick="),
    ("<h1>", '<img src="data:x" alt="x"><h1>', "serve it from"),
    ('<p role="alert"></p>', '<p role="alert">No.</p>', "2 messages"),
    ('<input type="hidden" name="csrf_token">', "", "no csrf_token"),
]


def test_a_good_page_has_no_faults() -> None:
    assert faults_of(GOOD) == []


@pytest.mark.parametrize(("good", "bad", "said"), PLANTED, ids=[said for _, _, said in PLANTED])
def test_a_planted_fault_of_a_page_is_found(good: str, bad: str, said: str) -> None:
    assert good in GOOD

    with pytest.raises(AssertionError, match=said):
        check_page(GOOD.replace(good, bad, 1))
