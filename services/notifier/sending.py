"""The sender: claims due messages, some at a time, looks up their readers, sends them, records what became of each.

A crash between handing a mail over and recording that repeats it when the lease ends: the same mail with the same
Message-ID. That window is all that can be repeated, one mail (by SMTP) a sender; nothing can be lost. Several may
run at once, in threads and processes.
"""

import random
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import Protocol

from services.chassis.clock import Clock
from services.chassis.logs import log
from services.chassis.process import Stop
from services.notifier.addressing import Book, Named, NothingLeft, NotKnownYet
from services.notifier.domain import Failure, RetryPolicy, State
from services.notifier.mail import BadAddress
from services.notifier.pacing import Domain, Pace, Slot, slowed, take
from services.notifier.preferences import TIME_ZONE, Preference, decide, preference_of
from services.notifier.rules import GROUP_OF
from services.notifier.smtp import NotNow, PutOff, Refused, ServerAway
from services.notifier.store import TRANSIENT, Claimed, Later, Store
from services.notifier.suppressing import stops
from services.notifier.unsubscribing import digest_of
from services.notifier.writing import Writer

_AT_ONCE = 50
_SHARE_OF_LEASE = 4
"""A quarter of a lease is worked, then the rest is given back: a mail never leaves after its lease has ended."""
UNWANTED = "unwanted"
"""Why a message was not sent that its reader switched off after it was made."""
NOTHING_LEFT = "nothing_left"
"""Why a daily mail was not sent: none of those in it can be traded with any more."""
SUPPRESSED = "suppressed"
"""Why a message was not sent whose address wants no mail but for security."""
_POLL_SECONDS = 0.2
_AWAY_SECONDS = 1.0
_LONGEST_AWAY_SECONDS = 30.0
_LONGEST_ASKED_SECONDS = 600.0
"""A server that asks for more is asked again then."""
_TIDY_EVERY = timedelta(hours=1)
_AWAY: tuple[type[Exception], ...] = (ServerAway, *TRANSIENT)

_NOBODY_ASKS = Stop()


class Mailer(Protocol):
    """Where mails are handed over."""

    def ready(self) -> None:
        """Raises ServerAway."""

    def parcels(self, mails: Sequence[EmailMessage]) -> Sequence[Sequence[int]]:
        """Positions of the mails that are handed over together."""

    def send(self, mails: Sequence[EmailMessage]) -> None:
        """Hand over one parcel. Raises NotNow and Refused for all of it, ServerAway."""

    def close(self) -> None:
        """Hang up."""


@dataclass(frozen=True, slots=True)
class _Letter:
    claimed: Claimed
    mail: EmailMessage


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Sends what is due. Several may run at once, in several processes."""

    store: Store
    mailer: Mailer
    writer: Writer
    policy: RetryPolicy
    pace: Pace
    lease: timedelta
    clock: Clock
    time_zone: str = TIME_ZONE
    """Of businesses that chose none."""
    keep: timedelta = timedelta(days=180)
    """How long the record of a message that has ended is kept."""
    tidy_too: Callable[[], bool] = lambda: False
    """Deletes a batch of what nobody else sees to; whether there may be more."""
    dice: Callable[[], float] = random.random
    """From 0 to 1: spreads the next tries of what failed together."""
    turn: threading.Lock = field(default_factory=threading.Lock)
    """To ask for what is due: shared by the threads of a process."""

    def run(self, stop: Stop) -> None:
        """Send until asked to stop; a store or mail server that is away is waited for."""
        away, tidy_at = _AWAY_SECONDS, self.clock()
        while not stop.requested:
            stop.beat()
            try:
                if self.clock() >= tidy_at and not self.tidy():
                    tidy_at = self.clock() + _TIDY_EVERY
                if claimed := self._wait_for_next(stop):
                    self._work_off(claimed, stop)
                away = _AWAY_SECONDS
            except _AWAY as error:
                wait = max(away, min(getattr(error, "seconds", 0), _LONGEST_ASKED_SECONDS))
                log.warning("sender.waiting", error=type(error).__name__, reason=_code(error), seconds=wait)
                stop.wait(wait)
                away = min(away * 2, _LONGEST_AWAY_SECONDS)
        self.mailer.close()

    def tidy(self) -> bool:
        """Delete a batch of records, and of what else was kept long enough; whether there may be more."""
        more = self.tidy_too()
        return self.store.queue.drop_ended(self.clock() - self.keep) or more

    def send_due(self, stop: Stop = _NOBODY_ASKS) -> bool:
        """Send some of what is due, the longest first; False when nothing is. Raises ServerAway, the store's errors."""
        claimed = self._claim()
        if claimed is not None:
            self._work_off(claimed, stop)
        return claimed is not None

    def _wait_for_next(self, stop: Stop) -> Sequence[Claimed] | None:
        """One thread of a process asks at a time, and waits for the others too: idle ones cost the store nothing."""
        with self.turn:
            claimed = None if stop.requested else self._claim()
            if claimed is None:
                stop.wait(_POLL_SECONDS)
            return claimed

    def _claim(self) -> Sequence[Claimed] | None:
        """Some of what is due, less when others were faster; None when nothing is."""
        ids = self.store.queue.due(self.clock(), _AT_ONCE)
        if not ids:
            return None
        self.mailer.ready()
        return self.store.queue.claim(ids, self.clock(), self.lease)

    def _work_off(self, claimed: Sequence[Claimed], stop: Stop) -> None:
        until = self.clock() + self.lease / _SHARE_OF_LEASE
        untried = {each.message_id: each for each in claimed}
        try:
            written = self._written(self._wanted(claimed, untried), untried)
            letters = self._in_pace(self._reachable(written, untried), untried)
            for parcel in self._parcels(letters):
                if stop.requested or self.clock() >= until:
                    break
                stop.beat()
                self._hand_over(parcel, untried)
        finally:
            self.store.queue.give_back(Later(each, self.clock()) for each in untried.values())

    def _wanted(self, claimed: Sequence[Claimed], untried: dict[str, Claimed]) -> list[tuple[Claimed, Preference]]:
        """Those that may be sent now: what somebody wants may have changed since they were made."""
        now, wanted = self.clock(), []
        chosen = self.store.preferences.of_all({each.recipient for each in claimed})
        for each in claimed:
            preference = preference_of(chosen.get(each.recipient, {}), self.time_zone)
            verdict = decide(preference, GROUP_OF.get(each.kind, "work"), "mail", now)
            if verdict.what == "skip":
                self._end(untried.pop(each.message_id), "expired", UNWANTED)
            elif verdict.until:
                self.store.queue.give_back([Later(untried.pop(each.message_id), verdict.until)])
            else:
                wanted.append((each, preference))
        return wanted

    def _written(self, claimed: Iterable[tuple[Claimed, Preference]], untried: dict[str, Claimed]) -> list[_Letter]:
        """The mails of those that can be written; of the others is recorded why not."""
        letters, left = [], list(claimed)
        book = self._looked_up(each for each, _ in left)
        for each, preference in left:
            if each.expires_at is not None and each.expires_at <= self.clock():
                self._end(untried.pop(each.message_id), "expired")
            elif (mail := self._mail(each, preference.language, book, untried)) is not None:
                letters.append(_Letter(each, mail))
        return letters

    def _looked_up(self, claimed: Iterable[Claimed]) -> Book:
        named = Named()
        for each in claimed:
            named.add(each.recipient, each.facts)
        return self.store.memory.pages_of(named.entities, named.accounts, named.users)

    def _mail(self, claimed: Claimed, language: str, book: Book, untried: dict[str, Claimed]) -> EmailMessage | None:
        try:
            return self.writer.mail(claimed, book, language)
        except Exception as error:
            if isinstance(error, TRANSIENT):
                raise
            if isinstance(error, NothingLeft):
                self._end(untried.pop(claimed.message_id), "expired", NOTHING_LEFT)
                return None
            self._failed(untried.pop(claimed.message_id), error)
            return None

    def _reachable(self, letters: Sequence[_Letter], untried: dict[str, Claimed]) -> list[_Letter]:
        """Those to addresses that may be written to, and want such mails; the others end here."""
        digests = {each.claimed.message_id: digest_of(_to(each)) for each in letters}
        reasons, left = self.store.suppressions.among(set(digests.values())), []
        for each in letters:
            reason = reasons.get(digests[each.claimed.message_id])
            if reason and stops(reason, one_time="ciphertext" in each.claimed.once):
                self._end(untried.pop(each.claimed.message_id), "dead", f"suppressed: {reason}")
            elif reason and _may_be_stopped(each.claimed):
                self._end(untried.pop(each.claimed.message_id), "expired", SUPPRESSED)
            else:
                left.append(each)
        return left

    def _in_pace(self, letters: Sequence[_Letter], untried: dict[str, Claimed]) -> list[_Letter]:
        """Those that may leave now; the others are put back until they may."""
        if not self.pace.per_minute:
            return list(letters)
        now, by_domain = self.clock(), _by_domain(letters)

        def give(name: str, domain: Domain) -> tuple[dict[str, Slot], Domain]:
            asking = [each.claimed.message_id for each in by_domain[name] if not _has_slot(each.claimed, domain, now)]
            slots, after = take(domain, len(asking), self.pace, now)
            return dict(zip(asking, slots, strict=True)), after

        slots: dict[str, Slot] = {}
        for given in self.store.domains.change(by_domain, give).values():
            slots |= given
        later = {key: slot for key, slot in slots.items() if slot.at > now}
        self.store.queue.give_back(
            Later(untried.pop(key), slot.at, now if slot.kept else None) for key, slot in later.items()
        )
        return [each for each in letters if each.claimed.message_id not in later]

    def _parcels(self, letters: Sequence[_Letter]) -> Iterable[Sequence[_Letter]]:
        for positions in self.mailer.parcels([letter.mail for letter in letters]):
            yield [letters[position] for position in positions]

    def _hand_over(self, parcel: Sequence[_Letter], untried: dict[str, Claimed]) -> None:
        failure = self._failure([letter.mail for letter in parcel])
        if isinstance(failure, Refused) and len(parcel) > 1:
            # Because of one of them, perhaps.
            for letter in parcel:
                self._hand_over([letter], untried)
            return
        if isinstance(failure, PutOff) and self.pace.per_minute:
            now = self.clock()
            self.store.domains.change(_by_domain(parcel), lambda _, domain: (None, slowed(domain, self.pace, now)))
        for letter in parcel:
            claimed = untried.pop(letter.claimed.message_id)
            if failure is None:
                self._end(claimed, "sent")
            else:
                self._failed(claimed, failure)

    def _failure(self, mails: Sequence[EmailMessage]) -> Exception | None:
        """Why they could not be handed over. Raises ServerAway: then none was tried."""
        try:
            self.mailer.send(mails)
        except ServerAway:
            raise
        except Exception as error:  # noqa: BLE001 -- recorded with the message
            return error
        return None

    def _failed(self, claimed: Claimed, error: Exception) -> None:
        failure = _kind_of(error)
        # Our own errors' texts are codes; another's may quote personal data.
        known = isinstance(error, NotNow | Refused | NotKnownYet | BadAddress)
        if not known:
            log.error("message.broken", message_id=claimed.message_id, kind=claimed.kind, exc_info=error)
        reason = f"{failure}: {error}" if known else f"{failure}: {type(error).__name__}"
        wait = self.policy.after(claimed.tries, failure, spread=self.dice())
        if wait is None:
            self._end(claimed, "dead", reason)
            return
        log.warning(
            "message.failed", message_id=claimed.message_id, kind=claimed.kind, tries=claimed.tries, reason=reason
        )
        if not self.store.queue.retry(claimed, self.clock() + wait, reason):
            log.warning("message.lease_lost", message_id=claimed.message_id)

    def _end(self, claimed: Claimed, state: State, reason: str = "") -> None:
        if not self.store.queue.finish(claimed, state, self.clock(), reason):
            log.warning("message.lease_lost", message_id=claimed.message_id)
            return
        log.info("message.ended", message_id=claimed.message_id, kind=claimed.kind, outcome=state, tries=claimed.tries)


def _may_be_stopped(claimed: Claimed) -> bool:
    return GROUP_OF.get(claimed.kind, "security") != "security"


def _to(letter: _Letter) -> str:
    return str(letter.mail["To"].addresses[0].addr_spec)


def _by_domain(letters: Iterable[_Letter]) -> dict[str, list[_Letter]]:
    found: dict[str, list[_Letter]] = {}
    for letter in letters:
        found.setdefault(letter.mail["To"].addresses[0].domain.lower(), []).append(letter)
    return found


def _has_slot(claimed: Claimed, domain: Domain, now: datetime) -> bool:
    return claimed.paced_at is not None and domain.honours(claimed.paced_at, now)


def _code(error: Exception) -> str:
    """Why a mail server is away; a store's errors quote what they were doing."""
    return str(error) if isinstance(error, ServerAway) else ""


def _kind_of(error: Exception) -> Failure:
    if isinstance(error, NotKnownYet):
        return "unresolved"
    return "temporary" if isinstance(error, NotNow) else "refused"
