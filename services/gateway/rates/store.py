"""The counts of all gateway processes, in MongoDB: one document per budget, who and window, gone soon after it ends.

Nobody's address is in it: `who` comes as a keyed digest.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pymongo
from pymongo import MongoClient, UpdateOne
from pymongo.collection import Collection
from pymongo.errors import PyMongoError

from services.gateway.rates.counting import ANSWER_SECONDS, StoreAway

_KEPT = timedelta(minutes=1)


class SharedCounts:
    """Implements `counting.Store`."""

    def __init__(self, url: str, database: str) -> None:
        milliseconds = int(ANSWER_SECONDS * 1000)
        # Connects when it is used first: each of gunicorn's workers for itself.
        client: MongoClient[dict[str, Any]] = MongoClient(
            url,
            serverSelectionTimeoutMS=milliseconds,
            connectTimeoutMS=milliseconds,
            maxPoolSize=10,
            appname="gateway",
            connect=False,
            # A count that a failing server loses is not worth waiting for a majority.
            w=1,
        )
        self._client = client
        self._rates: Collection[dict[str, Any]] = client[database]["rates"]
        self._indexed = False

    def add(self, used: Mapping[str, tuple[int, float]], seconds: float) -> Mapping[str, int]:
        """Two calls for any number of counts. Raises StoreAway."""
        try:
            with pymongo.timeout(seconds):
                self._index()
                if not used:
                    self._client.admin.command("ping")
                    return {}
                self._rates.bulk_write([_adding(key, *each) for key, each in used.items()], ordered=False)
                found = {each["_id"]: int(each["points"]) for each in self._rates.find({"_id": {"$in": list(used)}})}
        except PyMongoError as error:
            raise StoreAway(type(error).__name__) from error
        return {key: found.get(key, points) for key, (points, _) in used.items()}

    def close(self) -> None:
        """Give the connections back."""
        self._client.close()

    def _index(self) -> None:
        if not self._indexed:
            self._rates.create_index("gone_after", expireAfterSeconds=0)
            self._indexed = True


def _adding(key: str, points: int, ends: float) -> UpdateOne:
    gone_after = datetime.fromtimestamp(ends, UTC) + _KEPT
    return UpdateOne(
        {"_id": key}, {"$inc": {"points": points}, "$setOnInsert": {"gone_after": gone_after}}, upsert=True
    )
