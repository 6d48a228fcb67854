"""Shapes of queries."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from services.directory.schemas.fields import IDS_MAX, TEXT_MAX, Listed, Moment, Statuses


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


class SearchQuery(Page, EntityQuery):
    """GET /search."""

    offers = fields.String(load_default="", validate=validate.Length(max=500))
    wants = fields.String(load_default="", validate=validate.Length(max=500))
    name = fields.String(load_default="", validate=validate.Length(max=TEXT_MAX))
    category = fields.String(load_default="", validate=validate.Length(max=TEXT_MAX))
    tagged_since = Moment()
    status = Statuses()

    @validates_schema
    def check_since(self, loaded: dict[str, Any], **_: Any) -> None:
        """A date alone means nothing: it is the date of a tag."""
        if "tagged_since" in loaded and not (loaded["offers"].strip() or loaded["wants"].strip()):
            raise ValidationError("This needs offers or wants to look for.", "tagged_since")


class TagsQuery(Schema):
    """GET /tags."""

    fragment = fields.String(load_default="", validate=validate.Length(max=TEXT_MAX))
