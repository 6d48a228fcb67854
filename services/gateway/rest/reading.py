"""What a REST call brings: strict JSON without floats, a query string without doublets, an idempotency key."""

import re
from typing import Any
from urllib.parse import urlencode

from flask import request
from marshmallow import Schema, ValidationError

from services.gateway.clients import Refused
from services.gateway.rest import strict_json

_FIELDS, _CURSOR = "fields", "cursor"
_KEY = re.compile(r"[\x21-\x7e]([\x20-\x7e]{0,198}[\x21-\x7e])?")


def json_body(schema: Schema) -> Any:
    """The request's JSON object, checked by `schema`. Raises Refused, ValidationError."""
    content = request.get_data()
    if content:
        _refuse_other_types()
    return schema.load(parse(content or b"{}"))


def parse(content: bytes) -> Any:
    """JSON with every fraction as an exact Decimal. Raises Refused."""
    try:
        return strict_json.parse(content)
    except strict_json.NotJson as error:
        raise Refused(400, error.code, str(error)) from error


def _refuse_other_types() -> None:
    # A form of another site can send text/plain without asking the browser first, never application/json.
    if request.mimetype != "application/json" or request.mimetype_params.get("charset", "utf-8").lower() != "utf-8":
        raise Refused(
            415,
            "request.media_type",
            "This takes JSON alone: send the header `Content-Type: application/json`, and the body in UTF-8.",
        )
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise Refused(415, "request.encoded", "Bodies are taken as they are: send it without a Content-Encoding.")


def query(schema: Schema, *, cursor: str = "") -> Any:
    """The query string, checked by `schema`; `?cursor=` stands for the field `cursor`. Raises ValidationError."""
    asked = _asked_once()
    asked.pop(_FIELDS, None)
    if not cursor or _CURSOR not in asked:
        return schema.load(asked)
    if too_many := {"page", cursor} & asked.keys():
        raise ValidationError({_CURSOR: [f"Give either this or {min(too_many)}."]})
    try:
        return schema.load(asked | {cursor: asked.pop(_CURSOR)})
    except ValidationError as error:
        if not isinstance(error.messages, dict) or cursor not in error.messages:
            raise
        others = {name: told for name, told in error.messages.items() if name != cursor}
        raise ValidationError({_CURSOR: ["This is no `meta.next` of this list."], **others}) from error


def chosen(schema: Schema) -> tuple[str, ...] | None:
    """The fields that `?fields=` asks for; None for all. Raises ValidationError."""
    text = _asked_once().get(_FIELDS)
    if text is None:
        return None
    names = tuple(dict.fromkeys(name.strip() for name in text.split(",")))
    known = field_names(schema)
    if wrong := next((name for name in names if name not in known), None):
        raise ValidationError({_FIELDS: [f"There is no {wrong[:50]!a} here, but {', '.join(known)}."]})
    if not all(names):
        raise ValidationError({_FIELDS: [f"Name some, separated by commas, of {', '.join(known)}."]})
    return names


def field_names(schema: Schema) -> tuple[str, ...]:
    """What a document of this schema may say."""
    return tuple(field.data_key or name for name, field in schema.dump_fields.items())


def following_address(cursor: str | None, pages: int) -> str | None:
    """Where the next page of this list is, if there is one: by the cursor where there are cursors, else by number.

    None for a search whose question is a body: a link can't ask it.
    """
    if request.method not in ("GET", "HEAD"):
        return None
    asked = request.args.to_dict()
    if cursor:
        asked = {name: value for name, value in asked.items() if name not in ("page", "after", "before")}
        return f"{request.path}?{urlencode(asked | {_CURSOR: cursor})}"
    if asked.keys() & {_CURSOR, "after", "before"}:
        # The last page: it has no number that one more could be added to.
        return None
    page = int(asked.get("page") or 1)
    return f"{request.path}?{urlencode(asked | {'page': page + 1})}" if page < pages else None


def _asked_once() -> dict[str, str]:
    asked = request.args.to_dict(flat=False)
    twice = [name for name, values in asked.items() if len(values) > 1]
    if twice:
        raise ValidationError({name: ["Give this once."] for name in twice})
    return {name: values[0] for name, values in asked.items()}


def idempotency_key() -> str | None:
    """The caller's Idempotency-Key, if any. Raises Refused."""
    key = request.headers.get("Idempotency-Key")
    if key is not None and not _KEY.fullmatch(key):
        raise Refused(400, "idempotency.key_malformed", "An Idempotency-Key is 1 to 200 printable ASCII characters.")
    return key
