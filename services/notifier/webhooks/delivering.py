"""The deliverer: claims one due delivery after the other, signs and posts it, records what became of it.

Several may run at once, in threads and processes. A crash between a request and recording its answer repeats it when
the lease ends: the same body, the same event id. The order of events is not promised.
"""

import random
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from events.envelope import CONTENT_TYPE
from services.chassis.clock import Clock
from services.chassis.logs import log
from services.chassis.process import Stop
from services.notifier.store import TRANSIENT
from services.notifier.webhooks.domain import Answer, Patience, Webhook, signature, valid_secrets
from services.notifier.webhooks.posting import Post
from services.notifier.webhooks.sealing import Seal, SealedOtherwise
from services.notifier.webhooks.store import Claimed, WebhookStore
from services.notifier.webhooks.telling import TellPaused

_POLL_SECONDS = 0.2
_AWAY_SECONDS = 1.0
_TIDY_EVERY = timedelta(hours=1)
_LOOK_AGAIN = timedelta(hours=1)
"""How often what waits at a paused webhook is looked at: it may have waited too long."""


class Busy:
    """Who is being asked right now, so that one slow receiver does not keep everybody else waiting."""

    def __init__(self, most: int) -> None:
        self._most, self._lock = most, threading.Lock()
        self._asked: Counter[str] = Counter()

    def full(self) -> list[str]:
        """Webhooks that get no more requests for now."""
        with self._lock:
            return [webhook_id for webhook_id, count in self._asked.items() if count >= self._most]

    def begin(self, webhook_id: str) -> bool:
        """False when it gets no more requests for now: others claimed at the same moment."""
        with self._lock:
            if self._asked[webhook_id] >= self._most:
                return False
            self._asked[webhook_id] += 1
            return True

    def end(self, webhook_id: str) -> None:
        with self._lock:
            self._asked -= Counter({webhook_id: 1})


@dataclass(frozen=True, slots=True, kw_only=True)
class Deliverer:
    """Delivers what is due."""

    store: WebhookStore
    seal: Seal
    post: Post
    lease: timedelta
    clock: Clock
    tell_paused: TellPaused
    patience: Patience = field(default_factory=Patience)
    busy: Busy = field(default_factory=lambda: Busy(2))
    turn: threading.Lock = field(default_factory=threading.Lock)
    keep_bodies: timedelta = timedelta(days=7)
    keep_log: timedelta = timedelta(days=30)
    dice: Callable[[], float] = random.random
    """From 0 to 1: spreads the next tries of what failed together."""

    def run(self, stop: Stop) -> None:
        """Deliver until asked to stop; a store that is away is waited for."""
        tidy_at = self.clock()
        while not stop.requested:
            stop.beat()
            try:
                if self.clock() >= tidy_at and not self.tidy():
                    tidy_at = self.clock() + _TIDY_EVERY
                if claimed := self._wait_for_next(stop):
                    self._work_at(claimed)
            except TRANSIENT as error:
                log.warning("deliverer.waiting", error=type(error).__name__)
                stop.wait(_AWAY_SECONDS)

    def tidy(self) -> bool:
        """Delete a batch of what was kept long enough; whether there may be more."""
        now = self.clock()
        bodies = self.store.drop_bodies(now - self.keep_bodies)
        return self.store.drop_ended(now - self.keep_log) or bodies

    def deliver_next(self) -> bool:
        """Deliver what is due; False when there is nothing. Raises the store's errors."""
        claimed = self._claim()
        if claimed:
            self._work_at(claimed)
        return claimed is not None

    def _wait_for_next(self, stop: Stop) -> Claimed | None:
        """One thread of a process asks at a time, and waits for the others too: idle ones cost the store nothing."""
        with self.turn:
            claimed = None if stop.requested else self._claim()
            if claimed is None:
                stop.wait(_POLL_SECONDS)
            return claimed

    def _claim(self) -> Claimed | None:
        while True:
            now = self.clock()
            claimed = self.store.claim(now, self.lease, [*self.store.held(now), *self.busy.full()])
            if claimed is None or self.busy.begin(claimed.webhook_id):
                return claimed
            self.store.put_back(claimed, now)

    def _work_at(self, claimed: Claimed) -> None:
        try:
            self._take(claimed, self.clock())
        finally:
            self.busy.end(claimed.webhook_id)

    def _take(self, claimed: Claimed, now: datetime) -> None:
        webhook = self.store.webhook(claimed.webhook_id)
        if webhook is None:
            self.store.drop(claimed)
        elif webhook.state == "active" or claimed.once:
            self._try(claimed, webhook)
        elif claimed.until <= now:
            self._ended(self.store.finish(claimed, "dead", None, now), claimed, "dead")
        else:
            self.store.put_back(claimed, min(now + _LOOK_AGAIN, claimed.until))

    def _try(self, claimed: Claimed, webhook: Webhook) -> None:
        answer = self._answer(claimed, webhook)
        now = self.clock()
        if answer.good:
            self._ended(self.store.finish(claimed, "delivered", answer, now), claimed, "delivered")
            if webhook.failures:
                self.store.succeeded(webhook.webhook_id)
            return
        due_at = now + self.patience.wait(claimed.tries, self.dice())
        if claimed.once or due_at >= claimed.until:
            self._ended(self.store.finish(claimed, "dead", answer, now), claimed, "dead")
        else:
            log.warning("delivery.failed", **_named(claimed), status=answer.status, error=answer.error)
            if not self.store.retry(claimed, due_at, answer, now):
                log.warning("delivery.lease_lost", delivery_id=claimed.delivery_id)
        if not claimed.once:
            self._count(webhook, answer, now)

    def _answer(self, claimed: Claimed, webhook: Webhook) -> Answer:
        secrets = list(self._secrets(webhook))
        if not secrets:
            return Answer(status=None, error="secret_sealed_otherwise")
        headers = {
            "Content-Type": CONTENT_TYPE,
            "MCCS-Webhook-Id": webhook.webhook_id,
            "MCCS-Delivery-Id": claimed.delivery_id,
            "MCCS-Signature": signature(secrets, claimed.body, self.clock()),
        }
        return self.post(webhook.url, headers, claimed.body)

    def _secrets(self, webhook: Webhook) -> Iterator[str]:
        """Those that can be opened: when a key is lost, a new secret must do without the former one."""
        for secret in valid_secrets(webhook, self.clock()):
            try:
                yield self.seal.open(secret.sealed)
            except SealedOtherwise:
                log.error("webhook.secret_unreadable", webhook_id=webhook.webhook_id)

    def _count(self, webhook: Webhook, answer: Answer, now: datetime) -> None:
        counted = self.store.failed(webhook.webhook_id, now)
        if counted is None or counted.failing_since is None or counted.state == "paused":
            return
        reason = self.patience.pause(
            status=answer.status, failures=counted.failures, failing_since=counted.failing_since, now=now
        )
        if not reason:
            self.store.hold(webhook.webhook_id, now + self.patience.hold(counted.failures, self.dice()))
            return
        # Told first: it is the same message however often it is told, and a crash between must not keep it silent.
        self.tell_paused(counted, reason, now)
        if self.store.pause(webhook.webhook_id, reason, now):
            log.warning("webhook.paused", webhook_id=webhook.webhook_id, reason=reason)

    def _ended(self, held: bool, claimed: Claimed, state: str) -> None:
        if held:
            log.info("delivery.ended", **_named(claimed), outcome=state)
        else:
            log.warning("delivery.lease_lost", delivery_id=claimed.delivery_id)


def _named(claimed: Claimed) -> dict[str, object]:
    return {"delivery_id": claimed.delivery_id, "webhook_id": claimed.webhook_id, "tries": claimed.tries}
