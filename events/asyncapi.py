"""`python -m events.asyncapi`: writes `events/asyncapi.yaml`, the AsyncAPI 3 description of every topic and event.

Made from the same classes that the services use, so it can't tell anything else (tests/events holds it current).
A tool for developers: nothing that runs imports it.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import msgspec
import yaml

from events import directory, ledger, matcher, topics
from events.checkpoints import SignedHead
from events.envelope import CONTENT_TYPE, SPECVERSION, Envelope, Event

FILE = Path(__file__).with_name("asyncapi.yaml")

CHANNELS: Mapping[str, tuple[type[Event], ...]] = {
    topics.LEDGER_EVENTS: ledger.EVENTS,
    topics.DIRECTORY_EVENTS: tuple(cls for cls in directory.EVENTS if cls is not directory.OneTimeMessage),
    topics.DIRECTORY_MESSAGES: (directory.OneTimeMessage,),
    topics.MATCHER_EVENTS: matcher.EVENTS,
}
"""Topic to the events that travel on it."""

DOCUMENTS: Mapping[str, type] = {topics.LEDGER_CHECKPOINTS: SignedHead}
"""Topic to the documents without envelope that travel on it."""

PURPOSES = {
    topics.LEDGER_EVENTS: "Facts about accounts and transfers; one total order per book; kept for ever.",
    topics.LEDGER_CHECKPOINTS: "Signed heads of each book; one total order per book; kept for ever.",
    topics.DIRECTORY_EVENTS: "Who there is, what they offer and want; one total order; kept for ever.",
    topics.DIRECTORY_MESSAGES: "What may be mailed once and must not be kept; encrypted; kept for a day.",
    topics.MATCHER_EVENTS: "Who could trade with whom; ids and tags alone; one total order; kept for 30 days.",
}

_SCHEMAS = "#/components/schemas/"


def document() -> dict[str, Any]:
    """The AsyncAPI document as plain values."""
    events = [cls for classes in CHANNELS.values() for cls in classes]
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "MCCS events",
            "version": "1.0.0",
            "description": "CloudEvents 1.0 in canonical JSON (RFC 8785). Rules: events/README.md.",
        },
        "defaultContentType": CONTENT_TYPE,
        "channels": {_key(topic): _channel(topic) for topic in (*CHANNELS, *DOCUMENTS)},
        "operations": {f"publish-{_key(topic)}": _operation(topic) for topic in (*CHANNELS, *DOCUMENTS)},
        "components": {
            "messages": {cls.TYPE: _message(cls) for cls in events}
            | {topic: _document_message(topic, cls) for topic, cls in DOCUMENTS.items()},
            "schemas": _schemas([*events, *DOCUMENTS.values()]),
        },
    }


def text() -> str:
    """The document as YAML."""
    written: str = yaml.safe_dump(document(), sort_keys=False, allow_unicode=True, width=120)
    return f"# Written by `python -m events.asyncapi`; change the classes, not this file.\n{written}"


def main() -> None:
    """Write the file."""
    FILE.write_text(text(), encoding="utf-8")


def _key(topic: str) -> str:
    # AsyncAPI's component keys may have dots, but references to them read badly.
    return topic.replace(".", "-")


def _channel(topic: str) -> dict[str, Any]:
    names = [topic] if topic in DOCUMENTS else [cls.TYPE for cls in CHANNELS[topic]]
    return {
        "address": topic,
        "description": PURPOSES[topic],
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in names},
    }


def _operation(topic: str) -> dict[str, Any]:
    return {"action": "send", "channel": {"$ref": f"#/channels/{_key(topic)}"}}


def _message(cls: type[Event]) -> dict[str, Any]:
    payload = {
        "allOf": [
            {"$ref": f"{_SCHEMAS}Envelope"},
            {"properties": {"type": {"const": cls.TYPE}, "data": {"$ref": f"{_SCHEMAS}{cls.__name__}"}}},
        ]
    }
    return {"name": cls.TYPE, "title": cls.__name__, "contentType": CONTENT_TYPE, "payload": payload}


def _document_message(topic: str, cls: type) -> dict[str, Any]:
    payload = {"$ref": f"{_SCHEMAS}{cls.__name__}"}
    return {"name": topic, "title": cls.__name__, "contentType": "application/json", "payload": payload}


def _schemas(events: Sequence[type]) -> dict[str, Any]:
    _, schemas = msgspec.json.schema_components((Envelope, *events), ref_template=_SCHEMAS + "{name}")
    envelope = cast(dict[str, Any], schemas["Envelope"])
    # On the wire the position is text, and the version of CloudEvents is written beside it.
    envelope["properties"]["sequence"] = {"type": "string", "pattern": "^[0-9]{20}$"}
    envelope["properties"]["specversion"] = {"const": SPECVERSION}
    envelope["required"] = ["specversion", *envelope["required"]]
    return {name: _absent_not_null(schemas[name]) for name in sorted(schemas)}


def _absent_not_null(schema: Any) -> Any:
    """`null` never travels: what has no value is left out."""
    if isinstance(schema, list):
        return [_absent_not_null(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    plain = {name: _absent_not_null(value) for name, value in schema.items() if (name, value) != ("default", None)}
    kinds = [kind for kind in plain.pop("anyOf", ()) if kind != {"type": "null"}]
    return plain | (kinds[0] if len(kinds) == 1 else {"anyOf": kinds} if kinds else {})


if __name__ == "__main__":
    main()
