"""Shapes of the REST API around what the network calls itself, and its texts."""

from marshmallow import fields, validate

from services.gateway.fields import CamelSchema, Text
from services.gateway.network import TEXTS

_NAME, _UNIT, _WELCOME, _TEXT = 60, 20, 1_000, 25_000
_MARKUP = "paragraphs with blank lines between, `# ` headings, `- ` lists, `**bold**`; no HTML"


class NetworkTextFields(CamelSchema):
    """What the network calls itself, and what it says. Empty: pages say what they say by default."""

    name = Text(_NAME, metadata={"description": "of the network"})
    unit_name = Text(_UNIT, metadata={"description": "what amounts are in, as people say it: credits"})
    welcome = Text(_WELCOME, lines=True, metadata={"description": f"for visitors, on the first page: {_MARKUP}"})
    terms = Text(_TEXT, lines=True, metadata={"description": f"what members agree to: {_MARKUP}"})
    privacy = Text(_TEXT, lines=True, metadata={"description": f"what is kept of people, and why: {_MARKUP}"})
    imprint = Text(_TEXT, lines=True, metadata={"description": f"who runs the network: {_MARKUP}"})


class LegalText(CamelSchema):
    """One of the texts."""

    name = fields.String(required=True, validate=validate.OneOf(TEXTS))
    text = fields.String(required=True)


class NetworkTexts(NetworkTextFields):
    """The same as it is."""

    changed_at = fields.String(required=True, allow_none=True)


class NetworkTextChanges(NetworkTextFields):
    """Some of them."""
