"""One-time messages as the notifier reads them."""

import json
from typing import Any

from cryptography.fernet import Fernet

from events import codec
from events.directory import OneTimeMessage
from services.directory.store import Store
from tests.directory.conftest import MESSAGES_KEY


def one_time_mails(store: Store) -> list[tuple[str, dict[str, Any]]]:
    """Kind and opened content of all that wait for the relay, oldest first."""
    events = [codec.event_of(codec.decode(record["value"])) for record in store.database["messages"].find().sort("_id")]
    assert all(isinstance(event, OneTimeMessage) for event in events)
    vault = Fernet(MESSAGES_KEY)
    return [(event.kind, json.loads(vault.decrypt(event.ciphertext.encode()))) for event in events]


def events_of(store: Store) -> list[Any]:
    """All events, oldest first."""
    return [codec.event_of(codec.decode(record["value"])) for record in store.database["outbox"].find().sort("_id", 1)]
