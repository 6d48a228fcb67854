"""Shapes of a change of the mail address."""

from marshmallow import Schema

from services.directory.schemas.fields import Email


class EmailChangeBody(Schema):
    """POST /users/{id}/email-change."""

    email = Email(required=True, needed=True)
