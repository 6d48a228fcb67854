"""Use cases around an administrator who acts for a member: begun with a reason, for one business, ended soon.

The session remembers it; tokens then carry the member's rights and the administrator's name (docs/roles.md).
"""

from datetime import timedelta

from events.directory import OnBehalfBegan
from services.chassis.clock import rfc3339
from services.directory.domain import UnknownSession
from services.directory.domain.audit import Entry
from services.directory.handlers.members import known_entity
from services.directory.handlers.writing import By, Directory, Done, append, once
from services.directory.store import Store

LONGEST = timedelta(minutes=60)


def begin(directory: Directory, by: By, *, session_id: str, user_id: str, entity_id: str, reason: str) -> Done:
    """Act for a business from now on, at most an hour: `{entity_id, until}`. Its people get a mail.

    Raises UnknownEntity, UnknownSession.
    """
    until = directory.now() + LONGEST

    def work(store: Store) -> Done:
        entity = known_entity(store, entity_id)
        if not store.sessions.act_for(session_id, user_id, entity_id, reason, until):
            raise UnknownSession("This session has ended: log in again.")
        began = OnBehalfBegan(entity_id=entity_id, user_id=user_id, reason=reason, until=rfc3339(until))
        position = append(directory, store, by, [began], directory.clock())
        entry = Entry(
            action="acting.began",
            subject=f"entity/{entity_id}",
            after={"until": rfc3339(until)},
            reason=reason,
            concerns=(f"user/{user_id}",),
        )
        return Done({"entity_id": entity.entity_id, "until": rfc3339(until)}, position, (entry,))

    return once(directory, by, ["act_for", session_id, entity_id, reason], work)


def end(directory: Directory, by: By, *, session_id: str, user_id: str) -> None:
    """Act for nobody any more. No matter if it has ended."""

    def work(store: Store) -> Done:
        entity_id = store.sessions.act_for_nobody(session_id, user_id)
        entry = Entry(action="acting.ended", subject=f"entity/{entity_id}", concerns=(f"user/{user_id}",))
        return Done({}, 0, (entry,) if entity_id else ())

    once(directory, by, ["act_for_nobody", session_id], work)
