"""How many of what was found have which category, town, region, country, status. Pure."""

from collections.abc import Mapping
from typing import Any

from services.directory.search.document import BETWEEN

_SHOWN = 15
_PLAIN = ("categories", "status")


def facets(aggregations: Mapping[str, Any], *, with_status: bool) -> dict[str, list[dict[str, Any]]]:
    """`{"categories": [{"value", "count"}], "city": ...}`, the most frequent first."""
    names = [name for name in aggregations if name != "status" or with_status]
    return {name: _counts(name, aggregations[name]["buckets"]) for name in names}


def _counts(name: str, buckets: list[Mapping[str, Any]]) -> list[dict[str, Any]]:
    plain = [(bucket["key"], bucket["doc_count"]) for bucket in buckets]
    counted = plain if name in _PLAIN else _merged(buckets)
    ranked = sorted(counted, key=lambda each: (-each[1], each[0]))
    return [{"value": value, "count": count} for value, count in ranked[:_SHOWN]]


def _merged(buckets: list[Mapping[str, Any]]) -> list[tuple[str, int]]:
    """Texts that differ in case and accents alone are one, in the spelling that most use."""
    shown: dict[str, str] = {}
    counts: dict[str, int] = {}
    for bucket in buckets:
        compared, _, text = bucket["key"].partition(BETWEEN)
        shown.setdefault(compared, text)
        counts[compared] = counts.get(compared, 0) + bucket["doc_count"]
    return [(shown[compared], count) for compared, count in counts.items()]
