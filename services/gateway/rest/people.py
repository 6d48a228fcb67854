"""Who belongs to one's businesses: people, invitations, leaving; a further business."""

from services.chassis.web import allow
from services.gateway import session
from services.gateway.clients import Document
from services.gateway.permissions import acts
from services.gateway.rest.blueprint import bp
from services.gateway.rest.members import must_own
from services.gateway.rest.operations import operation
from services.gateway.rest.refusals import OF_ENTITIES, Codes, both
from services.gateway.schemas_people import (
    Invitation,
    InvitedPerson,
    MadeBusiness,
    Member,
    NewBusiness,
    NewInvitation,
    Offered,
    Part,
    People,
)

_PERSON: Codes = {404: ("membership.unknown",)}


@bp.post("/user/entities")
@allow("member")
@operation("Register another business of one's own", body=NewBusiness(), data=MadeBusiness(), keyed=True)
def register_business(body: Document, key: str | None) -> Document:
    """It waits for review, like every new one."""
    return session.parts().directory.register_business(body, key=key)


@bp.get("/user/entities/<entity_id>/members")
@allow("member")
@operation("Who belongs to one's business, and who is invited to", data=People(), codes=OF_ENTITIES)
def members(entity_id: str) -> Document:
    """Invitations are told to owners."""
    must_own(entity_id)
    return session.parts().directory.members(entity_id)


@bp.patch("/user/entities/<entity_id>/members/<user_id>")
@allow("member")
@acts("owner")
@operation(
    "Let somebody do more or less for one's business",
    body=Part(),
    data=Member(),
    keyed=True,
    codes=both(OF_ENTITIES, _PERSON, {409: ("membership.last_owner",)}),
)
def change_member(entity_id: str, user_id: str, body: Document, key: str | None) -> Document:
    """The last owner stays one: 409."""
    must_own(entity_id)
    return session.parts().directory.change_member(entity_id, user_id, body, key=key)


@bp.delete("/user/entities/<entity_id>/members/<user_id>")
@allow("member")
@operation(
    "Remove somebody from one's business (owners), or leave it (everybody)",
    codes=both(OF_ENTITIES, _PERSON, {409: ("membership.last_owner",)}),
    keyed=True,
)
def remove_member(entity_id: str, user_id: str, key: str | None) -> None:
    """The last owner stays: 409."""
    must_own(entity_id)
    session.parts().directory.remove_member(entity_id, user_id, key=key)


@bp.post("/user/entities/<entity_id>/invitations")
@allow("member")
@acts("owner")
@operation(
    "Mail somebody a link to join one's business by",
    body=NewInvitation(),
    data=Invitation(),
    keyed=True,
    codes=both(OF_ENTITIES, {409: ("membership.exists", "membership.too_many")}),
)
def invite(entity_id: str, body: Document, key: str | None) -> Document:
    """It works once, for seven days; the answer does not tell whether the address has a login."""
    must_own(entity_id)
    return session.parts().directory.invite(entity_id, body, key=key)


@bp.delete("/user/entities/<entity_id>/invitations/<invitation_id>")
@allow("member")
@acts("owner")
@operation("Take an invitation back", codes=both(OF_ENTITIES, {404: ("invitation.invalid",)}), keyed=True)
def revoke_invitation(entity_id: str, invitation_id: str, key: str | None) -> None:
    """Its link is dead from now on."""
    must_own(entity_id)
    session.parts().directory.revoke_invitation(entity_id, invitation_id, key=key)


@bp.get("/invitations/<token>")
@allow("public")
@operation("What a mailed invitation offers", data=Offered(), codes={404: ("invitation.invalid",)})
def invitation(token: str) -> Document:
    """Looking uses nothing up."""
    return session.visitor_parts().directory.invitation(token)


@bp.post("/invitations/<token>/accept")
@allow("member")
@operation(
    "Join a business by a mailed invitation",
    data=Member(),
    codes={
        403: ("invitation.other_address",),
        404: ("invitation.invalid",),
        409: ("membership.exists", "membership.too_many"),
    },
    keyed=True,
)
def accept_invitation(token: str, key: str | None) -> Document:
    """With the login that has the invited address."""
    return session.parts().directory.accept_invitation(token, key=key)


@bp.post("/invitations/<token>/signup")
@allow("public")
@operation(
    "Sign up with the invited address, without a business of one's own",
    body=InvitedPerson(),
    codes={404: ("invitation.invalid",), 409: ("user.email_taken",)},
)
def sign_up_by_invitation(token: str, body: Document) -> None:
    """Log in afterwards."""
    session.visitor_parts().directory.sign_up_by_invitation(token, body, address=session.client_address())
