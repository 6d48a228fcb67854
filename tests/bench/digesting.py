"""How fast daily mails are made: `python -m tests.bench.digesting [members matches]`.

One real `digest` process; every member has so many matches waiting, and the same hour. MongoDB at MONGO_URL, else of
its own. What is measured is a mail made and recorded; how fast mails leave measures `tests.bench.mailing`.
"""

import os
import secrets
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

from services.notifier.store import Store
from tests.backends import MEASURED, Backends
from tests.bench import processes
from tests.bench.mailing import _running
from tests.waiting import wait_until

_CHUNK = 5_000


def main(members: int, matches: int) -> None:
    """Measure and print."""
    found, name = Backends(os.environ, MEASURED), f"bench_{secrets.token_hex(4)}"
    store = Store(found.address("mongo"), name)
    try:
        store.migrate()
        _fill(store, members, matches)
        print(f"2 cores, one digest process: load {os.getloadavg()[0]:.1f}")
        _measure(store, _environment(found, name), members, matches)
    finally:
        store._client.drop_database(name)
        store.close()
        found.close()


def _environment(found: Backends, name: str) -> dict[str, str]:
    unused = {"KAFKA_BOOTSTRAP": "unused:1", "INTERNAL_PUBLIC_KEY_FILE": __file__, "MESSAGES_KEY": "unused"}
    return {
        **os.environ,
        **unused,
        "NOTIFIER_MONGO_URL": found.address("mongo"),
        "NOTIFIER_MONGO_DATABASE": name,
        "PUBLIC_URL": "https://credit.test",
        "NOTIFIER_SMTP_HOST": "127.0.0.1",
        "NOTIFIER_SENDER": "Mutual Credit <noreply@dev.null>",
        "NOTIFIER_PORT": "0",
    }


def _fill(store: Store, members: int, matches: int) -> None:
    due = datetime.now(UTC) - timedelta(minutes=1)
    collections: dict[str, Iterator[dict[str, Any]]] = {
        "entities": (
            {"_id": str(number), "name": f"Business {number}", "status": "accepted"} for number in range(members)
        ),
        # Hour 0: it has come for all of them, whenever this runs.
        "preferences": ({"_id": str(number), "daily_match_mail": True, "digest_hour": 0} for number in range(members)),
        "digest_items": (
            {"_id": str(number), "next_digest_at": due, "items": _items(number, members, matches)}
            for number in range(members)
        ),
    }
    for name, documents in collections.items():
        while chunk := list(islice(documents, _CHUNK)):
            store._db[name].insert_many(chunk, ordered=False)


def _items(number: int, members: int, matches: int) -> list[dict[str, Any]]:
    return [
        {"side": ("leads", "suppliers")[each % 2], "other": str((number * 7 + each * 13) % members), "mine": "rye",
         "theirs": f"tag {each}", "score": each * 7 % 100}
        for each in range(matches)
    ]  # fmt: skip


def _measure(store: Store, environment: dict[str, str], members: int, matches: int) -> None:
    """From a tenth of them to a half: the process has started by then, and a page costs the same all along."""
    made = store._db["messages"]
    with _running(environment, "services.notifier digest") as pids:
        wait_until(lambda: made.estimated_document_count() >= members // 10, seconds=120)
        meter = processes.Meter({"digest": pids})
        started, first = time.monotonic(), made.count_documents({})
        wait_until(lambda: made.estimated_document_count() >= members // 2, seconds=3_600)
        taken, told = time.monotonic() - started, made.count_documents({}) - first
        used = sum(meter.used({"digest": pids})["digest"])
    print(f"{members:,} members with {matches} matches each: {told / taken:,.0f} members/s")
    print(f"CPU of the process: {used / told * 1000:.2f} ms a member")


if __name__ == "__main__":
    main(*([int(argument) for argument in sys.argv[1:]] or [100_000, 20]))
