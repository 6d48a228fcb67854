"""The use case of a member with a login who registers another business."""

from dataclasses import replace
from datetime import timedelta

from services.directory import domain
from services.directory.domain import LoginLocked, Membership, UnknownUser
from services.directory.domain.audit import Entry
from services.directory.domain.catalogue import settled
from services.directory.domain.memberships import BUSINESSES_MAX, TooManyMembers
from services.directory.handlers.members import ACCOUNT_TRIES, SignUp, entity_told, new_entity
from services.directory.handlers.writing import By, Directory, Done, append, once
from services.directory.store import Store
from services.directory.store.entities import AccountTaken

_PER_DAY = 5


def register(directory: Directory, by: By, user_id: str, form: SignUp) -> Done:
    """It waits for review, like every new one: `{entity_id, account}`. Raises UnknownUser, TooManyMembers,
    LoginLocked when too many were registered today."""
    until = directory.store.attempts.admit(f"business/{user_id}", _PER_DAY, timedelta(days=1), directory.now())
    if until is not None:
        left = max(1, round((until - directory.now()).total_seconds()))
        raise LoginLocked("You registered several businesses today: go on tomorrow.", retry_after=left)
    entity_id = directory.new_id()
    asked = ["register_business", user_id, form.profile.name]
    for _ in range(ACCOUNT_TRIES):
        entity = new_entity(directory, form, entity_id)
        try:
            return once(directory, by, asked, lambda store, e=entity: _register(directory, store, by, user_id, e))  # type: ignore[misc]
        except AccountTaken:
            continue
    raise RuntimeError("no free account number was found")


def _register(directory: Directory, store: Store, by: By, user_id: str, entity: domain.Entity) -> Done:
    user = store.users.find(user_id)
    if user is None:
        raise UnknownUser("There is no such user.")
    if len(store.entities.memberships_of(user_id)) >= BUSINESSES_MAX:
        raise TooManyMembers(f"A person belongs to at most {BUSINESSES_MAX} businesses: leave one first.")
    entity = settled(entity, store.propagations.aliases())
    # The user is known already.
    events = domain.sign_up(user, entity)[1:]
    position = append(directory, store, by, events, entity.created_at)
    membership = Membership(entity.entity_id, user_id, "owner", since=entity.created_at)
    store.entities.add(replace(entity, version=position), membership)
    entry = Entry(
        action="entity.registered",
        subject=f"entity/{entity.entity_id}",
        after=entity_told(entity),
        concerns=(f"user/{user_id}",),
    )
    return Done({"entity_id": entity.entity_id, "account": entity.account}, position, (entry,))
