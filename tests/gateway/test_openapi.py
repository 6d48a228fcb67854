"""The OpenAPI document: well formed, complete, and true of what is answered."""

import html
import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from marshmallow import RAISE

from services.gateway import fields, openapi, schemas
from tests.gateway.network import FARM, Network, a_transfer, an_entity

METHODS = {"get", "put", "post", "delete", "patch"}
TYPES = {"string", "number", "integer", "boolean", "array", "object", "null"}


@pytest.fixture
def document(client: FlaskClient, network: Network) -> dict[str, Any]:
    found: dict[str, Any] = client.get("/api/v1/openapi.json").get_json()
    return found


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            yield path, method, operation


def walk(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
        for inner in node.values():
            yield from walk(inner)
    elif isinstance(node, list):
        for inner in node:
            yield from walk(inner)


def resolve(document: dict[str, Any], ref: str) -> Any:
    found: Any = document
    for step in ref.removeprefix("#/").split("/"):
        found = found[step]
    return found


def parameters(document: dict[str, Any], operation: dict[str, Any]) -> list[dict[str, Any]]:
    return [resolve(document, one["$ref"]) if "$ref" in one else one for one in operation["parameters"]]


def codes(document: dict[str, Any], operation: dict[str, Any], status: int) -> list[str]:
    """What the document says a route may be refused with."""
    found: list[str] = resolve(document, operation["responses"][str(status)]["$ref"])["x-codes"]
    return found


def test_every_rest_route_is_described_and_nothing_else(app: Flask, document: dict[str, Any]) -> None:
    described = {(path, method) for path, method, _ in operations(document)}
    routes = {
        (re.sub(r"<(?:[^<>:]+:)?(\w+)>", r"{\1}", rule.rule), method.lower())
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/") and rule.endpoint not in ("rest.openapi_document", "rest.documentation")
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }
    assert described == routes
    assert len(described) >= 25


def test_the_routes_of_the_contract_are_there(document: dict[str, Any]) -> None:
    """Issue 3's list."""
    wanted = {
        "post /signup", "post /login", "post /logout", "post /token/renew", "post /password-reset",
        "post /password-reset/{token}", "get /user", "patch /user", "get /user/entities",
        "patch /user/entities/{entity_id}", "post /user/entities/{entity_id}/trading-application", "get /entities",
        "get /entities/{entity_id}", "post /transfers", "get /transfers", "get /transfers/{transfer_id}",
        "patch /transfers/{transfer_id}", "get /balance", "get /tags", "post /admin/login", "post /admin/logout",
        "post /admin/password-reset", "post /admin/password-reset/{token}", "get /admin/entities",
        "get /admin/entities/{entity_id}", "patch /admin/entities/{entity_id}",
    }  # fmt: skip
    described = {f"{method} {path.removeprefix('/api/v1')}" for path, method, _ in operations(document)}
    assert wanted <= described


def test_the_document_is_well_formed(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1.")
    assert document["info"]["title"]
    assert document["info"]["version"]
    names = [operation["operationId"] for _, _, operation in operations(document)]
    assert len(names) == len(set(names))
    for path, method, operation in operations(document):
        assert method in METHODS
        taken = parameters(document, operation)
        in_path = {item["name"] for item in taken if item["in"] == "path"}
        assert in_path == set(re.findall(r"{(\w+)}", path))
        assert all(item["required"] for item in taken if item["in"] == "path")
        named = [(item["name"], item["in"]) for item in taken]
        assert len(named) == len(set(named))
        assert all("schema" in item for item in taken)
        assert {"200", "400", "401", "429", "500", "503"} <= set(operation["responses"])
        assert ("requestBody" in operation) <= (method in {"post", "patch", "put"})


def test_every_reference_leads_somewhere_and_every_type_exists(document: dict[str, Any]) -> None:
    references = [node["$ref"] for node in walk(document) if isinstance(node.get("$ref"), str)]
    assert references
    assert all(resolve(document, reference) for reference in references)
    for name, schema in document["components"]["schemas"].items():
        assert schema["type"] == "object", name
        for field, described in schema["properties"].items():
            for one in described.get("anyOf", [described]):
                kinds = one.get("type", "object" if "$ref" in one else None)
                assert set(kinds if isinstance(kinds, list) else [kinds]) <= TYPES, (name, field)
        assert set(schema.get("required", ())) <= set(schema["properties"]), name
        assert not any("_" in field for field in schema["properties"]), name


def test_login_is_said_where_it_is_needed(app: Flask, document: dict[str, Any]) -> None:
    for rule, method, _, roles in openapi.operations_of(app):
        path = re.sub(r"<(?:[^<>:]+:)?(\w+)>", r"{\1}", rule.rule)
        assert (document["paths"][path][method]["security"] == []) == ("public" in roles)


def test_writes_that_can_be_repeated_say_so(document: dict[str, Any]) -> None:
    keyed = {
        f"{method} {path}"
        for path, method, operation in operations(document)
        if any(item["name"] == "Idempotency-Key" for item in parameters(document, operation))
    }
    assert {"post /api/v1/transfers", "patch /api/v1/transfers/{transfer_id}", "post /api/v1/signup"} <= keyed


def test_each_route_says_what_it_may_be_refused_with(document: dict[str, Any]) -> None:
    pay = document["paths"]["/api/v1/transfers"]["post"]
    assert {"request.malformed", "request.invalid", "idempotency.key_malformed"} <= set(codes(document, pay, 400))
    assert {"auth.missing", "auth.ended"} <= set(codes(document, pay, 401))
    assert {"auth.not_your_role", "auth.scope_missing"} <= set(codes(document, pay, 403))
    assert "transfer.limit_exceeded" in codes(document, pay, 422)
    words = document["paths"]["/api/v1/tags"]["get"]
    assert "auth.missing" not in codes(document, words, 401)
    assert not {"404", "409", "413", "422"} & set(words["responses"])
    one = document["paths"]["/api/v1/entities/{entity_id}"]["get"]
    assert "entity.unknown" in codes(document, one, 404)


def test_a_refusal_says_its_headers(document: dict[str, Any]) -> None:
    busy = resolve(document, document["paths"]["/api/v1/tags"]["get"]["responses"]["503"]["$ref"])
    assert busy["headers"].keys() >= {"Position", "Retry-After"}


def test_bodies_take_nothing_that_is_not_told(document: dict[str, Any]) -> None:
    for _, _, operation in operations(document):
        content = operation.get("requestBody", {}).get("content", {})
        if "application/json" in content:
            schema = content["application/json"]["schema"]
            assert resolve(document, schema["$ref"])["additionalProperties"] is False


def test_answers_are_what_the_document_says(client: FlaskClient, network: Network) -> None:
    token = client.post("/api/v1/login", json={"email": "a@b", "password": "Secret-123"}).get_json()["data"]["token"]
    headers = {"Authorization": f"Bearer {token}"}
    network.directory.on("GET", "/search", {"entities": [an_entity()], "total": 1})
    network.ledger.on("GET", "/transfers/transfer-1", a_transfer())
    answers: list[tuple[str, fields.CamelSchema]] = [
        ("/user/entities", schemas.OwnEntity()),
        ("/entities", schemas.Entity()),
        (f"/entities/{FARM}", schemas.Entity()),
        ("/transfers/transfer-1", schemas.Transfer()),
        (f"/balance?querying_entity_id={FARM}", schemas.Balance()),
    ]
    for path, schema in answers:
        data = client.get(f"/api/v1{path}", headers=headers).get_json()["data"]
        for item in data if isinstance(data, list) else [data]:
            schema.load(without_money(item), unknown=RAISE, partial=MONEY)


MONEY = ("balance", "max_positive_balance", "max_negative_balance", "can_pay", "can_receive", "amount", "fees",
         "legs.amount", *(f"pending_transfers.{name}" for name in ("amount", "fees", "legs.amount")))  # fmt: skip


def without_money(item: Any) -> Any:
    """Amounts as floats (the test client's JSON) are what the schema rightly refuses."""
    amounts = {fields.camel(name) for name in MONEY}
    if isinstance(item, list):
        return [without_money(inner) for inner in item]
    if isinstance(item, dict):
        return {name: without_money(value) for name, value in item.items() if name not in amounts}
    return item


def test_the_page_for_people_shows_every_route(client: FlaskClient, document: dict[str, Any]) -> None:
    page = client.get("/api/v1/docs")
    assert page.status_code == 200
    text = html.unescape(page.get_data(as_text=True))
    for path, method, operation in operations(document):
        assert f"{method.upper()} {path}" in text
        assert re.sub("`([^`]*)`", r"<code>\1</code>", operation["summary"].split(":")[0]) in text
    for group in document["tags"]:
        assert f'href="#group-{group["name"].replace(" ", "-")}"' in text
    assert '"amount": 25.0' in text
    assert "<code>transfer.limit_exceeded</code> (422)" in text
    assert "API tokens need <code>transfer:initiate</code>" in text
    assert '<a href="#shape-Transfer"><code>Transfer</code></a>' in text
    assert 'Leads to: <a href="#transfer"><code>transfer</code></a>' in text
    assert "`" not in text
    assert "<style" not in text
    assert "http://" not in text.replace("http://www.w3.org", "").replace("http://localhost", "")
