"""Shapes of the activity log in the public API."""

from marshmallow import fields, validate

from services.gateway.fields import CamelSchema, Query, Text
from services.gateway.schemas import Paged


class LogQuery(Paged):
    """Which entries."""

    email = Text(100, metadata={"description": "of the person who did it, or whom it is about"})
    category = Text(30, metadata={"description": "user, admin, system; several separated by commas"})
    action = Text(100, metadata={"description": "exactly, or all that begin so with a dot or star at the end"})
    detail = Text(100, metadata={"description": "a part of action or details"})
    date_from = Text(40, metadata={"description": "a day, or an instant"})
    date_to = Text(40, metadata={"description": "a day, which counts whole, or an instant"})
    actor = Text(
        200, metadata={"description": "admin:<id> (a service account: admin:sa-…), user:<id> or system:<what>"}
    )
    subject = Text(200)
    concerns = Text(200, metadata={"description": "the subject, or one of those concerned: entity/<id>, user/<id> …"})
    correlation_id = Text(200)
    before = fields.Integer(validate=validate.Range(1, 2**62), metadata={"description": "entries before this position"})


class LogFileQuery(LogQuery):
    """Which entries, as a file."""

    class Meta:
        exclude = ("page", "page_size", "before")


class LogEntry(CamelSchema):
    """Who did what."""

    user_id = fields.String(required=True, data_key="userID", metadata={"description": "of who did it; may be empty"})
    email = fields.String(required=True, metadata={"description": "of who did it; may be empty"})
    action = fields.String(required=True)
    detail = fields.String(required=True, metadata={"description": "before and after, in one line"})
    category = fields.String(required=True, validate=validate.OneOf(("user", "admin", "system")))
    created_at = fields.String(required=True)
    position = fields.Integer(required=True)
    subject = fields.String(required=True)
    concerns = fields.List(fields.String(), required=True)
    on_behalf_of = fields.String(required=True, allow_none=True)
    before = fields.Dict(required=True, metadata={"description": "amounts in the smallest unit"})
    after = fields.Dict(required=True)
    reason = fields.String(required=True)
    erased = fields.Boolean(required=True)
    correlation_id = fields.String(required=True)
    hash = fields.String(required=True)


class LogState(CamelSchema):
    """Where the log stands."""

    head = fields.Dict(required=True, metadata={"description": "position and hash of the last entry"})
    checked = fields.Dict(required=True, allow_none=True, metadata={"description": "what the last check came to"})
    signed = fields.Dict(
        required=True, allow_none=True, metadata={"description": "the newest signed head: number, position, time, kid"}
    )


class LogHead(CamelSchema):
    """How far the log had come; `jws` is what counts."""

    number = fields.Integer(required=True)
    position = fields.Integer(required=True)
    hash = fields.String(required=True)
    time = fields.String(required=True)
    kid = fields.String(required=True)
    jws = fields.String(required=True)


class LogHeads(CamelSchema):
    """All signed heads, oldest first, and the public keys that they name."""

    iss = fields.String(required=True)
    keys = fields.List(fields.Dict(), required=True, metadata={"description": "JWKs (RFC 7517)"})
    heads = fields.List(fields.Nested(LogHead), required=True)


class ActivityQuery(Query):
    """What was done about oneself, or about one of one's businesses."""

    entity_id = fields.String(metadata={"description": "of one's own; left out: about oneself"})
    before = fields.Integer(validate=validate.Range(1, 2**62), metadata={"description": "entries before this position"})
    limit = fields.Integer(load_default=50, validate=validate.Range(1, 100))


class By(CamelSchema):
    """Who it was; which administrator is not told."""

    kind = fields.String(
        required=True, validate=validate.OneOf(("you", "colleague", "member", "administrator", "system"))
    )
    name = fields.String(required=True)


class ActivityEntry(CamelSchema):
    """What was done."""

    position = fields.Integer(required=True)
    time = fields.String(required=True, data_key="createdAt")
    action = fields.String(required=True)
    subject = fields.String(required=True)
    before = fields.Dict(required=True, metadata={"description": "amounts in the smallest unit"})
    after = fields.Dict(required=True)
    reason = fields.String(required=True)
    erased = fields.Boolean(required=True)
    by = fields.Nested(By, required=True)
    on_behalf_of = fields.Nested(By, allow_none=True)


class OwnActivity(CamelSchema):
    """A page, newest first."""

    entries = fields.List(fields.Nested(ActivityEntry), required=True)
    next = fields.Integer(required=True, allow_none=True, metadata={"description": "`before` of the next page"})
