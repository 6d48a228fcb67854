"""Businesses: reading and changing them, and the trading application."""

from flask import Response

from services.chassis.web import Problem, allow, answer, body, caller, query
from services.directory.api.blueprint import (
    READERS,
    bp,
    by,
    done,
    is_admin,
    is_staff_of_members,
    note_view,
    only_admins_filter,
    only_own,
    reader,
    the_directory,
    window_after,
)
from services.directory.domain import EntityChange
from services.directory.domain.statuses import ADMIN, COORDINATOR
from services.directory.handlers import administering, favourites, members, reading
from services.directory.schemas.entities import ApplicationBody, EntityFieldsByAdmin
from services.directory.schemas.reads import EntitiesQuery, EntityQuery

_ENTITIES, _ENTITY = EntitiesQuery(), EntityQuery()
_STAFFS = frozenset({"status", "reason", "expected_status", "categories", "users"})
_ENTITY_BY_ADMIN, _APPLICATION = EntityFieldsByAdmin(), ApplicationBody()


@bp.get("/entities")
@allow(*READERS)
def entities() -> Response:
    """Entities by ids or accounts in the order asked; else by status, newest first."""
    asked = query(_ENTITIES)
    store, reads = the_directory().store, reader()
    mine = favourites.querying(reads, asked["querying_entity_id"])
    if asked["ids"] or asked["accounts"]:
        found = reading.entities(store, reads, asked["ids"], asked["accounts"])
        return answer({"entities": favourites.marked(store, mine, found), "total": len(found)})
    only_admins_filter(asked["status"])
    page = reading.newest(store, reads, asked["status"], window_after(asked))
    return answer({**page, "entities": favourites.marked(store, mine, page["entities"])})


@bp.get("/entities/<entity_id>")
@allow(*READERS)
def entity(entity_id: str) -> Response:
    """One entity."""
    store, reads = the_directory().store, reader()
    mine = favourites.querying(reads, query(_ENTITY)["querying_entity_id"])
    shown = reading.entity(store, reads, entity_id)
    if "users" in shown:
        # All of it, with who belongs to it: more than its page says.
        note_view(f"entity/{entity_id}")
    return answer(favourites.marked(store, mine, [shown])[0])


@bp.patch("/entities/<entity_id>")
@allow("member", "admin", "coordinator")
def change_entity(entity_id: str) -> Response:
    """Change an entity; its status and categories are the administrators' to change."""
    only_own(entity_id)
    asked = body(_ENTITY_BY_ADMIN)
    if not is_staff_of_members() and asked.keys() & _STAFFS:
        raise Problem(403, "auth.forbidden", "Status, categories and users are for administrators to change.")
    users = asked.pop("users", None)
    change = EntityChange(**asked, role=ADMIN if is_admin() else COORDINATOR)
    if users is not None:
        return done(administering.change_business(the_directory(), by(), entity_id, change, users))
    operates = entity_id in caller().operated
    return done(members.change_entity(the_directory(), by(), entity_id, change, is_operator=operates))


@bp.post("/entities/<entity_id>/trading-application")
@allow("member")
def apply_for_trading(entity_id: str) -> Response:
    """Ask to become a trading member."""
    only_own(entity_id)
    terms_version = body(_APPLICATION)["terms_version"]
    return done(members.apply_for_trading(the_directory(), by(), entity_id, caller().subject, terms_version))
