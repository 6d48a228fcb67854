"""The timed work of the notifier: daily mails at each business's hour, and the weekly summary, by the one that leads.

A page of businesses is one transaction, so a process that is killed in the middle of one leaves it as it was, and the
next goes on there. A second process that believes it leads does no harm: one of the two transactions begins again.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from services.chassis.clock import Clock
from services.chassis.logs import log
from services.chassis.process import Stop
from services.mongo.lease import Lease
from services.notifier.digests import Outcome, Waiting, outcome
from services.notifier.knowledge import Reader
from services.notifier.preferences import TIME_ZONE, preference_of
from services.notifier.store import TRANSIENT, Store
from services.notifier.weekly import week_to_tell

_LEASE_SECONDS = 20
_EVERY_SECONDS = 2.0
_AWAY_SECONDS = 5.0
_AT_ONCE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Digester:
    """Makes the daily mails that are due. Any number may run, one leads."""

    store: Store
    clock: Clock
    time_zone: str = TIME_ZONE
    """Of businesses that chose none."""
    lease: Lease = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "lease", Lease(self.store.database, "digest", _LEASE_SECONDS))

    def run(self, stop: Stop) -> None:
        """Work until asked to stop; a store that is away is waited for."""
        while not stop.requested:
            stop.beat()
            try:
                if self.lease.take() is None or not self.work():
                    stop.wait(_EVERY_SECONDS)
            except TRANSIENT as error:
                log.warning("digest.waiting", error=type(error).__name__)
                stop.wait(_AWAY_SECONDS)
        self._release()

    def work(self) -> bool:
        """Do a piece of what is due; False when nothing is. Raises one of TRANSIENT."""
        self.tell_week()
        return self.make_page() > 0

    def tell_week(self) -> None:
        """The summary of the week that ended, when its hour has come. Raises one of TRANSIENT."""
        now = self.clock()
        if ended := week_to_tell(now, self.time_zone):
            week, begins = ended
            if told := self.store.tell_week(week, begins, now):
                log.info("digest.week", week=week, told=told)

    def make_page(self) -> int:
        """The mails of those due longest; how many were due. Raises one of TRANSIENT."""
        worked = self.store.work_digests(self.clock(), _AT_ONCE, self._decided)
        if worked:
            log.info("digest.page", businesses=worked)
        return worked

    def _decided(self, waiting: Sequence[Waiting], reader: Reader) -> list[Outcome]:
        now = self.clock()
        entities = {each.entity_id for each in waiting} | {each.other for one in waiting for each in one.matches}
        unlisted = reader.unlisted(entities)
        chosen = reader.preferences({f"entity:{each.entity_id}" for each in waiting})
        return [
            outcome(each, preference_of(chosen.get(f"entity:{each.entity_id}", {}), self.time_zone), unlisted, now)
            for each in waiting
        ]

    def _release(self) -> None:
        try:
            self.lease.release()
        except TRANSIENT:
            log.warning("digest.lease_kept", seconds=_LEASE_SECONDS)
