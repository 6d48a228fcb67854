"""The matcher's MongoDB, the only place that knows its driver. See `mongo.py`."""

from services.matcher.store.failures import StoreAway
from services.matcher.store.mongo import LONG_SECONDS, Overtaken, Snapshot, State, Store
from services.matcher.store.schema import SCHEMA_VERSION
from services.matcher.store.transaction import Tx

__all__ = ["LONG_SECONDS", "SCHEMA_VERSION", "Overtaken", "Snapshot", "State", "Store", "StoreAway", "Tx"]
