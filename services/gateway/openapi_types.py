"""How the gateway's own marshmallow fields read as JSON schemas, as strictly as the code reads them."""

from collections.abc import Iterator
from itertools import count
from typing import Any

from apispec.ext.marshmallow import MarshmallowPlugin
from marshmallow import fields

from services.gateway.fields import STATUSES, AccountNumber, Amount, Moment, Statuses, Words
from services.gateway.schemas_search import AtLeast

_AMOUNT = {"type": "number", "format": "decimal", "minimum": 0, "maximum": 999_999_999.99}
_AMOUNT_TEXT = r"^(0|[1-9][0-9]{0,8})(\.[0-9]{1,2})?$"


def teach(plugin: MarshmallowPlugin) -> None:
    """Tell apispec of our fields. Call it when the plugin belongs to a document."""
    converter = plugin.converter
    if converter is None:
        raise RuntimeError("the plugin belongs to no document yet")
    converter.map_to_openapi_type(Amount, "number", "decimal")
    converter.map_to_openapi_type(AtLeast, "number", "decimal")
    for text in (AccountNumber, Moment, Words, Statuses):
        converter.map_to_openapi_type(text, "string", None)
    converter.add_attribute_function(_narrowed)


def _narrowed(_: Any, field: fields.Field[Any], **__: Any) -> dict[str, Any]:
    """apispec's hook: what the type alone does not tell."""
    if isinstance(field, AccountNumber):
        return {"pattern": "^[0-9]{16}$"}
    if isinstance(field, Statuses):
        return {"examples": [STATUSES[3]]}
    return {}


def interned(document: dict[str, Any]) -> dict[str, Any]:
    """The document, with each refusal and each header written out once: most routes have most of them in common."""
    parts = document["components"]
    responses, headers, parameters = (parts.setdefault(kind, {}) for kind in ("responses", "headers", "parameters"))
    for item in document["paths"].values():
        for operation in item.values():
            operation["parameters"] = [
                _shared(parameters, "parameters", one["name"], one) if one["in"] == "header" else one
                for one in operation["parameters"]
            ]
            for status, told in operation["responses"].items():
                told["headers"] = {
                    name: _shared(headers, "headers", name, one) for name, one in told["headers"].items()
                }
                if "x-codes" in told:
                    operation["responses"][status] = _shared(responses, "responses", f"Refused{status}", told)
    return document


def _shared(kept: dict[str, Any], kind: str, name: str, part: dict[str, Any]) -> dict[str, str]:
    """A reference to the part under `name`, or under that with a number if something else has it."""
    names = (name if number == 1 else f"{name}-{number}" for number in count(1))
    under = next(one for one in names if kept.setdefault(one, part) == part)
    return {"$ref": f"#/components/{kind}/{under}"}


def closed(document: dict[str, Any]) -> dict[str, Any]:
    """The document, its bodies without other fields than those told: a field that is not known is refused."""
    schemas = document["components"].get("schemas", {})
    for name in _reached(schemas, set(_bodies(document))):
        schemas[name].setdefault("additionalProperties", False)
        for field, kind in schemas[name].get("properties", {}).items():
            schemas[name]["properties"][field] = _or_text(kind)
    for item in document["paths"].values():
        for operation in item.values():
            for taken in operation["parameters"]:
                if "schema" in taken:
                    taken["schema"] = _or_text(taken["schema"])
    return document


def _or_text(kind: dict[str, Any]) -> dict[str, Any]:
    """An amount that is sent may be a text too: not every language has exact numbers."""
    if kind.get("format") != "decimal":
        return kind
    more = {name: value for name, value in kind.items() if name not in _AMOUNT}
    choices = [_AMOUNT, {"type": "string", "pattern": _AMOUNT_TEXT}, *([{"type": "null"}] if _nullable(kind) else [])]
    return {"anyOf": choices, "example": 25.0, **more}


def _nullable(kind: dict[str, Any]) -> bool:
    return isinstance(kind["type"], list) and "null" in kind["type"]


def _bodies(document: dict[str, Any]) -> Iterator[str]:
    for item in document["paths"].values():
        for operation in item.values():
            yield from _names(operation.get("requestBody"))


def _reached(schemas: dict[str, Any], names: set[str]) -> set[str]:
    found: set[str] = set()
    while names - found:
        name = (names - found).pop()
        found.add(name)
        names |= set(_names(schemas[name]))
    return found


def _names(node: Any) -> Iterator[str]:
    """Of the schemas that a piece of the document refers to."""
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"].rpartition("/")[2]
        for inner in node.values():
            yield from _names(inner)
    elif isinstance(node, list):
        for inner in node:
            yield from _names(inner)
