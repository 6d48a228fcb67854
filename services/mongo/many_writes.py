"""Writing to many documents while the primary may step down."""

from collections.abc import Iterator
from contextlib import contextmanager

from pymongo.errors import BulkWriteError, NotPrimaryError, WriteError

_NO_PRIMARY = frozenset({91, 189, 10107, 11600, 11602, 13435, 13436})
"""MongoDB's codes of a server that shuts down, steps down or is no primary."""


@contextmanager
def in_many_writes() -> Iterator[None]:
    """The driver doesn't repeat such a write, and tells a lost primary as any other error of it.

    Raises NotPrimaryError, as any single write does.
    """
    try:
        yield
    except (BulkWriteError, WriteError) as error:
        if not _codes(error) & _NO_PRIMARY:
            raise
        raise NotPrimaryError(type(error).__name__) from error


def _codes(error: BulkWriteError | WriteError) -> set[int | None]:
    if isinstance(error, BulkWriteError):
        return {each["code"] for each in error.details.get("writeErrors", ())}
    return {error.code}
