"""What the REST API's searches take, and what suggestions answer."""

from typing import Any

from marshmallow import fields, validate

from services.gateway.fields import AccountNumber, Amount, CamelSchema, Moment, Query, Statuses, Text, Words
from services.gateway.schemas import Paged

_TERMS = "terms separated by commas or spaces; any one suffices"
_SORTS = ("relevance", "newest", "name", "distance")


class AtLeast(Amount):
    """An amount that may be negative, in minor units inside."""

    def __init__(self, of: str) -> None:
        super().__init__(zero=True, metadata={"description": f"businesses whose {of} is at least this"})

    def _deserialize(self, value: Any, *arguments: Any, **options: Any) -> int:
        text = str(value)
        amount = super()._deserialize(text.removeprefix("-"), *arguments, **options)
        return -amount if text.startswith("-") else amount


class EntityQuery(Paged):
    """Filters of the directory."""

    q = Text(300, metadata={"description": "one line for people: `organic veg city:Derry within:20 has:offers`"})
    side = fields.String(
        data_key="in",
        validate=validate.OneOf(("any", "offers", "wants", "name")),
        metadata={"description": "where the free words of `q` and `text` are looked for"},
    )
    text = Text(300, metadata={"description": "words, all of them somewhere: lists, name, category, description, town"})
    has = Words(metadata={"description": "some of offers, wants, place, category: has one at least"})
    offers = Words(metadata={"description": _TERMS})
    wants = Words(metadata={"description": _TERMS})
    name = Text(100)
    category = Text(100, metadata={"description": "one, or several separated by commas: any of them"})
    city = Text(100)
    region = Text(100)
    country = Text(100)
    near = Text(100, metadata={"description": "a town, or `latitude,longitude`"})
    within = fields.Integer(validate=validate.Range(1, 500), metadata={"description": "km around `near`; 25"})
    tagged_since = Moment(metadata={"description": "offers or wants added since; needs one of them"})
    favorites_only = fields.Boolean(metadata={"description": "needs querying_entity_id"})
    querying_entity_id = Text(100, metadata={"description": "one's own business, for isFavorite and favorites_only"})
    sort = fields.String(validate=validate.OneOf(_SORTS))
    after = Text(1_000, metadata={"description": "`next` of the page before: goes on after it"})


class AdminEntityQuery(EntityQuery):
    """Filters of the administrators' list."""

    status = Statuses(metadata={"description": "some of the six statuses, separated by commas"})
    account_number = AccountNumber()
    email = Text(100, metadata={"description": "a part of the business's address"})
    balance = AtLeast("balance")
    max_pos_bal = AtLeast("greatest positive balance")
    max_neg_bal = AtLeast("greatest negative balance")
    sort = fields.String(validate=validate.OneOf((*_SORTS, "balance")))


class Counted(CamelSchema):
    """How many have it."""

    value = fields.String(required=True)
    count = fields.Integer(required=True)


def _counted() -> fields.List[Any]:
    return fields.List(fields.Nested(Counted), required=True)


class Facets(CamelSchema):
    """What was found, counted: at most fifteen of each, the most frequent first."""

    total = fields.Integer(required=True)
    categories = _counted()
    city = _counted()
    region = _counted()
    country = _counted()


class SuggestionsQuery(Query):
    """What was typed so far."""

    text = Text(100, load_default="")


class SuggestedBusiness(CamelSchema):
    """A listed business."""

    entity_id = fields.String(required=True, data_key="id")
    name = fields.String(required=True)


def _words() -> fields.List[Any]:
    return fields.List(fields.String(), required=True)


class Suggestions(CamelSchema):
    """At most ten of each, what begins as typed first."""

    tags = _words()
    businesses = fields.List(fields.Nested(SuggestedBusiness), required=True)
    places = _words()
    categories = _words()
