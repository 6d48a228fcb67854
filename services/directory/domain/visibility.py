"""Who may see which field of a business, as the business itself decides. Pure."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Literal, get_args

Audience = Literal["everyone", "members", "nobody"]
"""`members` is everybody who is logged in; `nobody` is its own members and administrators alone."""
AUDIENCES: tuple[str, ...] = get_args(Audience)

DEFAULTS: Mapping[str, Audience] = {
    "email": "nobody",
    "telephone": "everyone",
    "website": "everyone",
    "description": "everyone",
    "address": "members",
    "postal_code": "members",
    "company_number": "members",
    "declared_turnover": "nobody",
}
"""The fields that have a choice, and what holds until it is made."""


def chosen(visibility: Mapping[str, Audience]) -> dict[str, Audience]:
    """The choice for every field."""
    return {**DEFAULTS, **{name: audience for name, audience in visibility.items() if name in DEFAULTS}}


def hidden(visibility: Mapping[str, Any], *, logged_in: bool) -> frozenset[str]:
    """The fields that a reader outside the business may not see."""
    return _hidden(tuple(visibility.items()), logged_in=logged_in)


@lru_cache(maxsize=1_024)
def _hidden(choices: tuple[tuple[str, Any], ...], *, logged_in: bool) -> frozenset[str]:
    # Asked for each business of a page; nearly all have chosen the same.
    seen = {"everyone", "members"} if logged_in else {"everyone"}
    return frozenset(name for name, audience in chosen(dict(choices)).items() if audience not in seen)
