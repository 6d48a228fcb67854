"""Addresses that are not written to any more, or about security alone, by digest. A rebuild keeps them."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict
from typing import Any

from pymongo import ASCENDING, DESCENDING, UpdateOne
from pymongo.client_session import ClientSession
from pymongo.database import Database

from services.notifier.suppressing import Reason, Suppressed

Document = dict[str, Any]


class Suppressions:
    """One document an address."""

    def __init__(self, database: Database[Document]) -> None:
        self._suppressed = database["suppressed"]

    def migrate(self) -> None:
        """Create indices; may be repeated."""
        self._suppressed.create_index([("at", DESCENDING), ("_id", ASCENDING)], name="newest")

    def add(self, found: Iterable[Suppressed]) -> None:
        """Remember them; what came first stays, so that news that come twice change nothing. But a bounce wins."""
        writes = []
        for each in found:
            values = asdict(each)
            digest = values.pop("digest")
            writes.append(UpdateOne({"_id": digest}, {"$setOnInsert": values}, upsert=True))
            if each.reason == "bounce":
                writes.append(UpdateOne({"_id": digest, "reason": {"$in": ["unsubscribe", "asked"]}}, {"$set": values}))
        if writes:
            self._suppressed.bulk_write(writes)

    def among(self, digests: Collection[str]) -> Mapping[str, Reason]:
        """Which of these, and why."""
        found = self._suppressed.find({"_id": {"$in": list(digests)}}, {"reason": 1})
        return {row["_id"]: row["reason"] for row in found}

    def page(self, digest: str | None, *, skip: int, limit: int) -> tuple[list[Suppressed], int]:
        """Newest first; with `digest` that one alone."""
        query: Document = {"_id": digest} if digest else {}
        rows = self._suppressed.find(query).sort([("at", DESCENDING), ("_id", ASCENDING)]).skip(skip).limit(limit)
        found = [Suppressed(digest=row["_id"], reason=row["reason"], at=row["at"]) for row in rows]
        return found, self._suppressed.count_documents(query)

    def remove(self, digest: str, session: ClientSession | None = None) -> bool:
        """Write to it again; False when it was not suppressed."""
        return self._suppressed.delete_one({"_id": digest}, session=session).deleted_count == 1
