"""Use cases around consent: agreeing to a version of a document, and what was agreed to."""

from services.directory.domain import UnknownUser
from services.directory.domain.audit import Entry
from services.directory.handlers.writing import By, Directory, Done, once
from services.directory.store import Store
from services.directory.store.consents import TERMS


def agree(directory: Directory, by: By, user_id: str, document: str, version: str, entity_id: str = "") -> Done:
    """Record that a user agrees: `{consents}`. Raises UnknownUser."""

    def work(store: Store) -> Done:
        if store.users.find(user_id) is None:
            raise UnknownUser("There is no such user.")
        entries = record(store, user_id, document, version, directory.clock(), entity_id)
        return Done({"consents": store.consents.of_user(user_id)}, 0, entries)

    return once(directory, by, ["agree", user_id, document, version, entity_id], work)


def record(store: Store, user_id: str, document: str, version: str, now: str, entity_id: str = "") -> tuple[Entry, ...]:
    """Record a consent in the transaction of `store`, with its entry; none if it is known, or there is no version."""
    if not version or not store.consents.add(user_id, entity_id, document, version, now):
        return ()
    if document == TERMS:
        store.users.agreed(user_id, version)
    subject = f"entity/{entity_id}" if entity_id else f"user/{user_id}"
    after = {"document": document, "version": version}
    return (Entry(action="consent.given", subject=subject, after=after, concerns=(f"user/{user_id}",)),)
