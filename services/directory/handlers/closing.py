"""Use cases at the end: closing a business or a login, and forgetting them once the ledger has settled the account.

Forgetting removes personal data everywhere: here by the registry (store/personal.py), at the other services by the
events, in Kafka by renewing the log (docs/adr/0015). What stays: ids, account number, dates.
"""

from dataclasses import replace

from services.directory import domain
from services.directory.domain import Entity, OwnersOnly, UnknownUser
from services.directory.domain import closing as decisions
from services.directory.domain.audit import Entry
from services.directory.handlers.members import known_entity
from services.directory.handlers.writing import By, Directory, Done, append, once
from services.directory.store import Store, personal
from services.directory.store.outbox import EVENTS
from services.directory.views import entity_view

_RELAY = f"relay.{EVENTS}"


def close_entity(directory: Directory, by: By, entity_id: str, reason: str, *, owner: str = "") -> Done:
    """Close a business: EntityView. `owner` is the member who asks; empty for administrators.

    The balance is what the ledger last told; should it be another one by now, the account is frozen until it is zero.

    Raises UnknownEntity, OwnersOnly, BalanceNotZero.
    """

    def work(store: Store) -> Done:
        before, now = known_entity(store, entity_id), directory.clock()
        if owner and owner not in _owners(store, entity_id):
            raise OwnersOnly("Only an owner may close a business.")
        entity, events = decisions.close(before, reason, now, before.figures.balance if before.figures else None)
        if not events:
            return Done(entity_view(entity), 0)
        position = append(directory, store, by, events, now)
        entity = replace(entity, version=position)
        store.entities.save(entity)
        entry = Entry(
            action="entity.closed",
            subject=f"entity/{entity_id}",
            before={"status": before.status},
            after={"closed_at": now},
            reason=reason,
        )
        return Done(entity_view(entity), position, (entry,))

    return once(directory, by, ["close_entity", entity_id, reason], work)


def _owners(store: Store, entity_id: str) -> set[str]:
    return {each.user_id for each in store.entities.members_of(entity_id) if each.role == "owner"}


def forget_settled(directory: Directory, account: str, position: int) -> None:
    """The ledger has closed an account, at a position of its own."""
    settled(directory, By(actor="system:ledger", correlation_id=f"ledger-{position}"), account)


def settled(directory: Directory, by: By, account: str) -> Done | None:
    """The ledger has closed an account: forget its business, if that was closed here; None if not. Repeatable."""
    found = directory.store.entities.of_accounts([account])
    if not found or not found[0].closed_at or found[0].forgotten_at:
        return None
    return forget_entity(directory, by, found[0].entity_id)


def forget_entity(directory: Directory, by: By, entity_id: str) -> Done:
    """Remove everything personal about a closed business and about users who belong to no other one.

    `{entity_id, users}`. Once the ledger has closed the account. Raises UnknownEntity, NotSettled.
    """

    def work(store: Store) -> Done:
        before, now = known_entity(store, entity_id), directory.clock()
        if before.forgotten_at:
            return Done({"entity_id": entity_id, "users": []}, 0)
        memberships = store.entities.members_of(entity_id)
        leaving = [each.user_id for each in memberships if _has_nothing_else(store, each.user_id, entity_id)]
        entity, events = decisions.forget(before, memberships, leaving, now)
        position = append(directory, store, by, events, now)
        store.entities.save(replace(entity, version=position))
        for subject in (f"entity/{entity_id}", *(f"user/{user_id}" for user_id in leaving)):
            personal.forget(store, subject)
        store.renewal.ask()
        concerns = tuple(f"user/{user_id}" for user_id in leaving)
        entry = Entry(action="entity.forgotten", subject=f"entity/{entity_id}", concerns=concerns)
        return Done({"entity_id": entity_id, "users": leaving}, position, (entry,))

    return once(directory, replace(by, key=None), None, work)


def _has_nothing_else(store: Store, user_id: str, entity_id: str) -> bool:
    user = store.users.find(user_id)
    others = [each for each in store.entities.memberships_of(user_id) if each.entity_id != entity_id]
    return user is not None and user.kind == "member" and not others


def close_user(directory: Directory, by: By, user_id: str) -> Done:
    """End a login for good, and forget it: `{}`. Raises UnknownUser, OwnsEntities."""

    def work(store: Store) -> Done:
        user = store.users.find(user_id)
        if user is None:
            raise UnknownUser("There is no such user.")
        position = append(directory, store, by, domain.close_user(user_id, _open(store, user_id)), directory.clock())
        personal.forget(store, f"user/{user_id}")
        store.renewal.ask()
        return Done({}, position, (Entry(action="user.closed", subject=f"user/{user_id}"),))

    return once(directory, replace(by, key=None), None, work)


def _open(store: Store, user_id: str) -> list[Entity]:
    return store.entities.of_ids([each.entity_id for each in store.entities.memberships_of(user_id)])


def renew_log(directory: Directory) -> bool:
    """Have the relay publish the event log anew, if anything in it was redacted since; whether it was."""
    return directory.store.renewal.pass_on(_RELAY)
