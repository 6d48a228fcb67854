"""The static files: one stylesheet with all that pages use of Bootstrap; small on the wire, kept while true."""

import gzip

import pytest
from flask.testing import FlaskClient

from services.gateway.assets import asset, assets, bootstrap, stylesheet
from services.gateway.stylesheet import classes_of, shortened, used_of, words_of

BOOTSTRAP = """@charset "UTF-8";/* ! */:root{--bs-read:red;--bs-only-of-read:1;--bs-unread:2}
.btn{--bs-btn-x:var(--bs-only-of-read);color:var(--bs-btn-x)}.btn:not(.disabled),.btn-check+.btn{color:red}
.card,.form-select{background:url("data:image/svg+xml;utf8,<svg/>");margin:0}
@media (min-width:1px){.card{margin:0}}@media print{.btn{margin:0}.card{margin:1px}}
@supports (x:y){@media print{.card{margin:0}}}@keyframes spin{to{rotate:1turn}}h1{margin:0}"""


def test_what_no_page_can_need_is_left_out() -> None:
    words = words_of("<button class=\"btn form-select{{ ' more' if x }}\">", "btn-primary")
    assert used_of(BOOTSTRAP, words, "a{color:var(--bs-read)}") == (
        ":root{--bs-read:red;--bs-only-of-read:1}.btn{--bs-btn-x:var(--bs-only-of-read);color:var(--bs-btn-x)}"
        '.btn:not(.disabled){color:red}.form-select{background:url("data:image/svg+xml;utf8,<svg/>");margin:0}'
        "@media print{.btn{margin:0}}h1{margin:0}"
    )


def test_what_only_a_dropped_variable_reads_is_dropped_too() -> None:
    assert used_of(":root{--a:var(--b);--b:var(--c);--c:1}p{margin:0}", frozenset()) == "p{margin:0}"


def test_what_turns_stays_when_a_page_speaks_of_it() -> None:
    assert "spin" in used_of(BOOTSTRAP, frozenset({"spin"}))


def test_comments_and_lines_go() -> None:
    assert shortened("/* why */\na { b: c; }\n\n  /* and */ d { e: f; }\n") == "a { b: c; } d { e: f; }"


def test_a_stylesheet_that_ends_in_a_rule_is_an_error() -> None:
    with pytest.raises(ValueError, match="ends inside a rule"):
        used_of("@media print { p { margin: 0 }", frozenset())


def test_the_installed_bootstrap_is_understood() -> None:
    """Its newer releases too: what templates use is found, with all that a rule says of it."""
    made = stylesheet({"chevron.svg": "12345678"})
    assert {"btn", "btn-primary", "form-control", "form-select", "table", "visually-hidden", "mb-0"} <= classes_of(made)
    assert not {"modal", "carousel", "navbar", "dropdown-menu", "offcanvas"} & classes_of(made)
    assert ".visually-hidden:not(caption)" in made
    assert 'url("chevron.svg?v=12345678")' in made
    assert len(made) < len(bootstrap()) / 4


@pytest.mark.parametrize("name", ["mccs.css", "mccs.js", "icons.svg", "mark.svg"])
def test_a_file_is_sent_short_and_kept_for_ever(client: FlaskClient, name: str) -> None:
    with client.application.test_request_context():
        address = asset(name)
    plain, short = (client.get(address, headers={"Accept-Encoding": coding}) for coding in ("identity", "br, gzip"))
    assert gzip.decompress(short.data) == plain.data == assets()[name].content
    assert (short.headers["Content-Encoding"], plain.headers.get("Content-Encoding")) == ("gzip", None)
    assert len(short.data) < len(plain.data)
    assert short.headers["ETag"] != plain.headers["ETag"]
    assert short.headers["X-Content-Type-Options"] == "nosniff"
    for answer in (plain, short):
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert answer.headers["Vary"] == "Accept-Encoding"
        again = client.get(address, headers={"If-None-Match": answer.headers["ETag"], "Accept-Encoding": "gzip"})
        assert (again.status_code, again.data) == ((304, b"") if answer is short else (200, short.data))


def test_a_file_of_another_version_is_kept_by_nobody(client: FlaskClient) -> None:
    for address in ("/static/mccs.js", "/static/mccs.js?v=00000000"):
        assert client.get(address).headers["Cache-Control"] == "public, no-cache"


@pytest.mark.parametrize("path", ["nothing.css", "../app.py", "%2e%2e/app.py", ""])
def test_nothing_else_is_served(client: FlaskClient, path: str) -> None:
    assert client.get(f"/static/{path}").status_code == 404


def test_visitors_load_one_stylesheet_and_one_module(client: FlaskClient) -> None:
    page = client.get("/login").text
    assert (page.count('rel="stylesheet"'), page.count("<script")) == (1, 1)
