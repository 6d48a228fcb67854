"""Who belongs to a business: parts, leaving, invitations."""

from flask import Response

from services.chassis.web import allow, answer, body, caller
from services.directory.api.blueprint import bp, by, done, is_staff_of_members, only_owner, only_sight, the_directory
from services.directory.domain import Device
from services.directory.handlers import logins, memberships
from services.directory.handlers.writing import Done
from services.directory.schemas.fields import Nothing
from services.directory.schemas.memberships import InvitationBody, InvitedSignUp, PartBody

_PART, _INVITATION, _SIGN_UP, _NOTHING = PartBody(), InvitationBody(), InvitedSignUp(), Nothing()


@bp.get("/entities/<entity_id>/members")
@allow("member", "admin", "coordinator")
def members(entity_id: str) -> Response:
    """Everybody who belongs to it; open invitations for its owners."""
    only_sight(entity_id)
    owns = is_staff_of_members() or entity_id in caller().entities - caller().operated
    return answer(memberships.members(the_directory(), entity_id, with_invitations=owns))


@bp.patch("/entities/<entity_id>/members/<user_id>")
@allow("member", "admin", "coordinator")
def change_member(entity_id: str, user_id: str) -> Response:
    """Another role, other limits."""
    only_owner(entity_id)
    return done(memberships.change(the_directory(), by(), entity_id, user_id, body(_PART)))


@bp.put("/entities/<entity_id>/members/<user_id>")
@allow("admin", "coordinator")
def link_member(entity_id: str, user_id: str) -> Response:
    """Make a user a member of a business, without asking."""
    return done(memberships.link(the_directory(), by(), entity_id, user_id, body(_PART)))


@bp.delete("/entities/<entity_id>/members/<user_id>")
@allow("member", "admin", "coordinator")
def remove_member(entity_id: str, user_id: str) -> Response:
    """Remove somebody; or leave: everybody may do that."""
    if user_id != caller().subject or caller().on_behalf_of:
        only_owner(entity_id)
    return done(memberships.remove(the_directory(), by(), entity_id, user_id))


@bp.post("/entities/<entity_id>/invitations")
@allow("member")
def invite(entity_id: str) -> Response:
    """Offer somebody a part by mail; no matter if they have a login."""
    only_owner(entity_id)
    asked = body(_INVITATION)
    return done(memberships.invite(the_directory(), by(), entity_id, caller().subject, **asked))


@bp.delete("/entities/<entity_id>/invitations/<invitation_id>")
@allow("member", "admin", "coordinator")
def revoke_invitation(entity_id: str, invitation_id: str) -> Response:
    """Take it back: the link is dead."""
    only_owner(entity_id)
    memberships.revoke(the_directory(), by(), entity_id, invitation_id)
    return answer({})


@bp.get("/invitations/<token>")
@allow("public")
def invitation(token: str) -> Response:
    """What a link offers. Looking uses nothing up."""
    return answer(memberships.look(the_directory(), token))


@bp.post("/invitations/<token>/accept")
@allow("member")
def accept_invitation(token: str) -> Response:
    """Join with the login that has the address, once."""
    body(_NOTHING)
    return done(memberships.accept(the_directory(), by(), token, caller().subject))


@bp.post("/invitations/<token>/signup")
@allow("public")
def sign_up_by_invitation(token: str) -> Response:
    """A new login with the invited address, without a business of its own, and a session."""
    asked = body(_SIGN_UP)
    device = Device(device_id=asked.pop("device"), agent=asked.pop("agent"), address=asked.pop("address"))
    made = memberships.sign_up(the_directory(), by("visitor"), token, **asked)
    session = logins.open_session(the_directory(), by("visitor"), made.document["user_id"], device, signed_up=True)
    return done(Done({**made.document, "session": session}, made.position))
