"""Lists of the REST API: going on by cursor or by number, and choosing what each document says."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient

from services.gateway import openapi
from services.gateway.rest.reading import field_names
from tests.gateway.network import FARM, Network, a_transfer, an_entity
from tests.gateway.permission_rows import bare_app
from tests.gateway.scenes import furnish
from tests.gateway.scenes_webhooks import a_delivery
from tests.gateway.standin import Asked
from tests.gateway.test_http import path_of

READS = {
    rule.rule: operation
    for rule, method, operation, _ in openapi.operations_of(bare_app())
    if operation.data is not None and operation.is_sparse(method)
}
BY_CURSOR = [
    ("/transfers?status=all&querying_entity_id=entity-farm", "ledger", "/transfers", "before", "transfers"),
    ("/admin/transfers", "ledger", "/transfers", "before", "transfers"),
    ("/entities?q=bread", "directory", "/search", "after", "entities"),
    ("/admin/entities?name=farm", "directory", "/search", "after", "entities"),
    ("/admin/entities?status=pending", "directory", "/entities", "after", "entities"),
    ("/admin/users?last_name=a", "directory", "/users", "after", "users"),
    (f"/favorites?querying_entity_id={FARM}", "directory", f"/entities/{FARM}/favourites", "after", "entities"),
    ("/notices", "notifier", "/notices", "after", "notices"),
    ("/admin/mail?state=dead", "notifier", "/messages", "after", "messages"),
    ("/webhooks/webhook-1/deliveries", "notifier", "/webhooks/webhook-1/deliveries", "after", "deliveries"),
    ("/admin/tags", "directory", "/catalogue/tags", "after", "terms"),
    ("/tags", "directory", "/catalogue/tags", "after", "terms"),
    ("/categories?prefix=b", "directory", "/catalogue/categories", "after", "terms"),
]
ITEMS: dict[str, dict[str, Any]] = {
    "messages": {
        "message_id": "m-1",
        "kind": "welcome",
        "entity_id": None,
        "state": "dead",
        "tries": 1,
        "error": "",
        "created_at": "",
        "sent_at": None,
        "died_at": None,
        "due_at": None,
        "may_retry": True,
        "may_discard": True,
        "spent": False,
    },
    "deliveries": a_delivery("delivery-1"),
    "transfers": a_transfer(),
    "entities": an_entity(),
    "users": {
        "user_id": "user-ann",
        "kind": "member",
        "email": "ann@dev.null",
        "first_name": "",
        "last_name": "",
        "telephone": "",
        "suspended": False,
        "expires_at": None,
    },
    "notices": {
        "notice_id": "n-1",
        "kind": "limits_changed",
        "text": "",
        "path": "",
        "entity_id": None,
        "at": "",
        "read": False,
    },
    "terms": {
        "term_id": "t-1",
        "name": "bread",
        "label": "Bread",
        "letter": "B",
        "created_at": "",
        "offers": 1,
        "wants": 0,
        "businesses": 0,
    },
}


def headers_for(path: str, ann: dict[str, str], admin: dict[str, str]) -> dict[str, str]:
    return admin if path.startswith("/admin") else ann


@pytest.mark.parametrize(("path", "service", "asked", "field", "name"), BY_CURSOR)
def test_a_list_goes_on_where_it_was(
    client: FlaskClient, ann: dict[str, str], admin: dict[str, str], network: Network,
    path: str, service: str, asked: str, field: str, name: str,
) -> None:  # fmt: skip
    def page(request: Asked) -> dict[str, Any]:
        last = request.query.get(field) == "77"
        return {name: [ITEMS[name]], "total": 2, "next": None if last else 77 if service == "ledger" else "77"}

    getattr(network, service).on("GET", asked, page)
    headers = headers_for(path, ann, admin)
    first = client.get(f"/api/v1{path}{'&' if '?' in path else '?'}page_size=1", headers=headers)
    assert first.status_code == 200, first.text
    cursor = first.get_json()["meta"]["next"]
    link = first.headers["Link"]
    assert link.endswith('; rel="next"')
    address = link[1 : link.index(">")]
    assert parse_qs(urlsplit(address).query)["cursor"] == [str(cursor)]
    second = client.get(address, headers=headers)
    assert second.status_code == 200, second.text
    sent = getattr(network, service).last("GET", asked).query
    assert (sent[field], sent["page_size"]) == ("77", "1")
    assert "next" not in second.get_json()["meta"]
    assert "Link" not in second.headers
    assert second.get_json()["meta"]["numberOfResults"] == 2


def test_a_cursor_of_another_kind_or_beside_a_page_is_refused(client: FlaskClient, ann: dict[str, str]) -> None:
    path = f"/api/v1/transfers?status=all&querying_entity_id={FARM}"
    for wrong in ("cursor=x", "cursor=0", "cursor=5&page=2", "cursor=5&after=5", "cursor=5&cursor=6", "cursor="):
        answered = client.get(f"{path}&{wrong}", headers=ann)
        assert answered.status_code == 400, wrong
        assert answered.get_json()["errors"][0]["field"] == "cursor"


def test_a_list_that_goes_by_number_tells_its_next_page(
    client: FlaskClient, admin: dict[str, str], network: Network
) -> None:
    network.directory.on("GET", "/entities", {"entities": [an_entity()], "total": 21})
    first = client.get("/api/v1/admin/entities?status=pending&page=2", headers=admin)
    assert first.headers["Link"] == '</api/v1/admin/entities?status=pending&page=3>; rel="next"'
    assert "Link" not in client.get("/api/v1/admin/entities?status=pending&page=3", headers=admin).headers


def test_only_the_fields_that_were_asked_for(client: FlaskClient, ann: dict[str, str], network: Network) -> None:
    furnish(network)
    whole = client.get("/api/v1/user/entities", headers=ann)
    some = client.get("/api/v1/user/entities?fields=name,%20id,balance,id", headers=ann)
    assert [list(each) for each in some.get_json()["data"]] == [["name", "id", "balance"]]
    assert some.get_json()["meta"] == whole.get_json()["meta"]
    for name, value in some.get_json()["data"][0].items():
        assert value == whole.get_json()["data"][0][name]
    assert some.headers["ETag"] != whole.headers["ETag"]
    one = client.get(f"/api/v1/entities/{FARM}?fields=city", headers=ann).get_json()
    assert list(one["data"]) == ["city"]


@pytest.mark.parametrize("rule", READS)
def test_an_unknown_field_is_refused_with_those_there_are(
    client: FlaskClient, ann: dict[str, str], admin: dict[str, str], network: Network, rule: str
) -> None:
    furnish(network)
    path, known = path_of(rule), field_names(READS[rule].data)
    assert known
    path += "&" if "?" in path else "?"
    for wrong in (f"{known[0]},nothing", "", ",", f"{known[0]},"):
        answers = [client.get(f"{path}fields={wrong}", headers=headers) for headers in (ann, admin)]
        refused = next((answer for answer in answers if answer.status_code == 400), None)
        assert refused is not None, [answer.text for answer in answers]
        error = refused.get_json()["errors"][0]
        assert (error["code"], error["field"]) == ("request.invalid", "fields")
        assert all(name in error["message"] for name in known)


@pytest.mark.parametrize("rule", READS)
def test_the_description_names_the_fields_and_the_cursor(app: Flask, client: FlaskClient, rule: str) -> None:
    document = openapi.document_of(app)
    path = next(openapi.path_of(each) for each in app.url_map.iter_rules() if each.rule == rule)
    parameters = [openapi.resolved(document, each) for each in document["paths"][path]["get"]["parameters"]]
    told = {each["name"]: each for each in parameters}
    assert told["fields"]["schema"]["items"]["enum"] == list(field_names(READS[rule].data))
    # The feed of events has a cursor of its own.
    assert ("cursor" in told) == bool(READS[rule].cursor) or rule == "/api/v1/events"
