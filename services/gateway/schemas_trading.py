"""Shapes of the REST API for trades that could be: leads and suppliers, trading loops, saved searches."""

from typing import Any

from marshmallow import fields, validate

from services.gateway.fields import Amount, CamelSchema, Moment, Query, Text

SINCE_ALL, SINCE_LOGIN, SINCE_MAIL = "all", "last_login", "last_mail"
HOW = ("exact", "prefix", "contains", "stem", "synonym", "fuzzy", "related", "category")
_SIDES = ("leads", "suppliers")


def _kilometres(what: str) -> fields.String:
    return fields.String(allow_none=True, metadata={"description": f"kilometres {what}", "example": "12.4"})


class Since(Moment):
    """A time, or one of three words for one."""

    def _deserialize(self, value: Any, *arguments: Any, **options: Any) -> str:
        if value in (SINCE_ALL, SINCE_LOGIN, SINCE_MAIL):
            return str(value)
        return super()._deserialize(value, *arguments, **options)


class MatchQuery(Query):
    """Since when, and how many."""

    since = Since(
        load_default=SINCE_ALL,
        metadata={
            "description": "tags added after: `all`, `last_login` (the one before this), `last_mail` (of matches), "
            "or a time. `all` where there was no such login or mail"
        },
    )
    limit = fields.Integer(load_default=10, validate=validate.Range(1, 50), metadata={"description": "of each kind"})


class Together(CamelSchema):
    """Why two words are taken for related: how often they stand together."""

    members = fields.Integer(required=True, metadata={"description": "whose lists have both"})
    trades = fields.Integer(required=True, metadata={"description": "between pairs of traders that have both"})
    of = fields.Integer(required=True, metadata={"description": "lists and pairs that have either"})


class Match(CamelSchema):
    """A business, and the pair of words that fits."""

    entity_id = fields.String(required=True, data_key="entityID")
    account = fields.String(required=True, data_key="accountNumber")
    name = fields.String(required=True)
    city = fields.String(required=True)
    trading = fields.Boolean(required=True, metadata={"description": "takes credits"})
    mine = fields.String(required=True, metadata={"description": "a tag of one's own, or a category"})
    theirs = fields.String(required=True)
    how = fields.String(required=True, validate=validate.OneOf(HOW))
    score = fields.Integer(required=True, metadata={"description": "0 to 100: how well it fits"})
    distance_km = _kilometres("between the two")
    trades = fields.Integer(required=True, metadata={"description": "how often the two traded, either way"})
    added_at = fields.String(required=True, allow_none=True)
    together = fields.Nested(Together, allow_none=True, metadata={"description": "of `related`"})


class Room(CamelSchema):
    """How much one could still trade; null while that is not known."""

    leads = Amount(required=True, allow_none=True, metadata={"description": "the most that can be received"})
    suppliers = Amount(required=True, allow_none=True, metadata={"description": "the most that can be paid"})


class Matches(CamelSchema):
    """Leads want what one offers, suppliers offer what one wants; the best first."""

    leads = fields.List(fields.Nested(Match), required=True)
    suppliers = fields.List(fields.Nested(Match), required=True)
    could_trade_up_to = fields.Nested(Room, required=True)
    since = fields.String(required=True, allow_none=True, metadata={"description": "tags added after it; null: all"})


class NewFeedback(CamelSchema):
    """A match as it was shown, which is not relevant."""

    other_id = fields.String(required=True, data_key="entityID", validate=validate.Length(1, 100))
    mine = Text(100, required=True)
    theirs = Text(100, required=True)
    side = fields.String(required=True, validate=validate.OneOf(_SIDES))


class Feedback(CamelSchema):
    """What is not shown any more."""

    feedback_id = fields.String(required=True, data_key="id")
    other_id = fields.String(required=True, data_key="entityID")
    name = fields.String(required=True)
    mine = fields.String(required=True)
    theirs = fields.String(required=True)
    side = fields.String(required=True, validate=validate.OneOf(_SIDES))
    at = fields.String(required=True, data_key="createdAt")


class LoopQuery(Query):
    """How many."""

    limit = fields.Integer(load_default=10, validate=validate.Range(1, 20))


class LoopMember(CamelSchema):
    """Of a loop."""

    entity_id = fields.String(required=True, data_key="entityID")
    account = fields.String(required=True, data_key="accountNumber")
    name = fields.String(required=True)
    city = fields.String(required=True)
    interested_at = fields.String(required=True, allow_none=True, metadata={"description": "null: has not said so"})


class LoopStep(CamelSchema):
    """Who gives what to whom."""

    giver = fields.String(required=True, data_key="giverID")
    receiver = fields.String(required=True, data_key="receiverID")
    offer = fields.String(required=True)
    want = fields.String(required=True)


class Loop(CamelSchema):
    """Two to five businesses, each of which wants what the next one offers."""

    loop_id = fields.String(required=True, data_key="id")
    score = fields.Integer(required=True, allow_none=True, metadata={"description": "null when it is not open"})
    open = fields.Boolean(required=True, metadata={"description": "closes at the moment"})
    members = fields.List(fields.Nested(LoopMember), required=True)
    gives = fields.List(fields.Nested(LoopStep), required=True)
    farthest_km = _kilometres("between the two that are farthest apart")
    agreed_at = fields.String(required=True, allow_none=True, metadata={"description": "since when all want it"})


class NewSearch(CamelSchema):
    """What to look for all the time."""

    text = Text(60, required=True, metadata={"description": "2 to 60 characters"})
    side = fields.String(
        required=True,
        validate=validate.OneOf(("offers", "wants")),
        metadata={"description": "in which of the others' lists"},
    )
    max_km = fields.Integer(strict=True, allow_none=True, load_default=None, validate=validate.Range(1, 2_000))
    category = fields.String(allow_none=True, load_default=None, validate=validate.Length(1, 100))


class Search(CamelSchema):
    """A search that is kept: what is new for it is told by notice and mail."""

    search_id = fields.String(required=True, data_key="id")
    text = fields.String(required=True)
    side = fields.String(required=True, validate=validate.OneOf(("offers", "wants")))
    max_km = fields.Integer(required=True, allow_none=True)
    category = fields.String(required=True, allow_none=True)
    created_at = fields.String(required=True)
    found = fields.Integer(required=True, metadata={"description": "how many it finds now"})
