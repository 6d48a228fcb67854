"""Shapes around the settings of the network, and of setting it up."""

from marshmallow import Schema, fields, validate

from services.directory.domain.network import NAME_MAX, TEXT_MAX, TEXTS, UNIT_MAX, WELCOME_MAX
from services.directory.schemas.fields import Email, Text, network_address, new_password
from services.directory.schemas.security import agent, device_id


class NetworkFields(Schema):
    """What may be set; empty: as by default."""

    class Meta:
        include = {name: Text(TEXT_MAX, lines=True) for name in TEXTS}  # noqa: RUF012

    name = Text(NAME_MAX)
    unit_name = Text(UNIT_MAX)
    welcome = Text(WELCOME_MAX, lines=True)


class NetworkChanges(NetworkFields):
    """PATCH /network."""

    expected_versions = fields.List(
        fields.Integer(strict=True, validate=validate.Range(0, 2**62)), validate=validate.Length(1, 20)
    )


class FirstAdministrator(Schema):
    """Who administers from now on."""

    email = Email(required=True, needed=True)
    password = new_password()
    first_name = Text(100, load_default="")
    last_name = Text(100, load_default="")


class SetUpBody(Schema):
    """POST /setup/{token}."""

    user = fields.Nested(FirstAdministrator, required=True)
    network = fields.Nested(NetworkFields, load_default=dict)
    address = network_address()
    device = device_id()
    agent = agent()
