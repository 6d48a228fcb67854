"""What administrators see and decide of businesses."""

from services.chassis.web import allow
from services.gateway import session
from services.gateway.clients import Document, Parts
from services.gateway.failures import Forbidden
from services.gateway.fields import STATUSES
from services.gateway.rest.blueprint import bp
from services.gateway.rest.entities import search_terms
from services.gateway.rest.operations import Listed, operation
from services.gateway.rest.views import pending_views, profile_changes, user_view, with_accounts
from services.gateway.schemas import AdminEntity, AdminEntityChanges
from services.gateway.schemas_search import AdminEntityQuery

_LIMITS = {"max_positive_balance": "max_positive", "max_negative_balance": "max_negative"}


@bp.get("/admin/entities")
@allow("admin", "coordinator")
@operation(
    "Businesses of all statuses, newest first",
    query=AdminEntityQuery(),
    data=AdminEntity(),
    listed=True,
    codes={503: ("search.unavailable",)},
)
def admin_entities(query: Document) -> Listed:
    """Filtered by status and account number from the directory itself, by the rest from its search index."""
    parts = session.parts()
    found = _found(parts, query)
    return Listed(with_accounts(parts, found["entities"]), found["total"], query["page_size"], found.get("next"))


@bp.get("/admin/entities/<entity_id>")
@allow("admin", "coordinator")
@operation("One business with users, balance, limits and what is pending", data=AdminEntity())
def admin_entity(entity_id: str) -> Document:
    """Everything on one business."""
    return _view(session.parts(), entity_id)


@bp.patch("/admin/entities/<entity_id>")
@allow("admin", "coordinator")
@operation(
    "Decide on a business: status, categories, limits, profile",
    body=AdminEntityChanges(),
    data=AdminEntity(),
    keyed=True,
    codes={404: ("account.unknown",), 409: ("entity.closed", "status.not_allowed", "status.decided_already")},
)
def change_admin_entity(entity_id: str, body: Document, key: str | None) -> Document:
    """First the directory, then the ledger. With the same key, a call that broke in between can be repeated."""
    parts = session.parts()
    if not session.has_role("admin") and body.keys() & _LIMITS.keys():
        raise Forbidden("auth.forbidden", "Limits are money: an administrator sets them.")
    limits = {theirs: body[ours] for ours, theirs in _LIMITS.items() if ours in body}
    changes = profile_changes({name: value for name, value in body.items() if name not in _LIMITS})
    reason = changes.get("reason") or None
    if changes.keys() - {"reason"}:
        entity = parts.directory.change_entity(entity_id, changes, key=key)
    else:
        entity = parts.directory.entity(entity_id)
    if limits:
        parts.ledger.set_limits(entity["account"], **limits, reason=reason, key=key)
    return _view(parts, entity_id)


def _found(parts: Parts, query: Document) -> Document:
    terms = search_terms(query)
    others = terms.keys() - {"page", "page_size", "status"}
    if others == {"account"}:
        # Current at once: what was found by its number was often made a moment ago.
        return parts.directory.entities(accounts=[terms["account"]])
    if others:
        return parts.directory.search(**{"status": list(STATUSES), **terms})
    status = terms.get("status") or STATUSES
    return parts.directory.entities(status=status, page=query["page"], page_size=query["page_size"])


def _view(parts: Parts, entity_id: str) -> Document:
    entity = parts.directory.entity(entity_id)
    users = [user_view(user) for user in entity.get("users", [])]
    view = with_accounts(parts, [entity])[0]
    return {**view, "users": users, "pending_transfers": pending_views(parts, entity["account"])}
