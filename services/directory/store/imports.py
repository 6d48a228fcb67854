"""Imports of members in MongoDB: one document each, and its rows until they have become members."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from services.directory.domain.importing import RowError
from services.directory.store.collection import Document, Stored

KEPT = timedelta(days=30)
"""For so long an import can be looked at; its rows are about people who may never become members."""
_IMPORTS, _ROWS = "imports", "import_rows"
_SHOWN = 50


class Imports(Stored):
    """What became of files. What a row says is deleted when it has become a member, or with its import."""

    def stage(self, import_id: str, rows: Sequence[Document], now: datetime) -> None:
        """Store checked rows `{number, values, errors}`. Nothing points to them until `add`."""
        documents = [
            {"_id": f"{import_id}/{row['number']:07}", "import_id": import_id, "gone_after": now + KEPT, **row}
            for row in rows
        ]
        for start in range(0, len(documents), 1000):
            self._collection(_ROWS).insert_many(documents[start : start + 1000], session=self._session)

    def add(self, import_id: str, document: Document, now: datetime) -> None:
        """Store an import."""
        kept = {"_id": import_id, "gone_after": now + KEPT, **document}
        self._collection(_IMPORTS).insert_one(kept, session=self._session)

    def find(self, import_id: str) -> Document | None:
        """One, with `import_id`."""
        return _shown(self._collection(_IMPORTS).find_one({"_id": import_id}, session=self._session))

    def newest(self) -> list[Document]:
        """The last ones."""
        found = self._collection(_IMPORTS).find(session=self._session).sort("_id", -1).limit(_SHOWN)
        return [shown for document in found if (shown := _shown(document))]

    def running(self) -> list[str]:
        """Ids of those that are to be worked off, oldest first."""
        found = self._collection(_IMPORTS).find({"state": "running"}, {"_id": 1}, session=self._session)
        return [str(document["_id"]) for document in found.sort("_id", 1)]

    def change(self, import_id: str, values: Document, *, more: dict[str, int] | None = None) -> None:
        """Set and add up values of one."""
        update: Document = {"$set": values} | ({"$inc": more} if more else {})
        self._collection(_IMPORTS).update_one({"_id": import_id}, update, session=self._session)

    def rows(self, import_id: str, after: int, limit: int) -> list[Document]:
        """Rows after a number, in order."""
        wanted = {"_id": {"$gt": f"{import_id}/{after:07}", "$lt": f"{import_id}/~"}}
        return list(self._collection(_ROWS).find(wanted, session=self._session).sort("_id", 1).limit(limit))

    def errors(self, import_id: str, after: int, limit: int) -> list[Document]:
        """Rows with errors after a number, in order: `{number, errors}`."""
        wanted = {"_id": {"$gt": f"{import_id}/{after:07}", "$lt": f"{import_id}/~"}, "errors": {"$ne": []}}
        shown = {"_id": 0, "number": 1, "errors": 1}
        return list(self._collection(_ROWS).find(wanted, shown).sort("_id", 1).limit(limit))

    def blame(self, import_id: str, number: int, error: RowError) -> None:
        """Note what was found wrong with a row later."""
        update = {"$push": {"errors": asdict(error)}}
        self._collection(_ROWS).update_one({"_id": f"{import_id}/{number:07}"}, update, session=self._session)

    def emptied(self, import_id: str, upto: int) -> None:
        """Delete what rows say, as far as they were worked off; their errors stay."""
        wanted = {"_id": {"$gt": f"{import_id}/", "$lte": f"{import_id}/{upto:07}"}}
        self._collection(_ROWS).update_many(wanted, {"$unset": {"values": ""}}, session=self._session)

    def about(self, subject: str) -> list[Document]:
        """Imports that a user began."""
        kind, _, key = subject.partition("/")
        wanted = {"actor": {"$in": [f"admin:{key}", f"user:{key}"]}}
        found = self._collection(_IMPORTS).find(wanted, {"_id": 0, "name": 1, "created_at": 1}, session=self._session)
        return list(found) if kind == "user" else []

    def forget(self, subject: str) -> None:
        """Nobody began them."""
        kind, _, key = subject.partition("/")
        if kind == "user":
            wanted = {"actor": {"$in": [f"admin:{key}", f"user:{key}"]}}
            emptied = {"$set": {"actor": "", "name": ""}}
            self._collection(_IMPORTS).update_many(wanted, emptied, session=self._session)


class ImportRows(Stored):
    """The rows, as the registry of personal data sees them: nobody's yet, and deleted when they are somebody's."""

    def about(self, subject: str) -> list[Document]:
        """Rows that wait with the address of a user."""
        return [found["values"] for found in self._of(subject)]

    def forget(self, subject: str) -> None:
        """Delete what they say."""
        for found in self._of(subject):
            self._collection(_ROWS).update_one({"_id": found["_id"]}, {"$unset": {"values": ""}}, session=self._session)

    def _of(self, subject: str) -> list[Any]:
        kind, _, key = subject.partition("/")
        user = self._collection("users").find_one({"_id": key}, {"email": 1}, session=self._session)
        if kind != "user" or not user or not user.get("email"):
            return []
        return list(self._collection(_ROWS).find({"values.user.email": user["email"]}, session=self._session))


def _shown(document: Document | None) -> Document | None:
    if document is None:
        return None
    return {"import_id": document["_id"], **{n: v for n, v in document.items() if n not in ("_id", "gone_after")}}
