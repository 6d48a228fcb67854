"""The messages that are to be sent: put in with their events, claimed by one sender at a time, ended.

Message ids are made from the event, so taking an event again inserts nothing. A record is claimed for the length of
a lease.
"""

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from pymongo import ASCENDING, DESCENDING, UpdateOne
from pymongo.client_session import ClientSession
from pymongo.database import Database

from services.mongo.many_writes import in_many_writes
from services.notifier.domain import Message, NothingLeftToSay, NotifierError, NotWaiting, State, UnknownMessage
from services.notifier.rules import FAREWELL, PROPOSED

_BATCH = 500
_ENDED = ["sent", "dead", "expired", "discarded"]
_WHILE_IT_WAITS = ("once", "lease", "due_at", "paced_at")

Document = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """A message that this sender alone may send until its lease ends."""

    message_id: str
    lease: str
    kind: str
    recipient: str
    facts: Mapping[str, Any]
    once: Mapping[str, str]
    tries: int
    """This try included."""
    event_at: datetime
    created_at: datetime
    expires_at: datetime | None
    paced_at: datetime | None
    """When it was given the slot in its domain's time that it has been waiting for."""


@dataclass(frozen=True, slots=True)
class Later:
    """A claimed message that waits longer, without a try."""

    claimed: Claimed
    due_at: datetime
    paced_at: datetime | None = None


class Queue:
    """Message records. Times are aware UTC."""

    def __init__(self, database: Database[Document]) -> None:
        self._messages = database["messages"]

    def migrate(self) -> None:
        """Create indices; may be repeated."""
        identity = [(name, ASCENDING) for name in ("event_id", "recipient", "kind", "channel")]
        self._messages.create_index(identity, unique=True, name="once")
        self._messages.create_index([("recipient", ASCENDING)], name="recipient")
        for name in ("entity_id", "user_id"):
            self._messages.create_index([(f"facts.{name}", ASCENDING)], name=f"about_{name}", sparse=True)
        self._messages.create_index([("state", ASCENDING), ("due_at", ASCENDING)], name="due")
        self._messages.create_index([("created_at", DESCENDING), ("_id", ASCENDING)], name="newest")

    def put(self, session: ClientSession, messages: Sequence[Message], now: datetime) -> None:
        if messages:
            inserts = [
                UpdateOne({"_id": message.message_id}, {"$setOnInsert": _record(message, now)}, upsert=True)
                for message in messages
            ]
            self._messages.bulk_write(inserts, session=session)

    def withdraw(self, session: ClientSession, transfers: Collection[str]) -> None:
        if transfers:
            # By state first: what waits is little, and has an index.
            asking = {"kind": PROPOSED, "facts.transfer_id": {"$in": list(transfers)}}
            self._messages.delete_many({"state": {"$in": ["queued", "failed"]}, **asking}, session=session)

    def forget(self, session: ClientSession, recipients: Collection[str]) -> None:
        if recipients:
            # That it is closed is still said; such a message keeps what it needs, until it is sent or given up.
            theirs: Document = {"recipient": {"$in": list(recipients)}, "kind": {"$ne": FAREWELL}}
            waiting = {"state": {"$in": ["queued", "failed", "sending"]}}
            self._messages.delete_many({**theirs, **waiting}, session=session)
            nothing: Document = {"$set": {"facts": {}, "spent": True}, "$unset": {"once": ""}}
            self._messages.update_many(theirs, nothing, session=session)

    def due(self, now: datetime, most: int) -> list[str]:
        """Ids of the messages that have been due longest."""
        # Three short walks along the index, merged: a long queue costs no more than a short one.
        found = self._messages.find(_due(now), {"_id": 1}).sort("due_at", ASCENDING).limit(most)
        return [record["_id"] for record in found]

    @in_many_writes()
    def claim(self, ids: Sequence[str], now: datetime, lease: timedelta) -> list[Claimed]:
        """Take those of `ids` that nobody else took meanwhile, longest due first, for the length of `lease`.

        Raises one of TRANSIENT.
        """
        token = uuid.uuid4().hex
        wanted: Document = {"_id": {"$in": list(ids)}}
        taken = {"$set": {"state": "sending", "lease": token, "due_at": now + lease}}
        if self._messages.update_many(wanted | _due(now), taken).modified_count == 0:
            return []
        mine = {record["_id"]: record for record in self._messages.find(wanted | {"lease": token})}
        return [_claimed(mine[key]) for key in ids if key in mine]

    def give_back(self, later: Iterable[Later]) -> None:
        """Let others have messages that were not tried."""
        writes = []
        for each in later:
            values: Document = {"state": "queued" if each.claimed.tries == 1 else "failed", "due_at": each.due_at}
            if each.paced_at:
                values["paced_at"] = each.paced_at
            writes.append(UpdateOne(_held(each.claimed), {"$set": values, "$unset": {"lease": ""}}))
        if writes:
            self._messages.bulk_write(writes, ordered=False)

    def finish(self, claimed: Claimed, state: State, now: datetime, error: str = "") -> bool:
        """The end of a message, `sent` or `dead`: what must not be kept is deleted. False if the lease was lost."""
        values: Document = {"state": state, "tries": claimed.tries, "error": error}
        if state == "sent":
            values["sent_at"] = now
        if state == "dead":
            values |= {"died_at": now, "spent": bool(claimed.once)}
        return self._release(claimed, {"$set": values, "$unset": dict.fromkeys(_WHILE_IT_WAITS, "")})

    def retry(self, claimed: Claimed, due_at: datetime, error: str) -> bool:
        """Put a message back to be tried again at `due_at`. False if the lease was lost."""
        values = {"state": "failed", "tries": claimed.tries, "due_at": due_at, "error": error}
        return self._release(claimed, {"$set": values, "$unset": {"lease": "", "paced_at": ""}})

    def _release(self, claimed: Claimed, update: Document) -> bool:
        return self._messages.update_one(_held(claimed), update).matched_count == 1

    def try_again(self, message_id: str, now: datetime, session: ClientSession | None = None) -> None:
        """Due now: with all its tries if it was dead. Raises UnknownMessage, NotWaiting, NothingLeftToSay."""
        again: Document = {
            "$set": {"state": "queued", "tries": 0, "due_at": now},
            "$unset": {"died_at": "", "paced_at": ""},
        }
        waits = {"_id": message_id, "state": {"$in": ["dead", "failed"]}, "spent": {"$ne": True}}
        if not self._moved(waits, again, session):
            raise self._why_not(message_id)

    def discard(self, message_id: str, session: ClientSession | None = None) -> None:
        """Never send it; what must not be kept is deleted. Raises UnknownMessage, NotWaiting."""
        gone: Document = {"$set": {"state": "discarded"}, "$unset": dict.fromkeys(_WHILE_IT_WAITS, "")}
        if not self._moved({"_id": message_id, "state": {"$in": ["dead", "failed", "queued"]}}, gone, session):
            raise self._why_not(message_id)

    def _moved(self, which: Document, update: Document, session: ClientSession | None) -> bool:
        return self._messages.update_one(which, update, session=session).matched_count == 1

    def _why_not(self, message_id: str) -> NotifierError:
        found = self._messages.find_one({"_id": message_id}, {"state": 1, "spent": 1})
        if found is None:
            return UnknownMessage(message_id)
        spent = found["state"] == "dead" and found.get("spent")
        return NothingLeftToSay(message_id) if spent else NotWaiting(found["state"])

    @in_many_writes()
    def drop_ended(self, before: datetime) -> bool:
        """Delete a batch of records made before that need nothing done any more; whether there may be more."""
        old = {"created_at": {"$lt": before}, "state": {"$in": _ENDED}}
        keys = [record["_id"] for record in self._messages.find(old, {"_id": 1}).limit(_BATCH)]
        if keys:
            self._messages.delete_many({"_id": {"$in": keys}})
        return len(keys) == _BATCH


def _due(now: datetime) -> Document:
    # A record in `sending` is due again when its lease ends: its sender has died.
    return {"state": {"$in": ["queued", "failed", "sending"]}, "due_at": {"$lte": now}}


def _held(claimed: Claimed) -> Document:
    return {"_id": claimed.message_id, "state": "sending", "lease": claimed.lease}


def _record(message: Message, now: datetime) -> Document:
    record = asdict(message)
    return {**record, "facts": dict(message.facts), "once": dict(message.once), "tries": 0,
            "created_at": now, "error": ""}  # fmt: skip


def _claimed(record: Document) -> Claimed:
    return Claimed(
        message_id=record["_id"],
        lease=record["lease"],
        kind=record["kind"],
        recipient=record["recipient"],
        facts=record["facts"],
        once=record.get("once", {}),
        tries=record["tries"] + 1,
        event_at=record["event_at"].astimezone(UTC),
        created_at=record["created_at"].astimezone(UTC),
        expires_at=record["expires_at"],
        paced_at=record.get("paced_at"),
    )
