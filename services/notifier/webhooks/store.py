"""Webhooks in the notifier's MongoDB: who wants what, and each delivery until its log is deleted.

Deliveries are written in the transaction that moves the notifier's position. A position of their own is kept beside:
when the rest of the notifier is rebuilt, nothing is delivered again.
"""

import secrets
import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from pymongo import ASCENDING, DESCENDING, ReturnDocument, UpdateOne

from services.mongo.many_writes import in_many_writes
from services.mongo.paging import Ended, behind
from services.notifier.webhooks.domain import (
    GIVE_UP,
    MAX_PER_OWNER,
    WAITING,
    Answer,
    DeliveryState,
    PauseReason,
    Secret,
    Webhook,
)

_BATCH = 500
_TRIES_KEPT = 10
_DUE = [("webhook_id", ASCENDING), ("due_at", ASCENDING)]
_LOGGED = (
    "event_id", "type", "source", "position", "state", "tries", "created_at", "due_at", "ended_at", "answer", "history",
)  # fmt: skip
_NAMESPACE = uuid.UUID("0e6c2b1a-6a55-4b0c-9a60-3f2b5d3c8f47")

Document = dict[str, Any]
Timed = TypeVar("Timed", Secret, Webhook)


class TooManyWebhooks(Exception):
    """The owner has as many as are allowed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """An event on its way to one webhook. `once`: a test, tried one time whether the webhook is paused or not."""

    webhook_id: str
    event_id: str
    type: str
    source: str
    position: int
    about: Sequence[str]
    body: bytes
    once: bool = False

    @property
    def delivery_id(self) -> str:
        """The same for the same webhook and event, for ever."""
        return str(uuid.uuid5(_NAMESPACE, f"{self.webhook_id}|{self.event_id}"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """A delivery that this deliverer alone may try until its lease ends."""

    delivery_id: str
    webhook_id: str
    lease: str
    body: bytes
    tries: int
    """This one included."""
    until: datetime
    once: bool


class WebhookStore:
    """All that is kept of webhooks. `database` is the notifier's; times are aware UTC.
    With a session, what people decide is part of its transaction.
    """

    def __init__(self, database: Any, session: Any = None) -> None:
        self._db, self._session = database, session
        self._webhooks, self._deliveries = database["webhooks"], database["webhook_deliveries"]

    def migrate(self) -> None:
        """Create collections and indices; may be repeated."""
        existing = set(self._db.list_collection_names())
        needed = {"webhooks", "webhook_deliveries", "webhook_owners", "webhook_positions", "webhook_forgotten"}
        for name in needed - existing:
            self._db.create_collection(name)
        self._webhooks.create_index([("account", ASCENDING), ("types", ASCENDING)], name="wanting")
        self._webhooks.create_index("owner", name="owner")
        self._webhooks.create_index("held_until", name="held", sparse=True)
        # Only what waits has a `due_at`. By webhook first: of one that is held a scan sees nothing, however much waits.
        self._deliveries.create_index(_DUE, name="waiting", partialFilterExpression={"due_at": {"$exists": True}})
        newest = [("webhook_id", ASCENDING), ("created_at", DESCENDING), ("_id", ASCENDING)]
        self._deliveries.create_index(newest, name="newest")
        self._deliveries.create_index("about", name="about")
        self._deliveries.create_index("ended_at", name="ended", sparse=True)

    # --- webhooks

    def add(self, webhook: Webhook) -> None:
        """In a transaction. Raises TooManyWebhooks."""
        session = self._session
        # Two at once for one owner write the same document: one of them waits and counts again.
        touched = {"$set": {"at": webhook.created_at}}
        self._db["webhook_owners"].update_one({"_id": webhook.owner}, touched, upsert=True, session=session)
        if self._webhooks.count_documents({"owner": webhook.owner}, session=session) >= MAX_PER_OWNER:
            raise TooManyWebhooks
        self._webhooks.insert_one(_document(webhook), session=session)

    def within(self, session: Any) -> "WebhookStore":
        """The same inside a transaction."""
        return WebhookStore(self._db, session)

    def webhook(self, webhook_id: str) -> Webhook | None:
        """The webhook of this id."""
        found = self._webhooks.find_one({"_id": webhook_id}, session=self._session)
        return _webhook(found) if found else None

    def webhooks_of(self, owner: str) -> list[Webhook]:
        """An owner's webhooks, oldest first."""
        found = self._webhooks.find({"owner": owner}).sort([("created_at", ASCENDING), ("_id", ASCENDING)])
        return [_webhook(each) for each in found]

    def change(self, webhook_id: str, values: Mapping[str, Any]) -> Webhook | None:
        """Set fields that people decide about."""
        found = self._webhooks.find_one_and_update(
            {"_id": webhook_id}, {"$set": dict(values)}, return_document=ReturnDocument.AFTER, session=self._session
        )
        return _webhook(found) if found else None

    def keep_secrets(self, webhook_id: str, secrets: Iterable[Secret]) -> None:
        kept = {"$set": {"secrets": [asdict(secret) for secret in secrets]}}
        self._webhooks.update_one({"_id": webhook_id}, kept, session=self._session)

    def delete(self, webhook_id: str) -> None:
        """The webhook alone: what waits for it is then dropped by whoever meets it, and all with `sweep`."""
        self._webhooks.delete_one({"_id": webhook_id}, session=self._session)

    @in_many_writes()
    def sweep(self, webhook_id: str) -> None:
        """The deliveries of one that is deleted: too many for a transaction."""
        self._deliveries.delete_many({"webhook_id": webhook_id})

    def positions(self) -> dict[str, int]:
        """Source to the last position whose deliveries were written."""
        return {
            each["_id"]: int(each["position"]) for each in self._db["webhook_positions"].find(session=self._session)
        }

    def pause(self, webhook_id: str, reason: PauseReason, now: datetime) -> bool:
        """False when it was paused already."""
        # Names with dots are no field names that could be set one by one.
        kept = [{"source": source, "position": position} for source, position in sorted(self.positions().items())]
        values = {"state": "paused", "reason": reason, "paused_at": now, "positions": kept}
        active = {"_id": webhook_id, "state": "active"}
        return bool(self._webhooks.update_one(active, {"$set": values}, session=self._session).matched_count)

    def resume(self, webhook_id: str) -> Webhook | None:
        """Go on: with all that waits at once by `wake`."""
        self.let_go(webhook_id)
        return self.change(webhook_id, {"state": "active", "reason": "", "failures": 0, "failing_since": None})

    @in_many_writes()
    def wake(self, webhook_id: str, now: datetime) -> None:
        """What waits is due: too much for a transaction, and no harm when it is done twice."""
        due = {"$set": {"due_at": now, "until": now + GIVE_UP}}
        self._deliveries.update_many({"webhook_id": webhook_id, "state": {"$in": ["queued", "failed"]}}, due)

    def let_go(self, webhook_id: str) -> None:
        """Nothing holds it back any more."""
        self._webhooks.update_one({"_id": webhook_id}, {"$unset": {"held_until": ""}}, session=self._session)

    def succeeded(self, webhook_id: str) -> None:
        failing = {"_id": webhook_id, "failures": {"$gt": 0}}
        good = {"$set": {"failures": 0, "failing_since": None}, "$unset": {"held_until": ""}}
        self._webhooks.update_one(failing, good)

    def failed(self, webhook_id: str, now: datetime) -> Webhook | None:
        """Count a failure; the webhook as it is then."""
        since = {"$ifNull": ["$failing_since", now]}
        counted = [{"$set": {"failures": {"$add": ["$failures", 1]}, "failing_since": since}}]
        found = self._webhooks.find_one_and_update({"_id": webhook_id}, counted, return_document=ReturnDocument.AFTER)
        return _webhook(found) if found else None

    def hold(self, webhook_id: str, until: datetime) -> None:
        self._webhooks.update_one({"_id": webhook_id}, {"$set": {"held_until": until}})

    def held(self, now: datetime) -> list[str]:
        """Webhooks where nothing is tried now."""
        return [each["_id"] for each in self._webhooks.find({"held_until": {"$gt": now}}, {"_id": 1})]

    def administrators(self) -> list[str]:
        """Ids of those who may change the network's webhooks."""
        found = self._db["users"].find({"kind": "admin", "active": {"$ne": False}}, {"_id": 1})
        return sorted(user["_id"] for user in found)

    # --- taking events, in the notifier's transaction

    def wanting(self, session: Any, types: Iterable[str], accounts: Iterable[str]) -> list[Webhook]:
        """Active webhooks that may want events of these types and accounts."""
        query = {"account": {"$in": ["", *accounts]}, "types": {"$in": list(types)}, "state": "active"}
        return [_webhook(each) for each in self._webhooks.find(query, session=session)]

    def transfers(self, session: Any, ids: Iterable[str]) -> dict[str, Document]:
        """What the notifier knows of transfers: `{kind, payer, payee, …}`."""
        found = self._db["transfers"].find({"_id": {"$in": list(ids)}}, session=session)
        return {each["_id"]: each for each in found}

    def taken(self, session: Any, source: str) -> int:
        """The last position whose deliveries were written."""
        found = self._db["webhook_positions"].find_one({"_id": source}, session=session)
        return int(found["position"]) if found else 0

    def take(self, session: Any, source: str, position: int) -> None:
        """Deliveries of `source` are written up to `position`."""
        self._db["webhook_positions"].update_one(
            {"_id": source}, {"$max": {"position": position}}, upsert=True, session=session
        )

    def insert(self, session: Any, deliveries: Iterable[Delivery], now: datetime) -> None:
        """Queue deliveries; one that is there already is left as it is."""
        writes = [_insertion(delivery, now) for delivery in deliveries]
        if writes:
            self._deliveries.bulk_write(writes, ordered=False, session=session)

    def forget(self, session: Any, subject: str, source: str, position: int, now: datetime) -> None:
        """Nothing is kept, nor told any more, of what `source` said about `subject` before `position`."""
        self._db["webhook_forgotten"].update_one({"_id": subject}, {"$set": {"at": now}}, upsert=True, session=session)
        earlier = {"about": subject, "source": source, "position": {"$lt": position}}
        bodies: Document = {"$unset": {"body": "", "answer": ""}}
        ended: Document = {"$set": {"state": "forgotten", "ended_at": now}, "$unset": {"due_at": "", "lease": ""}}
        self._deliveries.update_many({**earlier, "state": {"$in": WAITING}}, ended, session=session)
        self._deliveries.update_many(earlier, bodies, session=session)
        # What a business asked for itself goes with it.
        own = self._webhooks.find({"owner": subject.replace("/", ":")}, {"_id": 1}, session=session)
        if ids := [each["_id"] for each in own]:
            self._webhooks.delete_many({"_id": {"$in": ids}}, session=session)
            self._deliveries.delete_many({"webhook_id": {"$in": ids}}, session=session)

    def are_forgotten(self, subjects: Iterable[str], session: Any = None) -> set[str]:
        """Those of the subjects of whom nothing may be told."""
        found = self._db["webhook_forgotten"].find({"_id": {"$in": list(subjects)}}, {"_id": 1}, session=session)
        return {each["_id"] for each in found}

    # --- delivering

    def queue(self, delivery: Delivery, now: datetime) -> str:
        """Queue one delivery that no event of a topic asked for; its id."""
        self.insert(self._session, [delivery], now)
        return delivery.delivery_id

    def claim(self, now: datetime, lease: timedelta, without: Collection[str]) -> Claimed | None:
        """Take the delivery that has been due longest of a webhook, of any but those.

        Which one is drawn by lot, so that one to which there is always something to deliver does not hold up others.
        """
        lot = secrets.token_hex(12)
        for beyond in ({"$gte": lot}, {"$lt": lot}):
            if claimed := self._claim(now, lease, {**beyond, "$nin": list(without)}):
                return claimed
        return None

    def _claim(self, now: datetime, lease: timedelta, webhooks: Document) -> Claimed | None:
        token = uuid.uuid4().hex
        found = self._deliveries.find_one_and_update(
            {"webhook_id": webhooks, "due_at": {"$lte": now}},
            {"$set": {"state": "sending", "lease": token, "due_at": now + lease}, "$inc": {"tries": 1}},
            sort=_DUE,
            hint="waiting",
            return_document=ReturnDocument.AFTER,
        )
        return _claimed(found) if found else None

    def finish(self, claimed: Claimed, state: DeliveryState, answer: Answer | None, now: datetime) -> bool:
        """The end of a delivery. False if the lease was lost."""
        values = {"state": state, "ended_at": now}
        return self._release(claimed, values, {"lease": "", "due_at": ""}, answer, now)

    def retry(self, claimed: Claimed, due_at: datetime, answer: Answer, now: datetime) -> bool:
        """Put a delivery back to be tried again at `due_at`. False if the lease was lost."""
        return self._release(claimed, {"state": "failed", "due_at": due_at}, {"lease": ""}, answer, now)

    def put_back(self, claimed: Claimed, due_at: datetime) -> None:
        """It was not tried after all: its webhook is paused."""
        held = {"_id": claimed.delivery_id, "lease": claimed.lease}
        values = {"$set": {"state": "failed", "due_at": due_at}, "$unset": {"lease": ""}, "$inc": {"tries": -1}}
        self._deliveries.update_one(held, values)

    def drop(self, claimed: Claimed) -> None:
        """Its webhook is gone."""
        self._deliveries.delete_one({"_id": claimed.delivery_id})

    def _release(
        self, claimed: Claimed, values: Document, gone: Document, answer: Answer | None, now: datetime
    ) -> bool:
        update: Document = {"$set": values, "$unset": gone}
        if answer:
            said = {"at": now, "status": answer.status, "error": answer.error, "seconds": round(answer.seconds, 3)}
            update["$set"] = {**values, "answer": {**said, "excerpt": answer.excerpt}}
            update["$push"] = {"history": {"$each": [said], "$slice": -_TRIES_KEPT}}
        held = {"_id": claimed.delivery_id, "state": "sending", "lease": claimed.lease}
        return bool(self._deliveries.update_one(held, update).matched_count)

    # --- the log

    def deliveries(
        self, webhook_id: str, state: DeliveryState | None, *, skip: int, limit: int, after: Ended | None = None
    ) -> tuple[list[Document], int]:
        """Deliveries newest first, with `again`: whether there is a body to send again; and how many there are."""
        query: Document = {"webhook_id": webhook_id, **({"state": state} if state else {})}
        newest = [("created_at", DESCENDING), ("_id", ASCENDING)]
        shown: Document = dict.fromkeys(_LOGGED, 1)
        shown["again"] = {"$ne": [{"$type": "$body"}, "missing"]}
        page = self._deliveries.find(behind(query, newest, after), shown).sort(newest)
        return list(page.skip(skip).limit(limit)), self._deliveries.count_documents(query)

    def redeliver(self, webhook_id: str, delivery_id: str, now: datetime) -> bool:
        """Deliver again what has ended; False when there is no such delivery or its body is gone."""
        ended = {"_id": delivery_id, "webhook_id": webhook_id, "state": {"$nin": WAITING}, "body": {"$exists": True}}
        afresh = {"$set": _afresh(now), "$unset": {"ended_at": ""}}
        again = self._deliveries.update_one(ended, afresh, session=self._session)
        return bool(again.matched_count)

    def deliver_again(self, deliveries: Sequence[Delivery], now: datetime) -> None:
        """Queue all of them, those too that have ended; what waits is left as it is."""
        writes: list[UpdateOne] = []
        for delivery in deliveries:
            ended = {"_id": delivery.delivery_id, "state": {"$nin": WAITING}}
            afresh = {"$set": {**_afresh(now), "body": delivery.body}, "$unset": {"ended_at": ""}}
            # Ended first: one that is inserted is no ended one.
            writes += [UpdateOne(ended, afresh), _insertion(delivery, now)]
        if writes:
            self._deliveries.bulk_write(writes)

    def waiting(self, webhook_id: str, at_most: int) -> int:
        """How many deliveries wait, counted to `at_most`."""
        query = {"webhook_id": webhook_id, "state": {"$in": WAITING}}
        return int(self._deliveries.count_documents(query, limit=at_most))

    def drop_bodies(self, before: datetime) -> bool:
        """Of a batch of deliveries that ended before then: what was sent and answered. Whether there may be more."""
        return self._in_batch({"ended_at": {"$lt": before}, "body": {"$exists": True}}, bodies_alone=True)

    def drop_ended(self, before: datetime) -> bool:
        """A batch of deliveries that ended before then. Whether there may be more."""
        return self._in_batch({"ended_at": {"$lt": before}}, bodies_alone=False)

    @in_many_writes()
    def _in_batch(self, query: Document, *, bodies_alone: bool) -> bool:
        keys = [each["_id"] for each in self._deliveries.find(query, {"_id": 1}).limit(_BATCH)]
        if keys and bodies_alone:
            self._deliveries.update_many({"_id": {"$in": keys}}, {"$unset": {"body": "", "answer.excerpt": ""}})
        elif keys:
            self._deliveries.delete_many({"_id": {"$in": keys}})
        return len(keys) == _BATCH


def _afresh(now: datetime) -> Document:
    return {"state": "queued", "tries": 0, "due_at": now, "until": now + GIVE_UP}


def _insertion(delivery: Delivery, now: datetime) -> UpdateOne:
    values = {**asdict(delivery), "about": list(delivery.about), **_afresh(now), "created_at": now, "history": []}
    return UpdateOne({"_id": delivery.delivery_id}, {"$setOnInsert": values}, upsert=True)


def _document(webhook: Webhook) -> Document:
    values = asdict(webhook)
    values = {name: value for name, value in values.items() if name not in ("webhook_id", "held_until")}
    return {**values, "_id": webhook.webhook_id, "types": list(webhook.types), "positions": []}


def _webhook(document: Document) -> Webhook:
    values = dict(document)
    secrets = [_with_utc(Secret(**each)) for each in values.pop("secrets")]
    positions = {each["source"]: each["position"] for each in values.pop("positions")}
    return _with_utc(Webhook(webhook_id=values.pop("_id"), secrets=secrets, positions=positions, **values))


def _with_utc(value: Timed) -> Timed:
    moments = {name: getattr(value, name) for name in value.__slots__}
    aware: dict[str, Any] = {name: at.astimezone(UTC) for name, at in moments.items() if isinstance(at, datetime)}
    return replace(value, **aware)


def _claimed(record: Document) -> Claimed:
    return Claimed(
        delivery_id=record["_id"],
        webhook_id=record["webhook_id"],
        lease=record["lease"],
        body=record["body"],
        tries=record["tries"],
        until=record["until"].astimezone(UTC),
        once=record["once"],
    )
