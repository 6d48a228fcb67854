"""Whether an answer is one that the API's document tells: status, code, type, shape. Every one in tests is looked at.

So what is documented is what the code does, as far as tests make it.
"""

import json
import re
from typing import Any

import jsonschema_rs
from flask import Flask, Response, request
from werkzeug.routing import Rule

from services.gateway import openapi
from services.gateway.session import is_api

_EXTENSION = "tests.undocumented"
_NOT_TOLD = ("/api/v1/openapi.json", "/api/v1/docs")
_REFERENCE = re.compile(r"#/components/(\w+)/([^\"]+)")
_MADE_UP = frozenset({"http.not_found", "x.y"})
"""What a stand-in says when a test told it nothing, and codes that only tests know."""


def watch(app: Flask) -> None:
    """Remember every answer of the application that the document does not tell."""
    app.extensions[_EXTENSION] = []
    validators: dict[tuple[str, str], Any] = {}

    @app.after_request
    def look(response: Response) -> Response:
        rule = request.url_rule
        if rule and is_api() and request.path not in _NOT_TOLD and request.method != "OPTIONS":
            app.extensions[_EXTENSION] += _faults(openapi.document_of(app), rule, response, validators)
        return response


def undocumented(app: Flask) -> list[str]:
    """What was remembered, once."""
    found: list[str] = app.extensions[_EXTENSION]
    app.extensions[_EXTENSION] = []
    return found


def needed(components: dict[str, Any], node: Any) -> dict[str, Any]:
    """The parts of the document that `node` refers to, however deep: with all of them a validator takes 50 MB."""
    names, left = set(), set(_REFERENCE.findall(json.dumps(node)))
    while left:
        names |= left
        inner = [components[kind][name] for kind, name in left]
        left = set(_REFERENCE.findall(json.dumps(inner))) - names
    found = {
        kind: {name: told for name, told in named.items() if (kind, name) in names}
        for kind, named in components.items()
    }
    return {**found, "securitySchemes": components["securitySchemes"]}


def _faults(document: dict[str, Any], rule: Rule, response: Response, validators: dict[Any, Any]) -> list[str]:
    method = "get" if request.method == "HEAD" else request.method.lower()
    where = f"{method} {rule.rule}: {response.status_code}"
    told = document["paths"][openapi.path_of(rule)][method]["responses"].get(str(response.status_code))
    if response.status_code >= 400:
        known = openapi.resolved(document, told)["x-codes"] if told else ()
        return [f"{where} {code}" for code in _codes(response) if code not in {*known, *_MADE_UP}]
    if told is None:
        return [where]
    if "content" not in told or request.method == "HEAD":
        return []
    if response.mimetype not in told["content"]:
        return [f"{where} is {response.mimetype}"]
    if response.mimetype != "application/json":
        return []
    key = (method, rule.rule)
    if key not in validators:
        schema = told["content"][response.mimetype]["schema"]
        whole = schema | {"components": needed(document["components"], schema)}
        validators[key] = jsonschema_rs.Draft202012Validator(whole)
    errors = [each for each in validators[key].iter_errors(response.get_json()) if not _was_left_out(each)]
    return [f"{where} {error.instance_path} {error.message[:200]}" for error in errors]


def _was_left_out(error: Any) -> bool:
    """Of what is asked for by `?fields=` the rest is missing, as told."""
    return "fields" in request.args and "is a required property" in error.message


def _codes(response: Response) -> list[str]:
    return [error["code"] for error in response.get_json()["errors"]]
