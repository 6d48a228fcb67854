"""Notices: what somebody sees after logging in. Of a business's they are each person's own to have read."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from pymongo import ASCENDING, DESCENDING, UpdateOne
from pymongo.client_session import ClientSession
from pymongo.database import Database

from services.mongo.many_writes import in_many_writes
from services.mongo.paging import Ended, behind
from services.notifier.domain import Message
from services.notifier.rules import PROPOSED

KEPT = timedelta(days=90)
MOST_COUNTED = 100
"""Nobody reads a number above that, and counting has an end."""
_NEWEST = [("shown_at", DESCENDING), ("_id", ASCENDING)]

Document = dict[str, Any]


class Inbox:
    """Notices by recipient (`user:<id>`, `entity:<id>`, `account:<number>`). Times are aware UTC."""

    def __init__(self, database: Database[Document]) -> None:
        self._notices = database["notices"]

    def migrate(self) -> None:
        """Create indices; may be repeated. MongoDB itself deletes what was kept long enough."""
        self._notices.create_index([("recipient", ASCENDING), *_NEWEST], name="newest")
        self._notices.create_index("created_at", name="kept", expireAfterSeconds=int(KEPT.total_seconds()))
        self._notices.create_index("facts.transfer_id", name="asking", partialFilterExpression={"kind": PROPOSED})
        for name in ("entity_id", "user_id"):
            self._notices.create_index(f"facts.{name}", name=f"about_{name}", sparse=True)

    def put(self, session: ClientSession, notices: Sequence[Message], now: datetime) -> None:
        """Add notices; the same one again changes nothing."""
        if notices:
            inserts = [
                UpdateOne({"_id": notice.message_id}, {"$setOnInsert": _record(notice, now)}, upsert=True)
                for notice in notices
            ]
            self._notices.bulk_write(inserts, session=session)

    def withdraw(self, session: ClientSession, transfers: Collection[str]) -> None:
        """Take back what asked to accept one of these."""
        if transfers:
            asking = {"kind": PROPOSED, "facts.transfer_id": {"$in": list(transfers)}}
            self._notices.delete_many(asking, session=session)

    def forget(self, session: ClientSession, recipients: Collection[str]) -> None:
        """Delete all of those who are forgotten."""
        if recipients:
            self._notices.delete_many({"recipient": {"$in": list(recipients)}}, session=session)

    def unread(self, owners: Iterable[str], reader: str, now: datetime) -> int:
        """How many notices to `owners` the user `reader` has not read; at most MOST_COUNTED."""
        query = _shown(owners, now) | {"read_by": {"$ne": reader}}
        return self._notices.count_documents(query, limit=MOST_COUNTED)

    def page(
        self, owners: Iterable[str], now: datetime, *, skip: int, limit: int, after: Ended | None = None
    ) -> tuple[list[Document], int]:
        """Notices newest first, and how many there are in all; `after`: those behind the one shown then of that id."""
        query = _shown(owners, now)
        found = self._notices.find(behind(query, _NEWEST, after)).sort(_NEWEST).skip(skip).limit(limit)
        return list(found), self._notices.count_documents(query)

    def about(self, own: Sequence[str], fact: str, about: str, most: int) -> list[Document]:
        """The notices to `own`, and those to others whose fact names `about`, newest first, as records of messages."""
        query: Document = {"$or": [{"recipient": {"$in": list(own)}}, {fact: about}]}
        found = self._notices.find(query).sort(_NEWEST).limit(most)
        as_message = {"channel": "notice", "state": "sent", "tries": 0}
        return [record | as_message | {"sent_at": record["shown_at"]} for record in found]

    def read(
        self, notice_id: str, owners: Iterable[str], reader: str, now: datetime, session: ClientSession | None = None
    ) -> Document | None:
        """The notice, which `reader` has read now; None when it is none of theirs."""
        query = _shown(owners, now) | {"_id": notice_id}
        return self._notices.find_one_and_update(query, {"$addToSet": {"read_by": reader}}, session=session)

    @in_many_writes()
    def read_all(
        self, owners: Iterable[str], reader: str, until: datetime, session: ClientSession | None = None
    ) -> None:
        """All that was shown until then is read: not what came while somebody pressed the button."""
        query = _shown(owners, until) | {"read_by": {"$ne": reader}}
        self._notices.update_many(query, {"$addToSet": {"read_by": reader}}, session=session)


def _shown(owners: Iterable[str], now: datetime) -> Document:
    # What may still be withdrawn is not shown before its time.
    return {"recipient": {"$in": sorted(owners)}, "shown_at": {"$lte": now}}


def _record(notice: Message, now: datetime) -> Document:
    return {
        "recipient": notice.recipient,
        "kind": notice.kind,
        "facts": dict(notice.facts),
        "event_at": notice.event_at,
        "shown_at": notice.due_at,
        "created_at": now,
        "read_by": [],
    }
