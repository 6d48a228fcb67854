"""Loops that somebody was told of or is interested in: who they are of, and which of them said so."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import pymongo

from events.matcher import LoopAgreed, LoopFound, LoopGive
from services.matcher.store import derived, outbox
from services.matcher.store.documents import Document
from services.matcher.store.failures import answering
from services.matcher.store.mongo import Store
from services.matcher.store.transaction import Tx

INTERESTS = "interests"
_SECONDS = 5.0
_THERE = {"gone": {"$ne": True}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Interest:
    """A loop as it was when it was first told of, and who is interested. `agreed_at`: when all had said so."""

    loop_id: str
    members: tuple[str, ...]
    gives: tuple[LoopGive, ...]
    said: Mapping[str, Mapping[str, str]]
    """Member to `{by, at}`: who said it for the business (`user:<id>`), and when."""
    agreed_at: str | None


def find(store: Store, loop_ids: Iterable[str]) -> dict[str, Interest]:
    """What is known of these loops. Raises StoreAway."""
    with answering(), pymongo.timeout(_SECONDS):
        found = list(store.database[INTERESTS].find({"_id": {"$in": sorted(loop_ids)}, **_THERE}))
    return {each["_id"]: _interest(each) for each in found}


def of_entity(store: Store, entity_id: str, limit: int) -> list[Interest]:
    """Loops that a member has said it is interested in, the newest first. Raises StoreAway."""
    with answering(), pymongo.timeout(_SECONDS):
        found = list(store.database[INTERESTS].find({"interested": entity_id}).sort("revision", -1).limit(limit))
    return [_interest(each) for each in found]


def note_told(tx: Tx, told: Sequence[LoopFound]) -> None:
    """Keep loops that are told of, so that what was told leads to them."""
    fresh = {loop.loop_id: _document(loop.members, loop.gives) for loop in told if _known(tx, loop.loop_id) is None}
    tx.put_all(INTERESTS, fresh)


def say(tx: Tx, loop: LoopFound, entity_id: str, *, by: str, correlation_id: str, now: str) -> Interest:
    """A member is interested in a loop that closes now. When it is the last of them, all are told, once.

    Saying it again changes nothing. Raises UnknownEntity.
    """
    derived.refuse_forgotten(tx, loop.members)
    document = _known(tx, loop.loop_id) or _document(loop.members, loop.gives)
    said = {**document["said"]}
    said.setdefault(entity_id, {"by": by, "at": now})
    # What they agree to is what they see now.
    changed = document | _document(loop.members, loop.gives) | {"said": said, "interested": sorted(said)}
    changed["agreed_at"] = document["agreed_at"]
    if changed["agreed_at"] is None and set(said) >= set(loop.members):
        changed["agreed_at"] = now
        agreed = LoopAgreed(loop_id=loop.loop_id, members=loop.members, gives=loop.gives)
        outbox.append(tx, [agreed], actor=by, correlation_id=correlation_id, now=now)
    changed.pop("_id", None)
    tx.put(INTERESTS, loop.loop_id, changed)
    return _interest({**changed, "_id": loop.loop_id})


def withdraw(tx: Tx, loop_id: str, entity_id: str, members: Sequence[str]) -> Interest | None:
    """A member is not interested any more in a loop of `members`; None if nothing is known of it.

    Raises UnknownEntity.
    """
    derived.refuse_forgotten(tx, members)
    document = _known(tx, loop_id)
    if document is None:
        return None
    said = {name: how for name, how in document["said"].items() if name != entity_id}
    changed = {**document, "said": said, "interested": sorted(said)}
    del changed["_id"]
    tx.put(INTERESTS, loop_id, changed)
    return _interest({**changed, "_id": loop_id})


def _known(tx: Tx, loop_id: str) -> Document | None:
    return next(tx.find(INTERESTS, {"_id": loop_id, **_THERE}), None)


def _document(members: Sequence[str], gives: Sequence[LoopGive]) -> Document:
    told: list[dict[str, Any]] = [asdict(give) for give in gives]
    return {"members": list(members), "gives": told, "said": {}, "interested": [], "agreed_at": None}


def _interest(document: Mapping[str, Any]) -> Interest:
    return Interest(
        loop_id=document["_id"],
        members=tuple(document["members"]),
        gives=tuple(LoopGive(**give) for give in document["gives"]),
        said=document["said"],
        agreed_at=document["agreed_at"],
    )
