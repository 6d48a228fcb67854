"""`/api/v1/openapi.json` and `/api/v1/docs`, for programs and for people."""

import functools
import json
from collections.abc import Mapping
from typing import Any

from flask import Response, current_app, render_template
from markupsafe import Markup, escape

from services.chassis.web import allow, answer
from services.gateway import openapi
from services.gateway.rest.blueprint import bp

_EXTENSION = "gateway.api_docs"
_SECONDS = 300
"""It changes with a release."""


@bp.get("/openapi.json")
@allow("public")
def openapi_document() -> Response:
    """OpenAPI 3.1."""
    response = answer(openapi.document_of(current_app))
    response.headers["Cache-Control"] = f"public, max-age={_SECONDS}"
    return response


@bp.get("/docs")
@allow("public")
def documentation() -> str:
    """The same for people, without a script."""
    if _EXTENSION not in current_app.extensions:
        current_app.extensions[_EXTENSION] = _content(openapi.document_of(current_app))
    # A bearer token opens no page: it is shown as to anybody.
    return render_template("api_docs.html", content=current_app.extensions[_EXTENSION], login=None)


def _content(document: Mapping[str, Any]) -> Markup:
    """What the page says: hundreds of routes, which take longer than a request should."""
    return Markup(  # noqa: S704 -- made by a template that escapes
        render_template(
            "_api_docs.html",
            api=document,
            groups=_groups(document),
            codes=_codes(document),
            resolved=functools.partial(openapi.resolved, document),
            shown=openapi.shown,
            written=_written,
            told_in_code=_told_in_code,
        )
    )


def _groups(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Every group with its routes: (method, path, operation)."""
    routes: dict[str, list[tuple[str, str, Any]]] = {tag["name"]: [] for tag in document["tags"]}
    for path, methods in document["paths"].items():
        for method, told in methods.items():
            routes[told["tags"][0]].append((method, path, told))
    return [
        {"name": tag["name"], "about": tag["description"], "routes": routes[tag["name"]]} for tag in document["tags"]
    ]


def _codes(document: Mapping[str, Any]) -> dict[str, list[str]]:
    """Every code with the statuses that it comes with."""
    found: dict[str, set[str]] = {}
    for name, told in document["components"]["responses"].items():
        for code in told["x-codes"]:
            found.setdefault(code, set()).add(name.removeprefix("Refused").partition("-")[0])
    return {code: sorted(statuses) for code, statuses in sorted(found.items())}


def _told_in_code(text: str) -> Markup:
    """What stands between backticks, as code."""
    parts = [
        Markup("<code>{}</code>").format(part) if number % 2 else escape(part)
        for number, part in enumerate(text.split("`"))
    ]
    return Markup().join(parts)


def _written(example: Any) -> str:
    return json.dumps(example, indent=2, ensure_ascii=False)
