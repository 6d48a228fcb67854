"""Replays as they are kept: from where to where, how far, and who works at it. Over plain documents: no driver here."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

MAX_POSITIONS = 100_000
ReplayState = Literal["running", "done", "stopped"]
_KEPT = 20

Document = dict[str, Any]


class AlreadyReplaying(Exception):
    """One replay of a webhook at a time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """Events of `source` from `first` to `last` are delivered again; they are, up to `reached`."""

    replay_id: str
    webhook_id: str
    source: str
    first: int
    last: int
    reached: int
    queued: int
    """Deliveries that it made."""
    state: ReplayState
    created_at: datetime
    lease: str = ""


class ReplayStore:
    """All replays. `database` is the notifier's; with a session, what people decide is part of its transaction."""

    def __init__(self, database: Any, session: Any = None) -> None:
        self._db, self._session = database, session
        self._replays = database["webhook_replays"]

    def within(self, session: Any) -> "ReplayStore":
        """The same inside a transaction."""
        return ReplayStore(self._db, session)

    def migrate(self) -> None:
        """Create indices; may be repeated."""
        self._replays.create_index("webhook_id", name="running", unique=True, partialFilterExpression={"busy": True})
        self._replays.create_index([("webhook_id", 1), ("created_at", -1)], name="newest")
        self._replays.create_index("due_at", name="due", sparse=True)

    def begin(self, webhook_id: str, source: str, first: int, last: int, now: datetime) -> Replay:
        """Raises AlreadyReplaying."""
        replay_id = uuid.uuid4().hex
        # Upserted under the unique index of those that are busy: of two at once one is told so.
        busy = {"webhook_id": webhook_id, "busy": True}
        made = {
            "_id": replay_id, "source": source, "first": first, "last": last, "reached": first - 1, "queued": 0,
            "state": "running", "created_at": now, "due_at": now, "lease": "",
        }  # fmt: skip
        begun = self._replays.update_one(busy, {"$setOnInsert": made}, upsert=True, session=self._session)
        if begun.matched_count:
            raise AlreadyReplaying
        return _replay({**made, **busy})

    def of(self, webhook_id: str) -> list[Replay]:
        """The newest ones of a webhook."""
        found = self._replays.find({"webhook_id": webhook_id}).sort("created_at", -1).limit(_KEPT)
        return [_replay(each) for each in found]

    def claim(self, now: datetime, lease: timedelta) -> Replay | None:
        """One to work at, for the length of `lease`."""
        values = {"$set": {"due_at": now + lease, "lease": uuid.uuid4().hex}}
        found = self._replays.find_one_and_update({"due_at": {"$lte": now}}, values, return_document=True)
        return _replay(found) if found else None

    def advance(self, replay: Replay, reached: int, queued: int, due_at: datetime) -> bool:
        """It came so far; nobody else takes it before `due_at`. False when another has it, or it was stopped."""
        step = {"$set": {"reached": reached, "due_at": due_at}, "$inc": {"queued": queued}}
        return bool(self._replays.update_one({"_id": replay.replay_id, "lease": replay.lease}, step).matched_count)

    def end(self, replay: Replay, state: ReplayState) -> None:
        gone = {"busy": "", "due_at": "", "lease": ""}
        self._replays.update_one({"_id": replay.replay_id, "busy": True}, {"$set": {"state": state}, "$unset": gone})

    def delete(self, webhook_id: str) -> None:
        self._replays.delete_many({"webhook_id": webhook_id}, session=self._session)


def _replay(document: Document) -> Replay:
    known = {name: document[name] for name in Replay.__slots__ if name in document}
    return Replay(replay_id=document["_id"], **known)
