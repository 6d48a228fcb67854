"""Which errors of MongoDB mean "come back later"."""

from collections.abc import Iterator
from contextlib import contextmanager

from pymongo.errors import OperationFailure, PyMongoError

from services.mongo.outbox import AWAY

_LABELS = ("TransientTransactionError", "UnknownTransactionCommitResult", "RetryableWriteError")
_AGAIN = frozenset({239, 246, 290})
"""SnapshotTooOld, SnapshotUnavailable, TransactionExceededLifetimeLimitSeconds: a new one will do."""


class StoreAway(Exception):
    """MongoDB doesn't answer, changes its primary, or is not set up yet: try again."""


@contextmanager
def answering() -> Iterator[None]:
    """Turns what means "come back later" into StoreAway."""
    try:
        yield
    except PyMongoError as error:
        if _is_away(error):
            raise StoreAway(type(error).__name__) from error
        raise


def _is_away(error: PyMongoError) -> bool:
    if isinstance(error, AWAY) or error.timeout:
        return True
    if isinstance(error, OperationFailure) and error.code in _AGAIN:
        return True
    return any(error.has_error_label(label) for label in _LABELS)
