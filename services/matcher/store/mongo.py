"""The matcher's MongoDB: one state, transactions that count, and derived collections in generations.

Every transaction raises the state's `revision`, so transactions follow one another as on a string, and whoever has
read up to a revision asks for the greater ones. Two at the same time conflict, and one of them is run again.
"""

import threading
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
from services.mongo.outcomes import Command, Outcomes, Told

_SELECTION_MS = 3_000
_SECONDS = 5.0
LONG_SECONDS = 50.0
"""For a transaction of many documents, with its repetitions; MongoDB ends a single one after 10 to 60 s."""
_MAJORITY = WriteConcern("majority", wtimeout=5_000)
_SOON = WriteConcern(1)
_LOCAL = ReadConcern("local")
_SNAPSHOT = ReadConcern("snapshot")
_NEVER_MADE = "there is no database yet: run `migrate`"

# All transactions take turns at one document: those of one process do so here, rather than by conflicts.
_TURN = threading.Lock()

Result = TypeVar("Result")


class Overtaken(Exception):
    """Somebody else was there first: nothing is written."""


@dataclass(frozen=True, slots=True)
class State:
    """Which generation of derived collections is read, and the revision of the last change."""

    generation: int
    revision: int


@contextmanager
def _turn(seconds: float) -> Iterator[None]:
    if not _TURN.acquire(timeout=seconds):
        raise StoreAway("too many writers wait for their turn")
    try:
        yield
    finally:
        _TURN.release()


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
            Outcomes(self.database).migrate()

    def outcomes_in(self, tx: Tx) -> Outcomes:
        """What came of commands, inside a transaction."""
        return tx.outcomes

    def known(self, command: Command) -> Told | None:
        """What came of a command before. Raises KeyReused, AnswerGone, RefusedBefore."""
        with answering(), pymongo.timeout(_SECONDS):
            return command.again(Outcomes(self.database))

    def refuse(self, command: Command, refusal: Mapping[str, Any]) -> None:
        """Keep how a command was refused."""
        with answering(), pymongo.timeout(_SECONDS):
            command.refuse(Outcomes(self.database), refusal)

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
            raise StoreAway(_NEVER_MADE)
        return State(found["generation"], found["revision"])

    def transaction(
        self, work: Callable[[Tx], Result], *, generation: int | None = None, seconds: float = _SECONDS
    ) -> Result:
        """Run `work` in a transaction of the next revision; it may run several times and must have no other effect.

        With `generation`, one that nobody reads yet, there is no revision (0) and no waiting for other transactions.
        Raises what `work` raises; nothing is written then.
        """

        def numbered(session: ClientSession) -> Result:
            if generation is not None:
                return work(Tx(self.database, session, 0, generation))
            found = self._raised("revision", session)
            return work(Tx(self.database, session, found["revision"], found["generation"]))

        # Without a limit of its own the driver would go on for two minutes while the server is away.
        with answering(), pymongo.timeout(seconds), self.client.start_session() as session:
            if generation is not None:
                # Reads what was written last, which may not be safe yet: the switch makes it so.
                return session.with_transaction(numbered, read_concern=_LOCAL, write_concern=_SOON)
            with _turn(seconds):
                return session.with_transaction(numbered, read_concern=_SNAPSHOT, write_concern=_MAJORITY)

    def settle(self) -> None:
        """Return when all that was written before is written for good, and seen by every transaction."""
        with answering(), pymongo.timeout(LONG_SECONDS):
            self.database[STATE].update_one({"_id": STATE}, {"$inc": {"settled": 1}})

    def _raised(self, number: str, session: ClientSession | None = None) -> Document:
        """The state after one of its numbers was raised by one."""
        found = self.database[STATE].find_one_and_update(
            {"_id": STATE}, {"$inc": {number: 1}}, return_document=ReturnDocument.AFTER, session=session
        )
        if found is None:
            raise StoreAway(_NEVER_MADE)
        return found

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """All collections as they are now, for reading."""
        with answering(), self.client.start_session(snapshot=True) as session:
            yield Snapshot(self, session)

    def position(self, source: str, generation: int | None = None) -> int:
        """The last position applied of `source`; 0 at first."""
        return self.positions(generation).get(source, 0)

    def positions(self, generation: int | None = None) -> dict[str, int]:
        """Of each source the last position applied."""
        with answering(), pymongo.timeout(_SECONDS):
            if generation is not None:
                return self._positions(generation)
            there = self.read_state(None).generation
            found = self._positions(there)
            # A generation is dropped as soon as another one is read.
            return found if self.read_state(None).generation == there else self.positions()

    def _positions(self, generation: int) -> dict[str, int]:
        found = self.database[name_in(generation, "positions")].find()
        return {each["_id"]: int(each["position"]) for each in found}

    def new_generation(self) -> int:
        """Create an empty generation that nobody reads yet; its number."""
        with answering():
            newest = int(self._raised("newest")["newest"])
            self._create({name_in(newest, name): fields for name, fields in DERIVED.items()})
        return newest

    def drop_generations_but(self, *kept: int) -> None:
        """Delete the derived collections of all others. Who is filling one of them halts: its positions go first."""
        names = {name_in(generation, name) for generation in kept for name in DERIVED}

        def positions_first(name: str) -> bool:
            return not name.startswith("positions")

        with answering():
            for name in sorted(self.database.list_collection_names(), key=positions_first):
                kind, _, number = name.rpartition("-")
                if kind in DERIVED and number.isdecimal() and name not in names:
                    self.database.drop_collection(name)
