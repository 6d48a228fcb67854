"""OpenAPI 3.1 made from the routes and their schemas, so that it cannot say anything else than the code."""

import re
import sys
from collections.abc import Iterator, Mapping
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from flask import Flask
from marshmallow import Schema
from werkzeug.routing import Rule

from services.gateway import openapi_examples, openapi_links, openapi_types
from services.gateway.rest.headers import (
    GIVEN_BY_ALL,
    GIVEN_BY_READS,
    GIVEN_WITH,
    KEY,
    MATCH,
    TAKEN_BY_ALL,
    TAKEN_BY_READS,
    Header,
)
from services.gateway.rest.operations import Operation
from services.gateway.rest.reading import field_names
from services.gateway.rest.refusals import refusals_of
from services.gateway.schemas import Errors
from services.gateway.scopes import scope_of

_EXTENSION = "gateway.openapi"
_DESCRIPTION = """\
Every success is 200 with `data`; lists add `meta`. Every refusal has `errors` and `correlationId`:
400 malformed, 401 not logged in, 403 not allowed, 404 unknown, 409 conflict, 422 a rule said no,
429 too many calls, 503 a part is down (with `Retry-After`). Each route lists the codes that it may be refused with.
`links` of an answer lead to the calls that go on from it, with where their parameters are found in it.
Amounts are exact: at most two decimals.
The bearer token is a session's (15 minutes, renewed by /token/renew) or a personal API token (`mccs_...`), which
needs the scope that the operation names as `x-scope`: without it 403 `auth.scope_missing`; `login` means no token.
Tokens of service accounts act as the account: what is somebody's own refuses them with 403 `auth.person_needed`.\
"""
_CURSOR = {
    "name": "cursor", "in": "query", "schema": {"type": "string", "minLength": 1, "maxLength": 1_000},
    "description": "`meta.next` of the page before: the list goes on there whatever is new meanwhile. Not with `page`.",
}  # fmt: skip
_REFUSED = {
    400: "Malformed",
    401: "Not logged in, or not any more",
    403: "Not allowed",
    404: "Unknown",
    409: "Conflict",
    410: "Not kept any more",
    412: "Changed in the meantime",
    413: "Too large",
    415: "Not what this route takes",
    422: "A rule said no",
    428: "Say by If-Match what you saw",
    429: "Too many calls",
    500: "Our mistake; it has been recorded",
    503: "A part is down",
}


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


def path_of(rule: Rule) -> str:
    """The path as OpenAPI writes it."""
    return re.sub(r"<(?:[^<>]+:)?(\w+)>", r"{\1}", rule.rule)


def resolved(document: Mapping[str, Any], part: Mapping[str, Any]) -> Mapping[str, Any]:
    """The part itself, or what it refers to."""
    if "$ref" not in part:
        return part
    kind, _, name = part["$ref"].removeprefix("#/components/").partition("/")
    found: Mapping[str, Any] = document["components"][kind][name]
    return found


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
    openapi_types.teach(plugin)
    spec.components.security_scheme("token", {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"})
    groups: dict[str, str] = {}
    for rule, method, operation, roles in operations_of(app):
        group, about = _group(app, rule, operation)
        groups.setdefault(group, about)
        scope = scope_of(operation.scope, method, roles, app.view_functions[rule.endpoint].__module__)
        described = _operation(rule, method, operation, roles) | {"tags": [group], "x-scope": scope}
        spec.path(path=path_of(rule), operations={method: described})
    for group, about in sorted(groups.items()):
        spec.tag({"name": group, "description": about})
    document = openapi_types.closed(openapi_types.interned(spec.to_dict()))
    return openapi_links.added_to(openapi_examples.added_to(document))


def _name(schema: Any) -> str:
    cls = schema if isinstance(schema, type) else type(schema)
    return str(cls.__name__)


def _group(app: Flask, rule: Rule, operation: Operation) -> tuple[str, str]:
    """The heading of a route and a sentence on it: what its module says of itself."""
    module = app.view_functions[rule.endpoint].__module__
    about = re.sub(r" ?\([^)]*\.md[^)]*\)", "", (sys.modules[module].__doc__ or "").strip().partition("\n")[0])
    return operation.group or module.rpartition(".")[2].replace("_", " ").capitalize(), about


def _operation(rule: Rule, method: str, operation: Operation, roles: frozenset[str]) -> dict[str, Any]:
    refusals = refusals_of(rule.rule, method, operation, roles)
    described: dict[str, Any] = {
        "operationId": rule.endpoint.rpartition(".")[2],
        "summary": operation.summary,
        "parameters": list(_parameters(rule, method, operation)),
        "responses": {
            "200": _done(method, operation),
            **({"304": _other(304, "As it was", operation)} if _is_read(method, operation) else {}),
            **{str(status): _other(status, told, operation) for status, told in sorted(operation.also.items())},
            **{str(status): _refused(status, codes, operation) for status, codes in refusals.items()},
        },
    }
    if operation.notes:
        described["description"] = operation.notes
    if operation.body is not None:
        described["requestBody"] = {"required": True, "content": {"application/json": _media(operation)}}
    if operation.upload:
        file = {"schema": {"type": "string", "format": "binary"}}
        described["requestBody"] = {"required": True, "content": dict.fromkeys(operation.upload, file)}
    described["security"] = [] if "public" in roles else [{"token": []}]
    if "public" not in roles:
        described["x-roles"] = sorted(roles)
    return described


def _is_read(method: str, operation: Operation) -> bool:
    """Whether it answers JSON that has an ETag (`services.gateway.representing`)."""
    return method == "get" and not operation.media


def _done(method: str, operation: Operation) -> dict[str, Any]:
    headers = _headers(200, operation)
    if _is_read(method, operation) or operation.matched == "version":
        headers |= {header.name: header.given for header in GIVEN_BY_READS}
    return {"description": "Done", "headers": headers, "content": _content(operation)}


def _parameters(rule: Rule, method: str, operation: Operation) -> Iterator[dict[str, Any]]:
    for name in sorted(rule.arguments):
        yield {"name": name, "in": "path", "required": True, "schema": _part(rule, name)}
    if operation.query is not None:
        yield {"in": "query", "schema": operation.query}
    if operation.cursor:
        yield _CURSOR
    if operation.data is not None and operation.is_sparse(method):
        yield _fields(operation.data)
    reading = TAKEN_BY_READS if _is_read(method, operation) else ()
    matched = (MATCH,) if operation.matched and method != "get" else ()
    for header in ((KEY,) if operation.keyed else ()) + matched + reading + TAKEN_BY_ALL + operation.takes:
        yield header.parameter


def _fields(data: Schema) -> dict[str, Any]:
    names = {"type": "string", "enum": list(field_names(data))}
    return {
        "name": "fields", "in": "query", "style": "form", "explode": False,
        "schema": {"type": "array", "items": names, "minItems": 1},
        "description": "Only these of each document, separated by commas.",
    }  # fmt: skip


def _part(rule: Rule, name: str) -> dict[str, Any]:
    """A part of the path: one of a few words, or any text without a slash."""
    among = re.search(rf"<any\(([^)]*)\):{name}>", rule.rule)
    if among:
        return {"type": "string", "enum": re.split(r",\s*", among[1])}
    return {"type": "string", "minLength": 1, "pattern": r"^[^/]+$"}


def _headers(status: int, operation: Operation) -> dict[str, Any]:
    own: tuple[Header, ...] = operation.gives if status < 400 else ()
    return {header.name: header.given for header in GIVEN_BY_ALL + GIVEN_WITH.get(status, ()) + own}


def _other(status: int, told: str, operation: Operation) -> dict[str, Any]:
    return {"description": told, "headers": _headers(status, operation)}


def _refused(status: int, codes: tuple[str, ...], operation: Operation) -> dict[str, Any]:
    return {
        "description": f"{_REFUSED.get(status, 'Refused')}: {', '.join(f'`{code}`' for code in codes)}",
        "headers": _headers(status, operation),
        "content": {"application/json": {"schema": Errors()}},
        "x-codes": list(codes),
    }


def _media(operation: Operation) -> dict[str, Any]:
    told: dict[str, Any] = {"schema": operation.body}
    return told if operation.example is None else told | {"example": operation.example}


def _content(operation: Operation) -> dict[str, Any]:
    if operation.media:
        return {media: {"schema": {"type": "string", "format": "binary"}} for media in operation.media}
    told: dict[str, Any] = {"schema": _envelope(operation)}
    if operation.answers is not None:
        told["example"] = _enveloped(operation, operation.answers)
    stream = {operation.streamed: {"schema": {"type": "string"}}} if operation.streamed else {}
    return {"application/json": told, **stream}


def _envelope(operation: Operation) -> dict[str, Any]:
    data: Schema | dict[str, Any] = operation.data if operation.data is not None else {"type": "object"}
    if not operation.listed:
        return {"type": "object", "required": ["data"], "properties": {"data": data}}
    number = {"type": "integer", "minimum": 0}
    meta = {
        "type": "object",
        "required": ["numberOfResults", "totalPages"],
        "properties": {"numberOfResults": number, "totalPages": number, "next": {"type": "string"}},
    }
    items = {"type": "array", "items": data}
    return {"type": "object", "required": ["data", "meta"], "properties": {"data": items, "meta": meta}}


def _enveloped(operation: Operation, data: Any) -> Mapping[str, Any]:
    return {"data": [data], "meta": {"numberOfResults": 1, "totalPages": 1}} if operation.listed else {"data": data}
