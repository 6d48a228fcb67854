"""The types of the API for TypeScript: one interface a schema, and all operations by name. Pure."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

_HEAD = """\
// Types of the MCCS REST API, made from its OpenAPI document by `make docs`. Do not edit.
// An operation's `body`, `query` and `data` are what it takes and what its answer has under `data`.
"""
_IDENTIFIER = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*")
_KINDS = {"string": "string", "number": "number", "integer": "number", "boolean": "boolean", "null": "null"}


def typescript_of(document: Mapping[str, Any]) -> str:
    """The text of mccs.d.ts."""
    return "\n".join([_HEAD, *_interfaces(document), *_refusals(document), *_operations(document)]) + "\n"


def _interfaces(document: Mapping[str, Any]) -> Iterator[str]:
    for name, schema in sorted(document["components"]["schemas"].items()):
        yield f"export interface {name} {_object(schema, '')}\n"


def _operations(document: Mapping[str, Any]) -> Iterator[str]:
    yield "export interface Meta { numberOfResults: number; totalPages: number; next?: string }\n"
    yield "export interface Operations {"
    for path, methods in document["paths"].items():
        for method, told in methods.items():
            yield f"  /** {told['summary'].replace('*/', '')} */"
            yield f"  {told['operationId']}: {{"
            yield f"    method: {json.dumps(method.upper())};"
            yield f"    path: {json.dumps(path)};"
            yield f"    parts: {_parameters(told, 'path')};"
            yield f"    query: {_parameters(told, 'query')};"
            yield f"    body: {_body(told)};"
            yield f"    data: {_data(told)};"
            yield f"    code: {' | '.join(_codes(told))};"
            yield "  };"
    yield "}"


def _parameters(told: Mapping[str, Any], kind: str) -> str:
    fields = [
        f"{_key(one['name'])}{'' if one.get('required') else '?'}: {_type(one['schema'], '')}"
        for one in told["parameters"]
        if one.get("in") == kind
    ]
    return f"{{ {'; '.join(fields)} }}" if fields else "undefined"


def _body(told: Mapping[str, Any]) -> str:
    content = told.get("requestBody", {}).get("content", {})
    if "application/json" in content:
        return _type(content["application/json"]["schema"], "")
    return "Blob" if content else "undefined"


def _data(told: Mapping[str, Any]) -> str:
    content = told["responses"]["200"]["content"]
    if "application/json" not in content:
        return "Blob"
    return _type(content["application/json"]["schema"]["properties"]["data"], "")


def _codes(told: Mapping[str, Any]) -> list[str]:
    parts = (one["$ref"].rpartition("/")[2] for one in told["responses"].values() if "$ref" in one)
    return [_alias(part) for part in parts]


def _refusals(document: Mapping[str, Any]) -> Iterator[str]:
    for part, told in document["components"]["responses"].items():
        yield f"export type {_alias(part)} = {' | '.join(map(json.dumps, told['x-codes']))};"


def _alias(part: str) -> str:
    return part.replace("-", "_")


def _type(schema: Mapping[str, Any], indent: str) -> str:
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    for several in ("anyOf", "oneOf"):
        if several in schema:
            return " | ".join(dict.fromkeys(_type(one, indent) for one in schema[several]))
    if "enum" in schema:
        return " | ".join(json.dumps(choice) for choice in schema["enum"])
    kinds = schema.get("type", "object")
    return " | ".join(_kind(kind, schema, indent) for kind in ([kinds] if isinstance(kinds, str) else kinds))


def _kind(kind: str, schema: Mapping[str, Any], indent: str) -> str:
    if kind == "array":
        return f"Array<{_type(schema['items'], indent)}>"
    if kind == "object":
        return _object(schema, indent) if schema.get("properties") else "Record<string, unknown>"
    return _KINDS[kind]


def _object(schema: Mapping[str, Any], indent: str) -> str:
    needed, lines = schema.get("required", ()), []
    for name, kind in schema.get("properties", {}).items():
        if "description" in kind:
            lines.append(f"{indent}  /** {kind['description'].replace('*/', '')} */")
        lines.append(f"{indent}  {_key(name)}{'' if name in needed else '?'}: {_type(kind, indent + '  ')};")
    return "\n".join(["{", *lines, f"{indent}}}"])


def _key(name: str) -> str:
    return name if _IDENTIFIER.fullmatch(name) else json.dumps(name)
