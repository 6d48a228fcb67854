"""The links of the OpenAPI document are true: each leads to a route, with what the answer has for it."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient

from services.gateway import openapi
from services.gateway.openapi_compatible import breaks

_EXPRESSION = re.compile(r"\$(?:request\.path\.(?P<part>\w+)|request\.body|response\.body#(?P<pointer>/\S+))")


@pytest.fixture
def document(client: FlaskClient) -> dict[str, Any]:
    found: dict[str, Any] = client.get("/api/v1/openapi.json").get_json()
    return found


def operations(document: dict[str, Any]) -> dict[str, tuple[str, dict[str, Any]]]:
    return {told["operationId"]: (path, told) for path, item in document["paths"].items() for told in item.values()}


def links(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for name, (_, told) in operations(document).items():
        for key, link in told["responses"]["200"].get("links", {}).items():
            yield name, key, link


def points_at_something(document: dict[str, Any], schema: dict[str, Any], pointer: str) -> bool:
    """Whether the schema has a single value there."""
    for step in pointer.strip("/").split("/"):
        schema = dict(openapi.resolved(document, schema))
        schema = schema["items"] if step == "0" else schema.get("properties", {}).get(step, {})
    return openapi.resolved(document, schema).get("type") == "string"


def test_each_link_leads_to_a_route_by_what_was_sent_or_answered(document: dict[str, Any]) -> None:
    known = operations(document)
    wrong = []
    for name, key, link in links(document):
        path, told = known[name]
        target_path, target = known[link["operationId"]]
        taken = {one["name"]: one for one in (openapi.resolved(document, each) for each in target["parameters"])}
        needed = {part for part, one in taken.items() if one.get("required") and "enum" not in one["schema"]}
        given = link.get("parameters", {})
        schema = told["responses"]["200"]["content"]["application/json"]["schema"]
        for parameter, expression in given.items():
            read = _EXPRESSION.fullmatch(expression)
            is_there = read and (
                f"{{{read['part']}}}" in path
                if read["part"]
                else read["pointer"] and points_at_something(document, schema, read["pointer"])
            )
            if not is_there or parameter not in taken:
                wrong.append(f"{name} -> {key}: {parameter} = {expression}")
        if key != link["operationId"] or not needed <= given.keys():
            wrong.append(f"{name} -> {key} needs {needed} of {target_path}")
        if (
            link.get("requestBody")
            and told["requestBody"]["content"]["application/json"]["schema"]
            != (target["requestBody"]["content"]["application/json"]["schema"])
        ):
            wrong.append(f"{name} -> {key}: takes another body")
    assert not wrong, "\n".join(wrong)


def test_what_is_made_leads_to_all_that_is_done_with_it(document: dict[str, Any]) -> None:
    found: dict[str, set[str]] = {}
    for name, key, _ in links(document):
        found.setdefault(name, set()).add(key)
    assert found["initiate"] == {"transfer", "change_transfer", "give_back", "transfer_proof"}
    assert found["preview_transfer"] == {"initiate"}
    assert found["create_api_token"] == {"revoke_api_token"}
    assert found["save_search"] == {"delete_search"}
    assert found["keep_note"] == {"note"}
    assert {"webhook", "change_webhook", "delete_webhook", "deliveries", "switch_webhook"} <= found["make_webhook"]
    assert {"own_entity", "searches", "balance", "close_own"} <= found["register_business"]
    assert {"service_account", "remove_service_account"} <= found["create_service_account"]
    assert "entity" in found["favourites"] & found["set_favourite"] & found["entities"]
    assert "webhook" not in found


def test_whoever_makes_a_thing_can_follow(document: dict[str, Any]) -> None:
    """Every POST whose path goes on with a part of its own: what it made must be reachable from its answer."""
    makers = {
        told["operationId"]
        for path, item in document["paths"].items()
        for method, told in item.items()
        if method == "post" and any(re.fullmatch(rf"{re.escape(path)}/\{{\w+\}}", other) for other in document["paths"])
    }
    leading = {name for name, _, _ in links(document)}
    # Links in mails lead there.
    assert makers - leading == {"request_reset", "request_admin_reset"}


def test_a_link_that_is_gone_breaks_programs(document: dict[str, Any]) -> None:
    item = document["paths"]["/api/v1/transfers"]
    answer = item["post"]["responses"]["200"]
    fewer = {name: link for name, link in answer["links"].items() if name != "transfer"}
    post = item["post"] | {"responses": item["post"]["responses"] | {"200": answer | {"links": fewer}}}
    newer = document | {"paths": document["paths"] | {"/api/v1/transfers": item | {"post": post}}}
    assert breaks(document, newer) == ["POST /api/v1/transfers: does not lead to transfer any more"]
    assert breaks(newer, document) == []
