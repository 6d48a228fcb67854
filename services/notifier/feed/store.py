"""The feed in the notifier's MongoDB: a document an event, by source and position, and how far each source has come.

Positions of its own are kept beside: when the rest of the notifier is rebuilt, the feed stays as it is.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pymongo import ASCENDING
from pymongo.errors import PyMongoError

from services.mongo.many_writes import in_many_writes
from services.notifier.feed.domain import NAMES, SOURCES, Audience, Cursor

_BATCH = 500
WINDOW = 5_000
"""Positions that one look goes over at most when it is for some types alone."""
MOST_TOUCHED = 50
"""Of more businesses news say that they are for anybody."""

WATCH_FAILS: tuple[type[Exception], ...] = (PyMongoError,)
"""How following the news breaks off: whatever it was, it is opened again."""

Document = dict[str, Any]


class Gone(Exception):
    """What came after the cursor is not kept any more. `oldest`: from where on everything is."""

    def __init__(self, oldest: Cursor) -> None:
        super().__init__(oldest.text)
        self.oldest = oldest


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An event as it is kept. `audiences`: businesses that see it."""

    position: int
    type: str
    at: datetime
    audiences: Sequence[str]
    about: Sequence[str]
    raw: bytes


@dataclass(frozen=True, slots=True)
class Page:
    """Events in order, the cursor after each, and the one after all; `whole`: there are no more at the moment."""

    raw: Sequence[bytes]
    cursors: Sequence[Cursor]
    cursor: Cursor
    whole: bool


class FeedStore:
    """All that is kept of the feed. `database` is the notifier's; times are aware UTC."""

    def __init__(self, database: Any) -> None:
        self._db, self._feed, self._positions = database, database["feed"], database["feed_positions"]

    def migrate(self) -> None:
        """Create collections and indices; may be repeated."""
        for name in {"feed", "feed_positions"} - set(self._db.list_collection_names()):
            self._db.create_collection(name)
        seen: Document = {"audiences": {"$exists": True}}
        by_audience = [("audiences", ASCENDING), ("_id", ASCENDING)]
        self._feed.create_index(by_audience, name="audiences", partialFilterExpression=seen)
        about: Document = {"about": {"$exists": True}}
        self._feed.create_index("about", name="about", partialFilterExpression=about)

    # --- taking events, in the notifier's transaction

    def taken(self, session: Any, source: str) -> int | None:
        """The last position that was taken; None if there was none yet."""
        found = self._positions.find_one({"_id": source}, session=session)
        return int(found["position"]) if found else None

    def take(self, session: Any, source: str, entries: Sequence[Entry], *, floor: int, position: int) -> None:
        """Keep events of `source`, which has come to `position`; of what is at or before `floor` nothing is kept."""
        if entries:
            self._feed.insert_many([_document(source, entry) for entry in entries], ordered=False, session=session)
        touched = sorted({each for entry in entries for each in entry.audiences})
        news = {"touched": touched if len(touched) <= MOST_TOUCHED else None}
        moved = {"$max": {"position": position, "floor": floor}, "$set": news}
        self._positions.update_one({"_id": source}, moved, upsert=True, session=session)

    def begin(self, session: Any, source: str, position: int) -> None:
        """Drop what is kept of `source` from `position` on: where it had come to is not known any more."""
        self._feed.delete_many({"_id": {"$gte": _key(source, position), "$lte": _key(source)}}, session=session)

    def forget(self, session: Any, subject: str, source: str, position: int) -> None:
        """Keep nothing of what was said about `subject` but what `source` says from `position` on."""
        later = {"$gte": _key(source, position), "$lte": _key(source)}
        self._feed.delete_many({"about": subject, "_id": {"$not": later}}, session=session)

    # --- reading

    def now(self) -> Cursor:
        """After everything that there is."""
        return Cursor({name: place["position"] for name, place in self._places().items()})

    def beginning(self) -> Cursor:
        """Before everything that is kept."""
        return Cursor({name: place["floor"] for name, place in self._places().items()})

    def page(self, cursor: Cursor, audience: Audience, types: Collection[str], limit: int) -> Page:
        """At most `limit` events after the cursor. Raises Gone."""
        # First: what is committed with a position is there when the position is.
        heads = {name: place["position"] for name, place in self._places().items()}
        reached, found, whole = {}, [], True
        for name in SOURCES:
            start, head = cursor.of(name), heads.get(name, 0)
            upto = min(head, start + WINDOW) if types and audience.only is None else head
            there = self._after(name, start, upto, audience, types, limit) if name in audience.sources else []
            whole = whole and upto >= head and len(there) < limit
            reached[name] = there[-1]["position"] if len(there) == limit else max(upto, start)
            found += there
        page = _first(found, limit, reached)
        self._refuse_gone(cursor, audience)
        cursors = [*_after_each(cursor, page[:-1]), *[Cursor(reached)][: len(page)]]
        return Page([each["raw"] for each in page], cursors, Cursor(reached), whole and len(page) == len(found))

    def _after(
        self, name: str, start: int, upto: int, audience: Audience, types: Collection[str], limit: int
    ) -> list[Document]:
        if upto <= start:
            return []
        query: Document = {"_id": {"$gt": _key(name, start), "$lte": _key(name, upto)}}
        if audience.only is not None:
            query["audiences"] = {"$in": sorted(audience.only)}
        if types:
            query["type"] = {"$in": sorted(types)}
        found = self._feed.find(query, {"raw": 1, "at": 1}).sort("_id", ASCENDING).limit(limit)
        return [each | {"source": name, "position": int(each["_id"].partition(":")[2])} for each in found]

    def _refuse_gone(self, cursor: Cursor, audience: Audience) -> None:
        # Last: the floor rises before anything below it is deleted.
        places = self._places()
        floors = {name: places[name]["floor"] for name in audience.sources & places.keys()}
        if any(cursor.of(name) < floor for name, floor in floors.items()):
            raise Gone(Cursor({name: max(cursor.of(name), floors.get(name, 0)) for name in SOURCES}))

    def _places(self) -> dict[str, Document]:
        there = {each["_id"]: each for each in self._positions.find()}
        if len(there) < len(SOURCES):
            # Of a source that has said nothing since there is a feed: nothing is kept, and nothing was missed.
            for each in self._db["positions"].find({"_id": {"$in": list(NAMES)}}):
                there.setdefault(NAMES[each["_id"]], {"position": each["position"], "floor": each["position"]})
        return there

    def watch(self, seconds: float) -> Any:
        """A change stream of how far sources have come. `touched` of a change: whom the news are for."""
        news = [{"$match": {"operationType": {"$in": ["insert", "update", "replace"]}}}]
        return self._positions.watch(news, max_await_time_ms=int(seconds * 1000))

    # --- keeping no longer

    @in_many_writes()
    def drop_old(self, before: datetime) -> bool:
        """Delete a batch of each source's events from before then, the oldest first; whether there may be more."""
        return any(self._drop_old(name, before) for name in SOURCES)

    def _drop_old(self, source: str, before: datetime) -> bool:
        # Times never go back along the positions of a source: no index on them is needed.
        among = {"_id": {"$gt": _key(source, 0), "$lte": _key(source)}}
        oldest = self._feed.find(among, {"at": 1}).sort("_id", ASCENDING).limit(_BATCH)
        keys = [each["_id"] for each in oldest if each["at"] < before]
        if keys:
            floor = int(keys[-1].partition(":")[2])
            self._positions.update_one({"_id": source}, {"$max": {"floor": floor}})
            self._feed.delete_many({"_id": {"$in": keys}})
        return len(keys) == _BATCH


def _first(found: Iterable[Document], limit: int, reached: dict[str, int]) -> list[Document]:
    """The first events by time, each source's in its order; what is left over was not reached."""
    ordered = sorted(found, key=lambda each: (each["at"], each["source"], each["position"]))
    for late in reversed(ordered[limit:]):
        reached[late["source"]] = min(reached[late["source"]], late["position"] - 1)
    return ordered[:limit]


def _after_each(cursor: Cursor, page: Iterable[Document]) -> Iterator[Cursor]:
    for each in page:
        cursor = Cursor({**cursor.positions, each["source"]: each["position"]})
        yield cursor


def _key(source: str, position: int | None = None) -> str:
    """Ids in the order of positions; without one, after all of the source."""
    return f"{source}:~" if position is None else f"{source}:{position:015d}"


def _document(source: str, entry: Entry) -> Document:
    document: Document = {"_id": _key(source, entry.position), "type": entry.type, "at": entry.at, "raw": entry.raw}
    # What is empty is in no index.
    several = {"audiences": entry.audiences, "about": entry.about}
    return document | {name: list(values) for name, values in several.items() if values}
