"""Shapes of the REST API around webhooks (docs/webhooks.md)."""

from marshmallow import fields, validate

from services.gateway.fields import CamelSchema, Moment, Query, Text
from services.gateway.schemas import GoingOn

STATES = ("queued", "sending", "failed", "delivered", "dead", "forgotten")
SOURCES = ("ledger", "directory")
_MOST_TYPES = 100


class WebhooksQuery(Query):
    """Whose."""

    entity_id = fields.String(
        load_default=None,
        validate=validate.Length(1, 64),
        metadata={"description": "a business of which one is an owner; left out: the network, for administrators"},
    )


class NewWebhook(CamelSchema):
    """Where events go, and which."""

    entity_id = fields.String(load_default=None, allow_none=True, validate=validate.Length(1, 64))
    url = Text(2000, required=True)
    types = fields.List(fields.String(), required=True, validate=validate.Length(1, _MOST_TYPES))
    description = Text(200, load_default="")


class WebhookChange(CamelSchema):
    """What is left out stays."""

    url = Text(2000)
    types = fields.List(fields.String(), validate=validate.Length(1, _MOST_TYPES))
    description = Text(200)


class WebhookSecret(CamelSchema):
    """When one was made, and until when it signs beside the newer one."""

    made_at = Moment()
    until = Moment(allow_none=True)


class Webhook(CamelSchema):
    """A webhook without its secret."""

    webhook_id = fields.String(data_key="id")
    entity_id = fields.String(allow_none=True)
    url = fields.String()
    types = fields.List(fields.String())
    description = fields.String()
    state = fields.String(validate=validate.OneOf(["active", "paused"]))
    reason = fields.String(validate=validate.OneOf(["", "asked", "failures", "no_success", "gone"]))
    failures = fields.Integer(metadata={"description": "in a row"})
    failing_since = Moment(allow_none=True)
    held_until = Moment(allow_none=True, metadata={"description": "nothing is tried before"})
    paused_at = Moment(allow_none=True)
    positions = fields.Dict(
        keys=fields.String(),
        values=fields.Integer(),
        metadata={"description": "while it is paused: the last ones that it had; a replay begins after them"},
    )
    created_at = Moment()
    secrets = fields.List(fields.Nested(WebhookSecret))


class MadeWebhook(Webhook):
    """The same with its secret, which nobody is told again."""

    secret = fields.String(metadata={"description": "shown once"})


class DeliveriesQuery(GoingOn):
    """Which deliveries."""

    state = fields.String(load_default=None, validate=validate.OneOf(STATES))


class Try(CamelSchema):
    """What came of one request."""

    at = Moment()
    status = fields.Integer(allow_none=True)
    error = fields.String(metadata={"description": "a code, where no answer came"})
    milliseconds = fields.Integer(allow_none=True)


class Delivery(CamelSchema):
    """An event on its way to a webhook, or arrived, or given up."""

    delivery_id = fields.String(data_key="id")
    event_id = fields.String()
    type = fields.String()
    source = fields.String()
    position = fields.Integer()
    state = fields.String(validate=validate.OneOf(STATES))
    tries = fields.Integer()
    created_at = Moment()
    due_at = Moment(allow_none=True)
    ended_at = Moment(allow_none=True)
    status = fields.Integer(allow_none=True)
    error = fields.String()
    excerpt = fields.String(metadata={"description": "what the receiver answered: foreign text, 4 KB at most"})
    milliseconds = fields.Integer(allow_none=True)
    again = fields.Boolean(metadata={"description": "whether it can be sent again"})
    history = fields.List(fields.Nested(Try))


class NewReplay(CamelSchema):
    """From where on."""

    source = fields.String(required=True, validate=validate.OneOf(SOURCES))
    position = fields.Integer(required=True, strict=True, validate=validate.Range(1, 10**15))


class Replay(CamelSchema):
    """How far a replay is."""

    replay_id = fields.String(data_key="id")
    source = fields.String(validate=validate.OneOf(SOURCES))
    first = fields.Integer()
    last = fields.Integer()
    reached = fields.Integer()
    queued = fields.Integer(metadata={"description": "deliveries that it made"})
    state = fields.String(validate=validate.OneOf(["running", "done", "stopped"]))
    created_at = Moment()
