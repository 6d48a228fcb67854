"""The static files: read, made smaller and named by their content once; then served from memory.

An address that names the content (`?v=`) may be kept for ever. One that names another content, as in the minutes when
two versions of the gateway run side by side, is answered with what is here and kept by nobody.
They hold no secret, so they may be compressed (pages may not: `representing`).
"""

import hashlib
import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

from flask import Flask, Response, abort, g, request, url_for
from werkzeug.wrappers import Response as WerkzeugResponse

from services.gateway.stylesheet import shortened, used_of, words_of

HERE = Path(__file__).parent
STATIC, TEMPLATES = HERE / "static", HERE / "templates"
STYLESHEET, MODULE = "mccs.css", "mccs.js"
_TYPES = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".py": "text/x-python",
}
_KEEP = "public, max-age=31536000, immutable"
_ASK_AGAIN = "public, no-cache"
_BESIDE = re.compile(r'url\("([\w-]+\.svg)"\)')
_BEST = 9
"""Takes 20 ms for all of them, once."""


@dataclass(frozen=True, slots=True)
class Asset:
    """A file as it is sent: plain, and with gzip."""

    content: bytes
    squeezed: bytes
    version: str
    mimetype: str


def init_app(app: Flask) -> None:
    """Serve them under `/static/`; to the application it is Flask's own endpoint, which needs no login."""
    app.add_url_rule("/static/<path:filename>", endpoint="static", view_func=serve)
    app.add_template_global(asset)
    assets()


def asset(name: str) -> str:
    """Address of a file of ours; it changes with the file, so browsers may keep it."""
    return url_for("static", filename=name, v=assets()[name].version)


def serve(filename: str) -> WerkzeugResponse:
    """The file in the coding that is asked for; 304 to those who have it."""
    found = assets().get(filename) or abort(404)
    g.sets_no_cookie = True
    squeezed = request.accept_encodings["gzip"] > 0
    response = Response(found.squeezed if squeezed else found.content, mimetype=found.mimetype)
    response.vary.add("Accept-Encoding")
    if squeezed:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Cache-Control"] = _KEEP if request.args.get("v") == found.version else _ASK_AGAIN
    response.set_etag(f"{found.version}-gzip" if squeezed else found.version)
    return response.make_conditional(request)


@cache
def assets() -> Mapping[str, Asset]:
    """All of them by name."""
    made = {path.name: _made(path.name, path.read_bytes()) for path in STATIC.iterdir() if path.suffix != ".css"}
    versions = {name: each.version for name, each in made.items()}
    return {**made, STYLESHEET: _made(STYLESHEET, stylesheet(versions).encode())}


def stylesheet(versions: Mapping[str, str]) -> str:
    """Bootstrap as far as templates and module use it, then ours; pictures beside it by their full addresses."""
    ours = shortened((STATIC / STYLESHEET).read_text(encoding="utf-8"))
    users = (*sorted(TEMPLATES.glob("*.html")), STATIC / MODULE)
    words = words_of(*(path.read_text(encoding="utf-8") for path in users))
    return used_of(bootstrap(), words, ours) + _BESIDE.sub(lambda m: f'url("{m[1]}?v={versions[m[1]]}")', ours)


def bootstrap() -> str:
    """All of Bootstrap's stylesheet, as it is installed."""
    folder = files("flask_bootstrap") / "static" / "bootstrap5" / "css"
    return (folder / "bootstrap.min.css").read_text(encoding="utf-8")


def _made(name: str, content: bytes) -> Asset:
    squeezed = zlib.compress(content, _BEST, wbits=31)
    return Asset(content, squeezed, hashlib.sha256(content).hexdigest()[:8], _TYPES[Path(name).suffix])
