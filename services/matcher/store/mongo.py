"""The matcher's MongoDB: one state, transactions that count, and derived collections in generations.

Every transaction raises the state's `revision`, so transactions follow one another as on a string, and whoever has
read up to a revision asks for the greater ones. Two at the same time conflict, and one of them is run again.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import pymongo
from pymongo import MongoClient, ReturnDocument
from pymongo.client_session import ClientSession
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

from services.matcher.store.documents import Document
from services.matcher.store.failures import StoreAway, answering
from services.matcher.store.schema import DERIVED, STATE, TRUTHS, name_in
from services.matcher.store.transaction import Tx

_SELECTION_MS = 3_000
_SECONDS = 5.0
LONG_SECONDS = 50.0
"""For a transaction that may change every member; MongoDB ends one after 60 s."""
_MAJORITY = WriteConcern("majority", wtimeout=5_000)
_SNAPSHOT = ReadConcern("snapshot")

Result = TypeVar("Result")


class Overtaken(Exception):
    """Somebody else was there first: nothing is written."""


@dataclass(frozen=True, slots=True)
class State:
    """Which generation of derived collections is read, and the revision of the last change."""

    generation: int
    revision: int


class Snapshot:
    """All collections as they were at one moment."""

    def __init__(self, store: "Store", session: ClientSession) -> None:
        self._store, self._session = store, session
        self.state = store.read_state(session)

    def all(self, name: str, after: int | None = None) -> Iterator[Document]:
        """The documents of a collection; with `after` those changed at a greater revision, the gone ones too."""
        generation = self.state.generation
        query: Document = {"gone": {"$ne": True}} if after is None else {"revision": {"$gt": after}}
        collection = self._store.database[name_in(generation, name) if name in DERIVED else name]
        return iter(collection.find(query, session=self._session))

    def positions(self) -> dict[str, int]:
        """Of each source the last position applied."""
        return {each["_id"]: int(each["position"]) for each in self.all("positions")}


class Store:
    """All that the matcher keeps. Every method may raise StoreAway."""

    def __init__(self, url: str, database: str) -> None:
        self.client: MongoClient[Document] = MongoClient(
            url, serverSelectionTimeoutMS=_SELECTION_MS, connectTimeoutMS=_SELECTION_MS, w="majority"
        )
        self.database = self.client[database]

    def close(self) -> None:
        self.client.close()

    def ping(self) -> None:
        """Raises StoreAway."""
        with answering(), pymongo.timeout(_SECONDS):
            self.database.command("ping")

    def migrate(self) -> None:
        """Create collections, indices and the state; may be repeated."""
        with answering():
            self._create(TRUTHS)
            first = {"generation": 1, "newest": 1, "revision": 0}
            self.database[STATE].update_one({"_id": STATE}, {"$setOnInsert": first}, upsert=True)
            generation = self.state().generation
            self._create({name_in(generation, name): fields for name, fields in DERIVED.items()})

    def _create(self, collections: Mapping[str, Any]) -> None:
        existing = set(self.database.list_collection_names())
        for name, fields in collections.items():
            if name not in existing:
                self.database.create_collection(name)
            for each in fields:
                self.database[name].create_index(each, name=each)

    def state(self) -> State:
        """Generation and revision now."""
        with answering(), pymongo.timeout(_SECONDS):
            return self.read_state(None)

    def read_state(self, session: ClientSession | None) -> State:
        """Generation and revision as a session sees them."""
        found = self.database[STATE].find_one({"_id": STATE}, session=session)
        if found is None:
            raise StoreAway("there is no database yet: run `migrate`")
        return State(found["generation"], found["revision"])

    def transaction(
        self, work: Callable[[Tx], Result], *, generation: int | None = None, seconds: float = _SECONDS
    ) -> Result:
        """Run `work` in a transaction of the next revision; it may run several times and must have no other effect.

        `generation`: another than the one that is read. Raises what `work` raises; nothing is written then.
        """
        raised: Document = {"$inc": {"revision": 1}}

        def numbered(session: ClientSession) -> Result:
            found = self.database[STATE].find_one_and_update(
                {"_id": STATE}, raised, return_document=ReturnDocument.AFTER, session=session
            )
            if found is None:
                raise StoreAway("there is no database yet: run `migrate`")
            return work(Tx(self.database, session, found["revision"], generation or found["generation"]))

        # Without a limit of its own the driver would go on for two minutes while the server is away.
        with answering(), pymongo.timeout(seconds), self.client.start_session() as session:
            return session.with_transaction(numbered, read_concern=_SNAPSHOT, write_concern=_MAJORITY)

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """All collections as they are now, for reading."""
        with answering(), self.client.start_session(snapshot=True) as session:
            yield Snapshot(self, session)

    def position(self, source: str, generation: int | None = None) -> int:
        """The last position applied of `source`; 0 at first."""
        with answering(), pymongo.timeout(_SECONDS):
            there = generation or self.read_state(None).generation
            found = self.database[name_in(there, "positions")].find_one({"_id": source})
        return int(found["position"]) if found else 0

    def new_generation(self) -> int:
        """Create an empty generation that nobody reads yet; its number."""
        with answering():
            raised: Document = {"$inc": {"newest": 1}}
            found = self.database[STATE].find_one_and_update(
                {"_id": STATE}, raised, return_document=ReturnDocument.AFTER
            )
            if found is None:
                raise StoreAway("there is no database yet: run `migrate`")
            newest = int(found["newest"])
            self._create({name_in(newest, name): fields for name, fields in DERIVED.items()})
        return newest

    def drop_generations_but(self, *kept: int) -> None:
        """Delete the derived collections of all others."""
        names = {name_in(generation, name) for generation in kept for name in DERIVED}
        with answering():
            for name in self.database.list_collection_names():
                kind, _, number = name.rpartition("-")
                if kind in DERIVED and number.isdecimal() and name not in names:
                    self.database.drop_collection(name)
