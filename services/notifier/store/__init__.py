"""The notifier's MongoDB: memory of names and addresses, message records, positions.

An event's effects and its position are one transaction.
"""

from services.notifier.store.mongo import SCHEMA_VERSION, TRANSIENT, Session, Store, StoreAway
from services.notifier.store.queue import Claimed, Later

__all__ = ["SCHEMA_VERSION", "TRANSIENT", "Claimed", "Later", "Session", "Store", "StoreAway"]
