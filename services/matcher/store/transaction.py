"""What code inside a transaction of the matcher's store sees."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pymongo import DeleteOne, ReplaceOne
from pymongo.client_session import ClientSession
from pymongo.collection import Collection
from pymongo.database import Database

from services.matcher.store.documents import Document
from services.matcher.store.schema import DERIVED, name_in
from services.mongo.outcomes import Outcomes


@dataclass(frozen=True, slots=True)
class Tx:
    """One transaction. Every document written by `put` and `drop` carries `revision`."""

    database: Database[Document]
    session: ClientSession
    revision: int
    """Of this transaction: greater than that of all before it; 0 while a generation is built that nobody reads."""
    generation: int
    """That which derived collections are read and written in."""

    @property
    def outcomes(self) -> Outcomes:
        """What came of commands."""
        return Outcomes(self.database, self.session)

    def collection(self, name: str) -> Collection[Document]:
        """A collection by its plain name: of derived ones that of the transaction's generation."""
        return self.database[name_in(self.generation, name) if name in DERIVED else name]

    def find(self, name: str, query: Mapping[str, Any]) -> Iterator[Document]:
        """Documents as this transaction sees them."""
        return iter(self.collection(name).find(query, session=self.session))

    def of_ids(self, name: str, ids: Iterable[str]) -> Iterator[Document]:
        """Those documents of these ids that there are."""
        wanted = sorted(ids)
        return self.find(name, {"_id": {"$in": wanted}}) if wanted else iter(())

    def put(self, name: str, key: str, document: Mapping[str, Any]) -> None:
        """Write a document in place of what has its id."""
        self.put_all(name, {key: document})

    def put_all(self, name: str, documents: Mapping[str, Mapping[str, Any]]) -> None:
        """Write documents, by their ids, in one round trip."""
        if documents:
            writes = [
                ReplaceOne({"_id": key}, {**document, "revision": self.revision}, upsert=True)
                for key, document in documents.items()
            ]
            self.collection(name).bulk_write(writes, ordered=False, session=self.session)

    def drop(self, name: str, key: str) -> None:
        """Leave nothing of a document but that it is gone: so that those who follow revisions hear of it."""
        self.put(name, key, {"gone": True})

    def delete_all(self, name: str, keys: Iterable[str]) -> None:
        """Delete documents that nobody follows."""
        if writes := [DeleteOne({"_id": key}) for key in keys]:
            self.collection(name).bulk_write(writes, ordered=False, session=self.session)
