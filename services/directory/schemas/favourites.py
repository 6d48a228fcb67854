"""Shapes of what a business keeps about others."""

from marshmallow import Schema, fields

from services.directory.domain.notes import NOTE_MAX
from services.directory.schemas.fields import Text


class FavouriteBody(Schema):
    """PUT /entities/{id}/favourites/{other}."""

    favourite = fields.Boolean(required=True, truthy={True}, falsy={False})


class NoteBody(Schema):
    """PUT /entities/{id}/notes/{other}; an empty text removes the note."""

    text = Text(NOTE_MAX, lines=True, required=True)
