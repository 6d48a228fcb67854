"""Shapes of webhooks in the HTTP interface (docs/internal-api.md)."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from marshmallow import Schema, fields, validate

from events import topics
from services.chassis.clock import rfc3339
from services.notifier.schemas import Cursor
from services.notifier.webhooks.domain import DELIVERY_STATES, MAX_TYPES, NETWORK, OFFERED, Webhook, valid_secrets
from services.notifier.webhooks.guard import MAX_URL
from services.notifier.webhooks.replays import Replay

SOURCES = {
    "ledger": f"{topics.LEDGER_EVENTS}/{topics.DEFAULT_BOOK}",
    "directory": f"{topics.DIRECTORY_EVENTS}/{topics.DIRECTORY_KEY}",
}
"""What a replay may read."""

_types = validate.And(validate.Length(min=1, max=MAX_TYPES), validate.ContainsOnly(OFFERED))
_url = validate.Length(min=1, max=MAX_URL)
_description = validate.Length(max=200)


class Owner(Schema):
    """Whose webhooks: without an entity the network's."""

    entity_id = fields.String(load_default=None, validate=validate.Length(min=1, max=64))


class Making(Owner):
    """The body of POST /webhooks."""

    url = fields.String(required=True, validate=_url)
    types = fields.List(fields.String(), required=True, validate=_types)
    description = fields.String(load_default="", validate=_description)


class Changing(Schema):
    """The body of PATCH /webhooks/{id}: what is left out stays."""

    url = fields.String(validate=_url)
    types = fields.List(fields.String(), validate=_types)
    description = fields.String(validate=_description)


class Log(Schema):
    """The query of GET /webhooks/{id}/deliveries."""

    state = fields.String(load_default=None, validate=validate.OneOf(DELIVERY_STATES))
    page = fields.Integer(load_default=1, validate=validate.Range(min=1, max=10_000))
    page_size = fields.Integer(load_default=10, validate=validate.Range(min=1, max=100))
    after = Cursor(load_default=None)


class Replaying(Schema):
    """The body of POST /webhooks/{id}/replays."""

    source = fields.String(required=True, validate=validate.OneOf(tuple(SOURCES)))
    position = fields.Integer(required=True, strict=True, validate=validate.Range(min=1, max=10**15))


def webhook_view(webhook: Webhook, now: datetime) -> dict[str, Any]:
    """A webhook without its secrets."""
    return {
        "webhook_id": webhook.webhook_id,
        "entity_id": None if webhook.owner == NETWORK else webhook.owner.removeprefix("entity:"),
        "url": webhook.url,
        "types": list(webhook.types),
        "description": webhook.description,
        "state": webhook.state,
        "reason": webhook.reason,
        "failures": webhook.failures,
        "failing_since": _moment(webhook.failing_since),
        "held_until": _moment(webhook.held_until),
        "paused_at": _moment(webhook.paused_at) if webhook.state == "paused" else None,
        "positions": _positions(webhook.positions) if webhook.state == "paused" else {},
        "created_at": rfc3339(webhook.created_at),
        "secrets": [
            {"made_at": rfc3339(secret.made_at), "until": _moment(secret.until)}
            for secret in valid_secrets(webhook, now)
        ],
    }


def delivery_view(record: dict[str, Any]) -> dict[str, Any]:
    """A delivery of the log: what was answered, not what was sent."""
    answer = record.get("answer") or {}
    return {
        "delivery_id": record["_id"],
        "event_id": record["event_id"],
        "type": record["type"],
        "source": record["source"],
        "position": record["position"],
        "state": record["state"],
        "tries": record["tries"],
        "created_at": rfc3339(record["created_at"]),
        "due_at": _moment(record.get("due_at")),
        "ended_at": _moment(record.get("ended_at")),
        "status": answer.get("status"),
        "error": answer.get("error", ""),
        "excerpt": answer.get("excerpt", ""),
        "milliseconds": _milliseconds(answer),
        "again": record["again"] and record["state"] in ("delivered", "dead"),
        "history": [
            {
                "at": rfc3339(tried["at"]),
                "status": tried["status"],
                "error": tried["error"],
                "milliseconds": _milliseconds(tried),
            }
            for tried in record["history"]
        ],
    }


def replay_view(replay: Replay) -> dict[str, Any]:
    """How far a replay is."""
    return {
        "replay_id": replay.replay_id,
        "source": next((name for name, source in SOURCES.items() if source == replay.source), replay.source),
        "first": replay.first,
        "last": replay.last,
        "reached": replay.reached,
        "queued": replay.queued,
        "state": replay.state,
        "created_at": rfc3339(replay.created_at),
    }


def replay_views(replays: Iterable[Replay]) -> list[dict[str, Any]]:
    return [replay_view(replay) for replay in replays]


def _positions(by_source: Any) -> dict[str, int]:
    """By the names of what can be replayed; other topics are followed too, but nothing of them is delivered."""
    return {name: by_source[source] for name, source in SOURCES.items() if source in by_source}


def _milliseconds(answer: dict[str, Any]) -> int | None:
    return round(answer["seconds"] * 1000) if "seconds" in answer else None


def _moment(moment: datetime | None) -> str | None:
    return rfc3339(moment) if moment else None
