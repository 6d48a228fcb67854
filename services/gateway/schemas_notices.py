"""Shapes of the REST API around what people are told: notices, preferences, links that stop mails."""

from marshmallow import fields, validate

from services.gateway.fields import CamelSchema, Flag, Moment

_CLOCK = validate.Regexp(r"^([01][0-9]|2[0-3]):[0-5][0-9](?![\s\S])", error="Write a time like 22:00.")
"""To the end of the text in OpenAPI's regular expressions as in ours: `$` lets a line feed through."""
_MOST_GROUPS = 30


class Notice(CamelSchema):
    """What somebody was told, in one line, with names as they are now."""

    notice_id = fields.String(required=True, data_key="id")
    kind = fields.String(required=True)
    text = fields.String(required=True, metadata={"description": "in the language that the business chose"})
    path = fields.String(required=True, metadata={"description": "where it leads on the pages; may be empty"})
    entity_id = fields.String(
        required=True, allow_none=True, data_key="entityID", metadata={"description": "null: to the person"}
    )
    at = fields.String(required=True, data_key="createdAt")
    read = fields.Boolean(required=True, metadata={"description": "by who asks: each person has their own"})


class Unread(CamelSchema):
    """How many one has not read."""

    unread = fields.Integer(required=True, metadata={"description": "counted up to 100"})


class ReadUntil(CamelSchema):
    """Up to when."""

    until = Moment(allow_none=True, metadata={"description": "those shown until then; left out: all until now"})


class ToldGroup(CamelSchema):
    """Whether something is told, and how."""

    group = fields.String(required=True, validate=validate.Length(1, 50))
    mail = Flag(required=True, allow_none=True, metadata={"description": "null: never so"})
    notice = Flag(
        required=True,
        allow_none=True,
    )


class QuietHours(CamelSchema):
    """Local times between which no mail goes out; it waits."""

    begins = fields.String(required=True, data_key="from", validate=_CLOCK, metadata={"example": "22:00"})
    ends = fields.String(required=True, data_key="to", validate=_CLOCK, metadata={"example": "07:00"})


class Language(CamelSchema):
    """One to choose from."""

    code = fields.String(required=True)
    called = fields.String(required=True)


class ToldPreferences(CamelSchema):
    """What a business wants to hear of, by which channel, and when; the whole of it."""

    groups = fields.List(
        fields.Nested(ToldGroup),
        required=True,
        validate=validate.Length(1, _MOST_GROUPS),
        metadata={"description": "security can't be switched off, and is not among them"},
    )
    quiet_hours = fields.Nested(QuietHours, required=True, allow_none=True)
    digest_hour = fields.Integer(
        required=True, strict=True, validate=validate.Range(0, 23), metadata={"description": "of the daily mail"}
    )
    time_zone = fields.String(
        required=True, validate=validate.Length(1, 60), metadata={"description": "IANA", "example": "Europe/London"}
    )
    language = fields.String(validate=validate.Length(1, 20), metadata={"description": "left out: as it was"})
    languages = fields.List(fields.Nested(Language), dump_only=True)


class Unsubscription(CamelSchema):
    """What the link in a mail stops, and whether it is stopped."""

    group = fields.String(required=True)
    name = fields.String(required=True, metadata={"description": "of the business"})
    stopped = fields.Boolean(required=True)
    all_stopped = fields.Boolean(required=True, metadata={"description": "all but security to that address"})


class Stop(CamelSchema):
    """How much."""

    all = Flag(
        load_default=False,
        metadata={"description": "true: everything but security, to the address that the mail went to"},
    )  # fmt: skip
