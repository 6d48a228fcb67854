"""For administrators: who works for the network, members' logins, linking, acting for a member."""

from services.chassis.web import allow
from services.gateway import session
from services.gateway.clients import Document
from services.gateway.permissions import ends_acting
from services.gateway.rest.blueprint import bp
from services.gateway.rest.members import login
from services.gateway.rest.operations import Listed, operation
from services.gateway.rest.refusals import STEP_UP, both
from services.gateway.rest.views import user_view
from services.gateway.schemas_people import (
    Acting,
    ActingUntil,
    Member,
    NewStaff,
    Part,
    Staff,
    StaffChanges,
    Suspension,
)
from services.gateway.scopes import LOGIN


@bp.get("/admin/staff")
@allow("admin")
@operation("Administrators, coordinators, auditors", data=Staff(), listed=True)
def staff() -> Listed:
    """All of them."""
    return Listed.whole([user_view(user) for user in session.parts().directory.staff()])


@bp.post("/admin/staff")
@allow("admin")
@operation(
    "Invite somebody to work for the network",
    body=NewStaff(),
    data=Staff(),
    keyed=True,
    scope=LOGIN,
    codes=both(STEP_UP, {409: ("user.email_taken",)}),
)
def create_staff(body: Document, key: str | None) -> Document:
    """A link to set the password by is mailed. Needs a login verified lately."""
    return user_view(session.parts().directory.create_staff(body, key=key))


@bp.patch("/admin/staff/<user_id>")
@allow("admin")
@operation(
    "Stop a login of the staff, let it go on, set its last day",
    body=StaffChanges(),
    data=Staff(),
    keyed=True,
    scope=LOGIN,
    codes=both(STEP_UP, {409: ("staff.last_admin", "staff.not_yourself")}),
)
def change_staff(user_id: str, body: Document, key: str | None) -> Document:
    """Never one's own, never the last administrator."""
    return user_view(session.parts().directory.change_staff(user_id, body, key=key))


@bp.delete("/admin/staff/<user_id>")
@allow("admin")
@operation(
    "Remove a login of the staff for good",
    scope=LOGIN,
    codes=both(STEP_UP, {409: ("staff.last_admin", "staff.not_yourself")}),
    keyed=True,
)
def remove_staff(user_id: str, key: str | None) -> None:
    """Never one's own, never the last administrator."""
    session.parts().directory.remove_staff(user_id, key=key)


@bp.post("/admin/staff/<user_id>/invitation")
@allow("admin")
@operation("Mail a fresh link to set the password by", data=Staff(), keyed=True, scope=LOGIN, codes=STEP_UP)
def invite_staff_again(user_id: str, key: str | None) -> Document:
    """Earlier links are dead."""
    return user_view(session.parts().directory.invite_staff_again(user_id, key=key))


@bp.put("/admin/users/<user_id>/suspension")
@allow("admin")
@operation(
    "Stop a member's login, or let it go on",
    body=Suspension(),
    data=Staff(),
    keyed=True,
    codes={409: ("staff.not_yourself",)},
)
def suspend_user(user_id: str, body: Document, key: str | None) -> Document:
    """Sessions and tokens are dead at once."""
    return user_view(session.parts().directory.suspend_user(user_id, **body, key=key))


@bp.put("/admin/entities/<entity_id>/members/<user_id>")
@allow("admin", "coordinator")
@operation(
    "Make a user a member of a business",
    body=Part(),
    data=Member(),
    keyed=True,
    codes={409: ("entity.closed", "membership.exists", "membership.too_many")},
)
def link_member(entity_id: str, user_id: str, body: Document, key: str | None) -> Document:
    """Nobody is asked; both get a mail."""
    return session.parts().directory.link_member(entity_id, user_id, body, key=key)


@bp.delete("/admin/entities/<entity_id>/members/<user_id>")
@allow("admin", "coordinator")
@operation(
    "Take a user out of a business", codes={404: ("membership.unknown",), 409: ("membership.last_owner",)}, keyed=True
)
def unlink_member(entity_id: str, user_id: str, key: str | None) -> None:
    """The last owner stays: 409."""
    session.parts().directory.remove_member(entity_id, user_id, key=key)


@bp.put("/admin/acting")
@allow("admin")
@operation(
    "Act for a member in this session, at most an hour",
    body=Acting(),
    data=ActingUntil(),
    keyed=True,
    scope=LOGIN,
    codes=both(STEP_UP, {404: ("entity.unknown", "user.unknown")}),
)
def act_for(body: Document, key: str | None) -> Document:
    """What is done names both; the member gets a mail. Needs a login verified lately."""
    return session.parts().directory.act_for(body["entity_id"], body["reason"], key=key)


@bp.delete("/admin/acting")
@allow("admin")
@ends_acting
@operation("Act for nobody any more", scope=LOGIN, keyed=True)
def act_for_nobody(key: str | None) -> None:
    """Be an administrator again."""
    session.parts().directory.act_for_nobody(login().own_caller, key=key)
