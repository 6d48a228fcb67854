"""Examples for bodies and answers, made from their schemas where the code gives none of its own. Pure."""

from typing import Any

_DEEPEST = 6
_TEXTS = {
    "email": "ann@farm.example",
    "password": "Correct-horse-9",
    "name": "Green Farm",
    "firstname": "Ann",
    "lastname": "Archer",
    "telephone": "+44 1706 555 014",
    "phone": "+44 1706 555 014",
    "website": "https://farm.example",
    "url": "https://farm.example/hooks",
    "city": "Todmorden",
    "region": "West Yorkshire",
    "country": "England",
    "postalcode": "OL14 5AA",
    "address": "4 Mill Lane",
    "accountnumber": "1000000000000008",
    "account": "1000000000000008",
    "initiator": "1000000000000008",
    "receiver": "2000000000000006",
    "payer": "1000000000000008",
    "payee": "2000000000000006",
    "from": "2026-01-31T12:00:00.000000Z",
    "to": "2026-02-28T12:00:00.000000Z",
    "at": "2026-01-31T12:00:00.000000Z",
    "time": "2026-01-31T12:00:00.000000Z",
    "date": "2026-01-31T12:00:00.000000Z",
    "until": "2026-02-28T12:00:00.000000Z",
    "expires": "2026-02-28T12:00:00.000000Z",
    "since": "2026-01-31T12:00:00.000000Z",
    "id": "0198f3c2-9f5e-7a31-8f6d-2b1c5d7e9a04",
    "token": "eyJhbGciOi...",
    "unit": "hours",
    "code": "123456",
    "reason": "As agreed by telephone",
    "description": "Vegetables and eggs from the hill",
    "message": "Some fields need correcting.",
}
"""By the end of the field's name, longest first."""


def added_to(document: dict[str, Any]) -> dict[str, Any]:
    """The document, with an example for each body and answer that had none."""
    schemas = document["components"].get("schemas", {})
    for item in document["paths"].values():
        for operation in item.values():
            media = operation.get("requestBody", {}).get("content", {}).get("application/json")
            answer = operation["responses"]["200"]["content"].get("application/json")
            for told, hidden in ((media, "readOnly"), (answer, "writeOnly")):
                if told and "example" not in told:
                    told["example"] = example_of(told["schema"], schemas, hidden=hidden)
    return document


def example_of(
    schema: dict[str, Any], schemas: dict[str, Any], name: str = "", depth: int = 0, hidden: str = "writeOnly"
) -> Any:
    """Something that the schema allows; `name` is the field's. Fields that are `hidden` are left out."""
    for said in ("example", "const"):
        if said in schema:
            return schema[said]
    for several in ("examples", "enum"):
        if schema.get(several):
            return schema[several][0]
    if "$ref" in schema:
        return example_of(schemas[schema["$ref"].rpartition("/")[2]], schemas, name, depth, hidden)
    for choice in ("anyOf", "allOf", "oneOf"):
        if choice in schema:
            return example_of(schema[choice][0], schemas, name, depth, hidden)
    return _by_kind(schema, schemas, name, depth, hidden)


def _by_kind(schema: dict[str, Any], schemas: dict[str, Any], name: str, depth: int, hidden: str) -> Any:
    kinds = schema.get("type", "object")
    match kinds[0] if isinstance(kinds, list) else kinds:
        case "object":
            fields = {field: kind for field, kind in schema.get("properties", {}).items() if not kind.get(hidden)}
            return {field: example_of(kind, schemas, field, depth + 1, hidden) for field, kind in fields.items()}
        case "array":
            item = schema["items"]
            return [example_of(item, schemas, name.removesuffix("s"), depth + 1, hidden)] if depth < _DEEPEST else []
        case "boolean":
            return True
        case "integer":
            return int(max(schema.get("minimum", 1), 1))
        case "number":
            return 25.0
        case "null":
            return None
        case _:
            return _text(schema, name)


def _text(schema: dict[str, Any], name: str) -> str:
    if schema.get("format") == "date":
        return "2026-01-31"
    if schema.get("format") == "date-time":
        return _TEXTS["at"]
    lower = name.lower()
    if lower.startswith("date"):
        return _TEXTS["at"]
    known = (_TEXTS[end] for end in sorted(_TEXTS, key=len, reverse=True) if lower.endswith(end))
    return next(known, "text")[: schema.get("maxLength", 200)]
