"""Shapes of the event feed (docs/events-feed.md)."""

from marshmallow import fields, validate

from services.gateway.fields import CamelSchema, Query

MOST_SECONDS = 25
MOST_EVENTS = 500
_CURSOR = validate.Regexp(
    r"\A[A-Za-z0-9_-]{1,200}\Z", error="This is no cursor of ours: take `meta.next` as it was given."
)


class EventsQuery(Query):
    """From where on, which, and how long to wait for the first."""

    cursor = fields.String(
        load_default=None,
        validate=_CURSOR,
        metadata={
            "description": "`meta.next` of the page before, or `id` of an event of a stream; left out: from now on"
        },
    )
    since = fields.String(
        load_default=None,
        validate=validate.OneOf(["beginning"]),
        metadata={"description": "without a cursor: from the oldest that is kept on"},
    )
    wait = fields.Integer(
        load_default=0,
        validate=validate.Range(0, MOST_SECONDS),
        metadata={"description": "seconds to wait for the first event; what comes is answered at once"},
    )
    types = fields.String(
        load_default=None,
        validate=validate.Length(1, 4000),
        metadata={"description": "types of events with commas between; left out: all that one may see"},
    )
    querying_entity_id = fields.String(
        load_default=None,
        validate=validate.Length(1, 64),
        metadata={"description": "what one of one's own businesses sees; administrators and auditors: any"},
    )
    limit = fields.Integer(load_default=100, validate=validate.Range(1, MOST_EVENTS))


class Event(CamelSchema):
    """CloudEvents 1.0 (events/README.md, events/asyncapi.yaml). Members see it without who acted."""

    specversion = fields.String()
    id = fields.String()
    source = fields.String()
    type = fields.String(metadata={"example": "ledger.transfer-completed.v1"})
    time = fields.String(metadata={"format": "date-time"})
    subject = fields.String()
    sequence = fields.String(metadata={"description": "position in its topic, 20 digits"})
    partitionkey = fields.String()
    correlationid = fields.String()
    causationid = fields.String()
    actor = fields.String()
    onbehalfof = fields.String()
    data = fields.Dict()
