"""Deleting what was kept long enough and has no end of its own in MongoDB: a batch at a time, each repeatable.

What is looked for is asked again in the write: a login between the two is not touched.
"""

from datetime import datetime

from pymongo import ReturnDocument

from services.chassis.clock import rfc3339
from services.directory.store.audit import AUDIT, Origins
from services.directory.store.collection import Document, Stored


class Expiring(Stored):
    """Each call does at most one batch; the answer says whether there may be more."""

    batch = 500

    def addresses(self, before: datetime) -> bool:
        """Unset network addresses of logins that are older; when they were stays."""
        more = False
        for login in ("last_login", "previous_login"):
            old = {f"{login}.at": {"$lt": rfc3339(before)}, f"{login}.address": {"$gt": ""}}
            more = self._batch("users", old, {"$set": {f"{login}.address": ""}}) or more
        return more

    def devices(self, before: datetime) -> bool:
        """Delete devices that were not seen since."""
        found = self._collection("devices").find({"last_seen": {"$lt": before}}, {"_id": 1}).limit(self.batch)
        keys = [each["_id"] for each in found]
        if keys:
            self._collection("devices").delete_many({"_id": {"$in": keys}, "last_seen": {"$lt": before}})
        return len(keys) == self.batch

    def answers(self, before: datetime) -> bool:
        """Empty answers of commands with a key; that the command was given stays known."""
        gone = {"$set": {"answer": {}, "emptied": True}, "$unset": {"answered_at": "", "subjects": ""}}
        return self._batch("outcomes", {"answered_at": {"$lt": before}}, gone)

    def audit_details(self, after: int, before: datetime) -> int | None:
        """Erase details and salt of older entries after a position; the last one looked at, None if there is none.

        Times never go back along the positions: what lies behind is done for good.
        """
        old = {"_id": {"$gt": after}, "time": {"$lt": rfc3339(before)}}
        found = list(self._collection(AUDIT).find(old, {"_id": 1}).sort("_id", 1).limit(self.batch))
        if not found:
            return None
        upto = int(found[-1]["_id"])
        told = {"_id": {"$gt": after, "$lte": upto}, "details": {"$exists": True}}
        self._collection(AUDIT).update_many(told, {"$unset": {"details": "", "salt": ""}})
        return upto

    def origins(self, before: datetime, now: datetime) -> bool:
        """A new key for network addresses if this one is older: nothing from before can be linked to anything after."""
        Origins(self._database, None).key()
        settings, key = self._collection("settings"), {"_id": "origins"}
        # One from before there was a time begins to age now.
        settings.update_one({**key, "since": None}, {"$set": {"since": now}})
        fresh = {"$set": {"key": self._new_secret(), "since": now}}
        renewed = settings.find_one_and_update(
            {**key, "since": {"$lt": before}}, fresh, return_document=ReturnDocument.AFTER
        )
        return renewed is not None

    def _batch(self, collection: str, old: Document, update: Document) -> bool:
        keys = [each["_id"] for each in self._collection(collection).find(old, {"_id": 1}).limit(self.batch)]
        if keys:
            self._collection(collection).update_many({"_id": {"$in": keys}, **old}, update)
        return len(keys) == self.batch
