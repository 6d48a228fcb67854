"""What time does to proposals: those that nobody answered expire, and shortly before their other side is reminded.

One process leads a book. The rules decide, as for everybody: whoever was faster (an acceptance, another scheduler)
wins, and the clock's refusal is no news.
"""

import uuid
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Protocol

import orjson

from services.chassis.clock import Clock
from services.chassis.logs import log
from services.chassis.process import Stop
from services.ledger.domain import Authority, ExpireTransfer, RemindOfTransfer
from services.ledger.handlers import Appender
from services.ledger.records import Request
from services.ledger.store import Interrupted
from services.ledger.store.due import PAGE, START, Place

SCOPE = "system:schedule"
_EVERY_SECONDS = 2
_REMIND_EVERY = timedelta(minutes=1)
_AUTHORITY = Authority(actor=SCOPE)
_COMMANDS: dict[str, type[ExpireTransfer | RemindOfTransfer]] = {"expire": ExpireTransfer, "remind": RemindOfTransfer}


class HeldClock:
    """Stands still between two looks: what was due when it was read must be due when it is decided.

    Else a clock that is set back in between (in development) would leave a refusal stored for ever under the only key
    with which a transfer expires.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock, self._now = clock, clock()

    def look(self) -> datetime:
        """The time, from now on."""
        self._now = self._clock()
        return self._now

    def __call__(self) -> datetime:
        return self._now


class Due(Protocol):
    """Which proposals are due (`store.due.DueTransfers`)."""

    transient: tuple[type[Exception], ...]

    def lead(self) -> bool: ...

    def expired(self, now: datetime, after: Place) -> Sequence[Place]: ...

    def to_remind(self, now: datetime, after: Place) -> Sequence[Place]: ...

    def close(self) -> None: ...


class Schedule:
    """One book's. `appender` works with the same `clock`. Used by one thread."""

    def __init__(self, due: Due, appender: Appender, clock: HeldClock, stop: Stop) -> None:
        self._due, self._appender, self._clock, self._stop = due, appender, clock, stop
        self._reminded_at: datetime | None = None

    def run(self) -> None:
        """Until asked to stop; a database that is away is waited for."""
        away: tuple[type[Exception], ...] = (*self._due.transient, Interrupted)
        while not self._stop.requested:
            self._stop.beat()
            try:
                self.tick()
            except away as error:
                log.warning("schedule.retrying", error=type(error).__name__)
                self._due.close()
            self._stop.wait(_EVERY_SECONDS)
        self._due.close()

    def tick(self) -> None:
        """Do what is due, if this process leads. Raises one of the store's transient errors, Interrupted."""
        if not self._due.lead():
            return
        now = self._clock.look()
        self._work("expire", lambda after: self._due.expired(now, after))
        if self._reminded_at is None or abs(now - self._reminded_at) >= _REMIND_EVERY:
            self._work("remind", lambda after: self._due.to_remind(now, after))
            self._reminded_at = now

    def _work(self, what: str, page_after: Callable[[Place], Sequence[Place]]) -> None:
        page, done, correlation_id = page_after(START), 0, uuid.uuid4().hex
        while page:
            answers = self._appender.execute([_request(what, place.transfer_id, correlation_id) for place in page])
            done += sum(_is_done(what, *pair) for pair in zip(page, answers, strict=True))
            self._stop.beat()
            if len(page) < PAGE or self._stop.requested:
                break
            page = page_after(page[-1])
        if done:
            log.info("schedule.done", what=what, transfers=done, correlation_id=correlation_id)


def _request(what: str, transfer_id: str, correlation_id: str) -> Request:
    key = f"{what}:{transfer_id}"
    return Request(
        command=_COMMANDS[what](transfer_id=transfer_id),
        authority=_AUTHORITY,
        scope=SCOPE,
        key=key,
        fingerprint=key,
        correlation_id=correlation_id,
    )


def _is_done(what: str, place: Place, answer: str) -> bool:
    outcome = orjson.loads(answer)
    if not outcome["ok"]:
        log.debug("schedule.refused", what=what, transfer=place.transfer_id, code=outcome["code"])
    return bool(outcome["ok"])
