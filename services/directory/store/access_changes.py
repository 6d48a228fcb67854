"""Who may do what has changed: told to gateways at once, so that they need not ask for a session at each call.

One change stream of MongoDB a process, watched while somebody asks. What it told last is known to be all that was
written up to a moment (`as_of`): a round of it that ends empty has seen everything from before it began. Gateways
believe what they were told for so long after that moment and no longer; who ends an access waits for that time before
it answers (docs/adr/0017).
"""

import secrets
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from pymongo.database import Database
from pymongo.errors import PyMongoError

from services.chassis.logs import log
from services.directory.store.collection import Document

ROUND_MS = 80
ASKED_SECONDS = 0.2
"""A question waits so long for a change: more than two rounds, so that one of them saw all that was before it."""
_KEPT = 1_000
_IDLE_SECONDS = 10.0
_AGAIN_SECONDS = 1.0

# Written at every use of a session, and at every payment: neither changes what anybody may do.
_UNTOLD = ["expires_at", "used_at", "verified_at", "figures", "revision"]
_FIRST_NAMES = {
    "$map": {
        "input": {"$objectToArray": {"$ifNull": ["$updateDescription.updatedFields", {}]}},
        "in": {"$arrayElemAt": [{"$split": ["$$this.k", "."]}, 0]},
    }
}
_WATCHED: list[Document] = [
    {"$match": {"ns.coll": {"$in": ["sessions", "users", "memberships", "entities"]}}},
    {
        "$match": {
            "$or": [
                {"operationType": {"$nin": ["insert", "update"]}},
                {"operationType": "insert", "ns.coll": "memberships"},
                {"operationType": "update", "updateDescription.removedFields.0": {"$exists": True}},
                {"operationType": "update", "$expr": {"$not": [{"$setIsSubset": [_FIRST_NAMES, _UNTOLD]}]}},
            ]
        }
    },
    {"$project": {"ns": 1, "documentKey": 1, "operationType": 1}},
]


@dataclass(frozen=True, slots=True)
class Told:
    """What happened after a position; `complete` is False when that is not known any more."""

    stream: str
    position: int
    complete: bool
    changes: tuple[str, ...]
    """`sessions/<digest>`, `users/<id>`, `memberships/<entity>/<user>`, `entities/<id>`."""
    lag_ms: int
    """How long before the question arrived all of this was complete; below 0: after it."""


class Unwatched(Exception):
    """The change stream does not run (yet, or any more)."""


class AccessChanges:
    """The changes of one process's stream, for any number who ask."""

    def __init__(self, database: Database[Document], clock: Callable[[], float] = time.monotonic) -> None:
        self._database, self._clock = database, clock
        self._news = threading.Condition()
        self._stream, self._position, self._as_of = "", 0, 0.0
        self._changes: deque[str] = deque(maxlen=_KEPT)
        self._asked, self._running = 0.0, False

    def after(self, stream: str, position: int, seconds: float = ASKED_SECONDS) -> Told:
        """What came after a position, or after a moment of waiting that nothing did. Raises Unwatched."""
        arrived = self._clock()
        with self._news:
            self._asked = arrived
            self._run()
            self._news.wait_for(lambda: self._stream and (self._stream, self._position) != (stream, position), seconds)
            if not self._stream:
                raise Unwatched
            missed = self._position - position
            complete = stream == self._stream and 0 <= missed <= len(self._changes)
            changes = list(self._changes)[len(self._changes) - missed :] if complete else []
            lag = round((arrived - self._as_of) * 1000 + 0.5)
            return Told(self._stream, self._position, complete, tuple(changes), lag)

    def _run(self) -> None:
        if not self._running:
            self._running = True
            threading.Thread(target=self._watch, daemon=True, name="access-changes").start()

    def _watch(self) -> None:
        try:
            with self._database.watch(_WATCHED, max_await_time_ms=ROUND_MS) as stream:
                self._begin()
                while self._clock() - self._asked < _IDLE_SECONDS:
                    began = self._clock()
                    self._take(stream.try_next(), began)
        except PyMongoError as error:
            log.warning("access_changes.lost", error=type(error).__name__)
            time.sleep(_AGAIN_SECONDS)
        finally:
            with self._news:
                self._stream, self._running = "", False

    def _begin(self) -> None:
        with self._news:
            self._stream, self._position = secrets.token_hex(8), 0
            self._changes.clear()
            self._as_of = 0.0

    def _take(self, change: Document | None, began: float) -> None:
        with self._news:
            if change is None:
                self._as_of = began
                return
            self._position += 1
            self._changes.append(_subject(change))
            self._news.notify_all()


def _subject(change: Document) -> str:
    """What a change is about; of one that is about no document (a collection was dropped), everything."""
    return f"{change['ns']['coll']}/{change['documentKey']['_id']}" if "documentKey" in change else "*"
