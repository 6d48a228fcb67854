"""Members' logins as administrators see, change and end them (behaviour.md 2.4, 28–31)."""

from collections.abc import Sequence

from services.chassis.web import allow
from services.gateway import session
from services.gateway.clients import Document, Parts
from services.gateway.rest.blueprint import bp
from services.gateway.rest.operations import Listed, operation
from services.gateway.rest.refusals import STEP_UP, both
from services.gateway.rest.views import entity_view, user_view
from services.gateway.schemas_admin import AdminUser, AdminUserChanges, WhyQuery
from services.gateway.schemas_people import UsersQuery

_AT_ONCE = 200
"""So many businesses the directory tells in one answer."""


@bp.get("/admin/users")
@allow("admin", "coordinator")
@operation("Members' logins by last name or address", query=UsersQuery(), data=AdminUser(), listed=True, cursor="after")
def users(query: Document) -> Listed:
    """By last name."""
    parts = session.parts()
    found = parts.directory.users(**query)
    return Listed(_views(parts, found["users"]), found["total"], query["page_size"], found.get("next"))


@bp.get("/admin/users/<user_id>")
@allow("admin", "coordinator")
@operation("One login, with its businesses", data=AdminUser())
def admin_user(user_id: str) -> Document:
    """Of anybody."""
    parts = session.parts()
    return _views(parts, [parts.directory.user(user_id)])[0]


@bp.patch("/admin/users/<user_id>")
@allow("admin")
@operation(
    "Change somebody's login: names, address, password, businesses",
    body=AdminUserChanges(),
    data=AdminUser(),
    keyed=True,
    notes="All of it or nothing. Address and password need a session that was verified lately, which no API token "
    "has; for a password the person is told, and all their sessions end.",
    codes=both(STEP_UP, {404: ("entity.unknown",), 409: ("user.email_taken", "membership.last_owner")}),
    example={"firstName": "Ann", "telephone": "+44 1706 555 014"},
    matched="etag",
)
def change_admin_user(user_id: str, body: Document, key: str | None) -> Document:
    """Told in the audit log with what was and what is."""
    parts = session.parts()
    return _views(parts, [parts.directory.change_user(user_id, body, key=key)])[0]


@bp.delete("/admin/users/<user_id>")
@allow("admin")
@operation(
    "End a member's login for good; its businesses stay",
    query=WhyQuery(),
    data=AdminUser(),
    notes="Everything personal is deleted. The answer says once more what it was.",
    codes=STEP_UP,
    matched="etag",
)
def close_admin_user(user_id: str, query: Document) -> Document:
    """After verification."""
    parts = session.parts()
    (was,) = _views(parts, [parts.directory.user(user_id)])
    parts.directory.close_login(user_id, reason=query.get("reason", ""))
    return was


def _views(parts: Parts, users: Sequence[Document]) -> list[Document]:
    """With their businesses: one question who belongs to what, one (or a few) what those are."""
    if not users:
        return []
    belonging = parts.directory.belonging(users=[user["user_id"] for user in users])["memberships"]
    entities = _entities(parts, list(dict.fromkeys(each["entity_id"] for each in belonging)))
    own: dict[str, list[Document]] = {user["user_id"]: [] for user in users}
    for each in belonging:
        if each["entity_id"] in entities:
            part = {"role": each["role"], "view_only": each["view_only"]}
            own[each["user_id"]].append(entities[each["entity_id"]] | part)
    return [{**user_view(user), "entities": own[user["user_id"]]} for user in users]


def _entities(parts: Parts, ids: Sequence[str]) -> dict[str, Document]:
    some = [ids[first : first + _AT_ONCE] for first in range(0, len(ids), _AT_ONCE)]
    found = [entity for asked in some for entity in parts.directory.entities(ids=asked)["entities"]]
    return {entity["entity_id"]: entity_view(entity) for entity in found}
