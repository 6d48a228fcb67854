"""Matches that wait for daily mails: one document a business, `{items, next_digest_at, day}`.

Consumer and schedule may change the same document at the same time: each reads and writes it in a transaction of its
own, and MongoDB lets one of the two begin again.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from pymongo import ASCENDING, UpdateOne
from pymongo.client_session import ClientSession
from pymongo.database import Database

from services.notifier.digests import MOST_WAITING, Found, Match, Outcome, Waiting
from services.notifier.knowledge import Reader
from services.notifier.store.memory import StoredReader
from services.notifier.store.queue import Queue

Document = dict[str, Any]
Decide = Callable[[Sequence[Waiting], Reader], Sequence[Outcome]]
Transaction = Callable[[Callable[[ClientSession], int]], int]


class Digests:
    """What waits. Times are aware UTC."""

    def __init__(self, database: Database[Document], queue: Queue) -> None:
        self._db, self._queue = database, queue
        self._items = database["digest_items"]

    def migrate(self) -> None:
        """Create indices; may be repeated."""
        self._items.create_index([("next_digest_at", ASCENDING)], name="next_digest_at", sparse=True)

    def collect(self, session: ClientSession, found: Sequence[Found], due: Mapping[str, datetime]) -> None:
        """Add matches; who had none waiting is due at its time in `due`."""
        by_entity: dict[str, list[Document]] = {}
        for each in found:
            by_entity.setdefault(each.entity_id, []).append(asdict(each.match))
        writes = []
        for entity_id, matches in by_entity.items():
            pushed = {"items": {"$each": matches, "$slice": -MOST_WAITING}}
            idle = {"_id": entity_id, "next_digest_at": None}
            writes.append(UpdateOne({"_id": entity_id}, {"$push": pushed}, upsert=True))
            writes.append(UpdateOne(idle, {"$set": {"next_digest_at": due[entity_id]}}))
        if writes:
            self._items.bulk_write(writes, session=session)

    def forget(self, session: ClientSession, recipients: Collection[str]) -> None:
        """Delete what waits for those who are forgotten."""
        gone = [recipient.partition(":")[2] for recipient in recipients if recipient.startswith("entity:")]
        if gone:
            self._items.delete_many({"_id": {"$in": gone}}, session=session)

    def work_page(self, session: ClientSession, now: datetime, most: int, decide: Decide) -> int:
        """Carry out what `decide` says of those due longest; how many were due."""
        query = {"next_digest_at": {"$lte": now}}
        due = list(self._items.find(query, session=session).sort("next_digest_at", ASCENDING).limit(most))
        if due:
            made = decide([_waiting(document) for document in due], StoredReader(self._db, session))
            self._queue.put(session, [each.message for each in made if each.message], now)
            self._items.bulk_write([_written(each) for each in made], ordered=False, session=session)
        return len(due)


def _waiting(document: Document) -> Waiting:
    matches = [Match(**item) for item in document["items"]]
    return Waiting(entity_id=document["_id"], matches=matches, day=document.get("day", ""))


def _written(made: Outcome) -> UpdateOne:
    if made.next_at:
        return UpdateOne({"_id": made.entity_id}, {"$set": {"next_digest_at": made.next_at}})
    return UpdateOne(
        {"_id": made.entity_id}, {"$set": {"items": [], "day": made.day}, "$unset": {"next_digest_at": ""}}
    )
