"""What breaks programs is found, what breaks nobody is not."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from services.gateway.openapi_compatible import breaks

_TRANSFER = {
    "type": "object",
    "required": ["id"],
    "properties": {
        "id": {"type": "string"},
        "amount": {"type": "number"},
        "legs": {"type": "array", "items": {"$ref": "#/components/schemas/Transfer"}},
    },
}
_NEW = {
    "type": "object",
    "required": ["amount"],
    "properties": {
        "amount": {"anyOf": [{"type": "number"}, {"type": "string"}]},
        "direction": {"type": "string", "enum": ["in", "out"]},
        "text": {"type": ["string", "null"], "maxLength": 500},
    },
}
_LIMIT = {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 100}}
_PAY: dict[str, Any] = {
    "operationId": "pay", "parameters": [_LIMIT], "security": [], "x-scope": "read",
    "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/New"}}}},
    "responses": {"200": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Transfer"}}}}},
}  # fmt: skip
_OLD: dict[str, Any] = {
    "paths": {"/pay": {"post": _PAY}},
    "components": {"schemas": {"Transfer": _TRANSFER, "New": _NEW}, "parameters": {}},
}

Change = Callable[[dict[str, Any], dict[str, Any], dict[str, Any]], Any]
"""Of the operation, the schema of its answer, the schema of its body."""


def changed(change: Change) -> dict[str, Any]:
    new = copy.deepcopy(_OLD)
    change(new["paths"]["/pay"]["post"], new["components"]["schemas"]["Transfer"], new["components"]["schemas"]["New"])
    return new


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda pay, _, __: pay.update(operationId="send"), "is called send, was pay"),
        (lambda pay, _, __: pay.update(security=[{"token": []}]), "needs a login now"),
        (lambda pay, _, __: pay.update({"x-scope": "login"}), "needs the scope login, was read"),
        (lambda pay, _, __: pay["parameters"].clear(), "takes no query parameter limit any more"),
        (lambda pay, _, __: pay["parameters"][0].update(required=True), "needs the query parameter limit now"),
        (lambda pay, _, __: pay["parameters"][0]["schema"].update(maximum=50), "limit has a maximum of 50 now"),
        (lambda pay, _, __: pay["parameters"][0]["schema"].update(minimum=2), "limit has a minimum of 2 now"),
        (lambda pay, _, __: pay.pop("requestBody"), "takes no body any more"),
        (lambda pay, _, __: pay["responses"]["200"]["content"].clear(), "answers no application/json any more"),
        (lambda _, answer, __: answer["properties"].pop("amount"), "answer.amount is gone"),
        (lambda _, answer, __: answer["required"].clear(), "answer.id is not always there any more"),
        (
            lambda _, answer, __: answer["properties"]["id"].update(type=["string", "null"]),
            "answer.id is null or string, was string",
        ),
        (
            lambda _, answer, __: answer["properties"]["legs"].update(items={"type": "string"}),
            "answer.legs[] is string, was object",
        ),
        (lambda _, __, body: body["properties"].pop("text"), "body.text is gone"),
        (lambda _, __, body: body["required"].append("text"), "body.text is needed now"),
        (lambda _, __, body: body["properties"]["direction"].update(enum=["in"]), "body.direction takes fewer choices"),
        (lambda _, __, body: body["properties"]["text"].update(maxLength=9), "body.text has a maxLength of 9 now"),
        (
            lambda _, __, body: body["properties"]["text"].update(type="string"),
            "body.text is string, was null or string",
        ),
        (
            lambda _, __, body: body["properties"]["amount"]["anyOf"][1].update(type="boolean"),
            "body.amount is boolean, was string",
        ),
    ],
)
def test_what_breaks_is_said(change: Change, said: str) -> None:
    assert f"POST /pay: {said}" in breaks(_OLD, changed(change))


def test_a_route_that_is_gone_is_said() -> None:
    assert breaks(_OLD, {**_OLD, "paths": {}}) == ["POST /pay is gone"]


@pytest.mark.parametrize(
    "change",
    [
        lambda *_: None,
        lambda _, answer, __: answer["properties"].update(fees={"type": "number"}),
        lambda _, answer, __: answer["required"].append("amount"),
        lambda _, __, body: body["properties"].update(reference={"type": "string"}),
        lambda _, __, body: body["required"].clear(),
        lambda _, __, body: body["properties"]["direction"]["enum"].append("both"),
        lambda _, __, body: body["properties"]["text"].update(maxLength=1000),
        lambda pay, _, __: pay["parameters"].append({"name": "page", "in": "query", "schema": {"type": "integer"}}),
    ],
)
def test_what_adds_breaks_nobody(change: Change) -> None:
    assert breaks(_OLD, changed(change)) == []


def test_an_area_in_place_of_admin_breaks_nobody() -> None:
    """A token with `admin` has all areas; one with an area has not `admin`."""
    old, new = copy.deepcopy(_OLD), copy.deepcopy(_OLD)
    old["paths"]["/pay"]["post"]["x-scope"] = "admin"
    new["paths"]["/pay"]["post"]["x-scope"] = "admin:ledger"
    assert breaks(old, new) == []
    assert breaks(new, old) == ["POST /pay: needs the scope admin, was admin:ledger"]
