"""Shapes of what is asked of the audit log."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validate

from services.chassis.clock import rfc3339
from services.directory.domain import email_identity
from services.directory.domain.audit_search import CATEGORIES
from services.directory.schemas.fields import EMAIL_MAX, Listed, Moment, Text
from services.directory.schemas.reads import Page

_REFERENCE = 200
_LATEST = date(9999, 12, 30)


class Edge(Moment):
    """A day (2026-01-31, UTC), or an instant as elsewhere. As an end, a day counts whole."""

    def __init__(self, *, is_end: bool = False, **options: Any) -> None:
        super().__init__(**options)
        self.is_end = is_end

    def _deserialize(self, value: Any, attr: Any, data: Any, **options: Any) -> str:
        try:
            day = date.fromisoformat(str(value).strip())
        except ValueError:
            moment = super()._deserialize(value, attr, data, **options)
            # An instant as an end is meant to be inside.
            after = datetime.fromisoformat(moment) + timedelta(microseconds=1) if self.is_end else None
            return rfc3339(after) if after else moment
        if day > _LATEST:
            raise ValidationError("This is too far away.")
        return rfc3339(datetime.combine(day, time(), UTC) + timedelta(days=int(self.is_end)))


class Categories(Listed):
    """A comma list of user, admin, system."""

    def __init__(self) -> None:
        super().__init__(len(CATEGORIES))

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> list[str]:
        asked = super()._deserialize(value)
        if unknown := [each for each in asked if each not in CATEGORIES]:
            raise ValidationError(f"There is no category {unknown[0][:50]!r}: user, admin, system.")
        return asked


class AuditFilters(Schema):
    """GET /audit/export."""

    actor = Text(_REFERENCE)
    subject = Text(_REFERENCE)
    concerns = Text(_REFERENCE)
    action = Text(100)
    category = Categories()
    email = Text(EMAIL_MAX)
    correlation_id = Text(_REFERENCE)
    since = Edge(data_key="from")
    until = Edge(is_end=True, data_key="to")
    text = Text(100)

    @post_load
    def identify(self, loaded: dict[str, Any], **_: Any) -> dict[str, Any]:
        """The address in its one form."""
        return loaded | ({"email": email_identity(loaded["email"])} if loaded.get("email") else {})


class AuditSearch(AuditFilters, Page):
    """GET /audit."""

    before = fields.Integer(load_default=None, validate=validate.Range(1, 2**62))


class AuditExport(AuditFilters):
    """GET /audit/export."""

    format = fields.String(load_default="ndjson", validate=validate.OneOf(("ndjson", "csv")))


class OwnAudit(Schema):
    """GET /users/{id}/audit and /entities/{id}/audit."""

    before = fields.Integer(load_default=None, validate=validate.Range(1, 2**62))
    limit = fields.Integer(load_default=50, validate=validate.Range(1, 100))
