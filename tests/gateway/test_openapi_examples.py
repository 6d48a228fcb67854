"""The examples of the document: calls as they are taken, answers as they are given."""

from typing import Any

import jsonschema_rs
import orjson
import pytest
from flask import Flask
from marshmallow import ValidationError

from services.gateway import openapi
from services.gateway.openapi_examples import example_of
from services.gateway.rest import strict_json


@pytest.fixture
def document(app: Flask) -> dict[str, Any]:
    return openapi.document_of(app)


def test_each_example_of_a_body_is_taken(app: Flask, document: dict[str, Any]) -> None:
    refused = {}
    for rule, method, operation, _ in openapi.operations_of(app):
        if operation.body is None:
            continue
        told = document["paths"][openapi.path_of(rule)][method]
        example = told["requestBody"]["content"]["application/json"]["example"]
        try:
            operation.body.load(strict_json.parse(orjson.dumps(example)))
        except ValidationError as error:
            refused[told["operationId"]] = error.messages
    assert not refused, refused


def test_each_example_is_what_its_schema_says(document: dict[str, Any]) -> None:
    wrong = {}
    for path, methods in document["paths"].items():
        for method, told in methods.items():
            contents = {"answer": told["responses"]["200"]["content"]}
            contents["body"] = told.get("requestBody", {}).get("content", {})
            for which, content in contents.items():
                if "application/json" in content:
                    schema = content["application/json"]["schema"] | {"components": document["components"]}
                    found = list(
                        jsonschema_rs.Draft202012Validator(schema).iter_errors(content["application/json"]["example"])
                    )
                    wrong |= {f"{which} of {method} {path}": [error.message for error in found]} if found else {}
    assert not wrong, wrong


def test_an_example_is_made_of_what_a_schema_says() -> None:
    schemas = {"Leg": {"type": "object", "properties": {"amount": {"type": "number"}, "kind": {"enum": ["in", "out"]}}}}
    schema = {
        "type": "object",
        "properties": {
            "legs": {"type": "array", "items": {"$ref": "#/components/schemas/Leg"}},
            "email": {"type": ["string", "null"]},
            "page": {"type": "integer", "minimum": 3},
            "said": {"type": "string", "example": "so"},
        },
    }
    assert example_of(schema, schemas) == {
        "legs": [{"amount": 25.0, "kind": "in"}], "email": "ann@farm.example", "page": 3, "said": "so",
    }  # fmt: skip
