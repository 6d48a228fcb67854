"""Addresses that get no mail but for security: those that said so, as digests."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from pymongo.database import Database

Document = dict[str, Any]


class Suppressed:
    """`{_id: digest of the address, reason, at}`. The notifier's own: a rebuild keeps it."""

    def __init__(self, database: Database[Document]) -> None:
        self._kept = database["suppressed"]

    def add(self, digest: str, reason: str, at: datetime) -> None:
        """Keep an address; the first reason stays."""
        update = {"$setOnInsert": {"reason": reason, "at": at}}
        self._kept.update_one({"_id": digest}, update, upsert=True)

    def of(self, digests: Collection[str]) -> set[str]:
        """Those of these that are kept."""
        found = self._kept.find({"_id": {"$in": list(digests)}}, {"_id": 1}) if digests else ()
        return {each["_id"] for each in found}
