"""What makes the pages an application on a phone: its manifest, its service worker, the page without a network.

The worker keeps static files and that one page, which is made for nobody. It never keeps a page of somebody's.
"""

import hashlib
import json

from flask import Response, g, jsonify, render_template, request
from flask_babel import get_locale, gettext

from services.chassis.web import allow
from services.gateway.assets import TEMPLATES, asset, assets
from services.gateway.network import network, network_name
from services.gateway.web.blueprint import bp

KEPT = ("mccs.css", "mccs.js", "icons.svg", "mark.svg", "chevron.svg")
"""What pages load."""
_WORKER = "worker.js"
_PAGE = ("layout.html", "offline.html")
_GROUND = "#12604a"
_PAPER = "#f5f3ec"


@bp.get("/manifest.webmanifest")
@allow("public")
def manifest() -> Response:
    """What the application is called and looks like."""
    g.sets_no_cookie = True
    icons = [
        {"src": asset("app.svg"), "sizes": "any", "type": "image/svg+xml"},
        *({"src": asset(f"app-{each}.png"), "sizes": f"{each}x{each}", "type": "image/png"} for each in (192, 512)),
        {"src": asset("app-512.png"), "sizes": "512x512", "type": "image/png", "purpose": "maskable"},
    ]
    response = jsonify(
        id="/",
        name=network_name(),
        short_name=network().name or gettext("Mutual credit"),
        lang=str(get_locale()).replace("_", "-"),
        start_url="/",
        scope="/",
        display="standalone",
        background_color=_PAPER,
        theme_color=_GROUND,
        icons=icons,
    )
    response.mimetype = "application/manifest+json"
    response.headers["Cache-Control"] = "public, max-age=3600"
    return response


@bp.get("/sw.js")
@allow("public")
def service_worker() -> Response:
    """The worker. It is another one whenever a file or the page without a network is: browsers then take it."""
    g.sets_no_cookie = True
    kept = [asset(name) for name in KEPT]
    # Not of the page as it is made: to make one takes away what this browser has yet to be told.
    texts = [(TEMPLATES / name).read_text(encoding="utf-8") for name in _PAGE]
    version = hashlib.sha256("".join([*kept, *texts, network_name()]).encode()).hexdigest()[:8]
    head = f"const NAME = {json.dumps(f'static-{version}')};\nconst KEPT = {json.dumps(kept)};\n\n"
    response = Response(head.encode() + assets()[_WORKER].content, mimetype="text/javascript")
    response.headers["Cache-Control"] = "no-cache"
    response.add_etag()
    response.make_conditional(request)
    return response


@bp.get("/offline")
@allow("public")
def offline() -> str:
    """What is shown in place of a page that can't be reached. The same for everybody: it is kept by browsers."""
    return render_template("offline.html", login=None, mine=None, terms_asked="", theme="auto")
