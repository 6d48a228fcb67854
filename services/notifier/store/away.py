"""When MongoDB can't be written to at the moment."""

from collections.abc import Iterator
from contextlib import contextmanager

from pymongo.errors import BulkWriteError, ConnectionFailure, WriteError

_NO_PRIMARY = frozenset({91, 189, 10107, 11600, 11602, 13435, 13436})
"""MongoDB's codes of a server that shuts down, steps down or is no primary."""


class StoreAway(Exception):
    """MongoDB refuses for a reason that is not the record's: try again."""


TRANSIENT: tuple[type[Exception], ...] = (ConnectionFailure, StoreAway)
"""MongoDB is away or changes its primary: try again."""


@contextmanager
def in_many_writes() -> Iterator[None]:
    """For what writes to many documents: the driver doesn't repeat it, and tells a lost primary as any other error.

    Raises StoreAway.
    """
    try:
        yield
    except BulkWriteError as error:
        codes = {each["code"] for each in error.details.get("writeErrors", ())}
        if not codes & _NO_PRIMARY:
            raise
        raise StoreAway(type(error).__name__) from error
    except WriteError as error:
        if error.code not in _NO_PRIMARY:
            raise
        raise StoreAway(type(error).__name__) from error
