"""Use cases around logins: sessions, the lock after failures, a new password by a one-time link.

What is answered, and how much work is done, does not tell a known address from an unknown one.
"""

from dataclasses import replace
from datetime import timedelta

import orjson

from events.directory import OneTimeMessage, PasswordResetRequested, Role, SecurityNotice
from services.chassis.clock import rfc3339
from services.directory.domain import (
    AccessEnded,
    Entity,
    Login,
    LoginFailed,
    LoginKind,
    LoginLocked,
    ResetInvalid,
    UnknownSession,
    User,
)
from services.directory.domain.audit import Entry
from services.directory.handlers.writing import By, Directory, Done, append, note, once
from services.directory.store import Store
from services.directory.store.logins import OpenSession
from services.directory.store.outbox import DECOYS, EVENTS, MESSAGES
from services.directory.views import View, session_view

LOCK = timedelta(minutes=15)
RESET_LIFETIME = timedelta(minutes=60)
_RESETS_PER_LIFETIME = 3


def log_in(directory: Directory, by: By, *, email: str, password: str, kind: LoginKind, address: str) -> View:
    """A new session: Session. Raises LoginFailed, LoginLocked, AccessEnded (to who has the right password alone)."""
    by_identity, by_address = f"login/{kind}/{email}", f"address/{address}"
    _admit(directory, by_address, directory.login_failures_per_address)
    try:
        _admit(directory, by_identity, directory.login_failures)
    except LoginLocked:
        # A member who waits for the end of the own lock is no attack on others from this address.
        directory.store.attempts.take_back(by_address)
        raise
    user = _authenticated(directory, by, email, password, kind)
    directory.store.attempts.forget(by_identity)
    directory.store.attempts.take_back(by_address)
    if not user.has_access(directory.now()):
        raise AccessEnded(f"Your access ended with {user.last_day} (UTC). Ask an administrator to extend it.")
    session = open_session(directory, user.user_id, address)
    note(directory, replace(by, actor=_actor(user)), Entry(action="login.succeeded", subject=f"user/{user.user_id}"))
    return session


def _admit(directory: Directory, key: str, most: int) -> None:
    now = directory.now()
    until = directory.store.attempts.admit(key, most, LOCK, now)
    if until is not None:
        raise LoginLocked("Too many failed logins.", retry_after=max(1, round((until - now).total_seconds())))


def _authenticated(directory: Directory, by: By, email: str, password: str, kind: LoginKind) -> User:
    user = directory.store.users.of_email(email)
    # Of another kind is as unknown as none; the work is the same.
    known = user.password_hash if user and user.login_kind == kind else None
    if not directory.passwords.matches(password, known) or user is None or known is None:
        # For an unknown address too: the work must not tell.
        subject = f"user/{user.user_id}" if user and known else "login/unknown"
        note(directory, by, Entry(action="login.failed", subject=subject, after={"kind": kind}))
        raise LoginFailed("The email address or the password is not right.")
    if directory.passwords.outdated(known):
        directory.store.users.rehash(user.user_id, known, directory.passwords.hash(password))
    return user


def open_session(directory: Directory, user_id: str, address: str) -> View:
    """Note the login and begin a session: Session. Raises UnknownSession if the user is gone."""
    login = Login(directory.clock(), address)
    session_id = directory.new_secret()
    opened = directory.store.sessions.open(session_id, user_id, directory.now())
    user = directory.store.users.logged_in(user_id, login)
    return _session(directory, session_id, opened, user)


def session(directory: Directory, session_id: str) -> View:
    """The session, which lasts longer by this use, but no longer than the access: Session. Raises UnknownSession."""
    opened = directory.store.sessions.use(session_id, directory.now())
    if opened is None:
        raise UnknownSession("This session has ended: log in again.")
    user = directory.store.users.find(opened.user_id)
    if user and not user.has_access(directory.now()):
        # For good: access that is given again later needs a new login.
        directory.store.sessions.end(session_id)
        raise UnknownSession(f"Your access ended with {user.last_day} (UTC). Ask an administrator to extend it.")
    return _session(directory, session_id, opened, user)


def _session(directory: Directory, session_id: str, opened: OpenSession, user: User | None) -> View:
    if user is None:
        raise UnknownSession("This session has ended: log in again.")
    ends = min(rfc3339(opened.expires_at), user.expires_at or "~")
    return session_view(session_id, user, entities_of(directory.store, user.user_id), ends)


def entities_of(store: Store, user_id: str) -> list[tuple[Entity, Role]]:
    """What a user acts for, and as what."""
    roles = {membership.entity_id: membership.role for membership in store.entities.memberships_of(user_id)}
    return [(entity, roles[entity.entity_id]) for entity in store.entities.of_ids(list(roles))]


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


def reset_password(directory: Directory, by: By, token: str, password: str) -> tuple[str, int]:
    """Set a password by a token, once, and end the user's sessions: kind and position. Raises ResetInvalid."""
    # Asked first: hashing is dear, and an invalid token must not cost it.
    kind = reset_kind(directory, token)
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
        entry = Entry(action="password.reset", subject=f"user/{user.user_id}")
        return Done({"identity": f"login/{user.login_kind}/{user.email}"}, position, (entry,))

    done = once(directory, replace(by, key=None), None, work)
    # Whoever reads the mail is the owner: what others tried before must not keep them out.
    directory.store.attempts.forget(done.document["identity"])
    return kind, done.position


def _actor(user: User) -> str:
    return f"{user.login_kind if user.login_kind == 'admin' else 'user'}:{user.user_id}"
