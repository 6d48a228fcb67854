"""The sixty businesses of `businesses.json`, and what they sell to each other. Amounts there are whole credits."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_FILE = Path(__file__).with_name("businesses.json")
_UNIT = 100
_OURS = {"slug", "firstName", "lastName", "name", "categories", "status", "maxNegative", "maxPositive"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Business:
    """One business and the person behind it. Limits are in the smallest unit."""

    slug: str
    name: str
    first_name: str
    last_name: str
    profile: Mapping[str, Any]
    """The other fields as the REST API names them."""
    offers: Sequence[str]
    wants: Sequence[str]
    categories: Sequence[str]
    status: str
    """Where its membership ends up."""
    max_negative: int
    max_positive: int

    @property
    def email(self) -> str:
        return f"hello@{self.slug}.demo.example"


@dataclass(frozen=True, slots=True)
class Goods:
    """What something costs (smallest unit, lowest and highest) and what the payment says."""

    lowest: int
    highest: int
    words: Sequence[str]


def read_businesses() -> tuple[Business, ...]:
    """All of them, founders first."""
    return tuple(_business(entry) for entry in _document()["businesses"])


def read_goods() -> dict[str, Goods]:
    """By the tag under which they are offered."""
    listed = _document()["goods"]
    return {
        tag: Goods(entry["from"] * _UNIT, entry["to"] * _UNIT, tuple(entry["words"])) for tag, entry in listed.items()
    }


def _document() -> Mapping[str, Any]:
    document: Mapping[str, Any] = json.loads(_FILE.read_text(encoding="utf-8"))
    return document


def _business(entry: Mapping[str, Any]) -> Business:
    return Business(
        slug=entry["slug"],
        name=entry["name"],
        first_name=entry["firstName"],
        last_name=entry["lastName"],
        profile={name: value for name, value in entry.items() if name not in _OURS},
        offers=tuple(entry["offers"]),
        wants=tuple(entry["wants"]),
        categories=tuple(entry["categories"]),
        status=entry["status"],
        max_negative=entry["maxNegative"] * _UNIT,
        max_positive=entry["maxPositive"] * _UNIT,
    )
