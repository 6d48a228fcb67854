"""The directory's two databases: MongoDB, which has the truth, and Elasticsearch, which finds it.

The only modules of the directory that import a driver.
"""

from services.directory.store.collection import AWAY
from services.directory.store.elastic import EntityIndex, Found, Hit, SearchUnavailable, new_index
from services.directory.store.mongo import OutcomeKnown, Store, new_store
from services.directory.store.outbox import StreamOutbox
from services.directory.store.schema import migrate

__all__ = [
    "AWAY",
    "EntityIndex",
    "Found",
    "Hit",
    "OutcomeKnown",
    "SearchUnavailable",
    "Store",
    "StreamOutbox",
    "migrate",
    "new_index",
    "new_store",
]
