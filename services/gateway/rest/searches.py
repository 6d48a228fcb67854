"""Searches that one's business keeps: what is new for them is told by notice and mail."""

from services.chassis.web import allow
from services.gateway import session
from services.gateway.clients import Document
from services.gateway.permissions import acts
from services.gateway.rest.blueprint import bp
from services.gateway.rest.members import must_own
from services.gateway.rest.operations import Listed, operation
from services.gateway.schemas_trading import NewSearch, Search
from services.gateway.scopes import DIRECTORY

_HERE = "/user/entities/<entity_id>/searches"


@bp.get(_HERE)
@allow("member")
@operation("What one's business looks for all the time, newest first", data=Search(), listed=True)
def searches(entity_id: str) -> Listed:
    """At most twenty."""
    must_own(entity_id)
    return Listed.whole(session.parts().matcher.searches(entity_id)["searches"])


@bp.post(_HERE)
@allow("member")
@acts("operator")
@operation(
    "Keep one more search",
    body=NewSearch(),
    data=Search(),
    keyed=True,
    scope=DIRECTORY,
    codes={409: ("search.too_many",), 422: ("search.no_words",)},
)
def save_search(entity_id: str, body: Document, key: str | None) -> Document:
    """The same one again is the one that is there."""
    must_own(entity_id)
    return session.parts().matcher.save_search(entity_id, body, key=key)


@bp.delete(f"{_HERE}/<search_id>")
@allow("member")
@acts("operator")
@operation("Be told of nothing more for a search", keyed=True, scope=DIRECTORY, codes={404: ("search.unknown",)})
def delete_search(entity_id: str, search_id: str, key: str | None) -> None:
    """404 `search.unknown` when there is none of that id."""
    must_own(entity_id)
    session.parts().matcher.delete_search(entity_id, search_id, key=key)
