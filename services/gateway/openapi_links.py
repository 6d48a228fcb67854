"""Which calls go on from an answer, as OpenAPI's `links`. Made from paths and shapes: none is forgotten. Pure."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Self

Node = dict[str, Any]
Expressions = Mapping[str, str]

_PART = re.compile(r"\{(\w+)\}")
_OF_A_BUSINESS = ("balance", "transfers", "statement", "favourites")
_DECLARED = (
    ("sign_up", ("own_entity",), "entity_id", "entityID"),
    ("own_entities", _OF_A_BUSINESS, "querying_entity_id", "0/id"),
    ("register_business", _OF_A_BUSINESS, "querying_entity_id", "id"),
    ("own_entities", ("webhooks",), "entity_id", "0/id"),
    ("set_favourite", ("entity",), "entity_id", "favoriteEntityID"),
    ("transfer_batch", ("transfer",), "transfer_id", "results/0/transfer/id"),
    ("members", ("change_member", "remove_member"), "user_id", "members/0/userId"),
    ("suppressions", ("remove_suppression",), "digest", "0/digest"),
)
"""What neither path nor shape tells: from, to, the parameter there, and where in `data` its value is."""
_SAME_BODY = {"preview_transfer": "initiate", "preview_admin_transfer": "make_admin_transfer"}
"""What was looked at first is done by the same body."""


@dataclass(frozen=True, slots=True)
class _Route:
    path: str
    method: str
    told: Node
    data: Node
    """The schema of the answer's `data`; empty for a file."""

    @classmethod
    def all_of(cls, document: Node) -> Iterator[Self]:
        for path, item in document["paths"].items():
            for method, told in item.items():
                schema = told["responses"]["200"]["content"].get("application/json", {}).get("schema", {})
                yield cls(path, method, told, schema.get("properties", {}).get("data", {}))

    @property
    def name(self) -> str:
        return str(self.told["operationId"])

    @property
    def is_list(self) -> bool:
        return self.data.get("type") == "array"

    @property
    def shape(self) -> str:
        """The name of what is answered, or listed."""
        return str(self.data.get("items", self.data).get("$ref", "")).rpartition("/")[2]

    @property
    def path_known(self) -> Expressions:
        return {name: f"$request.path.{name}" for name in _PART.findall(self.path)}

    def value(self, pointer: str) -> str:
        return f"$response.body#/data/{pointer}"

    @property
    def identifier(self) -> str:
        """Of what is answered; of the first, of a list."""
        return self.value("0/id" if self.is_list else "id")


def added_to(document: Node) -> Node:
    """The document, with the links of each answer."""
    routes = list(_Route.all_of(document))
    for source in routes:
        links = dict(_links(source, routes, document["components"].get("schemas", {})))
        if links:
            source.told["responses"]["200"]["links"] = links
    return document


def _links(source: _Route, routes: list[_Route], schemas: Node) -> Iterator[tuple[str, Node]]:
    has_id = "id" in schemas.get(source.shape, {}).get("properties", {})
    for target in routes:
        known = (_known_by_id(source, target) if has_id else None) or _known_otherwise(source, target)
        if known is not None and _may(source, target) and _is_enough(known, target):
            taken = {one["name"] for one in target.told["parameters"] if "name" in one}
            link = {"operationId": target.name}
            given = {name: expression for name, expression in known.items() if name in taken}
            body = {"requestBody": "$request.body"} if _SAME_BODY.get(source.name) == target.name else {}
            yield target.name, link | ({"parameters": given} if given else {}) | body


def _known_by_id(source: _Route, target: _Route) -> Expressions | None:
    """What is made or listed at a path is to be found below it; and where else things of its shape are read."""
    below = target.path.removeprefix(source.path)
    one = re.match(r"/\{(\w+)\}", below) if target.path.startswith(source.path) else None
    if one is None and target.method == "get" and target is not source and target.shape == source.shape:
        one = None if target.is_list else re.search(r"/\{(\w+)\}$", target.path)
    return None if one is None or one[1] in _chosen(target) else {**source.path_known, one[1]: source.identifier}


def _known_otherwise(source: _Route, target: _Route) -> Expressions | None:
    if source.path == target.path and target.method == "get" and source.method in ("put", "patch"):
        return source.path_known
    if source is target and any(one.get("name") == "cursor" for one in source.told["parameters"]):
        return {**source.path_known, "cursor": "$response.body#/meta/next"}
    for name, leads_to, parameter, pointer in _DECLARED:
        if source.name == name and target.name in leads_to:
            return {**source.path_known, parameter: source.value(pointer)}
    return {} if _SAME_BODY.get(source.name) == target.name else None


def _may(source: _Route, target: _Route) -> bool:
    """Whether somebody may call both."""
    callers, allowed = (set(route.told.get("x-roles", ())) for route in (source, target))
    return not callers or not allowed or bool(callers & allowed)


def _is_enough(known: Expressions, target: _Route) -> bool:
    """Whether all that the call needs is known, but for words to choose from."""
    needed = {one["name"] for one in target.told["parameters"] if one.get("required")}
    return needed <= {*known, *_chosen(target)}


def _chosen(target: _Route) -> set[str]:
    """The parameters whose value is one of a few words."""
    return {one["name"] for one in target.told["parameters"] if "enum" in one.get("schema", {})}
