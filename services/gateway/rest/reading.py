"""What a REST call brings: strict JSON without floats, a query string without doublets, an idempotency key."""

import re
from typing import Any

from flask import request
from marshmallow import Schema, ValidationError

from services.gateway.clients import Refused
from services.gateway.rest import strict_json

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


def query(schema: Schema) -> Any:
    """The query string, checked by `schema`. Raises ValidationError."""
    twice = [name for name, values in request.args.lists() if len(values) > 1]
    if twice:
        raise ValidationError({name: ["Give this once."] for name in twice})
    return schema.load(request.args.to_dict())


def idempotency_key() -> str | None:
    """The caller's Idempotency-Key, if any. Raises Refused."""
    key = request.headers.get("Idempotency-Key")
    if key is not None and not _KEY.fullmatch(key):
        raise Refused(400, "idempotency.key_malformed", "An Idempotency-Key is 1 to 200 printable ASCII characters.")
    return key
