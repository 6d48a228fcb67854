"""The Idempotency-Key of a call to the REST API reaches the services, in every step: what it does is their part."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from marshmallow import Schema
from marshmallow.fields import Nested

from services.gateway import openapi
from services.gateway.rest.operations import Operation
from tests.gateway.network import FARM_ACCOUNT, Network, an_account
from tests.gateway.permission_rows import bare_app
from tests.gateway.scenes import furnish
from tests.gateway.standin import Standin
from tests.gateway.test_http import path_of

Write = tuple[str, str, Operation, frozenset[str]]
WRITES: dict[str, Write] = {
    f"{method} {openapi.path_of(rule).removeprefix('/api/v1')}": (method, rule.rule, operation, roles)
    for rule, method, operation, roles in openapi.operations_of(bare_app())
    if method != "get"
}
KEYED = sorted(name for name, (_, _, operation, _) in WRITES.items() if operation.keyed)


@pytest.mark.parametrize("name", KEYED)
def test_the_key_reaches_the_service_and_a_repeat_brings_it_again(
    app: Flask, client: FlaskClient, ann: dict[str, str], admin: dict[str, str], network: Network, name: str
) -> None:
    furnish(network)
    # A business closes at zero.
    network.ledger.on("GET", f"/accounts/{FARM_ACCOUNT}", an_account(balance=0))
    method, rule, operation, roles = WRITES[name]
    headers = ann if roles & {"member", "public"} else admin
    sent = [_sent(app, client, network, method, rule, operation, headers | {"Idempotency-Key": key}) for key in "aab"]
    assert sent[0], "nothing was written"
    assert sent[0] == sent[1], "a repeat is another command to the service"
    assert not set(sent[0]) & set(sent[2]), "another key is not told apart"


def _sent(
    app: Flask, client: FlaskClient, network: Network, method: str, rule: str, operation: Operation, headers: Any
) -> list[tuple[str, str, str]]:
    """What was written at the services: method, path, key."""
    standins: tuple[Standin, ...] = (network.ledger, network.directory, network.matcher, network.notifier)
    before = [len(standin.asked) for standin in standins]
    answered = client.open(path_of(rule), method=method, headers=headers, **_body(app, method, rule, operation))
    assert answered.status_code != 400, answered.text
    return [
        (asked.method, asked.path, asked.headers["Idempotency-Key"])
        for standin, seen in zip(standins, before, strict=True)
        for asked in standin.asked[seen:]
        if asked.method != "GET" and (asked.method, asked.path) != ("POST", "/sessions")
    ]


def _body(app: Flask, method: str, rule: str, operation: Operation) -> dict[str, Any]:
    if operation.body is None:
        return {}
    path = next(openapi.path_of(each) for each in app.url_map.iter_rules() if each.rule == rule)
    told = openapi.document_of(app)["paths"][path][method]["requestBody"]["content"]
    return {"json": _settable(operation.body, told["application/json"]["example"])}


def _settable(schema: Schema, example: dict[str, Any]) -> dict[str, Any]:
    """What an example says of fields that may be set; some are only shown."""
    fields = {field.data_key or name: field for name, field in schema.load_fields.items()}
    return {
        name: _settable(fields[name].schema, value) if isinstance(fields[name], Nested) and value else value
        for name, value in example.items()
        if name in fields
    }
