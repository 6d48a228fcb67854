"""Precision and recall of two rules on `pairs.tsv` (a want, an offer, fits or not): ours and that of the seed.

`python -m tests.matcher.relevance` prints them.
"""

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from services.matcher.words import how, nearly

_PAIRS = Path(__file__).with_name("pairs.tsv")

Rule = Callable[[str, str], bool]


@dataclass(frozen=True, slots=True)
class Pair:
    """A want, an offer, and whether who wants the one would be glad to hear of the other."""

    want: str
    offer: str
    fits: bool


@dataclass(frozen=True, slots=True)
class Figures:
    """`precision`: how many of those found fit; `recall`: how many of those that fit are found."""

    precision: float
    recall: float


def pairs() -> list[Pair]:
    lines = [line.split("\t") for line in _PAIRS.read_text(encoding="utf-8").splitlines()]
    return [Pair(want, offer, {"fits": True, "not": False}[judged]) for want, offer, judged in lines]


def ours(want: str, offer: str) -> bool:
    return how(want, offer) is not None


def of_the_seed(want: str, offer: str) -> bool:
    """behaviour.md 3.8: one way, whole tags (blanks are dashes) without case and accents.

    Nearly the own tag, or begins with it, or contains it.
    """
    mine, theirs = _whole(want), _whole(offer)
    return mine in theirs or nearly(mine, theirs)


def _whole(tag: str) -> str:
    plain = "".join(char for char in unicodedata.normalize("NFKD", tag) if not unicodedata.combining(char))
    return plain.lower().replace(" ", "-")


def measured(rule: Rule, judged: Sequence[Pair]) -> Figures:
    found = [pair for pair in judged if rule(pair.want, pair.offer)]
    right = sum(pair.fits for pair in found)
    return Figures(right / len(found), right / sum(pair.fits for pair in judged))
