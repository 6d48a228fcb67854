"""Counters of each week, grown in the transaction that moves the position: an event taken again counts once."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from pymongo import UpdateOne
from pymongo.client_session import ClientSession
from pymongo.database import Database

from services.notifier.store.memory import StoredReader
from services.notifier.store.queue import Queue
from services.notifier.weekly import COUNTED, summary

Document = dict[str, Any]
_OPEN = {"closed": {"$ne": True}}


class Weeks:
    """One document a week, `{registered, accepted, trades, volume, near_limit, told_at}`."""

    def __init__(self, database: Database[Document], queue: Queue) -> None:
        self._db, self._queue = database, queue
        self._weeks = database["weeks"]

    def count(self, session: ClientSession, weeks: Mapping[str, Mapping[str, int]]) -> None:
        """Add what was counted."""
        if weeks:
            writes = [UpdateOne({"_id": week}, {"$inc": dict(added)}, upsert=True) for week, added in weeks.items()]
            self._weeks.bulk_write(writes, session=session)

    def untold(self, week: str) -> bool:
        """Whether something was counted in `week` and nobody was told yet."""
        return self._weeks.find_one({"_id": week, "told_at": None}, {"_id": 1}) is not None

    def tell(self, session: ClientSession, week: str, begins: date, now: datetime) -> int:
        """Queue the summary of `week` to all who run the network, once; to how many."""
        counted = self._weeks.find_one_and_update(
            {"_id": week, "told_at": None}, {"$set": {"told_at": now}}, session=session
        )
        if counted is None:
            return 0
        figures = {name: counted.get(name, 0) for name in COUNTED} | self._standing(session, begins)
        admins = StoredReader(self._db, session).admins()
        self._queue.put(session, [summary(admin, begins, figures, now) for admin in admins], now)
        return len(admins)

    def _standing(self, session: ClientSession, begins: date) -> dict[str, int]:
        """What waits for somebody now, and what was given up since the week began."""
        entities = self._db["entities"]
        since = datetime.fromisoformat(f"{begins.isoformat()}T00:00:00+00:00")
        given_up = {"state": "dead", "created_at": {"$gte": since}}
        return {
            "applying": entities.count_documents({**_OPEN, "status": "pending"}, session=session),
            "applying_to_trade": entities.count_documents({**_OPEN, "status": "tradingPending"}, session=session),
            "given_up": self._db["messages"].count_documents(given_up, session=session),
        }
