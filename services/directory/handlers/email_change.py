"""Use cases around a change of one's mail address, confirmed by one-time links to the old and the new one.

Whether somebody else has the new address is told to nobody but who reads mail there: the answer and the work are the
same, and that mailbox gets a notice without a link. Then nobody can confirm, and the request ends by itself.
"""

from dataclasses import replace
from datetime import timedelta
from typing import Any, Literal

import orjson

from events.directory import OneTimeMessage, SecurityNotice
from services.chassis.clock import rfc3339
from services.directory import domain
from services.directory.domain import FieldsInvalid, UnknownUser, User
from services.directory.domain.audit import Entry
from services.directory.domain.email_change import EmailChange, EmailLinkInvalid, NoEmailChange, TooManyEmailChanges
from services.directory.handlers.writing import By, Directory, Done, append, once
from services.directory.store import Store
from services.directory.store.logins import digest
from services.directory.store.outbox import MESSAGES
from services.directory.views import View

LIFETIME = timedelta(minutes=60)
_NOTICE_LIFETIME = timedelta(days=2)
_PER_LIFETIME = 5
Kind = Literal["email-change", "email-change-old", "email-change-taken", "email-changed"]
_DEAD = "This link was used, has expired, or was replaced by a newer one."


def request(directory: Directory, by: By, user_id: str, *, email: str, session: str) -> Done:
    """Mail a link to the address so far and one to the new one: EmailChangeView.

    Raises UnknownUser, FieldsInvalid, TooManyEmailChanges.
    """
    now = directory.now()
    until = directory.store.attempts.admit(f"email-change/{user_id}", _PER_LIFETIME, LIFETIME, now)
    if until is not None:
        seconds = max(1, round((until - now).total_seconds()))
        raise TooManyEmailChanges("You asked for this too often lately.", retry_after=seconds)
    old_token, new_token = directory.new_secret(), directory.new_secret()

    def work(store: Store) -> Done:
        user = store.users.find(user_id)
        if user is None:
            raise UnknownUser("There is no such user.")
        if user.email == email:
            raise FieldsInvalid({"email": ["This is your address already."]})
        change = EmailChange(
            user_id=user_id,
            old_email=user.email,
            new_email=email,
            session=digest(session) if session else "",
            asked_at=rfc3339(now),
            expires_at=rfc3339(now + LIFETIME),
        )
        store.email_changes.begin(change, old_token=old_token, new_token=new_token)
        _mail_links(directory, store, by, change, old_token, new_token)
        entry = Entry(action="email.change-requested", subject=f"user/{user_id}", after={"email": email})
        return Done(change_view(change), 0, (entry,))

    return once(directory, by, ["request_email_change", user_id, email], work)


def _mail_links(
    directory: Directory, store: Store, by: By, change: EmailChange, old_token: str, new_token: str
) -> None:
    to_old = {"token": old_token, "address": change.old_email, "new_address": change.new_email}
    to_new = {"token": new_token, "address": change.new_email}
    taken = store.users.of_email(change.new_email) is not None
    if taken:
        # The same work; whoever has that address gets no link to confirm with.
        to_new = {"address": change.new_email}
    kind: Kind = "email-change-taken" if taken else "email-change"
    for sort, content in (("email-change-old", to_old), (kind, to_new)):
        _mail(directory, store, by, sort, change.user_id, content, LIFETIME)  # type: ignore[arg-type]


def _mail(
    directory: Directory, store: Store, by: By, kind: Kind, user_id: str, content: dict[str, Any], lifetime: timedelta
) -> None:
    message = OneTimeMessage(
        message_id=directory.new_id(),
        kind=kind,
        user_id=user_id,
        ciphertext=directory.encrypt(orjson.dumps(content)),
        expires_at=rfc3339(directory.now() + lifetime),
    )
    append(directory, store, by, [message], directory.clock(), MESSAGES)


def under_way(directory: Directory, user_id: str) -> View:
    """The user's own change that is under way: EmailChangeView. Raises NoEmailChange."""
    change = directory.store.email_changes.of_user(user_id, directory.now())
    if change is None:
        raise NoEmailChange("No change of your address is under way.")
    return change_view(change)


def cancel(directory: Directory, by: By, user_id: str) -> None:
    """End one's own: its links are dead. No matter if there is none."""

    def work(store: Store) -> Done:
        change = store.email_changes.of_user(user_id, directory.now())
        store.email_changes.end(user_id)
        entry = Entry(action="email.change-cancelled", subject=f"user/{user_id}")
        return Done({}, 0, (entry,) if change else ())

    once(directory, by, ["cancel_email_change", user_id], work)


def look(directory: Directory, token: str) -> View:
    """What a link is for, without using it: `{side, new_email}`. Raises EmailLinkInvalid."""
    found = directory.store.email_changes.find(token, directory.now())
    if found is None:
        raise EmailLinkInvalid(_DEAD)
    change, side = found
    return {"side": side, "new_email": change.new_email}


def confirm(directory: Directory, by: By, token: str) -> Done:
    """Confirm by a link, once; with the second confirmation the address changes: `{state, waits_for}`.

    Raises EmailLinkInvalid, and EmailTaken when somebody else has the address meanwhile.
    """

    def work(store: Store) -> Done:
        found = store.email_changes.confirm(token, directory.now())
        user = store.users.find(found[0].user_id) if found else None
        if found is None or user is None or user.email != found[0].old_email:
            raise EmailLinkInvalid(_DEAD)
        change, side = found
        own = replace(by, actor=f"{'user' if user.kind == 'member' else 'admin'}:{user.user_id}")
        entry = Entry(action="email.change-confirmed", subject=f"user/{user.user_id}", after={"address": side})
        if not change.complete:
            return Done({"state": "waiting", "waits_for": change.waits_for}, 0, (entry,))
        position = _apply(directory, store, own, user, change)
        was, is_ = {"email": change.old_email}, {"email": change.new_email}
        changed = Entry(action="email.changed", subject=f"user/{user.user_id}", before=was, after=is_)
        return Done({"state": "changed", "waits_for": []}, position, (entry, changed))

    return once(directory, replace(by, key=None), None, work)


def _apply(directory: Directory, store: Store, by: By, user: User, change: EmailChange) -> int:
    changed, events = domain.change_user(user, {"email": change.new_email})
    position = append(directory, store, by, events, directory.clock())
    store.users.save(replace(changed, version=position))
    position = address_changed(directory, store, by, user, changed, keep=change.session)
    store.users.touched(user.user_id, position)
    return position


def address_changed(directory: Directory, store: Store, by: By, before: User, after: User, *, keep: str = "") -> int:
    """What follows from another address, in the transaction of the change; the position of the notice.

    Both addresses are told; other sessions, links for a new password and requests for another address end.
    """
    notice = SecurityNotice(user_id=after.user_id, what="email-changed")
    position = append(directory, store, by, [notice], directory.clock())
    content = {"address": before.email, "new_address": after.email}
    _mail(directory, store, by, "email-changed", after.user_id, content, _NOTICE_LIFETIME)
    store.sessions.end_others(after.user_id, keep)
    store.resets.end_all(after.user_id)
    store.email_changes.end(after.user_id)
    return position


def stop(directory: Directory, by: By, token: str) -> None:
    """It was not me: end the request, all sessions and all API tokens of the user. Raises EmailLinkInvalid."""

    def work(store: Store) -> Done:
        change = store.email_changes.stop(token, directory.now())
        if change is None:
            raise EmailLinkInvalid(_DEAD)
        store.sessions.end_all(change.user_id)
        revoked = store.api_tokens.revoke_all(change.user_id)
        after = {"sessions": "ended", "api_tokens_revoked": revoked}
        return Done({}, 0, (Entry(action="email.change-stopped", subject=f"user/{change.user_id}", after=after),))

    once(directory, replace(by, key=None), None, work)


def change_view(change: EmailChange) -> View:
    """EmailChangeView: nothing that tells whether somebody else has the new address."""
    return {
        "new_email": change.new_email,
        "asked_at": change.asked_at,
        "expires_at": change.expires_at,
        "waits_for": change.waits_for,
    }
