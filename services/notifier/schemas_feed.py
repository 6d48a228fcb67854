"""What the feed is asked for (docs/internal-api.md)."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from services.notifier.feed.domain import TYPES, BadCursor, Cursor

MOST_EVENTS = 500
MOST_SECONDS = 5
"""Shorter than a process takes to stop: who wants to wait longer asks again."""


class _Cursor(fields.Field[Cursor]):
    """A cursor as it was given out."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> Cursor:  # noqa: ARG002
        try:
            return Cursor.parse(str(value))
        except BadCursor as error:
            raise ValidationError("This is no cursor of ours: take `meta.next` as it was given.") from error


class _Types(fields.Field[frozenset[str]]):
    """Types of events with commas between."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> frozenset[str]:  # noqa: ARG002
        wanted = frozenset(str(value).split(","))
        if unknown := sorted(wanted - set(TYPES)):
            raise ValidationError(f"No such type of events: {unknown[0][:60]}.")
        return wanted


class FeedQuery(Schema):
    """The query of GET /events."""

    cursor = _Cursor(load_default=None)
    since = fields.String(load_default=None, validate=validate.Equal("beginning"))
    wait = fields.Integer(load_default=0, validate=validate.Range(min=0, max=MOST_SECONDS))
    types = _Types(load_default=frozenset())
    entity_id = fields.String(load_default=None, validate=validate.Length(min=1, max=64))
    limit = fields.Integer(load_default=100, validate=validate.Range(min=1, max=MOST_EVENTS))
