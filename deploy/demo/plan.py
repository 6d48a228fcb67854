"""The whole plan: who does what when, in order of time. Pure; the same for the same day."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from deploy.demo.businesses import read_businesses, read_goods
from deploy.demo.joining import join
from deploy.demo.steps import Step, touched_by
from deploy.demo.trading import matches, trade

DAYS = 183
_MOST_AT_ONCE = 8
_CLOSE = timedelta(hours=20)


def plan(now: datetime) -> list[Step]:
    """Half a year up to `now`."""
    businesses, goods = read_businesses(), read_goods()
    joining = join(businesses, start_before(now))
    return sorted([*joining, *trade(joining, matches(businesses, goods), goods, now)], key=lambda step: step.at)


def start_before(now: datetime) -> datetime:
    """Midnight, half a year ago."""
    return now.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=DAYS)


def waves(steps: Iterable[Step]) -> Iterator[Sequence[Step]]:
    """Steps that lie close together and concern different businesses: each wave may happen at once, in any order."""
    wave: list[Step] = []
    busy: set[str] = set()
    for step in steps:
        touched = touched_by(step)
        if wave and (len(wave) == _MOST_AT_ONCE or touched & busy or step.at - wave[0].at > _CLOSE):
            yield wave
            wave, busy = [], set()
        wave.append(step)
        busy |= touched
    if wave:
        yield wave
