"""What the event feed costs the notifier's consumer: `python -m tests.bench.feeding` (needs MONGO_URL).

Takes the same transfers with and without the feed, by turns, in batches as the consumer loop hands them over.
"""

import os
import secrets
import time
from collections.abc import Sequence
from datetime import timedelta

from services.chassis.clock import system_clock
from services.chassis.consuming import Received
from services.notifier.consumer import Mail
from services.notifier.feed.store import FeedStore
from services.notifier.feed.taking import Feeding
from services.notifier.handlers import Policy
from services.notifier.store import Store
from services.notifier.webhooks.assembling import migrate
from services.notifier.webhooks.store import WebhookStore
from services.notifier.webhooks.taking import Taking
from tests.eventlog import EventLog
from tests.notifier import given

ROUNDS, TRANSFERS, BATCH = 8, 1_000, 500


def main() -> None:
    """Print events a second of both, the best of each."""
    best = {False: 0.0, True: 0.0}
    records = _transfers()
    for _ in range(ROUNDS):
        for fed in best:
            best[fed] = max(best[fed], _rate(records, fed=fed))
    without, with_feed = best[False], best[True]
    print(f"without the feed {without:.0f} events/s, with it {with_feed:.0f}: {with_feed / without:.2f}")
    print(f"an event costs {1e6 / with_feed - 1e6 / without:.0f} µs more")


def _transfers() -> Sequence[Received]:
    log = EventLog("ledger.events", "main")
    for number in range(TRANSFERS):
        transfer = given.a_transfer(f"{number % 50:016d}", f"{number % 50 + 50:016d}")
        log.tell(transfer)
        log.tell(given.completed(transfer))
    return log.records


def _rate(records: Sequence[Received], *, fed: bool) -> float:
    store = Store(os.environ["MONGO_URL"], f"bench_{secrets.token_hex(6)}")
    store.migrate()
    migrate(store)
    webhooks, feed = WebhookStore(store.database), FeedStore(store.database)
    feed.migrate()
    taking = Taking(webhooks, Feeding(feed, webhooks, timedelta(days=90)) if fed else None)
    policy = Policy(max_age=timedelta(hours=48), signup_notifications=False)
    mail = Mail(store=store, policy=policy, clock=system_clock, webhooks=taking)
    begun = time.perf_counter()
    for start in range(0, len(records), BATCH):
        mail.apply(records[0].source, records[start : start + BATCH])
    rate = len(records) / (time.perf_counter() - begun)
    store._client.drop_database(store.database.name)
    store.close()
    return rate


if __name__ == "__main__":
    main()
