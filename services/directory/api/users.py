"""Users: oneself, or anybody for administrators."""

from flask import Response

from services.chassis.web import allow, answer, body, query
from services.directory.api.blueprint import (
    bp,
    by,
    done,
    is_admin,
    note_view,
    only_self,
    recently_verified,
    the_directory,
)
from services.directory.handlers import administering, members, reading
from services.directory.schemas.users import BelongingQuery, Reason, UserFields, UserFieldsByAdmin

_USER, _USER_BY_ADMIN = UserFields(), UserFieldsByAdmin()
_REASON, _BELONGING = Reason(), BelongingQuery()


@bp.get("/users/<user_id>")
@allow("member", "admin", "coordinator", "service")
def user(user_id: str) -> Response:
    """A user: oneself, or any for an administrator."""
    only_self(user_id)
    shown = reading.user(the_directory().store, user_id)
    note_view(f"user/{user_id}")
    return answer(shown)


@bp.patch("/users/<user_id>")
@allow("member", "admin")
def change_user(user_id: str) -> Response:
    """Change a user. What would hand a login over, address and password, an administrator verifies for."""
    only_self(user_id)
    if not is_admin():
        return done(members.change_user(the_directory(), by(), user_id, body(_USER)))
    changes = body(_USER_BY_ADMIN)
    if changes.keys() & {"email", "password"}:
        recently_verified()
    more = {name: changes.pop(name) for name in ("password", "entities") if name in changes}
    return done(administering.change_login(the_directory(), by(), user_id, changes, **more))


@bp.delete("/users/<user_id>")
@allow("admin")
def close_login(user_id: str) -> Response:
    """End a member's login for good; the businesses stay."""
    recently_verified()
    return done(administering.close_login(the_directory(), by(), user_id, query(_REASON)["reason"]))


@bp.get("/memberships")
@allow("admin", "coordinator")
def belonging() -> Response:
    """Who belongs to several businesses, or to what several people do."""
    return answer(administering.belonging(the_directory(), **query(_BELONGING)))
