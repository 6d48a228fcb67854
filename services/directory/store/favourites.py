"""Favourites and private notes of a business about others, in MongoDB: nobody else sees them."""

from collections.abc import Iterable

from pymongo import ASCENDING, DESCENDING
from pymongo.errors import DuplicateKeyError

from services.directory.domain.notes import Mark, Note
from services.directory.domain.paging import Window
from services.directory.domain.values import LISTED
from services.directory.store.collection import Document, Stored
from services.mongo.paging import behind

_ENTITY = "entity/"
_NEWEST_FIRST = [("added_at", DESCENDING), ("_id", ASCENDING)]
_LISTED: Document = {"status": {"$in": sorted(LISTED)}}


class Favourites(Stored):
    """Which businesses a business has marked. A set: marking twice is marking once."""

    def of(self, entity_id: str) -> list[str]:
        """The ids that a business has marked, the newest first."""
        found = self._collection("favourites").find({"entity_id": entity_id}, session=self._session)
        return [each["favourite_id"] for each in found.sort(_NEWEST_FIRST)]

    def listed(self, entity_id: str, window: Window) -> tuple[list[Mark], int]:
        """A page of those marked that are listed, the newest first, and how many there are."""
        wanted: Document = {"entity_id": entity_id}
        page: list[Document] = [
            {"$match": behind(wanted, _NEWEST_FIRST, window.after)},
            {"$sort": dict(_NEWEST_FIRST)},
            {"$lookup": {"from": "entities", "localField": "favourite_id", "foreignField": "_id", "as": "listed",
                         "pipeline": [{"$match": _LISTED}, {"$project": {"_id": True}}]}},
            {"$match": {"listed": {"$ne": []}}},
            {"$skip": window.skip},
            {"$limit": window.limit},
        ]  # fmt: skip
        found = [
            Mark(each["favourite_id"], each["added_at"], each["_id"])
            for each in self._collection("favourites").aggregate(page, session=self._session)
        ]
        among = {"_id": {"$in": self.of(entity_id)}, **_LISTED}
        return found, self._collection("entities").count_documents(among, session=self._session)

    def among(self, entity_id: str, ids: Iterable[str]) -> frozenset[str]:
        """Those of `ids` that a business has marked: one question for a page of results."""
        wanted = {"_id": {"$in": [_key(entity_id, each) for each in ids]}}
        found = self._collection("favourites").find(wanted, {"favourite_id": True}, session=self._session)
        return frozenset(each["favourite_id"] for each in found)

    def count(self, entity_id: str) -> int:
        """How many a business has marked."""
        return self._collection("favourites").count_documents({"entity_id": entity_id}, session=self._session)

    def add(self, entity_id: str, favourite_id: str, now: str) -> None:
        """Mark one that is not marked. A repeat at the same moment is lost with its transaction."""
        document = {"_id": _key(entity_id, favourite_id), "entity_id": entity_id, "favourite_id": favourite_id}
        self._collection("favourites").insert_one({**document, "added_at": now}, session=self._session)

    def remove(self, entity_id: str, favourite_id: str) -> bool:
        """Whether there was a mark to take away."""
        wanted = {"_id": _key(entity_id, favourite_id)}
        return bool(self._collection("favourites").delete_one(wanted, session=self._session).deleted_count)

    def about(self, subject: str) -> list[Document]:
        """What a business has marked (`entity/<id>`), for its export. That others marked it is theirs."""
        if not subject.startswith(_ENTITY):
            return []
        found = self._collection("favourites").find({"entity_id": subject.removeprefix(_ENTITY)}, {"_id": False})
        return list(found.sort("added_at", 1))

    def forget(self, subject: str) -> None:
        """Erase the marks of a business, and those on it."""
        if subject.startswith(_ENTITY):
            entity_id = subject.removeprefix(_ENTITY)
            wanted = {"$or": [{"entity_id": entity_id}, {"favourite_id": entity_id}]}
            self._collection("favourites").delete_many(wanted, session=self._session)


class Notes(Stored):
    """What the people of a business wrote down about another one."""

    def find(self, entity_id: str, about_id: str) -> Note | None:
        """The note of a business about another one."""
        found = self._collection("notes").find_one({"_id": _key(entity_id, about_id)}, session=self._session)
        return Note(found["text"], found["edited_by"], found["edited_at"]) if found else None

    def keep(self, entity_id: str, about_id: str, note: Note) -> None:
        """Write a note in place of the one before; an empty one is no note."""
        key = {"_id": _key(entity_id, about_id)}
        if not note.text:
            self._collection("notes").delete_one(key, session=self._session)
            return
        fields = {"entity_id": entity_id, "about_id": about_id, "text": note.text}
        fields |= {"edited_by": note.edited_by, "edited_at": note.edited_at}
        try:
            self._collection("notes").update_one(key, {"$set": fields}, upsert=True, session=self._session)
        except DuplicateKeyError:
            # Somebody else of the business wrote the first one at the same moment, outside of a transaction.
            self._collection("notes").update_one(key, {"$set": fields}, session=self._session)

    def about(self, subject: str) -> list[Document]:
        """The notes that a business wrote (`entity/<id>`), or a user edited last (`user/<id>`)."""
        found = self._collection("notes").find(_written(subject), {"_id": False})
        return list(found.sort("edited_at", 1))

    def forget(self, subject: str) -> None:
        """Erase the notes of a business and about it; of a user that it was the one who wrote."""
        if subject.startswith(_ENTITY):
            about = {"about_id": subject.removeprefix(_ENTITY)}
            self._collection("notes").delete_many({"$or": [_written(subject), about]}, session=self._session)
        else:
            gone = {"$set": {"edited_by": ""}}
            self._collection("notes").update_many(_written(subject), gone, session=self._session)


def _written(subject: str) -> Document:
    what, _, key = subject.partition("/")
    return {"entity_id": key} if what == "entity" else {"edited_by": key}


def _key(entity_id: str, other_id: str) -> str:
    return f"{entity_id}/{other_id}"
