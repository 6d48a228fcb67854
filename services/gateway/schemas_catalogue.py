"""Shapes of the REST API: tags and categories, favourites, notes, contact."""

from typing import Any

from marshmallow import ValidationError, fields, post_load, validate

from services.gateway.fields import CamelSchema, Flag, Text
from services.gateway.schemas import GoingOn, Paged


class TermQuery(Paged):
    """Part of a name."""

    fragment = Text(50, load_default="")
    after = Text(200, load_default="", metadata={"description": "`next` of the page before: goes on after it"})


class CategoryQuery(TermQuery):
    """How a name begins, and part of it."""

    prefix = Text(50, load_default="")
    letter = fields.String(
        validate=validate.Regexp(r"^([A-Z]|#)(?![\s\S])", error="A letter from A to Z, or # for all others."),
        metadata={"description": "A to Z, or # for those that begin otherwise"},
    )


class CategoryLetters(CamelSchema):
    """Letters that categories begin with."""

    letters = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)


class Term(CamelSchema):
    """A tag or category. `name` is normalised, `label` as people see it."""

    term_id = fields.String(required=True, data_key="id")
    name = fields.String(required=True)
    label = fields.String(required=True)


class TermName(CamelSchema):
    """A name, as typed."""

    name = Text(100, required=True)


class TermChanged(Term):
    """What a change came to."""

    touched = fields.Integer(metadata={"description": "businesses that have another name now, or lost it"})
    merged = fields.Integer(metadata={"description": "how many names became this one"})


class TermMerge(CamelSchema):
    """All of `ids` become `into`."""

    ids = fields.List(fields.String(), required=True, validate=validate.Length(1, 50))
    into = fields.String(required=True)


class NewFavourite(CamelSchema):
    """Which business marks which, or takes the mark away: `favorite` or `isFavorite`."""

    add_to_entity_id = fields.String(required=True, data_key="addToEntityID")
    favorite_entity_id = fields.String(required=True, data_key="favoriteEntityID")
    favorite = Flag()
    is_favorite = Flag()

    @post_load
    def one_of_two(self, loaded: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Raises ValidationError unless one is given, or both agree."""
        given = {loaded[name] for name in ("favorite", "is_favorite") if name in loaded}
        if len(given) != 1:
            raise ValidationError({"is_favorite": ["Say true or false, once."]})
        return {**loaded, "is_favorite": given.pop()}


class Favourite(CamelSchema):
    """Whether a business is marked now."""

    entity_id = fields.String(required=True, data_key="favoriteEntityID")
    is_favourite = fields.Boolean(required=True, data_key="isFavorite")


class FavouriteQuery(GoingOn):
    """Of which business of one's own."""

    querying_entity_id = fields.String(required=True)


class NewMessage(CamelSchema):
    """Text from one business to another, sent by mail."""

    sender_entity_id = fields.String(required=True, data_key="senderEntityID")
    receiver_entity_id = fields.String(required=True, data_key="receiverEntityID")
    body = Text(2_000, lines=True, required=True)
    copy_to_sender = Flag(load_default=False)


class NoteText(CamelSchema):
    """What to keep about a business; an empty text removes the note."""

    text = Text(2_000, lines=True, required=True)


class Note(CamelSchema):
    """A private note about a business."""

    text = fields.String(required=True)
    edited_by = fields.String(required=True, allow_none=True, metadata={"description": "id of a user"})
    edited_at = fields.String(required=True, allow_none=True)
