"""The sender: claims one due message after the other, looks up its reader, sends it, records what became of it.

A crash between handing a mail over and recording that repeats it when the lease ends: the same mail with the same
Message-ID. That window is all that can be repeated; nothing can be lost.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from services.chassis.clock import Clock
from services.chassis.logs import log
from services.chassis.process import Stop
from services.notifier.addressing import NotKnownYet, Unseal, addressee, instead, kept, values_for
from services.notifier.domain import Failure, RetryPolicy, State
from services.notifier.mail import BadAddress, Envelope, Stationery, as_mail, in_words
from services.notifier.smtp import Mailer, NotNow, Refused, ServerAway
from services.notifier.store import TRANSIENT, Claimed, Store

_POLL_SECONDS = 0.2
_AWAY_SECONDS = 1.0
_LONGEST_AWAY_SECONDS = 30.0
_TIDY_EVERY = timedelta(hours=1)
_AWAY: tuple[type[Exception], ...] = (ServerAway, *TRANSIENT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Sends what is due. Several may run at once, in several processes."""

    store: Store
    mailer: Mailer
    stationery: Stationery
    unseal: Unseal
    policy: RetryPolicy
    lease: timedelta
    sender: str
    clock: Clock
    keep: timedelta = timedelta(days=180)
    """How long the record of a message that has ended is kept."""
    dice: Callable[[], float] = random.random
    """From 0 to 1: spreads the next tries of what failed together."""

    def run(self, stop: Stop) -> None:
        """Send until asked to stop; a store or mail server that is away is waited for."""
        away, tidy_at = _AWAY_SECONDS, self.clock()
        while not stop.requested:
            stop.beat()
            try:
                if self.clock() >= tidy_at and not self.tidy():
                    tidy_at = self.clock() + _TIDY_EVERY
                if not self.send_next():
                    stop.wait(_POLL_SECONDS)
                away = _AWAY_SECONDS
            except _AWAY as error:
                log.warning("sender.waiting", error=type(error).__name__, seconds=away)
                stop.wait(away)
                away = min(away * 2, _LONGEST_AWAY_SECONDS)
        self.mailer.close()

    def tidy(self) -> bool:
        """Delete a batch of records that were kept long enough; whether there may be more."""
        return self.store.queue.drop_ended(self.clock() - self.keep)

    def send_next(self) -> bool:
        """Send the message that is due longest; False when there is none. Raises ServerAway and the store's errors."""
        if not self.store.queue.anything_due(self.clock()):
            return False
        self.mailer.ready()
        claimed = self.store.queue.claim(self.clock(), self.lease)
        if claimed is None:
            return False
        if claimed.expires_at is not None and claimed.expires_at <= self.clock():
            self._end(claimed, "expired")
        else:
            self._try(claimed)
        return True

    def _try(self, claimed: Claimed) -> None:
        try:
            self._send(claimed)
        except NotKnownYet as error:
            self._failed(claimed, "unresolved", error)
        except NotNow as error:
            self._failed(claimed, "temporary", error)
        except (Refused, BadAddress) as error:
            self._failed(claimed, "refused", error)
        except Exception as error:
            if isinstance(error, TRANSIENT):
                raise
            log.error("message.broken", message_id=claimed.message_id, kind=claimed.kind, exc_info=error)
            self._failed(claimed, "refused", error)
        else:
            self._end(claimed, "sent")

    def _send(self, claimed: Claimed) -> None:
        to = kept(claimed.once) or addressee(claimed.recipient, self.store.memory)
        values = values_for(claimed.recipient, claimed.facts, claimed.once, self.store.memory, self.unseal)
        to = instead(to, values.pop("address", ""))
        values |= {"happened_on": in_words(claimed.event_at.isoformat())}
        words = self.stationery.words(claimed.kind, {**values, "name": to.name, "greeted": to.name, "why": to.why})
        envelope = Envelope(
            sender=self.sender,
            name=to.name,
            address=to.address,
            message_id=claimed.message_id,
            at=self.clock(),
            reply_to=values.get("reply_to", ""),
        )
        self.mailer.send(as_mail(envelope, words, self.stationery))

    def _failed(self, claimed: Claimed, failure: Failure, error: Exception) -> None:
        wait = self.policy.after(claimed.tries, failure, spread=self.dice())
        # Our own errors' texts are codes; another's may quote personal data.
        known = isinstance(error, NotNow | Refused | NotKnownYet | BadAddress)
        reason = f"{failure}: {error}" if known else f"{failure}: {type(error).__name__}"
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
