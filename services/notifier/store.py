"""The notifier's MongoDB: memory of names and addresses, message records, positions.

An event's effects and its position are one transaction. Message ids are made from the event, so taking an event
again inserts nothing. A record is claimed by one sender at a time, for the length of a lease.
"""

import uuid
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from pymongo import ASCENDING, DESCENDING, MongoClient, ReturnDocument, UpdateOne
from pymongo.client_session import ClientSession
from pymongo.errors import BulkWriteError, ConnectionFailure, OperationFailure, WriteError

from services.notifier.domain import STATES, Message, State, Transfer
from services.notifier.knowledge import THE_BOOK, Change, Effects, Reader
from services.notifier.limits import WARNING_PERCENT, Limits
from services.notifier.rules import FAREWELL, PROPOSED

SCHEMA_VERSION = "2"
_SELECTION_MS = 3_000
_BATCH = 500
_TOLD_MAX = 20_000
"""Messages in somebody's export: the newest. An export has an end."""
_MAY_BE_REPEATED = "TransientTransactionError"

Document = dict[str, Any]

_WHO_ADMINISTERS = {"kind": {"$in": ["admin", "coordinator"]}, "active": {"$ne": False}}


class StoreAway(Exception):
    """MongoDB refuses for a reason that is not the record's: try again."""


class _Overtaken(Exception):
    """Another consumer applied these records meanwhile."""


TRANSIENT: tuple[type[Exception], ...] = (ConnectionFailure, StoreAway)
"""MongoDB is away or changes its primary: try again."""


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


class Store:
    """All that the notifier keeps. Times are aware UTC."""

    def __init__(self, url: str, database: str) -> None:
        self._client: MongoClient[Document] = MongoClient(
            url, tz_aware=True, serverSelectionTimeoutMS=_SELECTION_MS, connectTimeoutMS=_SELECTION_MS, w="majority"
        )
        self._db = self._client[database]

    def close(self) -> None:
        self._client.close()

    def ping(self) -> None:
        """Raises a MongoDB error when it doesn't answer."""
        self._db.command("ping")

    def migrate(self) -> None:
        """Create collections and indices; may be repeated."""
        existing = set(self._db.list_collection_names())
        for name in {"positions", "entities", "users", "transfers", "accounts", "books", "messages"} - existing:
            self._db.create_collection(name)
        messages = self._db["messages"]
        identity = [(name, ASCENDING) for name in ("event_id", "recipient", "kind", "channel")]
        messages.create_index(identity, unique=True, name="once")
        messages.create_index([("recipient", ASCENDING)], name="recipient")
        for name in ("entity_id", "user_id"):
            messages.create_index([(f"facts.{name}", ASCENDING)], name=f"about_{name}", sparse=True)
        messages.create_index([("state", ASCENDING), ("due_at", ASCENDING)], name="due")
        messages.create_index([("created_at", DESCENDING), ("_id", ASCENDING)], name="newest")
        self._db["entities"].create_index("account", name="account")
        self._db["users"].create_index("kind", name="kind")

    def position(self, source: str) -> int:
        """The last position applied of `source`; 0 at first."""
        found = self._db["positions"].find_one({"_id": source})
        return int(found["position"]) if found else 0

    def advance(
        self, source: str, *, previous: int, position: int, effects: Callable[[Reader], Effects], now: datetime
    ) -> bool:
        """Carry out the effects of the records up to `position` and move there from `previous`, in one transaction.

        False, and nothing done, when the stored position is no longer `previous`: another consumer was faster
        (a rebalance). Raises one of TRANSIENT.
        """

        def work(session: ClientSession) -> None:
            self._move(session, source, previous, position)
            made = effects(_Reader(self._db, session))
            self._change(session, made.changes)
            self._queue(session, made.messages, now)
            self._forget(session, [recipient for change in made.changes for recipient in change.forgets])
            self._withdraw(session, made.covered)

        if previous == 0:
            # Outside the transaction: two first upserts inside would be a duplicate key, not a conflict to retry.
            self._db["positions"].update_one({"_id": source}, {"$setOnInsert": {"position": 0}}, upsert=True)
        try:
            with self._client.start_session() as session:
                session.with_transaction(work)
        except _Overtaken:
            return False
        except OperationFailure as error:
            if isinstance(error, WriteError | BulkWriteError) and not error.has_error_label(_MAY_BE_REPEATED):
                raise
            raise StoreAway(type(error).__name__) from error
        return True

    def _move(self, session: ClientSession, source: str, previous: int, position: int) -> None:
        moved = self._db["positions"].update_one(
            {"_id": source, "position": previous}, {"$set": {"position": position}}, session=session
        )
        if moved.matched_count == 0:
            raise _Overtaken

    def _change(self, session: ClientSession, changes: Iterable[Change]) -> None:
        writes: dict[str, list[UpdateOne]] = {}
        for change in changes:
            update: Document = {}
            if change.values:
                update["$set"] = dict(change.values)
            if change.gone:
                update["$unset"] = dict.fromkeys(change.gone, "")
            writes.setdefault(change.collection, []).append(UpdateOne({"_id": change.key}, update, upsert=True))
        for collection, updates in writes.items():
            self._db[collection].bulk_write(updates, session=session)

    def _forget(self, session: ClientSession, recipients: Collection[str]) -> None:
        if recipients:
            # That it is closed is still said; such a message keeps what it needs, until it is sent or given up.
            theirs: Document = {"recipient": {"$in": list(recipients)}, "kind": {"$ne": FAREWELL}}
            waiting = {"state": {"$in": ["queued", "failed", "sending"]}}
            self._db["messages"].delete_many({**theirs, **waiting}, session=session)
            nothing: Document = {"$set": {"facts": {}}, "$unset": {"once": ""}}
            self._db["messages"].update_many(theirs, nothing, session=session)

    def _queue(self, session: ClientSession, messages: Sequence[Message], now: datetime) -> None:
        if messages:
            inserts = [
                UpdateOne({"_id": message.message_id}, {"$setOnInsert": _record(message, now)}, upsert=True)
                for message in messages
            ]
            self._db["messages"].bulk_write(inserts, session=session)

    def _withdraw(self, session: ClientSession, transfers: Collection[str]) -> None:
        if transfers:
            # By state first: what waits is little, and has an index.
            asking = {"kind": PROPOSED, "facts.transfer_id": {"$in": list(transfers)}}
            self._db["messages"].delete_many({"state": {"$in": ["queued", "failed"]}, **asking}, session=session)

    def anything_due(self, now: datetime) -> bool:
        """Whether there is a message to claim."""
        return self._db["messages"].find_one(_due(now), {"_id": 1}) is not None

    def claim(self, now: datetime, lease: timedelta) -> Claimed | None:
        """Take the message that has been due longest, for the length of `lease`."""
        token = uuid.uuid4().hex
        found = self._db["messages"].find_one_and_update(
            _due(now),
            {"$set": {"state": "sending", "lease": token, "due_at": now + lease}, "$inc": {"tries": 1}},
            sort=[("due_at", ASCENDING)],
            return_document=ReturnDocument.AFTER,
        )
        return _claimed(found) if found else None

    def finish(self, claimed: Claimed, state: State, now: datetime, error: str = "") -> bool:
        """The end of a message, `sent` or `dead`: what must not be kept is deleted. False if the lease was lost."""
        values: Document = {"state": state, "error": error}
        if state == "sent":
            values["sent_at"] = now
        return self._release(claimed, {"$set": values, "$unset": {"once": "", "lease": "", "due_at": ""}})

    def retry(self, claimed: Claimed, due_at: datetime, error: str) -> bool:
        """Put a message back to be tried again at `due_at`. False if the lease was lost."""
        values = {"state": "failed", "due_at": due_at, "error": error}
        return self._release(claimed, {"$set": values, "$unset": {"lease": ""}})

    def _release(self, claimed: Claimed, update: Document) -> bool:
        held = {"_id": claimed.message_id, "state": "sending", "lease": claimed.lease}
        return self._db["messages"].update_one(held, update).matched_count == 1

    def drop_ended(self, before: datetime) -> bool:
        """Delete a batch of records made before that need nothing done any more; whether there may be more."""
        old = {"created_at": {"$lt": before}, "state": {"$in": ["sent", "dead", "expired"]}}
        keys = [record["_id"] for record in self._db["messages"].find(old, {"_id": 1}).limit(_BATCH)]
        if keys:
            self._db["messages"].delete_many({"_id": {"$in": keys}})
        return len(keys) == _BATCH

    def entity(self, entity_id: str) -> Document | None:
        """`{name, email, account, status, members}` as far as known."""
        return self._db["entities"].find_one({"_id": entity_id})

    def entity_of(self, account: str) -> Document | None:
        """The entity that holds `account`."""
        return self._db["entities"].find_one({"account": account})

    def user(self, user_id: str) -> Document | None:
        """`{email, first_name, last_name, kind}`."""
        return self._db["users"].find_one({"_id": user_id})

    def messages(self, state: State | None, *, skip: int, limit: int) -> tuple[list[Document], int]:
        """Message records newest first, without texts, each with its `entity_id` when it goes to an entity."""
        query: Document = {"state": state} if state else {}
        fields = dict.fromkeys(("kind", "recipient", "state", "tries", "error", "created_at", "sent_at"), 1)
        newest = [("created_at", DESCENDING), ("_id", ASCENDING)]
        records = list(self._db["messages"].find(query, fields).sort(newest).skip(skip).limit(limit))
        by_account = self._entities_of(record["recipient"] for record in records)
        for record in records:
            what, _, key = record["recipient"].partition(":")
            record["entity_id"] = key if what == "entity" else by_account.get(key)
        return records, self._db["messages"].count_documents(query)

    def about_entity(self, entity_id: str) -> list[Document]:
        """The messages to an entity, and those to others that are about it, newest first."""
        entity = self.entity(entity_id) or {}
        own = [f"entity:{entity_id}", *([f"account:{entity['account']}"] if entity.get("account") else [])]
        return self._about(own, "facts.entity_id", entity_id)

    def about_user(self, user_id: str) -> list[Document]:
        """The messages to a user, and those to others that are about them, newest first."""
        return self._about([f"user:{user_id}"], "facts.user_id", user_id)

    def _about(self, own: list[str], fact: str, about: str) -> list[Document]:
        # Neither what somebody wrote nor a one-time token: that goes as soon as the message is sent.
        fields = dict.fromkeys(("kind", "channel", "state", "tries", "facts", "recipient", "created_at", "sent_at"), 1)
        query: Document = {"$or": [{"recipient": {"$in": own}}, {fact: about}]}
        newest = [("created_at", DESCENDING), ("_id", ASCENDING)]
        records = list(self._db["messages"].find(query, fields).sort(newest).limit(_TOLD_MAX))
        return [record | {"own": record["recipient"] in own} for record in records]

    def _entities_of(self, recipients: Iterable[str]) -> dict[str, str]:
        accounts = [recipient.removeprefix("account:") for recipient in recipients if recipient.startswith("account:")]
        found = self._db["entities"].find({"account": {"$in": accounts}}, {"account": 1})
        return {entity["account"]: entity["_id"] for entity in found}

    def summary(self) -> dict[str, int]:
        """How many messages are in each state."""
        grouped = self._db["messages"].aggregate([{"$group": {"_id": "$state", "count": {"$sum": 1}}}])
        counts = {row["_id"]: row["count"] for row in grouped}
        return {state: counts.get(state, 0) for state in STATES}


class _Reader:
    """What a transaction sees."""

    def __init__(self, db: Any, session: ClientSession) -> None:
        self._db, self._session = db, session

    def admins(self) -> Sequence[str]:
        found = self._db["users"].find(_WHO_ADMINISTERS, {"_id": 1}, session=self._session)
        return sorted(user["_id"] for user in found)

    def transfers(self, ids: Iterable[str]) -> dict[str, Transfer]:
        found = self._db["transfers"].find({"_id": {"$in": list(ids)}}, session=self._session)
        return {row["_id"]: Transfer(transfer_id=row.pop("_id"), **row) for row in found}

    def entity(self, entity_id: str) -> Document:
        return self._db["entities"].find_one({"_id": entity_id}, session=self._session) or {}

    def user(self, user_id: str) -> Document:
        return self._db["users"].find_one({"_id": user_id}, session=self._session) or {}

    def limits(self, accounts: Iterable[str]) -> dict[str, Limits]:
        found = self._db["accounts"].find({"_id": {"$in": list(accounts)}}, session=self._session)
        return {row.pop("_id"): Limits(**row) for row in found}

    def warning_percent(self) -> int:
        book = self._db["books"].find_one({"_id": THE_BOOK}, session=self._session)
        return int(book["warning_percent"]) if book else WARNING_PERCENT


def _due(now: datetime) -> Document:
    # A record in `sending` is due again when its lease ends: its sender has died.
    return {"state": {"$in": ["queued", "failed", "sending"]}, "due_at": {"$lte": now}}


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
        tries=record["tries"],
        event_at=record["event_at"].astimezone(UTC),
        created_at=record["created_at"].astimezone(UTC),
        expires_at=record["expires_at"],
    )
