"""Whatever is sent, the API answers in its envelope and never with 500."""

import json
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from services.gateway import fields, openapi, schemas, schemas_admin
from tests.gateway.network import FARM, Network

_NAMES = some.sampled_from(
    sorted(
        {fields.camel(name) for cls in (schemas.SignUp, schemas_admin.AdminEntityChanges, schemas.NewTransfer,
                                         schemas.TransferStep, schemas.Credentials) for name in cls().fields}
    )
)  # fmt: skip
_LEAVES = some.none() | some.booleans() | some.integers() | some.floats() | some.text(max_size=30) | _NAMES
_JSON = some.recursive(
    _LEAVES,
    lambda inner: some.lists(inner, max_size=4) | some.dictionaries(_NAMES | some.text(max_size=5), inner, max_size=6),
    max_leaves=10,
)
_QUERY = some.dictionaries(
    some.sampled_from(
        ["offers", "wants", "name", "category", "tagged_since", "page", "page_size", "status", "account_number",
         "querying_entity_id", "fragment", "x"]
    ),
    some.text(max_size=20) | some.integers().map(str) | some.just(FARM),
    max_size=4,
)  # fmt: skip
_QUIETLY = settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@pytest.fixture
def tokens(client: FlaskClient, network: Network) -> list[dict[str, str]]:
    """Headers of a visitor, a member, an administrator."""
    network.directory.on("GET", "/search", {"entities": [], "total": 0})
    for kind in ("tags", "categories"):
        network.directory.on("GET", f"/catalogue/{kind}", {"terms": [], "total": 0})
    found: list[dict[str, str]] = [{}]
    for door in ("login", "admin/login"):
        answered = client.post(f"/api/v1/{door}", json={"email": "a@b", "password": "Secret-123"}).get_json()
        found.append({"Authorization": f"Bearer {answered['data']['token']}"})
    return found


def _routes(app: Flask) -> list[tuple[str, str]]:
    return [
        (method, rule.rule)
        for rule, method, _, _ in openapi.operations_of(app)
        if "logout" not in rule.rule and not rule.rule.endswith("login")
    ]


def _holds(answered: Any) -> None:
    assert answered.status_code != 500
    document = answered.get_json()
    assert ("data" in document) == (answered.status_code == 200)
    assert ("errors" in document) == (answered.status_code != 200)


@given(data=some.data(), body=_JSON)
@_QUIETLY
def test_no_body_breaks_a_route(
    data: some.DataObject, body: Any, app: Flask, client: FlaskClient, tokens: list[dict[str, str]]
) -> None:
    method, rule = data.draw(some.sampled_from([route for route in _routes(app) if route[0] != "get"]))
    path = rule.replace("<entity_id>", FARM).replace("<transfer_id>", "t-1").replace("<token>", "t")
    sent = {"data": json.dumps(body), "content_type": "application/json"}
    _holds(client.open(path, method=method, headers=data.draw(some.sampled_from(tokens)), **sent))


@given(data=some.data(), query=_QUERY)
@_QUIETLY
def test_no_query_breaks_a_route(
    data: some.DataObject, query: dict[str, str], app: Flask, client: FlaskClient, tokens: list[dict[str, str]]
) -> None:
    _, rule = data.draw(some.sampled_from([route for route in _routes(app) if route[0] == "get"]))
    path = rule.replace("<entity_id>", FARM).replace("<transfer_id>", "t-1")
    _holds(client.get(path, query_string=query, headers=data.draw(some.sampled_from(tokens))))


@given(content=some.binary(max_size=60))
@_QUIETLY
def test_no_bytes_break_the_reading(content: bytes, client: FlaskClient, tokens: list[dict[str, str]]) -> None:
    _holds(client.post("/api/v1/transfers", data=content, content_type="application/json", headers=tokens[1]))


# No lone surrogates: a client can't send them.
_IN_A_PATH = some.characters(exclude_characters="/?#", exclude_categories=("Cs",))


@given(identifier=some.text(alphabet=_IN_A_PATH, min_size=1, max_size=20))
@_QUIETLY
def test_no_id_breaks_a_path(identifier: str, client: FlaskClient, tokens: list[dict[str, str]]) -> None:
    for path in ("entities", "transfers", "password-reset"):
        answered = client.get(f"/api/v1/{path}/{identifier}", headers=tokens[1])
        assert answered.status_code in (400, 404, 405, 308)
