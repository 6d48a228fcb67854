"""Which tags may be words for the same trade: those that are often together and don't fit by their words. Pure."""

from dataclasses import dataclass
from heapq import nlargest

from services.matcher.domain import Together
from services.matcher.network import Network

LOOKED_AT = 300
"""So many tags are looked at, those that most members have: each may have thousands of lists to be counted."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Two tags as words, the smaller first, and how often they are together."""

    one: str
    other: str
    together: Together


def suggested(network: Network, most: int) -> list[Suggestion]:
    """The pairs that are together most often."""

    def members(key: str) -> tuple[int, str]:
        return (network.holders.count("offers", key) + network.holders.count("wants", key), key)

    found: dict[tuple[str, str], Together] = {}
    for key in nlargest(LOOKED_AT, network.related.keys(), key=members):
        fitting = network.words.fitting(key)
        for other, together in network.related.to(key).items():
            if fitting.get(other, "fuzzy") == "fuzzy":
                found[min(key, other), max(key, other)] = together
    order = sorted(found.items(), key=lambda each: (-each[1].support, each[1].of, each[0]))
    return [Suggestion(_said(one), _said(other), together) for (one, other), together in order[:most]]


def _said(key: str) -> str:
    return key.replace("-", " ")
