"""Shapes of the REST API around files of members."""

from marshmallow import fields, validate

from services.gateway.fields import CamelSchema, Flag, Moment, Query, Text

MOST_SIGNS = 900_000
MODES = ("file", "row")
STATES = ("checked", "running", "done", "refused", "stopped")


class NewImport(CamelSchema):
    """A file to check."""

    csv = fields.String(required=True, validate=validate.Length(1, MOST_SIGNS))
    name = Text(200, load_default="")


class ImportStart(CamelSchema):
    """How a checked file is imported."""

    mode = fields.String(required=True, validate=validate.OneOf(MODES))
    invite = Flag(
        load_default=False,
    )


class Import(CamelSchema):
    """How far a file is."""

    import_id = fields.String(data_key="id")
    name = fields.String()
    state = fields.String(validate=validate.OneOf(STATES))
    mode = fields.String(allow_none=True, validate=validate.OneOf(MODES))
    invite = fields.Boolean()
    rows = fields.Integer()
    bad = fields.Integer(metadata={"description": "rows with errors: left out, or all of them when it is refused"})
    imported = fields.Integer()
    created_at = Moment()
    finished_at = Moment(allow_none=True)


class ErrorsQuery(Query):
    """Which rows with errors."""

    after = fields.Integer(load_default=0, validate=validate.Range(0, 10**9))
    limit = fields.Integer(load_default=100, validate=validate.Range(1, 1000))


class CellError(CamelSchema):
    """What is wrong with a cell, and what to do about it."""

    field = fields.String()
    what = fields.String()
    next = fields.String()


class RowErrors(CamelSchema):
    """A row with errors."""

    number = fields.Integer(metadata={"description": "as in a spreadsheet: the header is row 1"})
    errors = fields.List(fields.Nested(CellError))


class ImportErrors(CamelSchema):
    """A page of them."""

    rows = fields.List(fields.Nested(RowErrors))
    next = fields.Integer(allow_none=True, metadata={"description": "`after` of the next page"})
