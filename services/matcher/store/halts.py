"""Where the consumer halted, so that `/readyz` tells and an operator may pass over exactly that record."""

from typing import Any

from services.matcher.store import derived
from services.matcher.store.failures import answering
from services.matcher.store.mongo import Store
from services.matcher.store.transaction import Tx


class Halted(Exception):
    """The consumer stands before a record that it can't apply."""


class NotHalted(Exception):
    """The consumer doesn't stand at that position."""


def note(store: Store, source: str, position: int, reason: str) -> None:
    """Keep where the consumer halts and why (a class or code: never text of the record)."""
    change: dict[str, Any] = {"$set": {"position": position, "reason": reason}}
    with answering():
        store.database["halts"].update_one({"_id": source}, change, upsert=True)


def check(store: Store) -> None:
    """Raises Halted while a source is still before the position where its consumer halted."""
    with answering():
        for each in store.database["halts"].find():
            if store.position(each["_id"]) < each["position"]:
                raise Halted(each["_id"])


def skip(store: Store, source: str, position: int) -> None:
    """Pass over the record of `source` at `position`. Raises NotHalted unless the consumer halted exactly there."""

    def work(tx: Tx) -> None:
        applied, halted = derived.position(tx, source), next(tx.of_ids("halts", [source]), {"position": 0})
        if position != applied + 1 or position != halted["position"]:
            raise NotHalted(f"{source}: {applied} is applied, and it halted at {halted['position']}")
        derived.put_position(tx, source, position)

    store.transaction(work)
