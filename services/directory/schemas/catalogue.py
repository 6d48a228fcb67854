"""Shapes of requests about tags and categories."""

from marshmallow import Schema, fields, validate

from services.directory.domain.catalogue import CATEGORY_MAX, MERGED_AT_ONCE
from services.directory.schemas.fields import TEXT_MAX, Text
from services.directory.schemas.reads import Page

_ID = validate.Length(1, TEXT_MAX)


class TermsQuery(Page):
    """GET /catalogue/{kind}."""

    prefix = fields.String(load_default="", validate=validate.Length(max=TEXT_MAX))
    fragment = fields.String(load_default="", validate=validate.Length(max=TEXT_MAX))
    letter = fields.String(load_default="", validate=validate.Regexp(r"^([A-Z#])?$"))
    unused = fields.Boolean(load_default=False)
    after = fields.String(load_default="", validate=validate.Length(max=TEXT_MAX))


class TermBody(Schema):
    """A name, as typed."""

    name = Text(CATEGORY_MAX, required=True, needed=True)


class MergeBody(Schema):
    """POST /catalogue/{kind}/merges: all of `term_ids` become `into`."""

    term_ids = fields.List(fields.String(validate=_ID), required=True, validate=validate.Length(1, MERGED_AT_ONCE))
    into = fields.String(required=True, validate=_ID)


class PairBody(Schema):
    """POST /catalogue/tags/dismissals: these two are not the same thing."""

    names = fields.List(fields.String(validate=_ID), required=True, validate=validate.Length(equal=2))
