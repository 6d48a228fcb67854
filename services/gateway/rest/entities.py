"""The public directory."""

from marshmallow import ValidationError

from services.chassis.web import allow
from services.gateway import session
from services.gateway.clients import Document
from services.gateway.failures import Unauthenticated
from services.gateway.rest.blueprint import bp
from services.gateway.rest.operations import Listed, operation
from services.gateway.rest.refusals import Codes, both
from services.gateway.schemas import Entity, InWhoseEyes
from services.gateway.schemas_search import EntityQuery, Facets, Suggestions, SuggestionsQuery

_THEIR_EYES: Codes = {401: ("auth.missing",), 403: ("auth.forbidden", "entity.not_yours")}
"""Of a search in the eyes of a business."""

_SECONDS = 15
"""So long visitors may see what a business has just changed or hidden; who is logged in never does."""
_THEIRS = {"side": "in", "max_neg_bal": "max_negative", "max_pos_bal": "max_positive", "account_number": "account"}
"""What the services call differently from the API."""


@bp.get("/entities")
@allow("public")
@operation(
    "Search the directory: best first, trading members first",
    query=EntityQuery(),
    data=Entity(),
    listed=True,
    codes=both(_THEIR_EYES, {503: ("search.unavailable",)}),
    cursor="after",
    cached=_SECONDS,
)
def entities(query: Document) -> Listed:
    """Only the four accepted statuses are listed."""
    found = session.parts().directory.search(**search_terms(query))
    return Listed(found["entities"], found["total"], query["page_size"], found.get("next"))


@bp.get("/entities/facets")
@allow("public")
@operation(
    "How many of what such a search finds have which category, town, region, country",
    query=EntityQuery(),
    data=Facets(),
    codes=both(_THEIR_EYES, {503: ("search.unavailable",)}),
)
def facets(query: Document) -> Document:
    """To narrow it down by."""
    found = session.parts().directory.search(**search_terms(query) | {"page_size": 1, "facets": "true"})
    return {"total": found["total"], **found["facets"]}


@bp.get("/entities/<entity_id>")
@allow("public")
@operation("One business", query=InWhoseEyes(), data=Entity(), codes=_THEIR_EYES, cached=_SECONDS)
def entity(entity_id: str, query: Document) -> Document:
    """Any status can be read by id."""
    return session.parts().directory.entity(entity_id, querying_entity_id=in_whose_eyes(query))


def in_whose_eyes(query: Document) -> str | None:
    """The business for `isFavorite`; the directory sees that it is the caller's own. Raises Unauthenticated."""
    querying: str | None = query.get("querying_entity_id")
    if querying and session.current() is None:
        raise Unauthenticated(detail="Log in to ask in the eyes of a business of your own.")
    return querying


@bp.get("/suggestions")
@allow("public")
@operation(
    "Words, businesses, towns, categories that begin so",
    query=SuggestionsQuery(),
    data=Suggestions(),
    codes={503: ("search.unavailable",)},
    cached=_SECONDS,
)
def suggestions(query: Document) -> Document:
    """While somebody types."""
    return session.parts().directory.suggestions(query["text"])


def search_terms(query: Document) -> Document:
    """A checked query as the directory's search takes it. Raises ValidationError."""
    terms = {
        _THEIRS.get(name, name): value
        for name, value in query.items()
        if value not in ("", None) and value is not False
    }
    if "tagged_since" in terms and not (terms.keys() & {"offers", "wants", "q"}):
        raise ValidationError({"tagged_since": ["This needs offers or wants to look for."]})
    if terms.pop("favorites_only", False):
        if "querying_entity_id" not in terms:
            raise ValidationError({"favorites_only": ["Whose favourites? Give querying_entity_id too."]})
        terms["is"] = "favourite"
    for name in ("balance", "max_negative", "max_positive"):
        if name in terms:
            # "At least", as the specification says.
            terms[name] = f">={terms[name]}"
    in_whose_eyes(terms)
    return terms
