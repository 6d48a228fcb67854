"""Use cases of the write side: load under the lock, decide, save, answer. The committer and the consumer share them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

import uuid_utils

from services.chassis.clock import Clock
from services.chassis.logs import log
from services.ledger.batch import FAILED, decide_batch, wanted_by
from services.ledger.records import Batch, Loaded, NewId, Outcome, Request, Wanted
from services.ledger.store import Interrupted, Rejected

_TRIES = 3


class Store(Protocol):
    """What a writer of one book does (`store.writing.Writer`)."""

    @property
    def book(self) -> str: ...

    def load(self, wanted: Wanted, *, locked: bool = False) -> Loaded: ...

    def followed(self, source: str) -> int: ...

    def write(self, batch: Batch, follow: tuple[str, int] | None = None) -> None: ...

    def abandon(self) -> None: ...


class Refused(Exception):
    """News from another service that the ledger's rules don't allow: the two disagree, a person must look."""


class OutOfOrder(Exception):
    """News that doesn't continue what the book has applied."""


def new_uuid7(at: datetime) -> str:
    """A UUIDv7 that carries the instant `at`."""
    return str(uuid_utils.uuid7(nanoseconds=int(at.timestamp() * 1_000_000) * 1000))


class Appender:
    """Appends commands to one book."""

    def __init__(self, store: Store, clock: Clock, new_id: NewId = new_uuid7) -> None:
        self._store, self._clock, self._new_id = store, clock, new_id

    def execute(self, requests: Sequence[Request]) -> list[str]:
        """The stored outcome (JSON) of each request, in order; once it returns they are committed.

        A repetition of a key gets its first outcome. Raises Interrupted when the store is away: outcome unknown.
        """
        try:
            return self._patiently(requests)
        except Rejected as error:
            if len(requests) > 1:
                # Find the one that the database won't take: the others must not suffer.
                return [answer for request in requests for answer in self.execute([request])]
            log.error("command.failed", command=type(requests[0].command).__name__, exc_info=error)
            return [_FAILURE]

    def follow(self, source: str, news: Sequence[tuple[int, Sequence[Request]]]) -> None:
        """Apply news of another service: positions of `source` with the commands that each causes, all or nothing.

        What was applied before is left out, so a redelivery has no effect. Raises Refused, OutOfOrder, Interrupted.
        """
        wanted = wanted_by(request for _, requests in news for request in requests)
        loaded = self._store.load(wanted, locked=True)
        applied = self._store.followed(source)
        fresh = [(position, requests) for position, requests in news if position > applied]
        if [position for position, _ in fresh] != list(range(applied + 1, applied + 1 + len(fresh))):
            self._store.abandon()
            raise OutOfOrder(f"{source}: {applied} is applied, {fresh[0][0]} came")
        if not fresh:
            self._store.abandon()
            return
        batch = self._decide(loaded, [request for _, requests in fresh for request in requests])
        if refusals := [answer for answer in batch.answers if not answer.startswith('{"ok":true')]:
            self._store.abandon()
            raise Refused(f"{source} from {fresh[0][0]}: {refusals[0]}")
        self._store.write(batch, (source, fresh[-1][0]))

    def _patiently(self, requests: Sequence[Request]) -> list[str]:
        """After an unknown outcome the keys tell what was stored; the rest is decided again."""
        for tried in range(1, _TRIES + 1):
            try:
                batch = self._decide(self._store.load(wanted_by(requests)), requests)
                self._store.write(batch)
                return batch.answers
            except Interrupted as error:
                log.warning("commit.interrupted", cause=str(error), commands=len(requests), tried=tried)
                if tried == _TRIES:
                    raise
        raise AssertionError("unreachable")

    def _decide(self, loaded: Loaded, requests: Sequence[Request]) -> Batch:
        return decide_batch(
            loaded,
            requests,
            name=self._store.book,
            now=self._clock(),
            new_id=self._new_id,
            on_failure=lambda error: log.error("command.failed", exc_info=error),
        )


_FAILURE = Outcome(
    ok=False, code=FAILED, detail="Something went wrong on our side. It has been recorded; try again later."
).to_json()
