"""Shapes of what a member keeps here: saved searches, and interest in loops (docs/internal-api.md)."""

from marshmallow import Schema, fields, validate

from services.matcher.searching import LONGEST, SHORTEST


class SearchBody(Schema):
    """What is looked for."""

    text = fields.String(required=True, validate=validate.Length(min=SHORTEST, max=LONGEST))
    side = fields.String(required=True, validate=validate.OneOf(["offers", "wants"]))
    max_km = fields.Integer(load_default=None, allow_none=True, validate=validate.Range(min=1, max=2_000))
    category = fields.String(load_default=None, allow_none=True, validate=validate.Length(min=1, max=100))


class LoopsAsked(Schema):
    """The query of GET /entities/{id}/loops."""

    limit = fields.Integer(load_default=10, validate=validate.Range(min=1, max=20))
