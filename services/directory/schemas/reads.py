"""Shapes of queries."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from services.directory.domain import paging
from services.directory.schemas.fields import IDS_MAX, TEXT_MAX, Listed, Statuses

_NEXT_MAX = 1_000


class Page(Schema):
    """Which page of a list."""

    page = fields.Integer(load_default=1, validate=validate.Range(1, 10**9))
    page_size = fields.Integer(load_default=10, validate=validate.Range(1, 100))


class Ended(fields.String):
    """Where the page before ended: its `next`."""

    def __init__(self, of: str) -> None:
        super().__init__(load_default=None)
        self._of = of

    def _deserialize(self, value: Any, *rest: Any, **options: Any) -> Any:
        text = str(super()._deserialize(value, *rest, **options))
        try:
            if len(text) <= _NEXT_MAX:
                return paging.decoded(self._of, text)
        except ValueError:
            pass
        raise ValidationError("Not a `next` of this list. Begin again without it.")


class FavouritesQuery(Page):
    """GET /entities/{id}/favourites."""

    after = Ended(paging.FAVOURITES)


class EntityQuery(Schema):
    """GET /entities/{id}: in whose eyes, for `is_favourite`."""

    querying_entity_id = fields.String(load_default="", validate=validate.Length(max=TEXT_MAX))


class EntitiesQuery(Page, EntityQuery):
    """GET /entities."""

    ids = Listed(IDS_MAX)
    accounts = Listed(IDS_MAX)
    status = Statuses()
    after = Ended(paging.ENTITIES)


class TagsQuery(Schema):
    """GET /tags."""

    fragment = fields.String(load_default="", validate=validate.Length(max=TEXT_MAX))
