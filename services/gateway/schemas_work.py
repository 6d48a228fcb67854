"""Shapes of the REST API around what administrators do for trade: words, what lacks, clearing, tags that are alike."""

from marshmallow import fields, validate

from services.gateway.fields import Amount, CamelSchema, Text
from services.gateway.schemas_catalogue import CategoryQuery, Term
from services.gateway.schemas_trading import LoopStep

_MOST_GROUPS, _FEWEST, _MOST_WORDS = 2_000, 2, 20


class WordGroups(CamelSchema):
    """Groups of words for the same trade, and which edition of the list they are."""

    groups = fields.List(
        fields.List(
            Text(50),
            validate=validate.Length(_FEWEST, _MOST_WORDS, error=f"Between {_FEWEST} and {_MOST_WORDS} words."),
        ),
        required=True,
        validate=validate.Length(max=_MOST_GROUPS, error=f"At most {_MOST_GROUPS} groups."),
        metadata={"example": [["plumber", "heating engineer"]]},
    )
    version = fields.Integer(
        required=True,
        strict=True,
        validate=validate.Range(min=0),
        metadata={"description": "of the list that was read; 0: ours, nobody has edited it"},
    )


class WordList(WordGroups):
    """The list that is in force."""

    edited_at = fields.String(required=True, allow_none=True)


class WordSuggestion(CamelSchema):
    """Two tags that are often together and don't fit by their words."""

    one = fields.String(required=True)
    other = fields.String(required=True)
    members = fields.Integer(required=True, metadata={"description": "lists that have both"})
    trades = fields.Integer(required=True, metadata={"description": "pairs of traders that have both"})
    of = fields.Integer(required=True, metadata={"description": "lists and pairs that have either"})


class Lacking(CamelSchema):
    """A tag that nobody meets."""

    tag = fields.String(required=True)
    members = fields.Integer(required=True)
    newest_at = fields.String(required=True)
    towns = fields.List(fields.Dict(), required=True, metadata={"description": "`town` and `members`"})


class WantedInMonth(CamelSchema):
    """What was wanted most in a town."""

    month = fields.String(required=True)
    area = fields.String(required=True)
    tag = fields.String(required=True)
    members = fields.Integer(required=True)


class Insight(CamelSchema):
    """What the network lacks."""

    members = fields.Integer(required=True)
    unmet = fields.List(fields.Nested(Lacking), required=True, metadata={"description": "wants nobody else offers"})
    unused = fields.List(fields.Nested(Lacking), required=True, metadata={"description": "offers nobody else wants"})
    months = fields.List(fields.Nested(WantedInMonth), required=True, metadata={"description": "the newest twelve"})


class Trader(CamelSchema):
    """A business in a suggestion."""

    entity_id = fields.String(required=True, data_key="id")
    account = fields.String(required=True, data_key="accountNumber")
    name = fields.String(required=True)


class Strained(Trader):
    """A trading member at 60 % of a limit or further."""

    balance = Amount(required=True)
    percent = fields.Integer(required=True, metadata={"description": "of the limit"})


class Give(LoopStep):
    """Who gives what to whom."""


class ClearingSuggestion(CamelSchema):
    """A trade that would bring two members back towards zero, or one by way of a third."""

    giver = fields.Nested(Strained, required=True)
    receiver = fields.Nested(Strained, required=True)
    over = fields.Nested(Trader, required=True, allow_none=True)
    gives = fields.List(fields.Nested(Give), required=True)
    amount = Amount(required=True)


class Clearing(CamelSchema):
    """Who is far from zero, and what would help."""

    below = fields.List(fields.Nested(Strained), required=True)
    above = fields.List(fields.Nested(Strained), required=True)
    pairs = fields.List(fields.Nested(ClearingSuggestion), required=True)
    chains = fields.List(fields.Nested(ClearingSuggestion), required=True)


class CountedTermQuery(CategoryQuery):
    """How a name begins, its letter, or those that nobody has."""

    unused = fields.Boolean(load_default=False, metadata={"description": "those that nobody has alone"})


class CountedTerm(Term):
    """A tag or category, and how many have it."""

    letter = fields.String(required=True)
    created_at = fields.String(required=True)
    offers = fields.Integer(required=True, metadata={"description": "of a tag: listed businesses that offer it"})
    wants = fields.Integer(required=True)
    businesses = fields.Integer(required=True, metadata={"description": "of a category"})
    holders = fields.Integer(metadata={"description": "all businesses that have it; of one"})


class AlikeTags(CamelSchema):
    """Two tags that may be one."""

    keep = fields.Nested(CountedTerm, required=True)
    merge = fields.Nested(CountedTerm, required=True)
    why = fields.String(required=True)


class TagsApart(CamelSchema):
    """Two tags that are not the same thing."""

    names = fields.List(
        Text(100), required=True, validate=validate.Length(2, 2, error="Two of them."),
        metadata={"example": ["bread", "bead"]},
    )  # fmt: skip
