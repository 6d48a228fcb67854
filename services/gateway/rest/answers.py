"""The envelope: `{"data", "meta"}` for what succeeded, `{"errors", "correlationId"}` for what did not."""

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

import orjson
from flask import Response, g, request

from services.chassis.logs import correlation_id
from services.chassis.web import Whole
from services.gateway.amounts import json_number
from services.gateway.failures import Failure

_WORDS = re.compile(r"_([a-z])")
_ONE_OF_SEVERAL = re.compile(r"\.\d+\.")

# What the services call differently from the API.
_FIELDS = {
    "user.email": "userEmail",
    "user.password": "password",
    "user.first_name": "firstName",
    "user.last_name": "lastName",
    "user.telephone": "userPhone",
    "entity.name": "entityName",
    "entity.email": "entityEmail",
    "entity.telephone": "entityPhone",
    "counterparty": "receiver",
    "current": "currentPassword",
    "new": "password",
    "preferences.daily_match_mail": "receiveDailyMatchNotificationEmail",
    "preferences.contact_mail": "receiveContactEmail",
    "preferences.matches_since_last_login": "showTagsMatchedSinceLastLogin",
    "default_max_negative": "defaultMaxNegativeBalance",
    "default_max_positive": "defaultMaxPositiveBalance",
    "max_negative": "maxNegativeBalance",
    "max_positive": "maxPositiveBalance",
    "expires_at": "dateExpires",
}


def answer(data: Any, meta: Mapping[str, int | str] | None = None) -> Response:
    """A success: 200 with the envelope."""
    document = {"data": data, "meta": meta} if meta is not None else {"data": data}
    return Whole(orjson.dumps(document), 200, content_type="application/json")


def only(data: Any, chosen: Collection[str] | None) -> Any:
    """Of a document, or of each in a list, what was asked for by `?fields=`; all of it when nothing was."""
    if chosen is None:
        return data
    if isinstance(data, list):
        return [only(item, chosen) for item in data]
    return {name: data[name] for name in chosen if name in data}


def error_answer(failure: Failure) -> Response:
    """A failure in the envelope, one entry per message."""
    g.outcome = failure.code
    document = {"errors": list(entries(failure)), "correlationId": correlation_id()}
    return Whole(orjson.dumps(document), failure.status, content_type="application/json")


def entries(failure: Failure) -> Iterator[dict[str, Any]]:
    """What `errors` lists: one for each message."""
    messages = list(_messages("", failure.errors))
    if not messages:
        yield {"message": failure.detail, "code": failure.code, **_facts(failure.extra)}
    for path, message in messages:
        entry = {"message": message, "code": failure.code, **_facts(failure.extra)}
        yield {**entry, "field": _field(path)} if path else entry


def _facts(extra: Mapping[str, Any]) -> dict[str, Any]:
    """The figures that a refusal may show: the most that would be possible, the part that is down."""
    facts: dict[str, Any] = {}
    if isinstance(extra.get("max_possible"), int):
        facts["maxPossible"] = json_number(extra["max_possible"])
    elif isinstance(extra.get("most"), int):
        # What an operator may move at once.
        facts["maxPossible"] = json_number(extra["most"])
    if isinstance(extra.get("left"), int):
        facts |= {"left": json_number(extra["left"]), "resetsAt": extra.get("resets_at")}
    facts |= {name: extra[name] for name in ("limit", "part", "scope", "ticket", "oldest") if name in extra}
    return facts


def _messages(path: str, errors: Any) -> Iterator[tuple[str, str]]:
    if isinstance(errors, Mapping):
        for name, inner in errors.items():
            yield from _messages(f"{path}.{name}" if path else str(name), inner)
    elif isinstance(errors, list | tuple):
        for message in errors:
            yield from _messages(path, message)
    else:
        yield path.removesuffix("._schema").replace("_schema", ""), str(errors)


def _field(path: str) -> str:
    known = _FIELDS.get(path)
    # An error inside a list names the list: `offers.0` is `offers`; of objects in one it must be told which.
    plain = re.sub(r"\.\d+$", "", path)
    plain = plain if _ONE_OF_SEVERAL.search(plain) else plain.rpartition(".")[2]
    if request.method in ("GET", "HEAD"):
        # Of a query, whose names have no capitals.
        return plain
    return known or _WORDS.sub(lambda match: match.group(1).upper(), plain)
