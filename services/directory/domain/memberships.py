"""Who may do what for a business: owners everything, operators what owners let them. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from events.directory import MembershipChanged, Role
from services.directory.domain.errors import DirectoryError, FieldsInvalid
from services.directory.domain.values import Membership

MEMBERS_MAX = 50
"""Of one business."""
BUSINESSES_MAX = 50
"""Of one user."""
INVITATIONS_MAX = 20
"""Open ones of one business."""
OWNERS_FIELDS = frozenset({"name", "inc_type", "company_number", "declared_turnover"})
"""What a business is in law: operators change the rest of its profile, its offers and wants alone."""


class UnknownMember(DirectoryError):
    """The user does not belong to the business."""


class AlreadyMember(DirectoryError):
    """The user belongs to the business already."""


class LastOwner(DirectoryError):
    """A business without an owner could never be changed again."""


class TooManyMembers(DirectoryError):
    """More people, businesses or open invitations than are kept."""


class OwnersOnly(DirectoryError):
    """An operator asks for what is the owners' to decide."""


class InvitationInvalid(DirectoryError):
    """The link was used, revoked, has expired, or never was."""


class InvitationForAnother(DirectoryError):
    """The invitation was sent to another address than that of the login."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What somebody may do for a business."""

    role: Role
    view_only: bool = False
    max_amount: int | None = None
    """The most that one transfer may move, in minor units."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """To whom a part in a business was offered."""

    invitation_id: str
    entity_id: str
    email: str
    part: Part
    invited_by: str
    created_at: str
    expires_at: str


def sound(part: Part) -> Part:
    """Owners have no bounds, who looks only moves nothing. Raises FieldsInvalid."""
    if part.role == "owner" and (part.view_only or part.max_amount is not None):
        raise FieldsInvalid({"role": ["An owner has no limits: choose operator to set some."]})
    return replace(part, max_amount=None) if part.view_only else part


def join(
    members: Sequence[Membership], businesses: int, *, entity_id: str, user_id: str, part: Part, now: str
) -> Membership:
    """A new member of a business with these `members`. Raises AlreadyMember, TooManyMembers, FieldsInvalid."""
    if any(member.user_id == user_id for member in members):
        raise AlreadyMember("This person belongs to the business already: change what they may do instead.")
    if len(members) >= MEMBERS_MAX:
        raise TooManyMembers(f"A business has at most {MEMBERS_MAX} people: remove one first.")
    if businesses >= BUSINESSES_MAX:
        raise TooManyMembers(f"A person belongs to at most {BUSINESSES_MAX} businesses: leave one first.")
    part = sound(part)
    return Membership(
        entity_id, user_id, part.role, view_only=part.view_only, max_amount=part.max_amount, since=now
    )  # fmt: skip


def change(members: Sequence[Membership], user_id: str, part: Part) -> Membership:
    """The member with another part. Raises UnknownMember, LastOwner, FieldsInvalid."""
    before, part = member_of(members, user_id), sound(part)
    if part.role != "owner":
        _keep_an_owner(members, user_id)
    return replace(before, role=part.role, view_only=part.view_only, max_amount=part.max_amount)


def leave(members: Sequence[Membership], user_id: str) -> Membership:
    """The member who goes. Raises UnknownMember, LastOwner."""
    going = member_of(members, user_id)
    _keep_an_owner(members, user_id)
    return going


def member_of(members: Sequence[Membership], user_id: str) -> Membership:
    """Raises UnknownMember."""
    found = next((member for member in members if member.user_id == user_id), None)
    if found is None:
        raise UnknownMember("This person does not belong to the business.")
    return found


def changed(membership: Membership, what: Literal["joined", "changed"]) -> MembershipChanged:
    """The event of somebody who joined or has another part."""
    return MembershipChanged(
        entity_id=membership.entity_id,
        user_id=membership.user_id,
        role=membership.role,
        view_only=membership.view_only or None,
        max_amount=membership.max_amount,
        what=what,
    )


def _keep_an_owner(members: Sequence[Membership], user_id: str) -> None:
    owners = [member.user_id for member in members if member.role == "owner"]
    if owners == [user_id]:
        raise LastOwner("This is the last owner of the business: make somebody else an owner first.")
