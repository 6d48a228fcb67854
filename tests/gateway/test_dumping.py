"""Answers are written as marshmallow writes them, whatever a document has in its fields."""

from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from flask import Flask
from marshmallow import Schema, fields

from services.gateway.fields import Amount, CamelSchema
from services.gateway.schemas import Entity

VALUES: tuple[Any, ...] = (
    None, "", "text", b"bytes", 0, 7, -1, True, False, 2.5, "12", [], ["a", "b"], ["a", 1], [None], ("a",),
    [{"amount": 5}, {}],
)  # fmt: skip
BUSINESS = {
    "entity_id": "e1",
    "name": "Bakery",
    "offers": ["bread"],
    "declared_turnover": None,
    "place": {"latitude": "54.99", "longitude": "-7.31", "more": 1},
    "why": [{"side": "offers", "term": "bread", "matched": "bread", "how": "exact"}],
    "is_favourite": False,
    "secret": "not of the schema",
}


class Shout(fields.String):
    """Writes in a way of its own."""

    def _serialize(self, value: Any, *arguments: Any, **options: Any) -> Any:
        return str(value).upper()


class Leg(CamelSchema):
    amount = Amount()


class Mixed(CamelSchema):
    some_text = fields.String()
    number = fields.Integer()
    digits = fields.Integer(as_string=True)
    yes = fields.Boolean()
    tags = fields.List(fields.String())
    loud = Shout()
    loud_ones = fields.List(Shout())
    renamed = fields.String(attribute="inner", data_key="other")
    known = fields.String(dump_default="nothing")
    raw = fields.Raw()
    whole = fields.Dict()
    described = fields.Function(repr)
    amount = Amount()
    legs = fields.List(fields.Nested(Leg))
    lists = fields.List(fields.List(fields.String()))


def as_sent(written: Any) -> bytes:
    return orjson.dumps(written, default=repr)


def by_marshmallow(schema: Schema, document: Any) -> Any:
    """marshmallow's own loop, or the error that there is."""
    try:
        return as_sent(Schema._serialize(schema, document))
    except (TypeError, ValueError, AttributeError) as error:
        return type(error)


def ours(schema: Schema, document: Any) -> Any:
    try:
        return as_sent(schema.dump(document))
    except (TypeError, ValueError, AttributeError) as error:
        return type(error)


@pytest.mark.parametrize("name", sorted({*Mixed().fields, "inner"}))
@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_a_value_is_written_as_marshmallow_does(name: str, value: Any):
    schema = Mixed()
    assert ours(schema, {name: value}) == by_marshmallow(schema, {name: value})


def test_a_business_is_written_in_the_order_of_its_schema():
    schema = Entity()
    assert ours(schema, BUSINESS) == by_marshmallow(schema, BUSINESS)
    assert schema.dump([BUSINESS, {}], many=True) == [schema.dump(BUSINESS), {}]


def test_what_is_no_document_is_marshmallows_to_write():
    class Thing:
        some_text = "text"

    thing = Thing()
    assert Mixed().dump(thing) == {"someText": "text", "known": "nothing", "described": repr(thing)}


def schemas_of(app: Flask) -> Iterator[type[Schema]]:
    for view in app.view_functions.values():
        told = getattr(view, "operation", None)
        if told is not None and told.data is not None:
            yield type(told.data)


def test_no_schema_of_an_answer_is_written_another_way(app: Flask):
    """A schema with a `_serialize` of its own would have to be looked at here."""
    found = set(schemas_of(app))
    assert len(found) > 30
    assert {each for each in found if each._serialize is not CamelSchema._serialize} == set()
