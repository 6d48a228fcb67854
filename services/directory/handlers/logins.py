"""Use cases around logins: sessions, the lock after failures, a new password by a one-time link.

What is answered, and how much work is done, does not tell a known address from an unknown one.
"""

from dataclasses import replace
from datetime import timedelta

import orjson

from events.directory import OneTimeMessage, PasswordResetRequested, SecurityNotice
from services.chassis.clock import rfc3339
from services.directory.devices import device_name
from services.directory.domain import (
    AccessEnded,
    CodeFailed,
    CodeNeeded,
    Device,
    Entity,
    Login,
    LoginFailed,
    LoginKind,
    Membership,
    ResetInvalid,
    UnknownSession,
    User,
)
from services.directory.domain.audit import Entry
from services.directory.domain.security import needs_two_factor
from services.directory.handlers import factors, locking, security
from services.directory.handlers.writing import By, Directory, Done, append, once
from services.directory.store import Store
from services.directory.store.logins import Opening, OpenSession
from services.directory.store.outbox import DECOYS, EVENTS, MESSAGES
from services.directory.views import View, session_view

RESET_LIFETIME = timedelta(minutes=60)
_RESETS_PER_LIFETIME = 3
_NOT_RIGHT = "The email address or the password is not right."
_CODE_NOT_RIGHT = "This code is not right, or was used already; or the password was entered too long ago."


def log_in(
    directory: Directory,
    by: By,
    *,
    email: str,
    password: str,
    kind: LoginKind,
    address: str,
    device: str = "",
    agent: str = "",
) -> View:
    """A new session: Session.

    Raises LoginFailed, LoginLocked; and to who has the right password alone AccessEnded, CodeNeeded.
    """
    found = directory.store.users.of_email(email)
    # Of another kind is as unknown as none; the work is the same.
    user = found if found and found.login_kind == kind else None
    identity, used = f"login/{kind}/{email}", Device(device_id=device, agent=agent, address=address)
    counting = locking.counters(directory, identity, user, used)
    last = locking.admit(directory, counting)
    if not directory.passwords.matches(password, user.password_hash if user else None) or user is None:
        subject = f"user/{user.user_id}" if user else "login/unknown"
        entry = Entry(action="login.failed", subject=subject, after={"kind": kind})
        locking.failed(directory, by, user, identity, entry, locked=last)
        raise LoginFailed(_NOT_RIGHT)
    if directory.passwords.outdated(user.password_hash):
        directory.store.users.rehash(user.user_id, user.password_hash, directory.passwords.hash(password))
    locking.passed(directory, counting)
    _check_access(directory, user)
    if user.two_factor:
        ticket = directory.new_secret()
        directory.store.tickets.add(ticket, user.user_id, directory.now())
        raise CodeNeeded(ticket)
    return open_session(directory, by, user.user_id, used)


def enter_code(
    directory: Directory, by: By, *, ticket: str, code: str, address: str, device: str = "", agent: str = ""
) -> View:
    """The second step of a login, by the code of an app or a recovery code: Session.

    Raises CodeFailed, LoginLocked, AccessEnded. Wrong codes are counted for the user, not for the ticket.
    """
    holder = directory.store.tickets.holder(ticket, directory.now())
    user = directory.store.users.find(holder) if holder else None
    if user is None:
        raise CodeFailed(_CODE_NOT_RIGHT)
    identity, used = f"code/{user.user_id}", Device(device_id=device, agent=agent, address=address)
    counting = locking.counters(directory, identity, user, used)[-1:]
    last = locking.admit(directory, counting)
    by = replace(by, actor=_actor(user))
    if not factors.use_code(directory, by, user, code):
        entry = Entry(action="login.code-failed", subject=f"user/{user.user_id}")
        locking.failed(directory, by, user, identity, entry, locked=last)
        raise CodeFailed(_CODE_NOT_RIGHT)
    # Of two at once with two good codes one gets in.
    if not directory.store.tickets.take(ticket):
        raise CodeFailed(_CODE_NOT_RIGHT)
    locking.passed(directory, counting)
    _check_access(directory, user)
    return open_session(directory, by, user.user_id, used)


def _check_access(directory: Directory, user: User) -> None:
    if not user.has_access(directory.now()):
        raise AccessEnded(_why_no_access(directory, user))


def open_session(directory: Directory, by: By, user_id: str, device: Device, *, signed_up: bool = False) -> View:
    """Begin a session, and note login and device: Session. Raises UnknownSession if the user is gone.

    From a device that is new to somebody who has logged in before, a notice is mailed. `signed_up` is a login that
    nobody needs to be told of: the sign-up is.
    """
    session_id, name, now = directory.new_secret(), device_name(device.agent), directory.now()

    def work(store: Store) -> Done:
        before = store.users.find(user_id)
        if before is None:
            raise UnknownSession("This session has ended: log in again.")
        opened = store.sessions.open(session_id, user_id, now, Opening(name, device.address))
        new, position = store.devices.remember(user_id, device.mark(name), name, now), 0
        if new and before.last_login is not None:
            notice = SecurityNotice(user_id=user_id, what="new-sign-in", device=name)
            position = append(directory, store, replace(by, actor=_actor(before)), [notice], directory.clock())
            store.users.touched(user_id, position)
        user = store.users.logged_in(user_id, Login(directory.clock(), device.address))
        entry = Entry(action="login.succeeded", subject=f"user/{user_id}", after={"device": name})
        entries = () if signed_up and not position else (entry,)
        return Done(_session(directory, store, session_id, opened, user), position, entries)

    user = directory.store.users.find(user_id)
    actor = _actor(user) if user else by.actor
    return dict(once(directory, replace(by, key=None, actor=actor), None, work).document)


def session(directory: Directory, session_id: str) -> View:
    """The session, which lasts longer by this use, but no longer than the access: Session. Raises UnknownSession."""
    opened = directory.store.sessions.use(session_id, directory.now())
    if opened is None:
        raise UnknownSession("This session has ended: log in again.")
    user = directory.store.users.find(opened.user_id)
    if user and not user.has_access(directory.now()):
        # For good: access that is given again later needs a new login.
        directory.store.sessions.end(session_id)
        raise UnknownSession(_why_no_access(directory, user))
    return _session(directory, directory.store, session_id, opened, user)


def log_out(directory: Directory, by: By, session_id: str) -> None:
    """End a session; no matter if it has ended, which nobody is told of then."""

    holder = directory.store.sessions.holder(session_id)
    user = directory.store.users.find(holder) if holder else None
    if user is None:
        return

    def work(store: Store) -> Done:
        # Of two at once one ended it.
        ended = store.sessions.end(session_id)
        return Done({}, 0, (Entry(action="session.ended", subject=f"user/{user.user_id}"),) if ended else ())

    once(directory, replace(by, key=None, actor=_actor(user)), None, work)


def _why_no_access(directory: Directory, user: User) -> str:
    if user.is_in_time(directory.now()):
        return "Your login has been stopped by an administrator. Ask them why."
    return f"Your access ended with {user.last_day} (UTC). Ask an administrator to extend it."


def _session(directory: Directory, store: Store, session_id: str, opened: OpenSession, user: User | None) -> View:
    if user is None:
        raise UnknownSession("This session has ended: log in again.")
    ends = min(rfc3339(opened.expires_at), user.expires_at or "~")
    must = {"must_set_up_two_factor": not user.two_factor and needs_two_factor(directory.require_two_factor, user.kind)}
    acting = opened.acts_for(directory.now()) if user.kind == "admin" else None
    entity = store.entities.find(acting["entity_id"]) if acting else None
    if acting is None or entity is None:
        return session_view(session_id, user, entities_of(store, user.user_id), ends) | must
    whole = session_view(session_id, user, [(entity, Membership(entity.entity_id, user.user_id, "owner"))], ends)
    return whole | must | {"on_behalf": {"until": rfc3339(acting["until"]), "reason": acting["reason"]}}


def entities_of(store: Store, user_id: str) -> list[tuple[Entity, Membership]]:
    """What a user belongs to, and as what."""
    parts = {membership.entity_id: membership for membership in store.entities.memberships_of(user_id)}
    return [(entity, parts[entity.entity_id]) for entity in store.entities.of_ids(list(parts))]


def request_reset(directory: Directory, by: By, *, email: str, kind: LoginKind) -> None:
    """Send a one-time link to the address, if somebody has it; nobody is told. At most three live at once."""
    if directory.store.attempts.admit(f"reset/{kind}/{email}", _RESETS_PER_LIFETIME, RESET_LIFETIME, directory.now()):
        return
    found = directory.store.users.of_email(email)
    user = found if found and found.login_kind == kind else None
    token = directory.new_secret()
    message = _reset_message(directory, user.user_id if user else directory.new_id(), token)
    streams = (EVENTS, MESSAGES) if user else (DECOYS, DECOYS)

    def work(store: Store) -> Done:
        expires_at = directory.now() + RESET_LIFETIME
        store.resets.add(token, user.user_id if user else None, kind, expires_at)
        requested = PasswordResetRequested(user_id=message.user_id)
        position = append(directory, store, by, [requested], directory.clock(), streams[0])
        append(directory, store, by, [message], directory.clock(), streams[1])
        store.users.touched(message.user_id, position)
        subject = f"user/{user.user_id}" if user else "login/unknown"
        return Done({}, position, (Entry(action="password.reset-requested", subject=subject),))

    once(directory, replace(by, key=None), None, work)


def _reset_message(directory: Directory, user_id: str, token: str) -> OneTimeMessage:
    return OneTimeMessage(
        message_id=directory.new_id(),
        kind="password-reset",
        user_id=user_id,
        ciphertext=directory.encrypt(orjson.dumps({"token": token})),
        expires_at=rfc3339(directory.now() + RESET_LIFETIME),
    )


def reset_kind(directory: Directory, token: str) -> str:
    """`member` or `admin`: whose login a token renews. Raises ResetInvalid."""
    found = directory.store.resets.find(token, directory.now())
    if found is None:
        raise ResetInvalid("This link was used, or has expired: ask for a new one.")
    return str(found["kind"])


def reset_password(directory: Directory, by: By, token: str, password: str, device: str = "") -> tuple[str, int]:
    """Set a password by a token, once, and end the user's sessions: kind and position.

    A second factor stays on. The browser is known from now on: strangers who fail on purpose don't lock it.
    Raises ResetInvalid, FieldsInvalid.
    """
    # Asked first: hashing is dear, and an invalid token must not cost it.
    kind = reset_kind(directory, token)
    _check_new_password(directory, token, password)
    hashed = directory.passwords.hash(password)

    def work(store: Store) -> Done:
        taken = store.resets.take(token, directory.now())
        user = store.users.find(taken["user_id"]) if taken else None
        if user is None:
            raise ResetInvalid("This link was used, or has expired: ask for a new one.")
        notice = SecurityNotice(user_id=user.user_id, what="password-changed")
        position = append(directory, store, replace(by, actor=_actor(user)), [notice], directory.clock())
        store.users.save(replace(user, password_hash=hashed, version=position))
        store.sessions.end_all(user.user_id)
        store.tickets.drop(user.user_id)
        if device:
            mark = Device(device_id=device).cookie_mark
            store.devices.remember(user.user_id, mark, "", directory.now())
        entry = Entry(action="password.reset", subject=f"user/{user.user_id}")
        return Done({"identity": f"login/{user.login_kind}/{user.email}"}, position, (entry,))

    done = once(directory, replace(by, key=None), None, work)
    # Whoever reads the mail is the owner: what others tried before must not keep them out.
    directory.store.attempts.forget(done.document["identity"])
    return kind, done.position


def _check_new_password(directory: Directory, token: str, password: str) -> None:
    found = directory.store.resets.find(token, directory.now())
    user = directory.store.users.find(found["user_id"]) if found else None
    if user is not None:
        security.check_strength(directory, password, user, "password")


def _actor(user: User) -> str:
    return f"{user.login_kind if user.login_kind == 'admin' else 'user'}:{user.user_id}"
