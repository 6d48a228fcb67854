"""`/api/v1/openapi.json` and `/api/v1/docs`, for programs and for people."""

import functools

from flask import Response, current_app, render_template

from services.chassis.web import allow, answer
from services.gateway import openapi
from services.gateway.rest.blueprint import bp


@bp.get("/openapi.json")
@allow("public")
def openapi_document() -> Response:
    """OpenAPI 3.1."""
    return answer(openapi.document_of(current_app))


@bp.get("/docs")
@allow("public")
def documentation() -> str:
    """The same for people, without a script."""
    document = openapi.document_of(current_app)
    resolved = functools.partial(openapi.resolved, document)
    return render_template("api_docs.html", api=document, shown=openapi.shown, resolved=resolved)
