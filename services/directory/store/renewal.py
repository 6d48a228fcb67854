"""When the published event log must be renewed, because something in it was redacted (docs/adr/0015).

Two numbers that only grow: how often it was asked for, and how far it was passed on to the relay's lease. A crash
anywhere repeats a renewal, and never loses one.
"""

from typing import Any

from services.directory.store.collection import Stored

_ID = "renewal"


class Renewal(Stored):
    """The wish; the relay carries it out (outbox.StreamOutbox)."""

    def ask(self) -> None:
        """Something was redacted: in its transaction."""
        self._collection("settings").update_one(
            {"_id": _ID}, {"$inc": {"asked": 1}}, upsert=True, session=self._session
        )

    def pass_on(self, lease: str) -> bool:
        """Tell the relay, if there is news; whether there was."""
        found: Any = self._collection("settings").find_one({"_id": _ID}) or {}
        asked = int(found.get("asked", 0))
        if asked <= int(found.get("passed_on", 0)):
            return False
        self._collection("leases").update_one({"_id": lease}, {"$max": {"renew": asked}}, upsert=True)
        self._collection("settings").update_one({"_id": _ID}, {"$max": {"passed_on": asked}})
        return True
