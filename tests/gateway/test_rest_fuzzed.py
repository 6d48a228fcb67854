"""Whatever is sent, the API answers as its document says, and never with 500.

Schemathesis makes calls from the document: such as it allows, and such as it does not. Their answers are compared with
it by Schemathesis here, and by status and code in `documented`. `MCCS_FUZZ_EXAMPLES=100` looks longer than the suite.
"""

import os
from collections.abc import Callable
from typing import Any

import pytest
import schemathesis
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as some
from prometheus_client import CollectorRegistry
from schemathesis import GenerationMode
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi import checks

from services.gateway.config import Config
from services.gateway.rates import Rates, rates_of
from services.gateway.session import sessions_of
from tests.gateway.network import FARM, Network, a_session, an_admin_session
from tests.gateway.scenes import an_auditor_session, furnish, token_for

_EXAMPLES = int(os.environ.get("MCCS_FUZZ_EXAMPLES", "2"))
_BRIEFLY = settings(
    max_examples=_EXAMPLES, derandomize=True, database=None, deadline=None, phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
_CHECKS = [
    checks.content_type_conformance, checks.response_headers_conformance,
    checks.response_schema_conformance, checks.negative_data_rejection,
]  # fmt: skip
_KNOWN = {"entity_id": FARM, "transfer_id": "transfer-1", "user_id": "user-ann", "token": "token-1"}
"""Parts of paths for which something is there."""
_LONG = 600
_PARTS = 4
"""One test would be longer than all others."""


@pytest.mark.parametrize("part", range(_PARTS))
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["allowed", "not_allowed"])
def test_what_is_answered_is_documented(
    mode: GenerationMode, part: int, app: Flask, config: Config, network: Network
) -> None:
    furnish(network)
    told = app.test_client().get("/api/v1/openapi.json").get_json()
    document = schemathesis.openapi.from_dict(_bounded(told))
    document.app = app
    # Reading all our code for texts to try takes half a second a route.
    document.config.analysis.constants.enabled = False
    found: list[str] = []
    for number, result in enumerate(document.get_all_operations()):
        operation = result.ok()
        takes_anything = mode is GenerationMode.NEGATIVE and not _refuses(operation)
        if number % _PARTS == part and "/logout" not in operation.path and not takes_anything:
            # Each route with as many calls as it likes.
            Rates.__init__(rates_of(app), config, CollectorRegistry())
            found += _faults(app, operation, mode)
    assert not found, "\n".join(found)


def _faults(app: Flask, operation: Any, mode: GenerationMode) -> list[str]:
    known = {name: value for name, value in _KNOWN.items() if f"{{{name}}}" in operation.path}
    calls = operation.as_strategy(generation_mode=mode, path_parameters=known or None)
    headers, found = _headers(app, operation), []

    @_BRIEFLY
    @given(calls)
    def call(case: Any) -> None:
        response = case.call(headers=headers)
        if response.status_code == 500:
            found.append(f"{operation.label} {case.body} {case.query}: 500")
        try:
            case.validate_response(response, checks=_CHECKS)
        except FailureGroup as group:
            found.extend(f"{operation.label} {case.body} {case.query}: {error}" for error in group.exceptions)

    call()
    return found


def _refuses(operation: Any) -> bool:
    """Whether there is a wrong way to call it: a part of a path alone may be anything."""
    raw = operation.definition.raw
    own = [one for one in raw["parameters"] if one.get("in") == "query" or "enum" in one.get("schema", {})]
    return "requestBody" in raw or bool(own)


def _bounded(node: Any) -> Any:
    """The document without large bounds: a text that is too long by one would be as long as the memory bears."""
    if isinstance(node, dict):
        too_much = {
            name for name in ("maxLength", "maxItems") if isinstance(node.get(name), int) and node[name] > _LONG
        }
        return {name: _bounded(inner) for name, inner in node.items() if name not in too_much}
    # Of what `?fields=` asks for the rest is missing, which no schema can say (test_lists.py).
    return [_bounded(inner) for inner in node if not _is_sparse(inner)] if isinstance(node, list) else node


def _is_sparse(parameter: Any) -> bool:
    return isinstance(parameter, dict) and (parameter.get("in"), parameter.get("name")) == ("query", "fields")


def _headers(app: Flask, operation: Any) -> dict[str, str]:
    """Of somebody who may do it."""
    roles = operation.definition.raw.get("x-roles", ["member"])
    sessions = {"member": a_session(), "admin": an_admin_session(), "auditor": an_auditor_session()}
    who = next(role for role in sessions if role in roles)
    # Schemathesis unpacks nothing that comes by WSGI.
    token = token_for(sessions_of(app), sessions[who])
    return {"Authorization": f"Bearer {token}", "Accept-Encoding": "identity"}


_IN_A_PATH = some.characters(exclude_characters="/?#", exclude_categories=("Cs",))
"""No lone surrogates: a client can't send them."""
_BYTES: Callable[..., Any] = settings(_BRIEFLY, max_examples=20 * _EXAMPLES)


@given(content=some.binary(max_size=60))
@_BYTES
def test_no_bytes_break_the_reading(content: bytes, client: FlaskClient, ann: dict[str, str]) -> None:
    _holds(client.post("/api/v1/transfers", data=content, headers=ann, content_type="application/json"))


@given(identifier=some.text(alphabet=_IN_A_PATH, min_size=1, max_size=20))
@_BYTES
def test_no_id_breaks_a_path(identifier: str, client: FlaskClient, ann: dict[str, str]) -> None:
    for path in ("entities", "transfers", "password-reset"):
        answered = client.get(f"/api/v1/{path}/{identifier}", headers=ann)
        assert answered.status_code in (308, 400, 404, 405, 503)


def _holds(answered: Any) -> None:
    document = answered.get_json()
    assert answered.status_code != 500
    assert ("data" in document) == (answered.status_code == 200)
    assert ("errors" in document) == (answered.status_code != 200)
