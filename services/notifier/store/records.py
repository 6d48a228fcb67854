"""What became of messages: for administrators, and for whom they are about."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from pymongo import ASCENDING, DESCENDING
from pymongo.database import Database

from services.mongo.paging import Ended, behind
from services.notifier.digests import KIND as DAILY_MAIL
from services.notifier.domain import STATES, State
from services.notifier.store.inbox import Inbox
from services.notifier.store.memory import Memory

Document = dict[str, Any]

_TOLD_MAX = 20_000
"""Messages in somebody's export: the newest. An export has an end."""
_LISTED = ("kind", "recipient", "state", "tries", "error", "created_at", "sent_at", "due_at", "died_at", "spent")


class Records:
    """Message records, read."""

    def __init__(self, database: Database[Document], memory: Memory, inbox: Inbox) -> None:
        self._db, self._memory, self._inbox = database, memory, inbox

    def messages(
        self, state: State | None, *, skip: int, limit: int, after: Ended | None = None
    ) -> tuple[list[Document], int]:
        """Message records newest first, without texts, each with its `entity_id` when it goes to an entity."""
        query: Document = {"state": state} if state else {}
        fields = dict.fromkeys(_LISTED, 1)
        newest = [("created_at", DESCENDING), ("_id", ASCENDING)]
        page = self._db["messages"].find(behind(query, newest, after), fields).sort(newest)
        records = list(page.skip(skip).limit(limit))
        by_account = self._entities_of(record["recipient"] for record in records)
        for record in records:
            what, _, key = record["recipient"].partition(":")
            record["entity_id"] = key if what == "entity" else by_account.get(key)
        return records, self._db["messages"].count_documents(query)

    def about_entity(self, entity_id: str) -> list[Document]:
        """The messages to an entity, and those to others that are about it, newest first."""
        entity = self._memory.entity(entity_id) or {}
        own = [f"entity:{entity_id}", *([f"account:{entity['account']}"] if entity.get("account") else [])]
        return self._about(own, "facts.entity_id", entity_id)

    def last_digest(self, entity_id: str) -> datetime | None:
        """When the last daily mail that was sent to an entity was made: what came later is not in it."""
        sent = {"recipient": f"entity:{entity_id}", "kind": DAILY_MAIL, "state": "sent"}
        found = self._db["messages"].find_one(sent, {"event_at": 1}, sort=[("event_at", DESCENDING)])
        return found["event_at"].astimezone(UTC) if found else None

    def about_user(self, user_id: str) -> list[Document]:
        """The messages to a user, and those to others that are about them, newest first."""
        return self._about([f"user:{user_id}"], "facts.user_id", user_id)

    def _about(self, own: list[str], fact: str, about: str) -> list[Document]:
        # Neither what somebody wrote nor a one-time token: that goes as soon as the message is sent.
        fields = dict.fromkeys(("kind", "channel", "state", "tries", "facts", "recipient", "created_at", "sent_at"), 1)
        query: Document = {"$or": [{"recipient": {"$in": own}}, {fact: about}]}
        newest = [("created_at", DESCENDING), ("_id", ASCENDING)]
        mails = self._db["messages"].find(query, fields).sort(newest).limit(_TOLD_MAX)
        shown = self._inbox.about(own, fact, about, _TOLD_MAX)
        records = sorted([*mails, *shown], key=lambda record: record["created_at"], reverse=True)[:_TOLD_MAX]
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
