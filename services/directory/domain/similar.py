"""Tags that may mean the same thing: suggestions to merge, never more than that. Pure, with bounded work.

Two tags are near when their words have the same stems (plural, ending, order, or written together), or when, being
long, they differ by a slip or two of spelling. Tags that can't be near are never compared.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

from snowballstemmer import stemmer

from services.directory.words import folded, within

Why = Literal["plural", "order", "joined", "spelling"]

TAGS_MAX = 5_000
SUGGESTIONS_MAX = 100
_BUCKET_MAX = 30
"""Of tags that share a form. More than that share something common, not a meaning."""
_ONE_SLIP_FROM, _TWO_SLIPS_FROM = 6, 9

_STEMMER = stemmer("english")


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """`merge` may be the same as `keep`, which more businesses have."""

    keep: str
    merge: str
    why: Why


def suggestions(
    uses: Mapping[str, int], dismissed: Collection[frozenset[str]] = (), *, most: int = SUGGESTIONS_MAX
) -> list[Suggestion]:
    """Pairs of tags that may be one, the most used first.

    `uses`: how many businesses have each; the 5,000 most used are looked at.
    """
    names = sorted(uses, key=lambda name: (-uses[name], name))[:TAGS_MAX]
    rank = {name: place for place, name in enumerate(names)}
    found: dict[frozenset[str], Why] = {}
    for why, pairs in (("plural", _same_stems(names)), ("spelling", _near_spelling(names))):
        for pair in pairs:
            found.setdefault(pair, _told(pair) if why == "plural" else "spelling")
    best = sorted(found.keys() - set(dismissed), key=lambda pair: sorted(rank[name] for name in pair))
    return [_suggestion(pair, found[pair], rank) for pair in best[:most]]


def _suggestion(pair: frozenset[str], why: Why, rank: Mapping[str, int]) -> Suggestion:
    keep, merge = sorted(pair, key=lambda name: rank[name])
    return Suggestion(keep=keep, merge=merge, why=why)


def _same_stems(names: Iterable[str]) -> Iterator[frozenset[str]]:
    buckets: dict[str, list[str]] = defaultdict(list)
    for name in names:
        stems = _stems(name)
        # In any order, and written together.
        for key in {"-".join(sorted(stems)), "".join(stems)} - {""}:
            buckets[key].append(name)
    yield from _pairs(buckets.values())


def _near_spelling(names: Iterable[str]) -> Iterator[frozenset[str]]:
    """By what is left when one or two letters are taken out: near ones have something left in common."""
    buckets: dict[str, list[str]] = defaultdict(list)
    whole = {name: folded(name).whole for name in names}
    for name, text in whole.items():
        for left in _without_letters(text, _slips(text)):
            buckets[left].append(name)
    for pair in _pairs(buckets.values()):
        one, other = (whole[name] for name in pair)
        # Numbers that differ are different things: size-38, size-39.
        if _digits(one) == _digits(other) and within(one, other, min(_slips(one), _slips(other))):
            yield pair


def _pairs(buckets: Iterable[Sequence[str]]) -> Iterator[frozenset[str]]:
    for bucket in buckets:
        if 1 < len(bucket) <= _BUCKET_MAX:
            yield from (frozenset(pair) for pair in combinations(dict.fromkeys(bucket), 2))


def _slips(text: str) -> int:
    return 0 if len(text) < _ONE_SLIP_FROM else 1 if len(text) < _TWO_SLIPS_FROM else 2


def _without_letters(text: str, most: int) -> set[str]:
    if most == 0:
        return set()
    once = {text[:at] + text[at + 1 :] for at in range(len(text))}
    return {text} | once | (set().union(*(_without_letters(each, 1) for each in once)) if most > 1 else set())


def _told(pair: frozenset[str]) -> Why:
    one, other = (_stems(name) for name in sorted(pair))
    return "plural" if one == other else "order" if sorted(one) == sorted(other) else "joined"


def _stems(name: str) -> tuple[str, ...]:
    return tuple(_STEMMER.stemWords(list(folded(name).words)))


def _digits(text: str) -> str:
    return "".join(sign for sign in text if sign.isdigit())
