"""Webhooks in parts: real MongoDB, real receivers on loopback, a clock that tests move."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from cryptography.fernet import Fernet

from services.notifier.consumer import Mail
from services.notifier.store import Store
from services.notifier.webhooks.delivering import Deliverer
from services.notifier.webhooks.domain import NETWORK, OFFERED, OFFERED_TO_BUSINESSES, Secret, Webhook
from services.notifier.webhooks.posting import Poster
from services.notifier.webhooks.sealing import Seal, new_secret
from services.notifier.webhooks.store import WebhookStore
from services.notifier.webhooks.taking import Taking
from tests.notifier.webhooks.receiver import Receiver

KEY = Fernet.generate_key().decode()
SEAL = Seal.of(KEY)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    yield made
    made.close()


@pytest.fixture
def webhooks(store: Store) -> WebhookStore:
    made = WebhookStore(store.database)
    made.migrate()
    return made


@pytest.fixture
def taking(projection: Mail, webhooks: WebhookStore) -> Mail:
    """The projection with its webhooks."""
    return replace(projection, webhooks=Taking(webhooks))


@pytest.fixture
def told() -> list[tuple[str, str]]:
    """Webhook ids and reasons of the pauses that owners were told about."""
    return []


@pytest.fixture
def deliverer(webhooks: WebhookStore, clock, told) -> Deliverer:
    return Deliverer(
        store=webhooks,
        seal=SEAL,
        post=Poster(private=True).post,
        lease=timedelta(seconds=120),
        clock=clock,
        tell_paused=lambda webhook, reason, _: told.append((webhook.webhook_id, reason)),
        dice=lambda: 1.0,
    )


@pytest.fixture
def add(store: Store, webhooks: WebhookStore, receiver: Receiver, clock) -> Callable[..., Webhook]:
    """Keeps a webhook of the network, or of the business with `account`."""

    def make(secret: str = "", **changed: Any) -> Webhook:
        account = changed.get("account", "")
        sealed = Secret(sealed=SEAL.close(secret or new_secret()), made_at=clock())
        values: dict[str, Any] = {
            "webhook_id": f"w-{webhooks._webhooks.count_documents({})}",
            "owner": f"entity:of-{account}" if account else NETWORK,
            "account": account,
            "url": receiver.url,
            "types": OFFERED_TO_BUSINESSES if account else OFFERED,
            "secrets": [sealed],
            "created_at": clock(),
        }
        webhook = Webhook(**values | changed)
        store.transaction(lambda session: webhooks.within(session).add(webhook))
        return webhook

    return make


def states(webhooks: WebhookStore) -> list[str]:
    """The states of all deliveries, sorted."""
    return sorted(each["state"] for each in webhooks._deliveries.find())
