"""What a program written for an older document of the API would trip over in a newer one. Pure.

Calls may bring what they brought; answers have what they had. More routes, more optional fields to send, more fields,
choices and codes in answers break nobody: programs skip what they do not know.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from services.gateway.openapi import resolved
from services.gateway.scopes import covers

Node = Mapping[str, Any]

_LEAST = ("minimum", "minLength", "minItems")
_MOST = ("maximum", "maxLength", "maxItems")


def breaks(old: Node, new: Node) -> list[str]:
    """Sentences, one for each thing that would break; none when the newer document keeps its word."""
    return list(_paths(old, new))


def _paths(old: Node, new: Node) -> Iterator[str]:
    for path, methods in old["paths"].items():
        for method, before in methods.items():
            where = f"{method.upper()} {path}"
            after = new["paths"].get(path, {}).get(method)
            if after is None:
                yield f"{where} is gone"
            else:
                for broken in _Compared(old, new).operation(before, after):
                    yield f"{where}: {broken}"


class _Compared:
    """Two documents, and which pairs of schemas were compared already: they may contain themselves."""

    def __init__(self, old: Node, new: Node) -> None:
        self._old, self._new = old, new
        self._seen: set[tuple[str, str, bool]] = set()

    def operation(self, old: Node, new: Node) -> Iterator[str]:
        if old["operationId"] != new["operationId"]:
            yield f"is called {new['operationId']}, was {old['operationId']}"
        if new["security"] and not old["security"]:
            yield "needs a login now"
        gone = set(old.get("x-roles", ())) - set(new.get("x-roles", old.get("x-roles", ())))
        if gone:
            yield f"is no longer for {', '.join(sorted(gone))}"
        if old["x-scope"] != new["x-scope"] and not covers(frozenset({old["x-scope"]}), new["x-scope"]):
            yield f"needs the scope {new['x-scope']}, was {old['x-scope']}"
        yield from self._parameters(old, new)
        yield from self._body(old.get("requestBody"), new.get("requestBody"))
        before, after = old["responses"]["200"], new["responses"]["200"]
        for name in sorted(before.get("links", {}).keys() - after.get("links", {}).keys()):
            yield f"does not lead to {name} any more"
        yield from self._answer(before["content"], after["content"])

    def _parameters(self, old: Node, new: Node) -> Iterator[str]:
        before, after = (
            {(one["in"], one["name"]): one for one in (resolved(document, part) for part in told["parameters"])}
            for document, told in ((self._old, old), (self._new, new))
        )
        for kind, name in before.keys() - after.keys():
            yield f"takes no {kind} parameter {name} any more"
        for key, one in after.items():
            if one.get("required") and not before.get(key, {}).get("required"):
                yield f"needs the {key[0]} parameter {key[1]} now"
            if key in before:
                yield from self.schema(before[key]["schema"], one["schema"], key[1], sent=True)

    def _body(self, old: Node | None, new: Node | None) -> Iterator[str]:
        if new is None or old is None:
            if old is not None or (new is not None and new.get("required")):
                yield "needs a body now" if old is None else "takes no body any more"
            return
        for media, told in old["content"].items():
            if media not in new["content"]:
                yield f"takes no {media} any more"
            else:
                yield from self.schema(told["schema"], new["content"][media]["schema"], "body", sent=True)

    def _answer(self, old: Node, new: Node) -> Iterator[str]:
        for media, told in old.items():
            if media not in new:
                yield f"answers no {media} any more"
            else:
                yield from self.schema(told["schema"], new[media]["schema"], "answer", sent=False)

    def schema(self, old: Node, new: Node, at: str, *, sent: bool) -> Iterator[str]:
        """`sent`: in calls, where nothing may be refused that was taken; else in answers, which may lose nothing."""
        pair = (str(old.get("$ref")), str(new.get("$ref")), sent)
        if "$ref" in old and "$ref" in new:
            if pair in self._seen:
                return
            self._seen.add(pair)
        old, new = resolved(self._old, old), resolved(self._new, new)
        if "anyOf" in old and len(old["anyOf"]) == len(new.get("anyOf", ())):
            for one, other in zip(old["anyOf"], new["anyOf"], strict=True):
                yield from self.schema(one, other, at, sent=sent)
        yield from _kinds(old, new, at, sent=sent)
        yield from self._fields(old, new, at, sent=sent)
        if "items" in old and "items" in new:
            yield from self.schema(old["items"], new["items"], f"{at}[]", sent=sent)

    def _fields(self, old: Node, new: Node, at: str, *, sent: bool) -> Iterator[str]:
        before, after = old.get("properties", {}), new.get("properties", {})
        needed, promised = set(new.get("required", ())), set(old.get("required", ()))
        for name in before.keys() - after.keys():
            yield f"{at}.{name} is gone"
        for name in sorted(needed - promised if sent else (promised - needed) & after.keys()):
            yield f"{at}.{name} is needed now" if sent else f"{at}.{name} is not always there any more"
        for name in before.keys() & after.keys():
            yield from self.schema(before[name], after[name], f"{at}.{name}", sent=sent)


def _kinds(old: Node, new: Node, at: str, *, sent: bool) -> Iterator[str]:
    before, after = _types(old), _types(new)
    if before and after and not (before <= after if sent else after <= before):
        yield f"{at} is {' or '.join(sorted(after))}, was {' or '.join(sorted(before))}"
    if not sent:
        return
    if "enum" in new and not set(map(str, old.get("enum", ("anything",)))) <= set(map(str, new["enum"])):
        yield f"{at} takes fewer choices"
    for name in _LEAST:
        if new.get(name, float("-inf")) > old.get(name, float("-inf")):
            yield f"{at} has a {name} of {new[name]} now"
    for name in _MOST:
        if new.get(name, float("inf")) < old.get(name, float("inf")):
            yield f"{at} has a {name} of {new[name]} now"


def _types(schema: Node) -> set[str]:
    kinds = schema.get("type", ())
    found = {kinds} if isinstance(kinds, str) else set(kinds)
    # Every integer is a number: who takes numbers takes both.
    return found | ({"integer"} if "number" in found else set())
