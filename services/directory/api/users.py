"""Users: oneself, or anybody for administrators."""

from flask import Response

from services.chassis.web import allow, answer, body
from services.directory.api.blueprint import bp, by, done, is_admin, note_view, only_self, the_directory
from services.directory.handlers import members, reading
from services.directory.schemas.users import UserFields, UserFieldsByAdmin

_USER, _USER_BY_ADMIN = UserFields(), UserFieldsByAdmin()


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
    """Change a user."""
    only_self(user_id)
    changes = body(_USER_BY_ADMIN if is_admin() else _USER)
    return done(members.change_user(the_directory(), by(), user_id, changes))
