"""Shapes of users."""

from marshmallow import Schema

from services.directory.schemas.fields import Email, Text, new_password


class UserFields(Schema):
    """What a user says of itself."""

    first_name = Text(100)
    last_name = Text(100)
    telephone = Text(25)


class NewUser(UserFields):
    """A user who signs up."""

    email = Email(required=True, needed=True)
    password = new_password()


class UserFieldsByAdmin(UserFields):
    """An administrator may change the address too."""

    email = Email(needed=True)
