"""Shapes of the REST API around mails: what waits, what failed and why, how kinds read, who is not written to."""

from marshmallow import fields, validate

from services.gateway.fields import CamelSchema, Query, Text
from services.gateway.schemas import GoingOn

STATES = ("queued", "sending", "sent", "failed", "dead", "expired", "discarded")
WHY = ("bounce", "spam", "unsubscribe", "asked")


class MailQuery(GoingOn):
    """Which mails."""

    state = fields.String(validate=validate.OneOf(STATES))


class Mail(CamelSchema):
    """A mail, without address and text."""

    message_id = fields.String(required=True, data_key="id")
    kind = fields.String(required=True)
    entity_id = fields.String(required=True, allow_none=True, data_key="entityID")
    state = fields.String(required=True, validate=validate.OneOf(STATES))
    tries = fields.Integer(required=True)
    error = fields.String(required=True, metadata={"description": "why the last try failed, as `refused: 550`"})
    created_at = fields.String(required=True)
    sent_at = fields.String(required=True, allow_none=True)
    died_at = fields.String(required=True, allow_none=True, metadata={"description": "when it was given up"})
    due_at = fields.String(required=True, allow_none=True, metadata={"description": "when it is tried again"})
    may_retry = fields.Boolean(required=True)
    may_discard = fields.Boolean(required=True)
    spent = fields.Boolean(required=True, metadata={"description": "what it said is deleted"})


class MailCounts(CamelSchema):
    """How many there are in each state."""

    class Meta:
        include = {state: fields.Integer(required=True) for state in STATES}  # noqa: RUF012


class MailKind(CamelSchema):
    """A kind of mail, and of notice."""

    kind = fields.String(required=True)
    group = fields.String(required=True)
    channels = fields.List(fields.String(), required=True)
    to = fields.String(required=True, metadata={"description": "to whom, in words"})


class MailKinds(CamelSchema):
    """All kinds, and the languages they are written in, the network's own first."""

    kinds = fields.List(fields.Nested(MailKind), required=True)
    languages = fields.List(fields.String(), required=True)


class PreviewQuery(Query):
    """In which language."""

    language = Text(10)


class MailPreview(CamelSchema):
    """How a kind reads, with made up facts."""

    subject = fields.String(required=True)
    text = fields.String(required=True)
    html = fields.String(required=True)
    notice = fields.String(required=True, metadata={"description": "empty where there is none"})


class SuppressionSearch(CamelSchema):
    """One address, or all."""

    address = Text(320, load_default="", metadata={"description": "left out: all", "example": "ann@farm.example"})
    page = fields.Integer(strict=True, load_default=1, validate=validate.Range(1, 100_000))
    page_size = fields.Integer(strict=True, load_default=20, validate=validate.Range(1, 100))


class Suppression(CamelSchema):
    """An address that is not written to any more: only its digest is kept."""

    digest = fields.String(required=True)
    reason = fields.String(required=True, validate=validate.OneOf(WHY))
    at = fields.String(required=True)
