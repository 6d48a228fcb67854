"""Shapes of the notifier's HTTP interface (docs/internal-api.md)."""

from typing import Any

from marshmallow import Schema, fields, validate

from services.chassis.clock import rfc3339
from services.notifier.domain import STATES
from services.notifier.notices import Notice


class Listing(Schema):
    """The query of GET /messages."""

    state = fields.String(load_default=None, validate=validate.OneOf(STATES))
    page = fields.Integer(load_default=1, validate=validate.Range(min=1, max=100_000))
    page_size = fields.Integer(load_default=10, validate=validate.Range(min=1, max=100))


class NoticeListing(Schema):
    """The query of GET /notices."""

    page = fields.Integer(load_default=1, validate=validate.Range(min=1, max=100_000))
    page_size = fields.Integer(load_default=20, validate=validate.Range(min=1, max=50))


class ReadAll(Schema):
    """The body of POST /notices/read-all."""

    until = fields.AwareDateTime(load_default=None, format="iso", default_timezone=None)


def notice_view(notice: Notice) -> dict[str, Any]:
    """A notice for whom it is for."""
    return {
        "notice_id": notice.notice_id,
        "kind": notice.kind,
        "text": notice.text,
        "path": notice.path,
        "entity_id": notice.entity_id or None,
        "at": rfc3339(notice.at),
        "read": notice.read,
    }


def told_view(record: dict[str, Any]) -> dict[str, Any]:
    """A message record for whom it is about: with its facts; who else got it is not told."""
    sent_at = record.get("sent_at")
    return {
        "message_id": record["_id"],
        "kind": record["kind"],
        "channel": record["channel"],
        "to_you": record["own"],
        "state": record["state"],
        "tries": record["tries"],
        "created_at": rfc3339(record["created_at"]),
        "sent_at": rfc3339(sent_at) if sent_at else None,
        "facts": record["facts"],
    }


def message_view(record: dict[str, Any]) -> dict[str, Any]:
    """A message record without address and text; `error` is why its last try failed, in codes."""
    sent_at = record.get("sent_at")
    return {
        "message_id": record["_id"],
        "kind": record["kind"],
        "entity_id": record["entity_id"],
        "state": record["state"],
        "tries": record["tries"],
        "error": record["error"],
        "created_at": rfc3339(record["created_at"]),
        "sent_at": rfc3339(sent_at) if sent_at else None,
    }
