"""Words for the same trade: heating engineer and plumber. Pure, but for reading our own list once."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_OURS = Path(__file__).with_name("synonyms.tsv")


@dataclass(frozen=True, slots=True)
class Synonyms:
    """Of each tag, in its stemmed form, the others (stemmed too) that mean nearly the same. Both ways."""

    others: Mapping[str, frozenset[str]]

    def of(self, stem: str) -> frozenset[str]:
        """Those that mean nearly the same as the tag of this stem, itself left out."""
        return self.others.get(stem, frozenset())


def of_groups(groups: Iterable[Iterable[str]]) -> Synonyms:
    """From groups of stemmed tags. One that is in two groups means the same as all of both."""
    others: dict[str, set[str]] = defaultdict(set)
    for group in groups:
        members = set(group)
        for each in members:
            others[each] |= members - {each}
    return Synonyms({each: frozenset(same) for each, same in others.items()})


@cache
def our_groups() -> Sequence[tuple[str, ...]]:
    """The groups of our list as they are written: a line each, its tags parted by tabs."""
    return [tuple(line.split("\t")) for line in _OURS.read_text("utf-8").splitlines() if line]
