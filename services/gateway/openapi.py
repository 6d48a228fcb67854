"""OpenAPI 3.1 made from the routes and their schemas, so that it cannot say anything else than the code."""

import re
from collections.abc import Iterator
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from flask import Flask
from marshmallow import Schema
from werkzeug.routing import Rule

from services.gateway.fields import AccountNumber, Amount, Moment, Statuses, Words
from services.gateway.rest.operations import Operation
from services.gateway.schemas import Errors
from services.gateway.schemas_search import AtLeast
from services.gateway.scopes import scope_of

_EXTENSION = "gateway.openapi"
_KEY = {
    "name": "Idempotency-Key", "in": "header", "schema": {"type": "string", "maxLength": 200},
    "description": "The same key with the same body answers the first answer again and does nothing twice.",
}  # fmt: skip
_MIN_POSITION = {
    "name": "Min-Position", "in": "header", "schema": {"type": "string"}, "example": "directory=123, ledger=456",
    "description": "Answer from a state at least this new: the Position header of an earlier answer.",
}  # fmt: skip
_POSITION = {"description": "What this answer is based on at least", "schema": {"type": "string"}}
_DESCRIPTION = """\
Every success is 200 with `data`; lists add `meta`. Every refusal has `errors` and `correlationId`:
400 malformed, 401 not logged in, 403 not allowed, 404 unknown, 409 conflict, 422 a rule said no,
429 too many calls, 503 a part is down (with `Retry-After`). Amounts are exact: at most two decimals.
The bearer token is a session's (15 minutes, renewed by /token/renew) or a personal API token (`mccs_...`), which
needs the scope that the operation names as `x-scope`: without it 403 `auth.scope_missing`; `login` means no token.\
"""


def document_of(app: Flask) -> dict[str, Any]:
    """The OpenAPI document of an application; made once."""
    if _EXTENSION not in app.extensions:
        app.extensions[_EXTENSION] = _document(app)
    made: dict[str, Any] = app.extensions[_EXTENSION]
    return made


def operations_of(app: Flask) -> Iterator[tuple[Rule, str, Operation, frozenset[str]]]:
    """Every REST route with its method, its operation and the roles allowed."""
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        operation = getattr(view, "operation", None)
        if isinstance(operation, Operation):
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                yield rule, method.lower(), operation, getattr(view, "allowed_roles", frozenset())


def shown(schema: dict[str, Any]) -> str:
    """A JSON schema in a few words, for the page."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "anyOf" in schema:
        return " or ".join(map(shown, schema["anyOf"]))
    if schema.get("type") == "array":
        return f"list of {shown(schema['items'])}"
    kinds = schema.get("type", "any")
    words = " or ".join(kinds) if isinstance(kinds, list) else str(kinds)
    choices = [str(choice) for choice in schema.get("enum", ())]
    return f"{words}: {', '.join(choices)}" if choices else words


def _document(app: Flask) -> dict[str, Any]:
    plugin = MarshmallowPlugin(schema_name_resolver=_name)
    spec = APISpec(
        title="MCCS", version="1", openapi_version="3.1.0", plugins=[plugin],
        info={"description": _DESCRIPTION}, servers=[{"url": app.config["GATEWAY"].public_url.rstrip("/")}],
    )  # fmt: skip
    _teach(plugin)
    spec.components.security_scheme("token", {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"})
    spec.components.response(
        "Refusal", {"description": "Refused", "content": {"application/json": {"schema": Errors()}}}
    )
    for rule, method, operation, roles in operations_of(app):
        path = re.sub(r"<(?:[^<>:]+:)?(\w+)>", r"{\1}", rule.rule)
        spec.path(path=path, operations={method: _operation(rule, method, operation, roles)})
    return spec.to_dict()


def _teach(plugin: MarshmallowPlugin) -> None:
    converter = plugin.converter
    if converter is None:
        raise RuntimeError("the plugin belongs to no document yet")
    converter.map_to_openapi_type(Amount, "number", "decimal")
    converter.map_to_openapi_type(AtLeast, "number", "decimal")
    for text in (AccountNumber, Moment, Words, Statuses):
        converter.map_to_openapi_type(text, "string", None)


def _name(schema: Any) -> str:
    cls = schema if isinstance(schema, type) else type(schema)
    return str(cls.__name__)


def _operation(rule: Rule, method: str, operation: Operation, roles: frozenset[str]) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": rule.endpoint.rpartition(".")[2],
        "summary": operation.summary,
        "parameters": list(_parameters(rule, operation)),
        "responses": {
            "200": {
                "description": "Done",
                "headers": {"Position": _POSITION},
                "content": _content(operation),
            },
            "default": "Refusal",
        },
    }
    if operation.notes:
        described["description"] = operation.notes
    if operation.body is not None:
        described["requestBody"] = {"required": True, "content": {"application/json": {"schema": operation.body}}}
    described["security"] = [] if "public" in roles else [{"token": []}]
    if "public" not in roles:
        described["x-roles"] = sorted(roles)
    described["x-scope"] = scope_of(operation.scope, method, roles)
    return described


def _parameters(rule: Rule, operation: Operation) -> Iterator[dict[str, Any]]:
    for name in sorted(rule.arguments):
        yield {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
    if operation.query is not None:
        yield {"in": "query", "schema": operation.query}
    if operation.keyed:
        yield _KEY
    yield _MIN_POSITION


def _content(operation: Operation) -> dict[str, Any]:
    if operation.media:
        return {media: {"schema": {"type": "string", "format": "binary"}} for media in operation.media}
    return {"application/json": {"schema": _envelope(operation)}}


def _envelope(operation: Operation) -> dict[str, Any]:
    data: Schema | dict[str, Any] = operation.data if operation.data is not None else {"type": "object"}
    if not operation.listed:
        return {"type": "object", "required": ["data"], "properties": {"data": data}}
    number = {"type": "integer"}
    meta = {
        "type": "object",
        "required": ["numberOfResults", "totalPages"],
        "properties": {"numberOfResults": number, "totalPages": number, "next": {"type": "string"}},
    }
    items = {"type": "array", "items": data}
    return {"type": "object", "required": ["data", "meta"], "properties": {"data": items, "meta": meta}}
