"""Timed work of the directory: a table of jobs, and the loop that runs them in the one process that leads.

When a job last ran is kept in MongoDB: a restart neither repeats nor loses it. A run that was cut off is due again, so
jobs bear repetition. A job that raises is logged and tried again after a while that doubles; the others go on.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from services.chassis.logs import correlate, log
from services.chassis.process import Stop
from services.directory import tending
from services.directory.handlers import audit_checks, importing, retention, suggesting
from services.directory.handlers.closing import renew_log
from services.directory.handlers.portraits import sweep
from services.directory.handlers.propagation import index_all, rewrite_all
from services.directory.handlers.writing import By, Directory
from services.directory.indexing import put_again
from services.directory.store import AWAY, EntityIndex
from services.directory.store.jobs import Deposed, JobState
from services.mongo.lease import Lease

ACTOR = "system:schedule"
LEASE_SECONDS = 20
"""A job that takes no `Turn.step` for longer than this may find that another leads meanwhile."""
_EVERY_SECONDS = 2.0
_FIRST_RETRY, _LONGEST_RETRY = timedelta(seconds=15), timedelta(minutes=15)


class CutOff(Exception):
    """This process must not go on with its job (`Turn.step`). That is no failure: the job is due again."""


class Turn:
    """What a job has while it runs."""

    def __init__(self, schedule: "Schedule", job: "Job", epoch: int, by: By) -> None:
        self._schedule, self._job, self._epoch = schedule, job, epoch
        self.directory, self.index, self.by = schedule.directory, schedule.index, by

    def step(self) -> None:
        """Call between two steps of a few seconds at most: renews the lease, beats.

        Raises CutOff when the process is to stop or leads no more: what was done until then stays done, and the job
        is due again. Raises one of `AWAY`.
        """
        if not self._schedule.leads(self._epoch):
            raise CutOff

    def place(self) -> Mapping[str, Any]:
        """Where a job that works in pieces stands; empty at first."""
        state = self.directory.store.jobs.states().get(self._job.name, JobState())
        return state.place or {}

    def keep_place(self, place: Mapping[str, Any]) -> None:
        """Go on from there next time. Raises Deposed."""
        self.directory.store.jobs.keep_place(self._job.name, self._epoch, place)


@dataclass(frozen=True, slots=True)
class Job:
    """`run` is called every so often by one process at a time. It must bear being repeated, and being cut off."""

    name: str
    every: timedelta
    run: Callable[[Turn], None]


def _verify_audit(turn: Turn) -> None:
    audit_checks.daily(turn.directory, turn.step)


def _propagate(turn: Turn) -> None:
    """What a request left over of a rename, or a crash cut off."""
    rewrite_all(turn.directory, turn.by, turn.step)
    index_all(turn.directory, put_again(turn.directory.store, turn.index), turn.step)


def _suggest_tags(turn: Turn) -> None:
    log.info("tags.suggested", pairs=suggesting.work_out(turn.directory))


def _import(turn: Turn) -> None:
    for import_id in turn.directory.store.imports.running():
        importing.work_off(turn.directory, import_id, turn.step)


def _sweep_pictures(turn: Turn) -> None:
    log.info("pictures.swept", files=sweep(turn.directory))


def _renew_log(turn: Turn) -> None:
    log.info("log.renewal", asked=renew_log(turn.directory))


def _retention(turn: Turn) -> None:
    retention.enforce(turn.directory, turn.step, turn.place(), turn.keep_place)


JOBS: tuple[Job, ...] = (
    Job("verify-audit", timedelta(days=1), _verify_audit),
    Job("imports", timedelta(seconds=2), _import),
    Job("propagation", timedelta(seconds=10), _propagate),
    Job("suggest-tags", timedelta(minutes=10), _suggest_tags),
    Job("check-index", timedelta(minutes=5), tending.check_index),
    Job("merge-index", timedelta(days=1), tending.merge_index),
    Job("unfinished-builds", timedelta(minutes=1), tending.discard_unfinished_builds),
    Job("sweep-pictures", timedelta(minutes=30), _sweep_pictures),
    Job("renew-log", timedelta(days=1), _renew_log),
    Job("retention", timedelta(days=1), _retention),
)


class Schedule:
    """The loop. Used by one thread."""

    def __init__(self, directory: Directory, index: EntityIndex, stop: Stop, jobs: Sequence[Job] = JOBS) -> None:
        self.directory, self.index, self._stop, self._jobs = directory, index, stop, jobs
        self._lease = Lease(directory.store.database, "schedule", LEASE_SECONDS)

    def run(self) -> None:
        """Until asked to stop; a database that is away is waited for."""
        while not self._stop.requested:
            self._stop.beat()
            try:
                self.tick()
            except AWAY as error:
                log.warning("schedule.retrying", error=type(error).__name__)
            self._stop.wait(_EVERY_SECONDS)
        self._let_go()

    def tick(self) -> None:
        """Run what is due, if this process leads. Raises one of `AWAY`."""
        lease = self._lease.take()
        if lease is None:
            return
        epoch, states = int(lease["epoch"]), self.directory.store.jobs.states()
        for job in self._jobs:
            if is_due(job, states.get(job.name, JobState()), self.directory.now()):
                if not self.leads(epoch):
                    return
                self._run(job, epoch)

    def leads(self, epoch: int) -> bool:
        """Beat, renew the lease; whether this process still leads, under the same epoch, and nobody asks it to stop.

        Raises one of `AWAY`.
        """
        self._stop.beat()
        if self._stop.requested:
            return False
        lease = self._lease.take()
        return lease is not None and int(lease["epoch"]) == epoch

    def _run(self, job: Job, epoch: int) -> None:
        by = By(actor=ACTOR, correlation_id=self.directory.new_id())
        correlate(by.correlation_id)
        jobs, now = self.directory.store.jobs, self.directory.now
        try:
            jobs.begun(job.name, epoch, now())
            job.run(Turn(self, job, epoch, by))
            jobs.ended(job.name, epoch, now())
        except (Deposed, CutOff):
            log.info("job.cut_off", job=job.name)
        except Exception as error:  # noqa: BLE001 -- whatever is wrong with it, it must not stop the others
            log.error("job.failed", job=job.name, exc_info=error)
            self._note_failure(job, epoch)
        else:
            log.debug("job.done", job=job.name)

    def _note_failure(self, job: Job, epoch: int) -> None:
        try:
            self.directory.store.jobs.failed(job.name, epoch, self.directory.now())
        except Deposed:
            log.info("job.cut_off", job=job.name)

    def _let_go(self) -> None:
        try:
            self._lease.release()
        except AWAY:
            log.info("schedule.lease_runs_out")


def is_due(job: Job, state: JobState, now: datetime) -> bool:
    """Whether a job is to be run. A last run in the future, after a clock was set back, doesn't count."""
    if state.failures:
        return _passed(state.failed_at, now, min(retry_after(state.failures), max(job.every, _FIRST_RETRY)))
    return state.begun_at is not None or _passed(state.ended_at, now, job.every)


def retry_after(failures: int) -> timedelta:
    """How long a job that has failed so often in a row waits: 15 s, 30 s, a minute … a quarter of an hour."""
    return min(_FIRST_RETRY * (1 << min(failures - 1, 10)), _LONGEST_RETRY)


def _passed(since: datetime | None, now: datetime, span: timedelta) -> bool:
    return since is None or not timedelta() <= now - since < span
