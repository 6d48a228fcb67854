"""The client for Python: `calling.py` as it is, then one TypedDict a schema and one method a route. Pure."""

import json
import keyword
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from services.gateway.openapi import resolved

_MADE = "# Made from the OpenAPI document by `make docs`. Do not edit.\n"
_UNUSED = "  # noqa: F401 -- for what is made below"
_KINDS = {"string": "str", "number": "Number", "integer": "int", "boolean": "bool", "null": "None"}


def python_of(document: Mapping[str, Any]) -> str:
    """The text of mccs_client.py."""
    head = Path(__file__).with_name("calling.py").read_text(encoding="utf-8").replace(_UNUSED, "")
    return "\n".join([_MADE + head, "", *_schemas(document), "", *_client(document)]) + "\n"


def _schemas(document: Mapping[str, Any]) -> Iterator[str]:
    for name, schema in sorted(document["components"]["schemas"].items()):
        needed = schema.get("required", ())
        yield f"{name} = TypedDict(\n    {json.dumps(name)},\n    {{"
        for field, kind in schema.get("properties", {}).items():
            text = _type(kind, quoted=True)
            yield f"        {json.dumps(field)}: {text if field in needed else f'NotRequired[{text}]'},"
        yield "    },\n)"


def _client(document: Mapping[str, Any]) -> Iterator[str]:
    yield '\nclass Client(Calls):\n    """Every route of the API. Methods raise Refused."""'
    for path, methods in document["paths"].items():
        for method, told in methods.items():
            yield from _method(document, path, method, told)


def _method(document: Mapping[str, Any], path: str, method: str, told: Mapping[str, Any]) -> Iterator[str]:
    taken = [resolved(document, one) for one in told["parameters"]]
    parts = [one["name"] for one in taken if one["in"] == "path"]
    query = sorted((one for one in taken if one["in"] == "query"), key=lambda one: not one.get("required"))
    asked = [one["name"] for one in query]
    keyed = any(one["name"] == "Idempotency-Key" for one in taken)
    body = _body(told)
    named = [_argument(one) for one in query] + (["key: str | None = None"] if keyed else [])
    arguments = ["self", *(f"{name}: str" for name in parts), *([f"body: {body}"] if body else [])]
    yield f"\n    def {_name(told['operationId'])}("
    yield from (f"        {argument}," for argument in [*arguments, *(["*"] if named else []), *named])
    yield f"    ) -> {_data(told)}:"
    summary = told["summary"].rstrip(".").replace("\\", "\\\\")
    yield f'        """{summary}."""'
    given = [
        json.dumps(method.upper()),
        json.dumps(path),
        f"parts={{{', '.join(f'{json.dumps(name)}: {name}' for name in parts)}}}",
        f"query={{{', '.join(f'{json.dumps(name)}: {_name(name)}' for name in asked)}}}",
        *(["body=body"] if body else []),
        *(["key=key, keyed=True"] if keyed else []),
    ]
    call = f"self._call({', '.join(given)})"
    yield f"        {call}" if _data(told) == "None" else f"        return {call}  # type: ignore[no-any-return]"


def _argument(one: Mapping[str, Any]) -> str:
    text = _type(one["schema"], quoted=False)
    return f"{_name(one['name'])}: {text}" if one.get("required") else f"{_name(one['name'])}: {text} | None = None"


def _body(told: Mapping[str, Any]) -> str:
    content = told.get("requestBody", {}).get("content", {})
    if "application/json" in content:
        return _type(content["application/json"]["schema"], quoted=False)
    return "bytes" if content else ""


def _data(told: Mapping[str, Any]) -> str:
    content = told["responses"]["200"]["content"]
    if "application/json" not in content:
        return "bytes"
    data = content["application/json"]["schema"]["properties"]["data"]
    return "None" if data == {"type": "object"} else _type(data, quoted=False)


def _type(schema: Mapping[str, Any], *, quoted: bool) -> str:
    """`quoted`: where the name may not be defined yet; then all of it is in quotes."""
    text = _plain(schema)
    return f"'{text}'" if quoted else text


def _plain(schema: Mapping[str, Any]) -> str:
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    for several in ("anyOf", "oneOf"):
        if several in schema:
            return " | ".join(dict.fromkeys(_plain(one) for one in schema[several]))
    if "enum" in schema:
        return f"Literal[{', '.join('None' if choice is None else json.dumps(choice) for choice in schema['enum'])}]"
    kinds = schema.get("type", "object")
    return " | ".join(_kind(kind, schema) for kind in ([kinds] if isinstance(kinds, str) else kinds))


def _kind(kind: str, schema: Mapping[str, Any]) -> str:
    if kind == "array":
        return f"list[{_plain(schema['items'])}]"
    return _KINDS.get(kind, "dict[str, Any]")


def _name(text: str) -> str:
    plain = text.replace("-", "_").replace(".", "_")
    return f"{plain}_" if keyword.iskeyword(plain) or plain in ("body", "key", "self") else plain
