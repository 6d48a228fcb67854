"""The tree over a book's chain hashes as they pass."""

from collections.abc import Callable

from .reading import Damaged
from .tree import Frontier

_MANY = 1 << 12
"""Leaves that are hashed at once."""

Asked = Callable[[bytes], None]
"""Is given the root of the tree at the size that it was asked for."""


class Growing:
    """The tree of a book that is read from its first event, by one process."""

    broken: Damaged | None = None
    """Where the chain breaks; it is checked by whoever reads it."""

    def __init__(self) -> None:
        self._tree = Frontier()
        self._entries: list[bytes] = []

    def add(self, entry: bytes) -> None:
        """The next event's chain hash."""
        self._entries.append(entry)
        if len(self._entries) == _MANY:
            self.end()

    def ask(self, answer: Asked) -> None:
        """Have `answer` called with the root over all that was added so far."""
        self.end()
        answer(self._tree.root())

    def end(self) -> None:
        """No more events come."""
        self._tree.extend(self._entries)
        self._entries.clear()

    def close(self) -> None:
        """Nothing to stop."""
