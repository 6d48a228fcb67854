"""Shapes of questions."""

from marshmallow import Schema, fields, validate

from services.ledger.schemas.fields import LARGEST_POSITION, AccountNumber, Instant


class PageSchema(Schema):
    account = AccountNumber(load_default=None)
    status = fields.String(
        load_default="all", validate=validate.OneOf(("all", "initiated", "completed", "cancelled"))
    )  # fmt: skip
    page = fields.Integer(load_default=1, validate=validate.Range(1, 1_000_000))
    page_size = fields.Integer(load_default=10, validate=validate.Range(1, 100))


class NumbersSchema(Schema):
    numbers = fields.String(required=True, validate=validate.Length(1, 100 * 17))


class StatementSchema(Schema):
    since = Instant(load_default=None, data_key="from")
    until = Instant(load_default=None, data_key="to")
    before = fields.Integer(load_default=None, validate=validate.Range(1, LARGEST_POSITION))
    limit = fields.Integer(load_default=20, validate=validate.Range(1, 100))


PAGE, NUMBERS, STATEMENT = PageSchema(), NumbersSchema(), StatementSchema()
