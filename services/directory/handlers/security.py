"""Use cases around one's own login: showing that it is still the same person, the password, the sessions.

Whoever has found an unlocked telephone has a session, but no password: what would hand the account over asks for it.
"""

from dataclasses import replace
from datetime import timedelta

from events.directory import SecurityNotice, UserKind
from services.chassis.clock import rfc3339
from services.directory.domain import FieldsInvalid, PasswordWrong, StepUpNeeded, UnknownSession, UnknownUser, User
from services.directory.domain.audit import Entry
from services.directory.domain.security import STRENGTH_MEMBER, STRENGTH_STAFF, own_words
from services.directory.handlers import factors, locking
from services.directory.handlers.writing import By, Directory, Done, append, note, once
from services.directory.store import Store
from services.directory.store.logins import digest
from services.directory.views import View

STEP_UP = timedelta(minutes=10)
"""For so long a verified session may do what is sensitive."""
_ENDED = "This session has ended: log in again."


def require_verified(directory: Directory, session_id: str, user_id: str) -> None:
    """Raises StepUpNeeded unless the session was verified lately."""
    now = directory.now()
    verified_at = directory.store.sessions.verified_at(session_id, user_id, now)
    if verified_at is None or now - verified_at > STEP_UP:
        raise StepUpNeeded("Show first that it is still you: enter your password again.")


def verify(directory: Directory, by: By, session_id: str, user_id: str, *, password: str = "", code: str = "") -> None:
    """Show by password or code that it is still the same person. Raises PasswordWrong, LoginLocked, UnknownSession."""
    user = directory.store.users.find(user_id)
    if user is None or directory.store.sessions.use(session_id, directory.now()) is None:
        raise UnknownSession(_ENDED)
    if code and not password:
        _check_code(directory, by, user, code)
    else:
        check_password(directory, by, user, password, "password")
    if not directory.store.sessions.verify(session_id, user_id, directory.now()):
        raise UnknownSession(_ENDED)
    note(directory, by, Entry(action="session.verified", subject=f"user/{user_id}"))


def check_password(directory: Directory, by: By, user: User, password: str, field: str) -> None:
    """Of somebody logged in. Raises PasswordWrong, naming the field, and LoginLocked after three failures.

    Counted apart from logins: strangers without a session can't use these tries up.
    """
    counting = _counting(directory, user)
    locking.admit(directory, counting)
    if not directory.passwords.matches(password, user.password_hash):
        note(directory, by, Entry(action="session.verification-failed", subject=f"user/{user.user_id}"))
        raise PasswordWrong(field)
    locking.passed(directory, counting)


def _check_code(directory: Directory, by: By, user: User, code: str) -> None:
    counting = _counting(directory, user)
    locking.admit(directory, counting)
    if not factors.use_code(directory, by, user, code):
        note(directory, by, Entry(action="session.verification-failed", subject=f"user/{user.user_id}"))
        raise PasswordWrong("code")
    locking.passed(directory, counting)


def _counting(directory: Directory, user: User) -> tuple[locking.Counter, ...]:
    return (locking.Counter(f"verification/{user.user_id}", directory.login_failures),)


def check_strength(directory: Directory, password: str, user: User, field: str) -> None:
    """Of a password that somebody is about to have. Raises FieldsInvalid."""
    entities = [membership.entity_id for membership in directory.store.entities.memberships_of(user.user_id)]
    businesses = [entity.profile.name for entity in directory.store.entities.of_ids(entities)]
    known = (user.email, user.first_name, user.last_name, *businesses)
    if weakness := weakness_of(directory, password, user.kind, *known):
        raise FieldsInvalid({field: [weakness]})


def weakness_of(directory: Directory, password: str, kind: UserKind, *known: str) -> str:
    """Why it is too easily guessed by those who know that much of the person; empty when it is not."""
    least = STRENGTH_MEMBER if kind == "member" else STRENGTH_STAFF
    return directory.passwords.weakness(password, own_words(*known), least)


def change_password(directory: Directory, by: By, session_id: str, user_id: str, *, current: str, new: str) -> Done:
    """Set another password; all other sessions end, and so do reset links. Raises PasswordWrong, FieldsInvalid."""
    user = directory.store.users.find(user_id)
    if user is None:
        raise UnknownUser("There is no such user.")
    check_password(directory, by, user, current, "current")
    check_strength(directory, new, user, "new")
    hashed = directory.passwords.hash(new)

    def work(store: Store) -> Done:
        now = store.users.find(user_id)
        if now is None or now.password_hash != user.password_hash:
            # It was changed at the same moment: what was entered as the current one is not that any more.
            raise PasswordWrong("current")
        store.sessions.end_others(user_id, digest(session_id))
        store.sessions.verify(session_id, user_id, directory.now())
        return password_set(directory, store, by, user_id, hashed)

    return once(directory, replace(by, key=None), None, work)


def password_set(directory: Directory, store: Store, by: By, user_id: str, hashed: str) -> Done:
    """Another password, in the transaction of `store`: links and begun logins end, and the person is told: `{}`.

    Which sessions end with it is for the caller to decide.
    """
    store.users.set_password(user_id, hashed)
    store.resets.drop(user_id)
    store.tickets.drop(user_id)
    notice = SecurityNotice(user_id=user_id, what="password-changed")
    position = append(directory, store, by, [notice], directory.clock())
    store.users.touched(user_id, position)
    return Done({}, position, (Entry(action="password.changed", subject=f"user/{user_id}"),))


def sessions(directory: Directory, user_id: str, session_id: str) -> list[View]:
    """A user's living sessions, for that user alone: `{handle, device, address, opened_at, used_at, current}`."""
    own = digest(session_id)
    return [
        {
            "handle": found["_id"],
            "device": found.get("device", ""),
            "address": found.get("address", ""),
            "opened_at": rfc3339(found["opened_at"]),
            "used_at": rfc3339(found.get("used_at") or found["opened_at"]),
            "current": found["_id"] == own,
        }
        for found in directory.store.sessions.of_user(user_id, directory.now())
    ]


def end_session(directory: Directory, by: By, user_id: str, handle: str) -> None:
    """End one of a user's sessions. Raises UnknownSession."""

    def work(store: Store) -> Done:
        if not store.sessions.end_one(user_id, handle):
            raise UnknownSession("This session has ended already.")
        return Done({}, 0, (Entry(action="session.ended", subject=f"user/{user_id}"),))

    once(directory, replace(by, key=None), None, work)


def end_other_sessions(directory: Directory, by: By, user_id: str, session_id: str) -> int:
    """End all but one; how many there were."""

    def work(store: Store) -> Done:
        ended = store.sessions.end_others(user_id, digest(session_id))
        entry = Entry(action="session.others-ended", subject=f"user/{user_id}", after={"ended": ended})
        return Done({"ended": ended}, 0, (entry,))

    return int(once(directory, replace(by, key=None), None, work).document["ended"])
