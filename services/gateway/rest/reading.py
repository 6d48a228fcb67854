"""What a REST call brings: JSON without floats, a query string without doublets, an idempotency key."""

import json
import re
from decimal import Decimal
from typing import Any

import orjson
from flask import request
from marshmallow import Schema, ValidationError

from services.gateway.clients import Refused

_KEY = re.compile(r"[\x21-\x7e]([\x20-\x7e]{0,198}[\x21-\x7e])?")


def json_body(schema: Schema) -> Any:
    """The request's JSON object, checked by `schema`. Raises Refused, ValidationError."""
    return schema.load(parse(request.get_data() or b"{}"))


def parse(content: bytes) -> Any:
    """JSON with every fraction as an exact Decimal. Raises Refused.

    orjson is strict where `json` is lenient (NaN, lone surrogates, depth), so it looks first.
    """
    try:
        orjson.loads(content)
        return json.loads(content, parse_float=Decimal)
    except (ValueError, RecursionError) as error:
        raise Refused(400, "request.malformed", "The body is not valid JSON.") from error


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
