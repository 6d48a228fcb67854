"""Bytes to event and back. The canonical bytes are hashed, stored and published unchanged.

Canonical form is RFC 8785 (JCS). With text, integers, booleans and null alone, and ASCII keys,
orjson with sorted keys writes exactly that (tests/events hold it against the PyPI package rfc8785).
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

import msgspec
import orjson

from events import directory, ledger, matcher
from events.envelope import SPECVERSION, Envelope, Event

CLASSES: Mapping[str, type] = {cls.TYPE: cls for cls in (*ledger.EVENTS, *directory.EVENTS, *matcher.EVENTS)}

UPCASTERS: Mapping[str, tuple[str, Callable[[Mapping[str, Any]], Mapping[str, Any]]]] = {}
"""Old type to (newer type, function over `data`). Applied until the type is a current one."""


_SEQUENCE = re.compile(r"[0-9]{20}")


class MalformedEvent(ValueError):
    """The bytes are no event of ours: not JSON, an attribute missing, or `data` of another shape."""


def data_of(event: Event) -> dict[str, Any]:
    """The event's `data` as plain values; absent (`None`) fields are left out."""
    plain: dict[str, Any] = _without_nulls(msgspec.to_builtins(event))
    return plain


def encode(envelope: Envelope) -> bytes:
    """The canonical bytes of an envelope; absent attributes are left out."""
    attributes = {name: getattr(envelope, name) for name in Envelope.__slots__}
    attributes["sequence"] = f"{envelope.sequence:020d}"
    attributes["specversion"] = SPECVERSION
    present = {name: value for name, value in attributes.items() if value is not None}
    return orjson.dumps(present, option=orjson.OPT_SORT_KEYS)


def decode(raw: bytes) -> Envelope:
    """The envelope in `raw`. Unknown attributes are ignored, unknown fields of `data` are kept.

    Raises MalformedEvent.
    """
    try:
        attributes = orjson.loads(raw)
        attributes["sequence"] = _position(attributes["sequence"])
        return msgspec.convert(attributes, Envelope)
    except (ValueError, KeyError, TypeError) as error:
        raise MalformedEvent(str(error)) from error


def event_of(envelope: Envelope) -> Event | None:
    """The typed event in an envelope, old versions lifted to the current one; None if the type is unknown.

    Raises MalformedEvent when `data` doesn't fit the type.
    """
    name, data = envelope.type, envelope.data
    while name in UPCASTERS:
        name, lift = UPCASTERS[name]
        data = lift(data)
    cls = CLASSES.get(name)
    if cls is None:
        return None
    try:
        event: Event = msgspec.convert(data, cls)
    except msgspec.ValidationError as error:
        raise MalformedEvent(f"{envelope.type} at {envelope.sequence}: {error}") from error
    return event


def _position(text: str) -> int:
    # The padding is part of the contract: other bytes would hash differently when they are written again.
    if not _SEQUENCE.fullmatch(text):
        raise ValueError(f"sequence {text[:24]!r} is not 20 digits")
    return int(text)


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nulls(item) for key, item in value.items() if item is not None}
    if isinstance(value, list | tuple):
        return [_without_nulls(item) for item in value]
    return value
