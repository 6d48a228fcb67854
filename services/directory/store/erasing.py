"""Erasure in what is kept for ever: the event log and the audit log keep their rows, without what they tell of people.

What has been published to Kafka is renewed from here later (renewing.py).
"""

from dataclasses import replace

from pymongo import UpdateOne

from events import codec
from services.directory.domain.forgetting import redacted
from services.directory.store.audit import AUDIT
from services.directory.store.collection import Document, Stored
from services.directory.store.outbox import EVENTS


class EventLog(Stored):
    """The directory's own events about somebody."""

    def about(self, subject: str) -> list[Document]:
        """What was announced, oldest first: `{position, time, type, data}`."""
        found = self._collection(EVENTS).find({"subject": subject}, session=self._session).sort("_id", 1)
        envelopes = [codec.decode(bytes(record["value"])) for record in found]
        return [
            {"position": each.sequence, "time": each.time, "type": each.type, "data": dict(each.data)}
            for each in envelopes
        ]

    def forget(self, subject: str) -> None:
        """Empty the texts of the events in place: ids, types, positions and times stay."""
        updates = []
        for record in self._collection(EVENTS).find({"subject": subject}, session=self._session):
            raw = bytes(record["value"])
            envelope = codec.decode(raw)
            emptied = codec.encode(replace(envelope, data=redacted(envelope.data)))
            if emptied != raw:
                updates.append(UpdateOne({"_id": record["_id"]}, {"$set": {"value": emptied}}))
        if updates:
            self._collection(EVENTS).bulk_write(updates, session=self._session)


class AuditDetails(Stored):
    """What the audit log tells of somebody, as subject or as one of those concerned."""

    def about(self, subject: str) -> list[Document]:
        """The entries about a subject, oldest first."""
        shown = {"_id": False, "salt": False, "previous": False, "hash": False, "digest": False, "origin": False}
        found = self._collection(AUDIT).find(_of(subject), shown, session=self._session)
        return list(found.sort("position", 1))

    def forget(self, subject: str) -> None:
        """Remove details and salt: the chain still verifies, for it covers a digest of them."""
        gone = {"$unset": {"details": "", "salt": ""}}
        self._collection(AUDIT).update_many(_of(subject), gone, session=self._session)


def _of(subject: str) -> Document:
    return {"$or": [{"subject": subject}, {"concerns": subject}]}
