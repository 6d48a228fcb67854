"""Administrators, coordinators, auditors; users as administrators see them; acting for a member."""

from flask import Response

from services.chassis.web import allow, answer, body, caller, query
from services.directory.api.blueprint import bp, by, done, recently_verified, the_directory, window_after
from services.directory.domain import Preferences
from services.directory.handlers import acting, businesses, staff
from services.directory.handlers.members import SignUp
from services.directory.schemas.entities import NewEntity, profile_of
from services.directory.schemas.staff import ActingBody, NewStaff, StaffChanges, Suspension, UsersQuery

_NEW, _CHANGES, _SUSPENSION, _USERS = NewStaff(), StaffChanges(), Suspension(), UsersQuery()
_ACTING, _BUSINESS = ActingBody(), NewEntity()


@bp.get("/staff")
@allow("admin")
def list_staff() -> Response:
    """Everybody who works for the network."""
    return answer(staff.staff(the_directory()))


@bp.post("/staff")
@allow("admin")
def create_staff() -> Response:
    """Register somebody, who gets a link to set the password by."""
    recently_verified()
    return done(staff.create(the_directory(), by(), **body(_NEW)))


@bp.patch("/staff/<user_id>")
@allow("admin")
def change_staff(user_id: str) -> Response:
    """Stop or let go on; another last day. Never one's own."""
    recently_verified()
    return done(staff.change(the_directory(), by(), user_id, actor_id=caller().subject, changes=body(_CHANGES)))


@bp.delete("/staff/<user_id>")
@allow("admin")
def remove_staff(user_id: str) -> Response:
    """The login is gone. Never one's own, never the last."""
    recently_verified()
    return done(staff.remove(the_directory(), by(), user_id, actor_id=caller().subject))


@bp.post("/staff/<user_id>/invitation")
@allow("admin")
def invite_staff_again(user_id: str) -> Response:
    """A fresh link to set the password by."""
    recently_verified()
    return done(staff.invite_again(the_directory(), by(), user_id))


@bp.get("/users")
@allow("admin", "coordinator")
def users() -> Response:
    """Members' logins by last name or address."""
    asked = query(_USERS)
    return answer(staff.find(the_directory(), asked, window_after(asked)))


@bp.put("/users/<user_id>/suspension")
@allow("admin")
def suspend_user(user_id: str) -> Response:
    """Stop a member's login, or let it go on."""
    return done(staff.suspend_member(the_directory(), by(), user_id, **body(_SUSPENSION)))


@bp.put("/acting")
@allow("admin")
def act_for() -> Response:
    """Act for a member from now on, in this session."""
    recently_verified()
    asking = caller()
    return done(acting.begin(the_directory(), by(), session_id=asking.session, user_id=asking.subject, **body(_ACTING)))


@bp.delete("/acting")
@allow("admin")
def act_for_nobody() -> Response:
    """End it."""
    acting.end(the_directory(), by(), session_id=caller().session, user_id=caller().subject)
    return answer({})


@bp.post("/entities")
@allow("member")
def register_business() -> Response:
    """Another business of somebody with a login."""
    asked = body(_BUSINESS)
    form = SignUp(
        email="",
        password="",
        profile=profile_of(asked["profile"], ""),
        offers=asked.get("offers", ()),
        wants=asked.get("wants", ()),
        preferences=Preferences(**asked.get("preferences", {})),
    )
    return done(businesses.register(the_directory(), by(), caller().subject, form))
