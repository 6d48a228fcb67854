"""What is decided when a business closes and is forgotten, and when a login ends. Pure.

Closing takes it out of every list at once and lets the ledger settle its account; once that is closed, it is forgotten.
"""

from collections.abc import Sequence
from dataclasses import replace

from events.directory import EntityClosed, EntityForgotten, MembershipChanged, Status, UserClosed
from events.envelope import Event
from services.directory.domain.errors import BalanceNotZero, EntityIsClosed, NotSettled, OwnsEntities
from services.directory.domain.values import Entity, Membership

UNLISTED: Status = "rejected"
"""The status of a closed entity: in no list of anybody, whatever looks it up by status."""


def close(entity: Entity, reason: str, now: str, balance: int | None) -> tuple[Entity, list[Event]]:
    """The entity closed; no event if it is already. `balance` is the newest one that is known here.

    Raises BalanceNotZero.
    """
    if entity.closed_at:
        return entity, []
    if balance:
        raise BalanceNotZero(
            "A business closes at a balance of zero: spend what is there, or earn what is missing, then try again."
        )
    event = EntityClosed(entity_id=entity.entity_id, account=entity.account, reason=reason)
    return replace(entity, status=UNLISTED, closed_at=now), [event]


def must_be_open(entity: Entity) -> None:
    """Raises EntityIsClosed."""
    if entity.closed_at:
        raise EntityIsClosed("This business is closed: nothing about it can be changed.")


def forget(
    entity: Entity, memberships: Sequence[Membership], leaving: Sequence[str], now: str
) -> tuple[Entity, list[Event]]:
    """The entity as it is remembered; nobody belongs to it, and the users `leaving` are gone. Raises NotSettled."""
    if not entity.closed_at:
        raise NotSettled("Only a business that was closed can be forgotten.")
    events: list[Event] = [MembershipChanged(entity_id=each.entity_id, user_id=each.user_id) for each in memberships]
    events += [UserClosed(user_id=user_id) for user_id in leaving]
    events.append(EntityForgotten(entity_id=entity.entity_id, account=entity.account))
    return replace(entity, forgotten_at=now), events


def close_user(user_id: str, open_entities: Sequence[Entity]) -> list[Event]:
    """The end of a login that no open business needs. Raises OwnsEntities."""
    if open_entities:
        names = ", ".join(entity.profile.name for entity in open_entities)
        raise OwnsEntities(f"Close or leave these businesses first, or hand them over: {names}.")
    return [UserClosed(user_id=user_id)]
