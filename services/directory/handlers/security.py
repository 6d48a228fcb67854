"""Use cases around one's own login: showing that one is still the one who logged in.

Whoever has found an unlocked telephone has a session, but no password: what would hand the account over asks for it.
"""

from datetime import timedelta

from services.directory.domain import LoginLocked, PasswordWrong, StepUpNeeded, UnknownSession, User
from services.directory.domain.audit import Entry
from services.directory.handlers.writing import By, Directory, note

STEP_UP = timedelta(minutes=10)
"""For so long a verified session may do what is sensitive."""
LOCK = timedelta(minutes=15)


def require_verified(directory: Directory, session_id: str, user_id: str) -> None:
    """Raises StepUpNeeded unless the session was verified lately."""
    now = directory.now()
    verified_at = directory.store.sessions.verified_at(session_id, user_id, now)
    if verified_at is None or now - verified_at > STEP_UP:
        raise StepUpNeeded("Show first that it is still you: enter your password again.")


def verify(directory: Directory, by: By, session_id: str, user_id: str, *, password: str) -> None:
    """Show by the password that it is still the same person. Raises PasswordWrong, LoginLocked, UnknownSession."""
    user = directory.store.users.find(user_id)
    if user is None or directory.store.sessions.use(session_id, directory.now()) is None:
        raise UnknownSession("This session has ended: log in again.")
    check_password(directory, by, user, password, "password")
    if not directory.store.sessions.verify(session_id, user_id, directory.now()):
        raise UnknownSession("This session has ended: log in again.")
    note(directory, by, Entry(action="session.verified", subject=f"user/{user_id}"))


def check_password(directory: Directory, by: By, user: User, password: str, field: str) -> None:
    """Of somebody logged in. Raises PasswordWrong, naming the field, and LoginLocked after three failures.

    Counted apart from logins: strangers without a session can't use these tries up.
    """
    key = f"verification/{user.user_id}"
    until = directory.store.attempts.admit(key, directory.login_failures, LOCK, directory.now())
    if until is not None:
        left = max(1, round((until - directory.now()).total_seconds()))
        raise LoginLocked("Too many wrong passwords.", retry_after=left)
    if not directory.passwords.matches(password, user.password_hash):
        note(directory, by, Entry(action="session.verification-failed", subject=f"user/{user.user_id}"))
        raise PasswordWrong(field)
    directory.store.attempts.forget(key)
