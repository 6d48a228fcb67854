"""The public directory and its tags."""

from marshmallow import ValidationError

from services.chassis.web import allow
from services.gateway import session
from services.gateway.clients import Document
from services.gateway.rest.blueprint import bp
from services.gateway.rest.operations import Listed, operation
from services.gateway.schemas import Entity, EntityQuery, Tag, TagQuery


@bp.get("/entities")
@allow("public")
@operation("Search the directory: best first, trading members first", query=EntityQuery(), data=Entity(), listed=True)
def entities(query: Document) -> Listed:
    """Only the four accepted statuses are listed."""
    found = session.parts().directory.search(**search_terms(query))
    return Listed(found["entities"], found["total"], query["page_size"])


@bp.get("/entities/<entity_id>")
@allow("public")
@operation("One business", data=Entity())
def entity(entity_id: str) -> Document:
    """Any status can be read by id."""
    return session.parts().directory.entity(entity_id)


@bp.get("/tags")
@allow("public")
@operation("Tags in use that contain a fragment", query=TagQuery(), data=Tag(), listed=True)
def tags(query: Document) -> Listed:
    """Suggestions."""
    found = session.parts().directory.tags(query["fragment"])
    return Listed([{"name": name} for name in found], len(found), max(1, len(found)))


def search_terms(query: Document) -> Document:
    """A checked query as the directory's search takes it. Raises ValidationError."""
    terms = {name: value for name, value in query.items() if value != ""}
    if "tagged_since" in terms and not terms.get("offers") and not terms.get("wants"):
        raise ValidationError({"tagged_since": ["This needs offers or wants to look for."]})
    return terms
