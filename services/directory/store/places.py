"""The secret by which places are moved before they are told: without it nobody can undo that."""

from functools import cached_property

from services.directory.store.collection import Stored


class Places(Stored):
    """Kept for ever: with another one every place would move, and two readings would tell more than one."""

    @cached_property
    def secret(self) -> bytes:
        """Made when it is first asked for. Never inside a transaction: a second maker would conflict."""
        return self._secret("places")
