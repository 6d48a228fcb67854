"""From real answers to real answers by the links of the API's document: none breaks, none is undocumented.

`tests/gateway/test_rest_fuzzed.py` calls each route alone, before stand-ins. Here the parts of paths are those of what
was made a moment ago: what was made can be read, and what was deleted can't.
"""

import itertools
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from hypothesis import given as tried_with
from schemathesis import GenerationMode
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi import checks

from tests.e2e.api_client import Api
from tests.e2e.conftest import PASSWORD, Business

pytestmark = pytest.mark.e2e

_ONCE = settings(
    max_examples=1, derandomize=True, database=None, deadline=None, phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
_CHECKS = [
    checks.status_code_conformance, checks.content_type_conformance, checks.response_headers_conformance,
    checks.response_schema_conformance,
]  # fmt: skip
_ENDS = ("close_own", "stop_import")
"""What ends a thing, beside DELETE: it comes after all else that is done with it, and after the lists that have it."""


@dataclass(frozen=True)
class Seen:
    """An answer, and what it answers."""

    name: str
    who: str
    path: dict[str, str]
    status: int
    answer: dict[str, Any]
    body: Any


@dataclass
class Walk:
    """Follows each link once, from the first answer that it can be followed from."""

    address: str
    document: dict[str, Any]
    tokens: dict[str, str]
    bodies: dict[str, Any]
    """Of what random ones would be refused for."""
    by: dict[str, str]
    """Who makes a call, where it isn't who got the answer before."""
    followed: set[tuple[str, str]] = field(default_factory=set)
    found: list[str] = field(default_factory=list)
    _ends: list[tuple[Seen, str, dict[str, Any]]] = field(default_factory=list)
    _positions: str = ""

    def __post_init__(self) -> None:
        told = schemathesis.openapi.from_dict(self.document)
        told.config.analysis.constants.enabled = False
        self.routes = {each.ok().definition.raw["operationId"]: each.ok() for each in told.get_all_operations()}
        self._http = requests.Session()

    def close(self) -> None:
        self._http.close()

    def begin(self, name: str, who: str, **path: str) -> Seen:
        """Call a route and all that its answer leads to."""
        (*_, seen) = self._calls(name, who, path, self.bodies.get(name))
        self._go_on(seen)
        return seen

    def lists(self) -> list[str]:
        """The lists that need no more than a login."""
        return [
            name
            for name, route in self.routes.items()
            if self._method(name) == "get"
            and "links" in route.definition.raw["responses"]["200"]
            and not any(one.get("required") for one in route.definition.raw["parameters"])
        ]

    def end(self) -> None:
        """End what was made."""
        while self._ends:
            self._follow(*self._ends.pop(0))

    def _go_on(self, seen: Seen) -> None:
        links = self.routes[seen.name].definition.raw["responses"]["200"].get("links", {})
        for target in sorted(links, key=self._turn) if seen.status == 200 else ():
            # What others made is read at most.
            if self._method(seen.name) != "get" or self._method(target) == "get":
                if self._method(target) == "delete" or target in _ENDS:
                    self._ends.append((seen, target, links[target]))
                else:
                    self._follow(seen, target, links[target])

    def _follow(self, seen: Seen, target: str, link: dict[str, Any]) -> None:
        values = {name: _value(told, seen) for name, told in link.get("parameters", {}).items()}
        if (seen.name, target) not in self.followed and None not in values.values():
            self.followed.add((seen.name, target))
            body = seen.body if "requestBody" in link else self.bodies.get(target)
            for after in self._calls(target, self.by.get(target, seen.who), values, body):
                self._compare(seen, after)
                self._go_on(after)

    def _compare(self, before: Seen, after: Seen) -> None:
        """What was made can be read; what was deleted can't."""
        path = self.routes[after.name].path
        is_one = path.endswith("}") or path == self.routes[before.name].path
        if is_one and self._method(after.name) == "get" and self._method(before.name) not in ("get", "delete"):
            self._expect(after, 200)
        if self._method(after.name) == "delete" and after.status == 200 and path.endswith("}"):
            for reading in self._reads(path):
                (again,) = self._calls(reading, after.who, after.path, None)
                self._expect(again, 404)

    def _reads(self, path: str) -> list[str]:
        """The routes that read what is deleted at a path; none if its deletion answers with it: it is kept as ended."""
        item = self.document["paths"][path]
        deleted = item["delete"]["responses"]["200"]["content"]["application/json"]["schema"]
        is_kept = "$ref" in deleted["properties"]["data"]
        return [] if is_kept or "get" not in item else [item["get"]["operationId"]]

    def _expect(self, seen: Seen, status: int) -> None:
        if seen.status != status:
            self.found.append(f"{seen.name} {seen.path}: {seen.status}, not {status}: {seen.answer}")

    def _turn(self, name: str) -> int:
        return ("get", "put", "patch", "post", "delete").index(self._method(name))

    def _method(self, name: str) -> str:
        return str(self.routes[name].method).lower()

    def _calls(self, name: str, who: str, values: dict[str, Any], body: Any) -> Iterator[Seen]:
        """With something that the document allows, then with what is known to make sense; with each word of a path."""
        route = self.routes[name]
        told = [one for one in route.definition.raw["parameters"] if one.get("required") and one["name"] not in values]
        for words in itertools.product(*(one["schema"]["enum"] for one in told)):
            given = values | {one["name"]: word for one, word in zip(told, words, strict=True)}
            path = {part: value for part, value in given.items() if f"{{{part}}}" in route.path}
            query = {part: value for part, value in given.items() if part not in path}
            if "requestBody" in route.definition.raw:
                yield self._call(self._made_up(route, path, query), who)
            if "requestBody" not in route.definition.raw or body is not None:
                more = {} if body is None else {"body": body, "media_type": "application/json"}
                yield self._call(route.Case(path_parameters=path, query=query, **more), who)

    def _made_up(self, route: Any, path: dict[str, str], query: dict[str, str]) -> Any:
        made: list[Any] = []
        strategy = route.as_strategy(generation_mode=GenerationMode.POSITIVE, path_parameters=path, query=query)
        _ONCE(tried_with(strategy)(lambda case: made.append(case)))()
        return made[-1]

    def _call(self, case: Any, who: str) -> Seen:
        headers = {"Authorization": f"Bearer {self.tokens[who]}", "Idempotency-Key": uuid.uuid4().hex}
        if self._positions:
            headers["Min-Position"] = self._positions
        case.headers.clear()
        response = case.call(base_url=self.address, session=self._http, headers=headers)
        name, status = case.operation.definition.raw["operationId"], response.status_code
        self._positions = response.headers.get("position", [self._positions])[0]
        where = f"{who}: {case.operation.label} {case.path_parameters} {case.query} {case.body}"
        try:
            case.validate_response(response, checks=_CHECKS)
        except FailureGroup as group:
            self.found.extend(f"{where}: {error}" for error in group.exceptions)
        is_json = "json" in response.headers["content-type"][0]
        answer = response.json() if is_json else {}
        if status >= 400:
            known = self._codes(case.operation.definition.raw["responses"].get(str(status), {}))
            codes = [error["code"] for error in answer["errors"] if error["code"] not in known]
            if codes or status == 500:
                self.found.append(f"{where}: {status} {codes}")
        return Seen(name, who, dict(case.path_parameters or {}), status, answer, case.body)

    def _codes(self, refusal: dict[str, Any]) -> Sequence[str]:
        """Those that a declared refusal may have, which may be declared for many routes at once."""
        shared = self.document["components"]["responses"]
        return shared.get(refusal.get("$ref", "").rpartition("/")[2], refusal).get("x-codes", ())


def _value(told: str, seen: Seen) -> Any:
    """What a link's expression finds; None if it isn't there, as in an empty list."""
    if told.startswith("$request.path."):
        return seen.path[told.removeprefix("$request.path.")]
    found: Any = seen.answer
    for step in told.removeprefix("$response.body#/").split("/"):
        try:
            found = found[int(step) if step.isdigit() else step]
        except (KeyError, IndexError, TypeError):
            return None
    return found


@pytest.fixture
def walk(trading: Callable[..., Business], admin: Api) -> Iterator[tuple[Walk, Business, Business]]:
    farm, cafe = (trading(name, [name.split()[0]], ["bread"], 1_000) for name in ("Pears Farm", "Plums Cafe"))
    fresh = admin.post("/admin/login", {"email": "admin@mccs.example", "password": PASSWORD}).data["token"]
    payment = {"transfer": "out", "initiator": farm.account, "receiver": cafe.account, "amount": 2.5}
    unique = uuid.uuid4().hex[:8]
    bodies = {
        "initiate": payment, "preview_transfer": payment, "change_transfer": {"action": "accept"},
        "give_back": {"reason": "Too many"}, "transfer_batch": {"commands": [{"initiate": payment}]},
        "make_admin_transfer": {"payer": farm.account, "payee": cafe.account, "amount": 1, "description": "Levy"},
        "reverse_transfer": {"reason": "Twice"}, "end_transfer": {"action": "cancel", "cancellationReason": "Fraud"},
        "create_api_token": {"name": "Reader", "scopes": ["read"]},
        "register_business": {"name": f"Second {unique}"}, "change_own_entity": {"description": "All of it"},
        "hide_match": {"entityID": cafe.entity_id, "mine": "bread", "theirs": "Plums", "side": "leads"},
        "save_search": {"text": "bread", "side": "offers"}, "keep_note": {"text": "Pays late"},
        "invite": {"email": f"{unique}@shop.example", "role": "operator"},
        "set_favourite": {"addToEntityID": farm.entity_id, "favoriteEntityID": cafe.entity_id, "favorite": True},
        "make_webhook": {"entityId": farm.entity_id, "url": "https://farm.example/hooks",
                         "types": ["ledger.transfer-completed.v1"]},
        "create_service_account": {"name": f"Export {unique}", "purpose": "Reads", "scopes": ["read"]},
        "create_service_account_token": {"name": "Night", "days": 1},
        "create_staff": {"email": f"{unique}@office.example", "kind": "admin"},
        "create_term": {"name": f"term-{unique}"}, "rename_term": {"name": f"renamed-{unique}"},
    }  # fmt: skip
    bodies["preview_admin_transfer"] = bodies["make_admin_transfer"]
    document = requests.get(f"{admin.address}/api/v1/openapi.json", timeout=60).json()
    tokens = {"farm": farm.api.token, "cafe": cafe.api.token, "admin": fresh}
    made = Walk(admin.address, document, tokens, bodies, {"change_transfer": "cafe", "give_back": "cafe"})
    yield made, farm, cafe
    made.close()


def test_each_link_of_what_was_made_and_listed_holds(walk: tuple[Walk, Business, Business]) -> None:
    walked, farm, cafe = walk
    refused = []
    for name, who, path in [
        ("initiate", "farm", {}), ("preview_transfer", "farm", {}), ("transfer_batch", "farm", {}),
        ("create_api_token", "farm", {}), ("set_favourite", "farm", {}), ("make_webhook", "farm", {}),
        ("save_search", "farm", {"entity_id": farm.entity_id}), ("invite", "farm", {"entity_id": farm.entity_id}),
        ("keep_note", "farm", {"entity_id": farm.entity_id, "other_id": cafe.entity_id}),
        ("register_business", "farm", {}),
        ("make_admin_transfer", "admin", {}), ("preview_admin_transfer", "admin", {}), ("create_staff", "admin", {}),
        ("create_term", "admin", {"kind": "tags"}), ("create_service_account", "admin", {}),
    ]:  # fmt: skip
        begun = walked.begin(name, who, **path)
        refused += [] if begun.status == 200 else [f"{name}: {begun.status} {begun.answer}"]
    assert not refused, "\n".join(refused)
    for name in walked.lists():
        walked.begin(name, "admin" if "/admin/" in walked.routes[name].path else "farm")
    walked.end()
    assert not walked.found, "\n".join(walked.found)
    assert len(walked.followed) > 90
