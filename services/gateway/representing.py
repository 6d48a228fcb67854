"""What an answer of the REST API is known by and how it travels: ETag, 304, who may keep it, gzip (RFC 9110, 9111).

Every JSON answer to a GET has a strong ETag of what it says, so asking again costs a 304 when nothing has changed.
Caches may keep only what a visitor is answered, where the operation says for how long (`cached`), and never what was
asked for with `Authorization`. All else is `no-store` (`services.gateway.security`).

Only answers to GET are compressed, and pages never. Compression tells by its length how much of a text is there twice
(BREACH): whoever can put text beside a secret and make the browser ask again and again can guess the secret. Pages are
asked for with a cookie that the browser adds by itself, and have a form token: they stay as they are. The API knows no
cookie, so no other site can make a browser ask in somebody's name; and what is secret in its answers (tokens, new
secrets, recovery codes) is in answers to POST.
"""

import re
import zlib
from hashlib import blake2b

from flask import Flask, Response, current_app, g, request

from services.gateway.session import is_api

GZIP_FROM = 1_024
"""Smaller ones fit a packet anyway."""
_LEVEL = 4
"""Of 9: half a millisecond for a hundred businesses (68 KB become 7), in which gevent lets nobody else work."""
_SUFFIX = "-gzip"
_TAG = re.compile(r'(W/)?"([^"]*)"')
_VARY = ("Authorization", "Accept-Encoding", "Min-Position")


def init_app(app: Flask) -> None:
    """After `security.init_app`: what is registered last sees an answer first, and that forbids to keep the rest."""

    @app.after_request
    def represent(response: Response) -> Response:
        if is_api() and response.status_code == 200:
            if request.method in ("GET", "HEAD"):
                _represent(response)
            elif "etag_prefix" in g:
                # What was changed is answered as a GET of it would: the next change can be made from here.
                response.set_etag(g.etag_prefix + etag_of(response.get_data()))
        return response


def etag_of(content: bytes) -> str:
    """What a representation is known by, without quotes."""
    return blake2b(content, digest_size=12).hexdigest()


def named(header: str | None, *, strong: bool = False) -> frozenset[str]:
    """The tags that If-Match (`strong`) or If-None-Match names, whatever coding they were sent with; `*` for any."""
    if (header or "").strip() == "*":
        return frozenset({"*"})
    found = _TAG.findall(header or "")
    return frozenset(tag.removesuffix(_SUFFIX) for weak, tag in found if not (strong and weak))


def _represent(response: Response) -> None:
    _say_who_may_keep(response)
    if response.mimetype != "application/json" or response.is_streamed:
        # Files are made while they are sent; and /api/v1/docs is a page.
        return
    content = response.get_data()
    etag = g.get("etag_prefix", "") + etag_of(content)
    squeezed = len(content) >= GZIP_FROM
    if squeezed:
        response.vary.add("Accept-Encoding")
        # Another coding is another representation: a strong tag must tell them apart.
        squeezed = request.accept_encodings["gzip"] > 0
    response.set_etag(etag + _SUFFIX if squeezed else etag)
    if named(request.headers.get("If-None-Match")) & {etag, "*"}:
        response.status_code = 304
        response.data = b""
        for name in ("Content-Type", "Content-Length"):
            response.headers.pop(name, None)
    elif squeezed:
        response.data = zlib.compress(content, _LEVEL, wbits=31)
        response.headers["Content-Encoding"] = "gzip"


def _say_who_may_keep(response: Response) -> None:
    view = current_app.view_functions.get(request.endpoint or "")
    seconds: int = getattr(getattr(view, "operation", None), "cached", 0)
    if not seconds:
        return
    response.vary.update(_VARY)
    if "Authorization" not in request.headers:
        response.headers["Cache-Control"] = f"public, max-age={seconds}"
