"""What a schema's fields make of a document, without marshmallow's way through every value. Pure.

Answers are made of the services' JSON, so nearly every value is already what its field would make of it. Those are
passed on as they are; a value that is not, and every field with a way of its own, is left to marshmallow.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from marshmallow import Schema, fields, missing

_Type = type[Any]
_AS_THEY_ARE: tuple[tuple[type[fields.Field[Any]], _Type], ...] = (
    (fields.String, str),
    (fields.Integer, int),
    (fields.Boolean, bool),
)
_LIST: Any = fields.List


@dataclass(frozen=True, slots=True)
class Part:
    """One field of a schema."""

    name: str
    key: str
    passed: _Type | None
    """The type of values that it passes on as they are, None beside them."""
    of: _Type | None
    """Of a list: the type of items with which it is passed on as it is."""
    own: Callable[[Any, str, Any], Any] | None
    """What the field makes of any other value of its name; None when its value is found in another way."""
    other: Callable[[Any], Any]
    """marshmallow's way then, from the whole document."""


Plan = tuple[Part, ...]


def plan_of(schema: Schema) -> Plan:
    """How documents are written by a schema."""
    return tuple(_part(schema, name, field) for name, field in schema.dump_fields.items())


def dumped(plan: Plan, document: Mapping[str, Any]) -> dict[str, Any]:
    """A document as the schema of the plan writes it."""
    written: dict[str, Any] = {}
    for part in plan:
        value = document.get(part.name, missing)
        if type(value) is part.passed and (part.of is None or set(map(type, value)) <= {part.of}):
            written[part.key] = value
            continue
        if part.own is None:
            value = part.other(document)
        elif value is not missing:
            value = part.own(value, part.name, document)
        if value is not missing:
            written[part.key] = value
    return written


def _part(schema: Schema, name: str, field: fields.Field[Any]) -> Part:
    plain = _is_found_by_name(schema, name, field)
    passed, of = _passed(field) if plain else (None, None)

    def other(document: Any) -> Any:
        return field.serialize(name, document, accessor=schema.get_attribute)

    own = field._serialize if plain else None  # noqa: SLF001 -- without the way through the whole document
    return Part(name, name if field.data_key is None else field.data_key, passed, of, own, other)


def _is_found_by_name(schema: Schema, name: str, field: fields.Field[Any]) -> bool:
    """Whether its value is the document's of that name, and nothing when there is none."""
    kind = type(field)
    inherited = kind.serialize is fields.Field.serialize and kind.get_value is fields.Field.get_value
    inherited = inherited and type(schema).get_attribute is Schema.get_attribute
    simple = field.attribute is None and field.dump_default is missing and "." not in name
    return inherited and simple and field._CHECK_ATTRIBUTE  # noqa: SLF001 -- that of Function and Method is False


def _passed(field: fields.Field[Any]) -> tuple[_Type | None, _Type | None]:
    if type(field) is _LIST:
        of, items = _passed(field.inner)  # type: ignore[attr-defined]
        return (None, None) if of is None or items else (list, of)
    if getattr(field, "as_string", False):
        return None, None
    for kind, type_ in _AS_THEY_ARE:
        # A field of ours that writes in a way of its own is none of them.
        if isinstance(field, kind) and type(field)._serialize is kind._serialize:  # noqa: SLF001 -- the very question
            return type_, None
    return None, None
