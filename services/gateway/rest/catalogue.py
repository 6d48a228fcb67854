"""Tags and categories: lists for everybody, changes for administrators."""

from services.chassis.web import allow
from services.gateway import session
from services.gateway.clients import Document
from services.gateway.rest.blueprint import bp
from services.gateway.rest.operations import Listed, operation
from services.gateway.schemas_catalogue import CategoryQuery, Term, TermChanged, TermMerge, TermName, TermQuery

_SECONDS = 60
"""A new tag is seen after a minute by visitors, at once by who is logged in."""
_KIND = "/admin/<any(tags, categories):kind>"


@bp.get("/tags")
@allow("public")
@operation(
    "Tags that contain a fragment, by name",
    query=TermQuery(),
    data=Term(),
    listed=True,
    cached=_SECONDS,
    cursor="after",
)
def tags(query: Document) -> Listed:
    """All tags, a page at a time."""
    return _listed("tags", query)


@bp.get("/categories")
@allow("public")
@operation(
    "Categories by prefix and fragment, by name",
    query=CategoryQuery(),
    data=Term(),
    listed=True,
    cached=_SECONDS,
    cursor="after",
)
def categories(query: Document) -> Listed:
    """All categories, a page at a time."""
    return _listed("categories", query)


@bp.post(_KIND)
@allow("admin", "coordinator")
@operation(
    "Create a tag or category", body=TermName(), data=Term(), keyed=True, codes={409: ("term.taken", "term.busy")}
)
def create_term(kind: str, body: Document, key: str | None) -> Document:
    """Under the normalised name."""
    return session.parts().directory.create_term(kind, body["name"], key=key)


@bp.patch(f"{_KIND}/<term_id>")
@allow("admin", "coordinator")
@operation(
    "Rename a tag or category for everybody who has it; the name of another one merges both",
    body=TermName(),
    data=TermChanged(),
    keyed=True,
    codes={409: ("term.taken", "term.busy")},
    matched="etag",
)
def rename_term(kind: str, term_id: str, body: Document, key: str | None) -> Document:
    """One event; businesses follow at once in a small network."""
    return session.parts().directory.rename_term(kind, term_id, body["name"], key=key)


@bp.post(f"{_KIND}/merges")
@allow("admin", "coordinator")
@operation(
    "Make several tags or categories one",
    body=TermMerge(),
    data=TermChanged(),
    keyed=True,
    codes={404: ("term.unknown",), 409: ("term.busy",)},
)
def merge_terms(kind: str, body: Document, key: str | None) -> Document:
    """All of them become the one that stays."""
    return session.parts().directory.merge_terms(kind, body["ids"], body["into"], key=key)


@bp.delete(f"{_KIND}/<term_id>")
@allow("admin", "coordinator")
@operation(
    "Remove a tag or category from everybody who has it",
    data=TermChanged(),
    keyed=True,
    codes={409: ("term.busy",)},
    matched="etag",
)
def remove_term(kind: str, term_id: str, key: str | None) -> Document:
    """It may come again."""
    return session.parts().directory.remove_term(kind, term_id, key=key)


def _listed(kind: str, query: Document) -> Listed:
    found = session.parts().directory.terms(kind, **{name: value for name, value in query.items() if value != ""})
    return Listed(found["terms"], found["total"], query["page_size"], found.get("next"))
