"""One MongoDB collection as its store classes see it: always inside the transaction that they belong to."""

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from pymongo import ReturnDocument, WriteConcern
from pymongo.client_session import ClientSession
from pymongo.collection import Collection
from pymongo.database import Database

from services.chassis.clock import rfc3339
from services.mongo.lease import Document
from services.mongo.outbox import AWAY

__all__ = ["AWAY", "Document", "Stored", "selector"]

_USE_NOTED_EVERY = timedelta(minutes=1)


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

    def _note_use(self, name: str, which: Document, last_used_at: str | None, now: datetime) -> None:
        """Note `last_used_at` of the one that `which` finds: at most once a minute, and not waited for."""
        if last_used_at and now - datetime.fromisoformat(last_used_at) < _USE_NOTED_EVERY:
            return
        # The use of a token isn't worth a majority's time.
        unhurried = self._collection(name).with_options(write_concern=WriteConcern(w=1))
        unhurried.update_one({**which, "last_used_at": last_used_at}, {"$set": {"last_used_at": rfc3339(now)}})


def selector(subject: str, fields: Mapping[str, str]) -> Document:
    """What finds the documents of a subject: `{user_id: x}` for `user/x`; empty if its kind has no field."""
    kind, _, name = subject.partition("/")
    return {fields[kind]: name} if kind in fields else {}
