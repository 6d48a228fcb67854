"""Who leads: a lease with a fencing epoch, in MongoDB, by the server's clock alone.

The epoch grows with every change of leader. Who writes says under which epoch it does (`held`), so that one that was
stopped for a while, and is not the leader any more, changes nothing.
"""

import os
import socket
from typing import Any

from pymongo import ReturnDocument
from pymongo.client_session import ClientSession
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

Document = dict[str, Any]


class Lease:
    """One process's side of a lease; `seconds` without a renewal and another may take it. Raises PyMongoError."""

    def __init__(self, database: Database[Document], name: str, seconds: int = 8) -> None:
        self._leases = database["leases"]
        self._name, self._milliseconds = name, seconds * 1_000
        self._me = f"{socket.gethostname()}/{os.getpid()}/{os.urandom(4).hex()}"

    def take(self) -> Document | None:
        """Take or renew it: its document with `epoch` and what else is kept in it; None while another leads."""
        mine = {"$eq": ["$holder", self._me]}
        ours = {"$or": [mine, {"$not": [{"$gte": [{"$ifNull": ["$until", None]}, "$$NOW"]}]}]}
        epoch = {"$ifNull": ["$epoch", 0]}
        taken: Document = {
            "epoch": {"$cond": [mine, epoch, {"$add": [epoch, 1]}]},
            "holder": self._me,
            "until": {"$add": ["$$NOW", self._milliseconds]},
        }
        try:
            lease: Any = self._leases.find_one_and_update(
                {"_id": self._name},
                [{"$set": {name: {"$cond": [ours, value, f"${name}"]} for name, value in taken.items()}}],
                upsert=True,
                return_document=ReturnDocument.AFTER,
            )
        except DuplicateKeyError:
            return None  # another made the lease at this moment
        return lease if lease["holder"] == self._me else None

    def move(self, name: str, position: int, epoch: int) -> bool:
        """Let a position that is kept in the lease grow, if `epoch` still leads."""
        moved = self._leases.update_one(self._held(epoch), {"$max": {name: position}})
        return bool(moved.matched_count)

    def reset(self, name: str, values: Document, epoch: int) -> bool:
        """Begin a position that is kept in the lease anew, with other `values`, in one step, if `epoch` still leads."""
        reset = self._leases.update_one(self._held(epoch), {"$set": {**values, name: 0}})
        return bool(reset.matched_count)

    def hold(self, epoch: int, session: ClientSession) -> bool:
        """In a transaction: whether `epoch` leads. Nobody takes over before it is committed, or it isn't."""
        held = self._leases.update_one(self._held(epoch), {"$inc": {"writes": 1}}, session=session)
        return bool(held.matched_count)

    def release(self) -> None:
        """Let another take it at once."""
        self._leases.update_one({"_id": self._name, "holder": self._me}, {"$set": {"until": None}})

    def _held(self, epoch: int) -> Document:
        return {"_id": self._name, "epoch": epoch, "holder": self._me}
