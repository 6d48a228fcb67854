"""Use cases around who belongs to a business: parts, leaving, invitations by one-time links."""

from dataclasses import asdict, replace
from datetime import timedelta
from typing import Any

import orjson

from events.directory import MembershipChanged, OneTimeMessage
from events.envelope import Event
from services.chassis.clock import rfc3339
from services.directory import domain
from services.directory.domain import Entity, Membership, UnknownUser, User, memberships
from services.directory.domain.audit import Entry
from services.directory.domain.memberships import (
    INVITATIONS_MAX,
    AlreadyMember,
    Invitation,
    InvitationForAnother,
    InvitationInvalid,
    Part,
    TooManyMembers,
)
from services.directory.handlers.members import known_entity, known_user
from services.directory.handlers.writing import By, Directory, Done, append, once
from services.directory.store import Store
from services.directory.store.logins import digest
from services.directory.store.outbox import MESSAGES
from services.directory.views import View

LIFETIME = timedelta(days=7)
_DEAD = "This invitation was used, was taken back, or has expired: ask whoever invited you for a new one."


def members(directory: Directory, entity_id: str, *, with_invitations: bool) -> View:
    """`{members: [MemberView], invitations: [InvitationView]}`; invitations are for owners. Raises UnknownEntity."""
    store = directory.store
    known_entity(store, entity_id)
    belonging = store.entities.members_of(entity_id)
    users = {user.user_id: user for user in store.users.of_ids([member.user_id for member in belonging])}
    invited = store.invitations.of_entity(entity_id, directory.now()) if with_invitations else []
    return {
        "members": [member_view(each, users[each.user_id]) for each in belonging if each.user_id in users],
        "invitations": [invitation_view(each) for each in invited],
    }


def change(directory: Directory, by: By, entity_id: str, user_id: str, part: Part) -> Done:
    """Another role or other limits: MemberView. Raises UnknownEntity, UnknownMember, LastOwner, FieldsInvalid."""

    def work(store: Store) -> Done:
        known_entity(store, entity_id)
        belonging = store.entities.members_of(entity_id)
        before, after = (
            memberships.member_of(belonging, user_id),
            memberships.change(belonging, user_id, part),
        )
        user = known_user(store, user_id)
        if before == after:
            return Done(member_view(after, user), 0)
        store.memberships.put(after)
        entry = Entry(
            action="membership.changed",
            subject=f"entity/{entity_id}",
            before=_told(before),
            after=_told(after),
            concerns=(f"user/{user_id}",),
        )
        position = _announce(directory, store, by, memberships.changed(after, "changed"), user)
        return Done(member_view(after, user), position, (entry,))

    return once(directory, by, ["change_member", entity_id, user_id, asdict(part)], work)


def link(directory: Directory, by: By, entity_id: str, user_id: str, part: Part) -> Done:
    """An administrator makes somebody a member: MemberView. Raises UnknownUser, and what joining raises."""

    asked = ["link_member", entity_id, user_id, asdict(part)]
    return once(directory, by, asked, lambda store: joined(directory, store, by, entity_id, user_id, part))


def joined(directory: Directory, store: Store, by: By, entity_id: str, user_id: str, part: Part) -> Done:
    """The same, in the transaction of `store`."""
    entity, user = known_entity(store, entity_id), known_user(store, user_id)
    return _join(directory, store, by, entity, user, part)


def remove(directory: Directory, by: By, entity_id: str, user_id: str) -> Done:
    """A member goes, or is made to: `{}`. Raises UnknownEntity, UnknownMember, LastOwner."""

    asked = ["remove_member", entity_id, user_id]
    return once(directory, by, asked, lambda store: left(directory, store, by, entity_id, user_id))


def left(directory: Directory, store: Store, by: By, entity_id: str, user_id: str) -> Done:
    """The same, in the transaction of `store`."""
    known_entity(store, entity_id)
    going, user = (
        memberships.leave(store.entities.members_of(entity_id), user_id),
        known_user(store, user_id),
    )
    store.memberships.remove(going)
    entry = Entry(
        action="membership.ended",
        subject=f"entity/{entity_id}",
        before=_told(going),
        concerns=(f"user/{user_id}",),
    )
    event = MembershipChanged(entity_id=entity_id, user_id=user_id, what="left")
    return Done({}, _announce(directory, store, by, event, user), (entry,))


def invite(directory: Directory, by: By, entity_id: str, inviter: str, *, email: str, part: Part) -> Done:
    """Mail a link that works once, for a week: InvitationView. The answer does not tell whether the address has a
    login. Raises UnknownEntity, FieldsInvalid, TooManyMembers."""
    part, token, now = memberships.sound(part), directory.new_secret(), directory.now()
    invitation = Invitation(
        invitation_id=directory.new_id(),
        entity_id=entity_id,
        email=email,
        part=part,
        invited_by=inviter,
        created_at=rfc3339(now),
        expires_at=rfc3339(now + LIFETIME),
    )

    def work(store: Store) -> Done:
        entity = known_entity(store, entity_id)
        _check_room(store, directory, invitation)
        store.invitations.add(invitation, token)
        _mail(directory, store, by, invitation, entity, token)
        after = {"email": email, **asdict(part)}
        entry = Entry(action="invitation.sent", subject=f"entity/{entity_id}", after=after)
        return Done(invitation_view(invitation), 0, (entry,))

    return once(directory, by, ["invite", entity_id, email, asdict(part)], work)


def _check_room(store: Store, directory: Directory, invitation: Invitation) -> None:
    belonging = store.entities.members_of(invitation.entity_id)
    found = store.users.of_email(invitation.email)
    if found and any(member.user_id == found.user_id for member in belonging):
        raise AlreadyMember("This person belongs to the business already: change what they may do instead.")
    waiting = store.invitations.of_entity(invitation.entity_id, directory.now())
    others = [each for each in waiting if each.email != invitation.email]
    if len(others) >= INVITATIONS_MAX:
        raise TooManyMembers(f"At most {INVITATIONS_MAX} invitations can be open: take one back first.")
    if len(belonging) + len(others) >= memberships.MEMBERS_MAX:
        raise TooManyMembers(f"A business has at most {memberships.MEMBERS_MAX} people: remove one first.")


def revoke(directory: Directory, by: By, entity_id: str, invitation_id: str) -> None:
    """Its link is dead from now on. Raises InvitationInvalid."""

    def work(store: Store) -> Done:
        gone = store.invitations.revoke(entity_id, invitation_id)
        if gone is None:
            raise InvitationInvalid("There is no such open invitation.")
        before = {"email": gone.email, **asdict(gone.part)}
        return Done({}, 0, (Entry(action="invitation.revoked", subject=f"entity/{entity_id}", before=before),))

    once(directory, by, ["revoke_invitation", entity_id, invitation_id], work)


def look(directory: Directory, token: str) -> View:
    """What a link offers, without using it: InvitationView with `entity_name`, `has_login`. Raises InvitationInvalid.

    Only who reads the invited mailbox has the link: they may know whether their own address has a login.
    """
    invitation = directory.store.invitations.find(token, directory.now())
    entity = directory.store.entities.find(invitation.entity_id) if invitation else None
    if invitation is None or entity is None:
        raise InvitationInvalid(_DEAD)
    has_login = directory.store.users.of_email(invitation.email) is not None
    return {**invitation_view(invitation), "entity_name": entity.profile.name, "has_login": has_login}


def accept(directory: Directory, by: By, token: str, user_id: str) -> Done:
    """Join by a link, once: MemberView + `entity_name`. Raises InvitationInvalid, InvitationForAnother, and what
    joining raises."""

    def work(store: Store) -> Done:
        user = known_user(store, user_id)
        invitation, entity = _taken(directory, store, token)
        if user.email != invitation.email:
            raise InvitationForAnother(
                "This invitation was sent to another address: log in with that one, or ask for an invitation to yours."
            )
        return _join(directory, store, by, entity, user, invitation.part)

    # Of the link its digest alone is kept.
    return once(directory, by, ["accept_invitation", digest(token), user_id], work)


def sign_up(
    directory: Directory, by: By, token: str, *, password: str, first_name: str, last_name: str, telephone: str = ""
) -> Done:
    """A new login with the invited address, and the part in the business, once: `{user_id, entity_id}`.

    Raises InvitationInvalid, EmailTaken when the address has a login already.
    """
    # Asked first: hashing is dear, and an invalid link must not cost it.
    invited = look(directory, token)
    user = User(
        user_id=directory.new_id(),
        kind="member",
        email=invited["email"],
        password_hash=directory.passwords.hash(password),
        created_at=directory.clock(),
        first_name=first_name,
        last_name=last_name,
        telephone=telephone,
    )
    by = replace(by, actor=f"user:{user.user_id}", key=None)

    def work(store: Store) -> Done:
        invitation, entity = _taken(directory, store, token)
        position = append(directory, store, by, [domain.user_registered(user)], user.created_at)
        store.users.add(replace(user, version=position))
        joined = _join(directory, store, by, entity, user, invitation.part)
        registered = Entry(action="user.registered", subject=f"user/{user.user_id}", after={"email": user.email})
        document = {"user_id": user.user_id, "entity_id": entity.entity_id}
        return Done(document, joined.position, (registered, *joined.entries))

    return once(directory, by, None, work)


def _taken(directory: Directory, store: Store, token: str) -> tuple[Invitation, Entity]:
    invitation = store.invitations.take(token, directory.now())
    entity = store.entities.find(invitation.entity_id) if invitation else None
    if invitation is None or entity is None:
        raise InvitationInvalid(_DEAD)
    return invitation, entity


def _join(directory: Directory, store: Store, by: By, entity: Entity, user: User, part: Part) -> Done:
    if user.kind != "member":
        raise UnknownUser("Administrators and auditors belong to no business.")
    membership = memberships.join(
        store.entities.members_of(entity.entity_id),
        len(store.entities.memberships_of(user.user_id)),
        entity_id=entity.entity_id,
        user_id=user.user_id,
        part=part,
        now=directory.clock(),
    )
    store.memberships.put(membership)
    entry = Entry(
        action="membership.began",
        subject=f"entity/{entity.entity_id}",
        after=_told(membership),
        concerns=(f"user/{user.user_id}",),
    )
    position = _announce(directory, store, by, memberships.changed(membership, "joined"), user)
    document = {**member_view(membership, user), "entity_name": entity.profile.name}
    return Done(document, position, (entry,))


def _announce(directory: Directory, store: Store, by: By, event: Event, user: User) -> int:
    """The event; the user's sessions know of it from now on, and their pages wait for it."""
    position = append(directory, store, by, [event], directory.clock())
    store.users.touched(user.user_id, position)
    return position


def _mail(directory: Directory, store: Store, by: By, invitation: Invitation, entity: Entity, token: str) -> None:
    content = {"token": token, "address": invitation.email, "business": entity.profile.name}
    message = OneTimeMessage(
        message_id=directory.new_id(),
        kind="invitation",
        user_id=invitation.invited_by,
        ciphertext=directory.encrypt(orjson.dumps(content)),
        expires_at=invitation.expires_at,
    )
    append(directory, store, by, [message], directory.clock(), MESSAGES)


def _told(membership: Membership) -> dict[str, Any]:
    return {
        "user_id": membership.user_id,
        "role": membership.role,
        "view_only": membership.view_only,
        "max_amount": membership.max_amount,
    }


def member_view(membership: Membership, user: User) -> View:
    """MemberView."""
    names = {"email": user.email, "first_name": user.first_name, "last_name": user.last_name}
    return {"entity_id": membership.entity_id, **_told(membership), "since": membership.since, **names}


def invitation_view(invitation: Invitation) -> View:
    """InvitationView: all but the link."""
    shown = asdict(invitation)
    return {**{name: value for name, value in shown.items() if name != "part"}, **asdict(invitation.part)}
