"""Passwords: argon2id hashes with constant work when there is no such user, and how easily one is guessed.

All of it off the event loop: other requests go on.
"""

import unicodedata
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from gevent import monkey
from gevent.threadpool import ThreadPool
from zxcvbn import zxcvbn

# Each hash takes 64 MiB: a flood of logins waits here rather than filling the memory.
_AT_ONCE = 4
_MOST = 100
"""Signs of a password that are looked at: guessing at more takes a second and longer."""

Result = TypeVar("Result")


class Passwords:
    """Hashes and verifies. Under gevent the work runs on threads, so that other requests go on."""

    def __init__(self, memory_kib: int, time_cost: int) -> None:
        self._hasher = PasswordHasher(time_cost=time_cost, memory_cost=memory_kib, parallelism=4)
        self._threads: Any = ThreadPool(_AT_ONCE) if _under_gevent() else None  # type: ignore[no-untyped-call]
        self._nobody = self._hasher.hash("nobody has this password")

    def hash(self, password: str) -> str:
        """A new hash in PHC form, with its salt and parameters."""
        return self._run(lambda: self._hasher.hash(_normal(password)))

    def matches(self, password: str, known: str | None) -> bool:
        """Whether `password` is the one hashed as `known`; without `known`, False after the same work."""
        return self._run(lambda: self._verify(password, known or self._nobody)) and known is not None

    def outdated(self, known: str) -> bool:
        """Whether a hash was made with other parameters than today's."""
        return self._hasher.check_needs_rehash(known)

    def weakness(self, password: str, own: Sequence[str], least: int) -> str:
        """Why a password is too easily guessed, in a sentence or two; empty when it scores at least `least` of 4.

        `own` is what others know of the person: a name, an address.
        """
        judged = self._run(lambda: _judged(_normal(password)[:_MOST], own))
        if judged["score"] >= least:
            return ""
        told = judged["feedback"]
        return " ".join(
            ["This password is too easy to guess.", *filter(None, [told["warning"]]), *told["suggestions"][:1]]
        )

    def _verify(self, password: str, known: str) -> bool:
        try:
            return self._hasher.verify(known, _normal(password))
        except (VerificationError, InvalidHashError):
            return False

    def _run(self, work: Callable[[], Result]) -> Result:
        if self._threads is None:
            return work()
        result: Result = self._threads.apply(work)
        return result


def _judged(password: str, own: Sequence[str]) -> Any:
    return zxcvbn(password, user_inputs=list(own), max_length=_MOST)  # type: ignore[no-untyped-call]


def _under_gevent() -> bool:
    return bool(monkey.is_module_patched("threading"))  # type: ignore[no-untyped-call]


def _normal(password: str) -> str:
    # The same password typed on two keyboards may arrive composed or decomposed.
    return unicodedata.normalize("NFC", password)
