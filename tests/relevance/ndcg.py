"""Normalised discounted cumulative gain: 1.0 when the best answers come first, 0.0 when none comes at all."""

from collections.abc import Mapping, Sequence
from math import log2


def ndcg(found: Sequence[str], grades: Mapping[str, int], most: int = 10) -> float:
    """Of the first `most` that were found, against the best possible order."""
    best = _gain(sorted(grades.values(), reverse=True)[:most])
    return _gain([grades.get(each, 0) for each in found[:most]]) / best if best else 0.0


def _gain(grades: Sequence[int]) -> float:
    return sum((2**grade - 1) / log2(place + 2) for place, grade in enumerate(grades))
