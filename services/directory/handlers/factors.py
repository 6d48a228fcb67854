"""Use cases around the second factor: an app that shows codes, and recovery codes for when it is lost."""

from collections.abc import Callable
from dataclasses import replace

from events.directory import SecurityNotice
from services.chassis.clock import rfc3339
from services.directory.domain import PasswordWrong, TwoFactorState, UnknownUser, User
from services.directory.domain.audit import Entry
from services.directory.domain.security import (
    RECOVERY_CODES,
    is_timed_code,
    needs_two_factor,
    new_recovery_code,
    normal_code,
)
from services.directory.handlers import locking
from services.directory.handlers.writing import By, Directory, Done, append, once
from services.directory.store import Store
from services.directory.views import View

_NONE = "There is no second factor to change."


def use_code(directory: Directory, by: By, user: User, code: str) -> bool:
    """Use a code up, of the app or for recovery; False when it is wrong or was used. Of several at once one fits."""
    found, plain = directory.store.factors.find(user.user_id), normal_code(code)
    if found is None:
        return False
    if is_timed_code(plain):
        step = directory.codes.step(found["secret"], plain, directory.now())
        if step is None:
            return False
        # A key that was changed meanwhile seals the secret anew, use by use.
        return directory.store.factors.use_step(user.user_id, step, directory.codes.resealed(found["secret"]))
    return _use_recovery_code(directory, by, user.user_id, plain)


def _use_recovery_code(directory: Directory, by: By, user_id: str, code: str) -> bool:
    def work(store: Store) -> Done:
        if not store.factors.use_recovery(user_id, code):
            return Done({}, 0)
        left = len((store.factors.find(user_id) or {"recovery": ()})["recovery"])
        return _told(directory, store, by, user_id, "recovery-code-used", Entry(
            action="recovery-code.used", subject=f"user/{user_id}", after={"left": left}
        ))  # fmt: skip

    return once(directory, replace(by, key=None), None, work).position > 0


def state(directory: Directory, user_id: str) -> View:
    """`{on, since, recovery_codes_left, required}`. Raises UnknownUser."""
    user, found = _user(directory.store, user_id), directory.store.factors.find(user_id)
    return {
        "on": found is not None,
        "since": rfc3339(found["since"]) if found else None,
        "recovery_codes_left": len(found["recovery"]) if found else 0,
        "required": needs_two_factor(directory.require_two_factor, user.kind),
    }


def begin(directory: Directory, by: By, user_id: str) -> View:
    """A fresh secret for an app, which counts as soon as it is confirmed: `{secret}`. Raises TwoFactorState."""
    secret = directory.codes.new_secret()

    def work(store: Store) -> Done:
        if _user(store, user_id).two_factor:
            raise TwoFactorState("A second factor is on already: switch it off first.")
        store.factors.begin(user_id, directory.codes.seal(secret), directory.now())
        return Done({}, 0, (Entry(action="two-factor.begun", subject=f"user/{user_id}"),))

    once(directory, replace(by, key=None), None, work)
    return {"secret": secret}


def confirm(directory: Directory, by: By, user_id: str, code: str) -> Done:
    """The app shows the right code: the factor is on. `{recovery_codes}`, told this once.

    Raises TwoFactorState, PasswordWrong, LoginLocked.
    """
    counting = (locking.Counter(f"verification/{user_id}", directory.login_failures),)
    locking.admit(directory, counting)
    sealed = directory.store.factors.begun(user_id, directory.now())
    if sealed is None:
        raise TwoFactorState("The setup was begun too long ago: begin again.")
    step = directory.codes.step(sealed, normal_code(code), directory.now())
    if step is None:
        raise PasswordWrong("code")
    locking.passed(directory, counting)
    codes = _new_codes(directory)

    def work(store: Store) -> Done:
        if _user(store, user_id).two_factor or store.factors.begun(user_id, directory.now()) != sealed:
            raise TwoFactorState("Something else was set up meanwhile: look again.")
        store.factors.confirm(user_id, sealed, step, [normal_code(each) for each in codes], directory.now())
        store.users.set_two_factor(user_id, True)
        entry = Entry(action="two-factor.on", subject=f"user/{user_id}")
        return replace(_told(directory, store, by, user_id, "two-factor-on", entry), document={"recovery_codes": codes})

    return once(directory, replace(by, key=None), None, work)


def renew_recovery_codes(directory: Directory, by: By, user_id: str) -> Done:
    """Ten new recovery codes, told this once; the ones before work no more: `{recovery_codes}`."""
    codes = _new_codes(directory)

    def work(store: Store) -> Done:
        _with_factor(store, user_id)
        store.factors.renew_recovery(user_id, [normal_code(each) for each in codes])
        entry = Entry(action="recovery-codes.renewed", subject=f"user/{user_id}")
        return Done({"recovery_codes": codes}, 0, (entry,))

    return once(directory, replace(by, key=None), None, work)


def switch_off(directory: Directory, by: By, user_id: str) -> Done:
    """No second factor any more. Raises TwoFactorState."""
    entry = Entry(action="two-factor.off", subject=f"user/{user_id}")
    return _removed(
        directory, replace(by, key=None), lambda store: _with_factor(store, user_id), "two-factor-off", entry
    )


def reset(directory: Directory, by: By, user_id: str, reason: str) -> Done:
    """Somebody lost telephone and recovery codes: an administrator removes the factor, and all sessions end."""
    entry = Entry(action="two-factor.reset", subject=f"user/{user_id}", reason=reason)

    def which(store: Store) -> User:
        user = _with_factor(store, user_id)
        store.sessions.end_all(user_id)
        return user

    return _removed(directory, by, which, "two-factor-reset", entry)


def reset_of(directory: Directory, by: By, email: str, reason: str) -> Done:
    """The same by the address, for the command line. Raises UnknownUser, TwoFactorState."""
    user = directory.store.users.of_email(email)
    if user is None:
        raise UnknownUser("There is no such user.")
    return reset(directory, by, user.user_id, reason)


def _removed(directory: Directory, by: By, which: Callable[[Store], User], what: str, entry: Entry) -> Done:
    def work(store: Store) -> Done:
        user = which(store)
        store.factors.remove(user.user_id)
        store.tickets.drop(user.user_id)
        store.users.set_two_factor(user.user_id, False)
        return _told(directory, store, by, user.user_id, what, entry)

    return once(directory, by, [what, entry.subject, entry.reason], work)


def _told(directory: Directory, store: Store, by: By, user_id: str, what: str, entry: Entry) -> Done:
    notice = SecurityNotice(user_id=user_id, what=what)  # type: ignore[arg-type]
    position = append(directory, store, by, [notice], directory.clock())
    store.users.touched(user_id, position)
    return Done({}, position, (entry,))


def _new_codes(directory: Directory) -> list[str]:
    return [new_recovery_code(directory.below) for _ in range(RECOVERY_CODES)]


def _with_factor(store: Store, user_id: str) -> User:
    user = _user(store, user_id)
    if not user.two_factor:
        raise TwoFactorState(_NONE)
    return user


def _user(store: Store, user_id: str) -> User:
    user = store.users.find(user_id)
    if user is None:
        raise UnknownUser("There is no such user.")
    return user
