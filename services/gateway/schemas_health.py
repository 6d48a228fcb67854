"""Shapes of the REST API around how the network is: parts, machine, settings, the administrators' overview."""

from marshmallow import fields, validate

from services.gateway.fields import Amount, CamelSchema
from services.gateway.machine import OK, WARNING
from services.gateway.network import TEXTS
from services.gateway.schemas_mailing import MailCounts

PARTS = ("ledger", "directory", "matcher", "notifier")
UP, DOWN, DEGRADED = "up", "down", "degraded"


class PartStates(CamelSchema):
    """Which part answers."""

    class Meta:
        include = {part: fields.String(required=True, validate=validate.OneOf((UP, DOWN))) for part in PARTS}  # noqa: RUF012


class Health(CamelSchema):
    """Whether everything works: when a part is down the rest goes on."""

    status = fields.String(required=True, validate=validate.OneOf((OK, DEGRADED)))
    parts = fields.Nested(PartStates, required=True)


class GaugeRead(CamelSchema):
    """How full it is."""

    status = fields.String(required=True, validate=validate.OneOf((OK, WARNING)))
    percent = fields.Integer(required=True)


class NetworkSettings(CamelSchema):
    """What everybody may know of this network. Administrators change names and texts, operators the rest."""

    name = fields.String(required=True, metadata={"description": "of the network; empty: it has none of its own"})
    unit_name = fields.String(
        required=True, metadata={"description": "what amounts are in, as people say it; empty: credits"}
    )
    welcome = fields.String(required=True, metadata={"description": "for visitors"})
    legal_texts = fields.List(
        fields.String(validate=validate.OneOf(TEXTS)),
        required=True,
        metadata={"description": "those that there are; each is a page: `publicUrl` and `/legal/terms`"},
    )
    unit = fields.String(required=True, metadata={"description": "code of the unit that balances are kept in"})
    public_url = fields.String(required=True, metadata={"description": "where people reach it"})
    terms_version = fields.String(required=True, metadata={"description": "that members agree to; empty: none"})
    terms_url = fields.String(required=True, metadata={"description": "where the terms are; empty: nowhere"})
    recaptcha_site_key = fields.String(
        required=True, metadata={"description": "for the pages' forms; empty: visitors are not asked"}
    )


class BookHead(CamelSchema):
    """How far the ledger is, and whether its balances sum to nothing."""

    position = fields.Integer(required=True)
    time = fields.String(required=True, allow_none=True)
    accounts = fields.Integer(required=True)
    sum_of_balances = Amount(required=True, metadata={"description": "zero, or something is very wrong"})


class Overview(CamelSchema):
    """Numbers that lead to the lists behind them. Null: that part is down, or it is not for coordinators."""

    joining = fields.Integer(required=True, allow_none=True, metadata={"description": "wait for the directory"})
    applying = fields.Integer(required=True, allow_none=True, metadata={"description": "wait for trading membership"})
    trading = fields.Integer(required=True, allow_none=True)
    mail = fields.Nested(MailCounts, required=True, allow_none=True)
    ledger = fields.Nested(BookHead, required=True, allow_none=True)
