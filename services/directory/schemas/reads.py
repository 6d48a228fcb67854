"""Shapes of queries."""

from marshmallow import Schema, fields, validate

from services.directory.schemas.fields import IDS_MAX, TEXT_MAX, Listed, Statuses


class Page(Schema):
    """Which page of a list."""

    page = fields.Integer(load_default=1, validate=validate.Range(1, 10**9))
    page_size = fields.Integer(load_default=10, validate=validate.Range(1, 100))


class EntityQuery(Schema):
    """GET /entities/{id}: in whose eyes, for `is_favourite`."""

    querying_entity_id = fields.String(load_default="", validate=validate.Length(max=TEXT_MAX))


class EntitiesQuery(Page, EntityQuery):
    """GET /entities."""

    ids = Listed(IDS_MAX)
    accounts = Listed(IDS_MAX)
    status = Statuses()


class TagsQuery(Schema):
    """GET /tags."""

    fragment = fields.String(load_default="", validate=validate.Length(max=TEXT_MAX))
