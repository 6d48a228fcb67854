"""What administrators see and decide of businesses."""

from services.chassis.web import allow
from services.gateway import session
from services.gateway.clients import Document, Parts
from services.gateway.closing import close_business
from services.gateway.failures import Forbidden
from services.gateway.fields import STATUSES
from services.gateway.rest import preconditions
from services.gateway.rest.admin_transfers import pending
from services.gateway.rest.blueprint import bp
from services.gateway.rest.entities import search_terms
from services.gateway.rest.operations import Listed, operation
from services.gateway.rest.refusals import STEP_UP, both
from services.gateway.rest.views import profile_changes, user_view, with_accounts
from services.gateway.schemas_admin import AdminEntity, AdminEntityChanges, WhyQuery
from services.gateway.schemas_privacy import Closed
from services.gateway.schemas_search import AdminEntityQuery
from services.gateway.scopes import LOGIN

_UNSAID = "Closed by an administrator."
_LIMITS = {"max_positive_balance": "max_positive", "max_negative_balance": "max_negative"}


@bp.get("/admin/entities")
@allow("admin", "coordinator")
@operation(
    "Businesses of all statuses, newest first",
    query=AdminEntityQuery(),
    data=AdminEntity(),
    listed=True,
    codes={503: ("search.unavailable",)},
    cursor="after",
)
def admin_entities(query: Document) -> Listed:
    """Filtered by status and account number from the directory itself, by the rest from its search index."""
    parts = session.parts()
    found = _found(parts, query)
    views = _with_users(parts, with_accounts(parts, found["entities"]))
    return Listed(views, found["total"], query["page_size"], found.get("next"))


@bp.get("/admin/entities/<entity_id>")
@allow("admin", "coordinator")
@operation("One business with users, balance, limits and what is pending", data=AdminEntity(), matched="version")
def admin_entity(entity_id: str) -> Document:
    """Everything on one business."""
    return _view(session.parts(), entity_id)


@bp.patch("/admin/entities/<entity_id>")
@allow("admin", "coordinator")
@operation(
    "Decide on a business: status, categories, limits, profile, people",
    body=AdminEntityChanges(),
    data=AdminEntity(),
    keyed=True,
    codes={
        404: ("user.unknown", "account.unknown"),
        409: ("status.not_allowed", "status.decided_already", "entity.closed", "membership.last_owner"),
    },
    example={"status": "tradingAccepted", "reason": "Welcome", "maxNegativeBalance": 100},
    matched="version",
)
def change_admin_entity(entity_id: str, body: Document, key: str | None, expected: list[int] | None) -> Document:
    """First the directory, then the ledger. With the same key, a call that broke in between can be repeated."""
    parts = session.parts()
    if not session.has_role("admin") and body.keys() & _LIMITS.keys():
        raise Forbidden("auth.forbidden", "Limits are money: an administrator sets them.")
    limits = {theirs: body[ours] for ours, theirs in _LIMITS.items() if ours in body}
    changes = profile_changes({name: value for name, value in body.items() if name not in _LIMITS})
    reason = changes.get("reason") or None
    if changes.keys() - {"reason"}:
        entity = parts.directory.change_entity(entity_id, changes, key=key, expected=expected)
    else:
        entity = parts.directory.entity(entity_id)
        if expected is not None and entity["version"] not in expected:
            raise preconditions.failed()
    if limits:
        parts.ledger.set_limits(entity["account"], **limits, reason=reason, key=key)
    return _view(parts, entity_id)


@bp.delete("/admin/entities/<entity_id>")
@allow("admin")
@operation(
    "Close a business for good",
    query=WhyQuery(),
    data=Closed(),
    keyed=True,
    scope=LOGIN,
    notes="At a balance of zero. What is pending is cancelled, everything personal deleted; its account number stays.",
    codes=both(STEP_UP, {422: ("entity.balance_not_zero",)}),
    matched="etag",
)
def delete_admin_entity(entity_id: str, query: Document, key: str | None) -> Document:
    """After verification."""
    parts = session.parts()
    account = parts.directory.entity(entity_id)["account"]
    return close_business(parts, entity_id, account, query.get("reason") or _UNSAID, key)


def _with_users(parts: Parts, views: list[Document]) -> list[Document]:
    """Who belongs to them: one question for all."""
    if not views:
        return []
    found = parts.directory.belonging(entities=[view["entity_id"] for view in views])
    users = {user["user_id"]: user_view(user) for user in found["users"]}
    people: dict[str, list[Document]] = {view["entity_id"]: [] for view in views}
    for each in found["memberships"]:
        if each["user_id"] in users:
            people[each["entity_id"]].append(users[each["user_id"]])
    return [{**view, "users": people[view["entity_id"]]} for view in views]


def _found(parts: Parts, query: Document) -> Document:
    terms = search_terms(query)
    others = terms.keys() - {"page", "page_size", "status", "after"}
    if others == {"account"}:
        # Current at once: what was found by its number was often made a moment ago.
        found = parts.directory.entities(accounts=[terms["account"]])["entities"]
        fitting = [entity for entity in found if entity["status"] in (terms.get("status") or STATUSES)]
        return {"entities": fitting if query["page"] == 1 and "after" not in terms else [], "total": len(fitting)}
    if others:
        return parts.directory.search(**{"status": list(STATUSES), **terms})
    status = terms.get("status") or STATUSES
    page = {name: query[name] for name in ("page", "page_size", "after") if query.get(name)}
    return parts.directory.entities(status=status, **page)


def _view(parts: Parts, entity_id: str) -> Document:
    entity = parts.directory.entity(entity_id)
    users = [user_view(user) for user in entity.get("users", [])]
    view = with_accounts(parts, [entity])[0]
    return {**view, "users": users, "pending_transfers": pending(parts, entity["account"])}
