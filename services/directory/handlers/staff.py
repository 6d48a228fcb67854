"""Use cases around the people who work for the network, and around logins that administrators stop and let go on."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import orjson

from events.directory import OneTimeMessage, UserAccessChanged, UserKind
from services.chassis.clock import rfc3339
from services.directory import domain
from services.directory.domain import UnknownUser, User, paging
from services.directory.domain.audit import Entry, differing
from services.directory.domain.paging import USERS, Place, Window
from services.directory.domain.staff import require_an_admin, require_another_than
from services.directory.handlers.members import expiry
from services.directory.handlers.writing import By, Directory, Done, append, once
from services.directory.store import Store
from services.directory.store.outbox import MESSAGES
from services.directory.views import View, user_view

INVITATION_LIFETIME = timedelta(days=7)
KINDS: tuple[UserKind, ...] = ("admin", "coordinator", "auditor")


def staff(directory: Directory) -> View:
    """`{users: [User]}`: all of them, by address."""
    return {"users": [user_view(user) for user in directory.store.users.staff()]}


def find(directory: Directory, asked: dict[str, Any], window: Window) -> View:
    """`{users: [User], total, next}`: members by last name, by exact address or a part of it; by last name."""
    found, total = directory.store.users.search(
        last_name=asked["last_name"],
        email=asked["email"],
        part=asked["email_part"],
        # One more tells whether there is a page after this one.
        window=replace(window, limit=window.limit + 1),
    )
    following = paging.following(USERS, found, window.limit, lambda user: Place(user.last_name, user.user_id))
    return {"users": [user_view(user) for user in found[: window.limit]], "total": total, "next": following}


def create(
    directory: Directory, by: By, *, email: str, kind: UserKind, first_name: str, last_name: str, until: date | None
) -> Done:
    """Register somebody and mail a link, which works once and for a week, to set the password by: User.

    Raises EmailTaken.
    """
    # Nobody knows this one: until the link is used there is no way in.
    hashed, token = directory.passwords.hash(directory.new_secret()), directory.new_secret()
    user = User(
        user_id=directory.new_id(),
        kind=kind,
        email=email,
        password_hash=hashed,
        created_at=directory.clock(),
        first_name=first_name,
        last_name=last_name,
        expires_at=expiry(until),
    )

    def work(store: Store) -> Done:
        position = append(directory, store, by, [domain.user_registered(user)], user.created_at)
        store.users.add(replace(user, version=position))
        _invite(directory, store, by, user, token)
        after = {"kind": kind, "email": email, "expires_at": user.expires_at}
        entry = Entry(action="staff.invited", subject=f"user/{user.user_id}", after=after)
        return Done(user_view(replace(user, version=position)), position, (entry,))

    return once(directory, by, ["create_staff", email, kind, first_name, last_name, str(until)], work)


def invite_again(directory: Directory, by: By, user_id: str) -> Done:
    """Mail a fresh link; earlier ones are dead: User. Raises UnknownUser."""
    token = directory.new_secret()

    def work(store: Store) -> Done:
        user = _known(store, user_id)
        store.resets.end_all(user_id)
        _invite(directory, store, by, user, token)
        return Done(user_view(user), 0, (Entry(action="staff.invited-again", subject=f"user/{user_id}"),))

    return once(directory, by, ["invite_staff_again", user_id], work)


def _invite(directory: Directory, store: Store, by: By, user: User, token: str) -> None:
    expires_at = directory.now() + INVITATION_LIFETIME
    store.resets.add(token, user.user_id, "admin", expires_at)
    message = OneTimeMessage(
        message_id=directory.new_id(),
        kind="staff-invitation",
        user_id=user.user_id,
        ciphertext=directory.encrypt(orjson.dumps({"token": token})),
        expires_at=rfc3339(expires_at),
    )
    append(directory, store, by, [message], directory.clock(), MESSAGES)


def change(directory: Directory, by: By, user_id: str, *, actor_id: str, changes: dict[str, Any]) -> Done:
    """Another last day (`until`), stopped or going on (`suspended`): User. Sessions end at once when access does.

    Raises UnknownUser, NotYourself, LastAdmin.
    """
    require_another_than(user_id, actor_id)

    def work(store: Store) -> Done:
        before = _known(store, user_id)
        after = _changed(before, changes)
        if after == before:
            return Done(user_view(before), 0)
        require_an_admin(store.users.staff(), after, user_id, directory.now())
        return _save(directory, store, by, before, after, "staff.access-changed")

    return once(directory, by, ["change_staff", user_id, {name: str(value) for name, value in changes.items()}], work)


def remove(directory: Directory, by: By, user_id: str, *, actor_id: str) -> Done:
    """The login is gone for good: `{}`. What was done by it stays told under its id.

    Raises UnknownUser, NotYourself, LastAdmin.
    """
    require_another_than(user_id, actor_id)

    def work(store: Store) -> Done:
        user = _known(store, user_id)
        require_an_admin(store.users.staff(), None, user_id, directory.now())
        event = UserAccessChanged(user_id=user_id, kind=user.kind, active=False)
        position = append(directory, store, by, [event], directory.clock())
        store.sessions.end_all(user_id)
        store.resets.end_all(user_id)
        store.api_tokens.revoke_all(user_id)
        store.users.remove(user_id)
        before = {"kind": user.kind, "email": user.email}
        return Done({}, position, (Entry(action="staff.removed", subject=f"user/{user_id}", before=before),))

    return once(directory, by, ["remove_staff", user_id], work)


def suspend_member(directory: Directory, by: By, user_id: str, *, suspended: bool, reason: str) -> Done:
    """Stop a member's login, or let it go on: User. Sessions and tokens are dead at once. Raises UnknownUser."""

    def work(store: Store) -> Done:
        before = store.users.find(user_id)
        if before is None or before.kind != "member":
            raise UnknownUser("There is no such member.")
        after = replace(before, suspended=suspended)
        if after == before:
            return Done(user_view(before), 0)
        action = "user.suspended" if suspended else "user.resumed"
        return _save(directory, store, by, before, after, action, reason)

    return once(directory, by, ["suspend_member", user_id, suspended], work)


def _changed(user: User, changes: dict[str, Any]) -> User:
    changed = replace(user, suspended=changes.get("suspended", user.suspended))
    return replace(changed, expires_at=expiry(changes["until"])) if "until" in changes else changed


def _save(directory: Directory, store: Store, by: By, before: User, after: User, action: str, reason: str = "") -> Done:
    active = after.has_access(directory.now())
    event = UserAccessChanged(user_id=after.user_id, kind=after.kind, active=active)
    position = append(directory, store, by, [event], directory.clock())
    store.users.give_access(after.user_id, after.expires_at, suspended=after.suspended)
    store.users.touched(after.user_id, position)
    if not active:
        store.sessions.end_all(after.user_id)
        store.resets.end_all(after.user_id)
    was, is_ = differing(
        {"expires_at": before.expires_at, "suspended": before.suspended},
        {"expires_at": after.expires_at, "suspended": after.suspended},
    )
    entry = Entry(action=action, subject=f"user/{after.user_id}", before=was, after=is_, reason=reason)
    return Done(user_view(replace(after, version=position)), position, (entry,))


def _known(store: Store, user_id: str) -> User:
    user = store.users.find(user_id)
    if user is None or user.kind == "member":
        raise UnknownUser("There is no such administrator, coordinator or auditor.")
    return user
