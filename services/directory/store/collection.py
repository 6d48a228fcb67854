"""One MongoDB collection as its store classes see it: always inside the transaction that they belong to."""

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from pymongo import ReturnDocument
from pymongo.client_session import ClientSession
from pymongo.collection import Collection
from pymongo.database import Database

from services.directory.domain.paging import Window
from services.mongo.lease import Document
from services.mongo.outbox import AWAY

__all__ = ["AWAY", "Document", "Stored", "behind", "selector"]


class Stored:
    """What a part of the store needs: its database, and the session of the transaction if there is one."""

    def __init__(self, database: Database[Document], session: ClientSession | None) -> None:
        self._database, self._session = database, session

    def _collection(self, name: str) -> Collection[Document]:
        return self._database[name]

    def _secret(self, name: str) -> bytes:
        """32 random bytes that are kept in MongoDB, made when they are first asked for."""
        fresh = {"$setOnInsert": {"key": self._new_secret()}}
        found: Any = self._collection("settings").find_one_and_update(
            {"_id": name}, fresh, upsert=True, return_document=ReturnDocument.AFTER
        )
        return bytes(found["key"])

    @staticmethod
    def _new_secret() -> bytes:
        return secrets.token_bytes(32)


def behind(wanted: Document, order: Sequence[tuple[str, int]], window: Window) -> Document:
    """Those of `wanted` that follow in `order` (a field, then `_id`) where the page before ended.

    The first bound alone would do for an index: it begins to read there. The second is for entries with the same value.
    """
    if window.after is None:
        return wanted
    (field, direction), (_, by_id) = order
    further, beyond = ("$gt" if up > 0 else "$lt" for up in (direction, by_id))
    place = window.after
    same_or_further: Document = {field: {f"{further}e": place.value}}
    strictly: Document = {"$or": [{field: {further: place.value}}, {"_id": {beyond: place.entry_id}}]}
    return {"$and": [wanted, same_or_further, strictly]}


def selector(subject: str, fields: Mapping[str, str]) -> Document:
    """What finds the documents of a subject: `{user_id: x}` for `user/x`; empty if its kind has no field."""
    kind, _, name = subject.partition("/")
    return {fields[kind]: name} if kind in fields else {}
