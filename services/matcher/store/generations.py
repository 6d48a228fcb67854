"""Which generation is read: a rebuild fills another one and moves the pointer when that has all that the first has."""

from collections.abc import Callable
from dataclasses import replace

from services.matcher.domain import LISTED
from services.matcher.store import derived
from services.matcher.store.mongo import LONG_SECONDS, Overtaken, Store
from services.matcher.store.schema import STATE
from services.matcher.store.transaction import Tx


def switch(store: Store, new: int, *, source: str, told: Callable[[str], bool]) -> int | None:
    """Read `new` from now on, if it has all that the generation read has; that which was read before, or None.

    In one transaction, which conflicts with every other: nobody writes to the old one meanwhile. Where the new one
    is further in `source`, the directory, its consumer will pass over what has not been looked at: that is noted here,
    and what is kept of those who were forgotten goes.
    """

    def work(tx: Tx) -> int:
        ahead = replace(tx, generation=new)
        there = {each["_id"]: each["position"] for each in ahead.find("positions", {})}
        if any(there.get(each["_id"], 0) < each["position"] for each in tx.find("positions", {})):
            raise Overtaken
        tx.database[STATE].update_one({"_id": STATE}, {"$set": {"generation": new}}, session=tx.session)
        later = {"version": {"$gt": derived.position(tx, source)}}
        listed = {**later, "status": {"$in": sorted(LISTED)}, "closed": False}
        times = {each["_id"]: each["at"] for each in ahead.find("entities", listed) if told(each["at"])}
        derived.put_to_announce(ahead, times)
        derived.forget(ahead, [each["_id"] for each in ahead.find("entities", {**later, **derived.FORGOTTEN})])
        return tx.generation

    # What was written to it was not waited for.
    store.settle()
    try:
        return store.transaction(work, seconds=LONG_SECONDS)
    except Overtaken:
        return None
