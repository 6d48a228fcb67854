"""What the topics say, read and written by whoever takes a run of events: inside a transaction."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from services.matcher.accounts import Account, Books, Proposal, Trades
from services.matcher.domain import Entity, UnknownEntity
from services.matcher.store.documents import (
    Document,
    account_document,
    account_of,
    document_of,
    entity_of,
    proposal_document,
    proposal_of,
    trades_document,
    trades_id,
    trades_of,
)
from services.matcher.store.schema import OF_AN_ENTITY
from services.matcher.store.transaction import Tx

FORGOTTEN: Mapping[str, object] = {"closed": True, "name": ""}
"""Only who was forgotten has no name."""

Key = TypeVar("Key")
Value = TypeVar("Value")


def position(tx: Tx, source: str) -> int:
    """The last position applied of `source`; 0 at first."""
    return next((int(found["position"]) for found in tx.of_ids("positions", [source])), 0)


def put_position(tx: Tx, source: str, reached: int) -> None:
    """Say that everything up to `reached` is applied."""
    tx.put("positions", source, {"position": reached})


def entities(tx: Tx, ids: Iterable[str]) -> dict[str, Entity]:
    """The entities of these ids that there are."""
    return {each["_id"]: entity_of(each) for each in tx.of_ids("entities", ids)}


@dataclass(frozen=True, slots=True)
class Names:
    """Tags and categories that are renamed or removed, the last of them at position `before` of the directory."""

    tags: Collection[str]
    categories: Collection[str]
    before: int


def entities_with(tx: Tx, names: Names, limit: int) -> dict[str, Entity]:
    """Some of the entities with one of these names, as they were before: at most `limit`.

    Without an index on tags: they are renamed once in a while, and written all the time.
    """
    among = {"$elemMatch": {"$elemMatch": {"$in": sorted(names.tags)}}}
    wanted: list[Document] = [{"offers": among}, {"wants": among}] if names.tags else []
    wanted += [{"categories": {"$in": sorted(names.categories)}}] if names.categories else []
    if not wanted:
        return {}
    query = {"version": {"$lt": names.before}, "$or": wanted}
    found = tx.collection("entities").find(query, limit=limit, session=tx.session)
    return {each["_id"]: entity_of(each) for each in found}


def put_entities(tx: Tx, changed: Mapping[str, tuple[Entity, str]]) -> None:
    """Write entities, each with the time (RFC 3339) of its last event."""
    tx.put_all("entities", {key: {**document_of(entity), "at": at} for key, (entity, at) in changed.items()})


def forget(tx: Tx, ids: Collection[str]) -> None:
    """Drop all truths that name these entities: what was derived of them went with the events.

    Not while a generation is built: those who follow truths would not hear of it. The switch makes up for it.
    """
    if not tx.revision:
        return
    for name, fields in OF_AN_ENTITY.items() if ids else ():
        query = {"$or": [{field: {"$in": sorted(ids)}} for field in fields]}
        for each in list(tx.find(name, query)):
            tx.drop(name, each["_id"])
    tx.outcomes.forget(*ids)


def forgotten(tx: Tx, ids: Iterable[str]) -> set[str]:
    """Those of these entities of whom nothing may be kept any more: whoever asks may have looked at them before."""
    wanted = sorted(ids)
    found = tx.find("entities", {"_id": {"$in": wanted}, **FORGOTTEN}) if wanted else ()
    return {each["_id"] for each in found}


def refuse_forgotten(tx: Tx, ids: Iterable[str]) -> None:
    """Before a truth is written that names these entities. Raises UnknownEntity."""
    for each in forgotten(tx, ids):
        raise UnknownEntity(each)


def put_to_announce(tx: Tx, times: Mapping[str, str]) -> None:
    """Have entities looked at for new matches, that may be there since a time."""
    documents = {f"{tx.revision}-{key}": {"entity_id": key, "at": at} for key, at in times.items()}
    tx.put_all("to_announce", documents)


def accounts(tx: Tx, numbers: Iterable[str]) -> dict[str, Account]:
    """Those of these accounts that are known."""
    return {each["_id"]: account_of(each) for each in tx.of_ids("accounts", numbers)}


def proposals(tx: Tx, transfer_ids: Iterable[str]) -> dict[str, Proposal]:
    """Those of these transfers that are open."""
    return {each["_id"]: proposal_of(each) for each in tx.of_ids("proposals", transfer_ids)}


def trades(tx: Tx, pairs: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Trades]:
    """What these pairs (giver, receiver) have done so far."""
    found = (trades_of(each) for each in tx.of_ids("trades", map(trades_id, pairs)))
    return {(each.giver, each.receiver): each for each in found}


def put_books(tx: Tx, before: Books, after: Books) -> None:
    """Write what differs."""
    accounts = {key: account_document(value) for key, value in _differing(before.accounts, after.accounts)}
    tx.put_all("accounts", accounts)
    trades = {trades_id(key): trades_document(value) for key, value in _differing(before.trades, after.trades)}
    tx.put_all("trades", trades)
    proposed = {key: proposal_document(value) for key, value in _differing(before.proposals, after.proposals)}
    tx.put_all("proposals", proposed)
    tx.delete_all("proposals", before.proposals.keys() - after.proposals.keys())


def _differing(before: Mapping[Key, Value], after: Mapping[Key, Value]) -> Iterable[tuple[Key, Value]]:
    return ((key, value) for key, value in after.items() if before.get(key) != value)
