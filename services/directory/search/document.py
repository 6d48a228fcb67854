"""What Elasticsearch knows of an entity: the mapping, and the document by which it is found. Pure.

Core features alone, no analyser: words.py folds and stems, here and in queries. A tag is there three times over, each
time for another kind of question: whole, in words and stems, and as all of its endings, so that "contains" is a cheap
prefix on an ending instead of a wildcard over everything. Dates are asked of the nested tags alone, since a date must
hold of the very tag that matches; without a date nobody pays for nesting.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import chain
from typing import Any

from services.directory.domain import Entity, Tag
from services.directory.domain.visibility import hidden
from services.directory.search.nearly import MARK, mark_of
from services.directory.words import Folded, endings, folded, folded_name, near_forms

Query = dict[str, Any]

INDEX_VERSION = 4
BETWEEN = "\x1f"
"""Stands between what is compared and what is shown; nobody can type it."""
LABEL_MAX = 100
GRAMS = (3, 4, 6)
"""Lengths of the beginnings of words that suggestions compare with what was mistyped."""

# What is only looked up needs no column beside its postings.
_LOOKED_UP = {"type": "keyword", "doc_values": False}
_WORDS = dict.fromkeys(("words", "stems"), _LOOKED_UP)
_FOLDED = {"whole": _LOOKED_UP, "stem": _LOOKED_UP, **_WORDS}
_FOUND_WITHIN = {**_FOLDED, "endings": _LOOKED_UP}
_LISTED_WORDS = {**_FOUND_WITHIN, "words": {"type": "keyword"}}
"""Whose words are read as a list (`nearly.Vocabulary`)."""
_SORTED = {"whole": {"type": "keyword"}}
_DATED = {"type": "nested", "properties": {**_FOLDED, "added_at": {"type": "date_nanos"}}}
_TOWN = {**_FOLDED, "label": {"type": "keyword"}}

MAPPING: Query = {
    "dynamic": "strict",
    # What can only be searched is not kept a second time to be read; what is kept is answered whole, without parsing.
    "_source": {"includes": ["view", "place"]},
    "properties": {
        "entity_id": {"type": "keyword"},
        "account": {"type": "keyword"},
        "email": {"type": "keyword"},
        "status": {"type": "keyword"},
        "trading": {"type": "byte"},
        "categories": {"type": "keyword"},
        "created_at": {"type": "date"},
        "place": {"type": "geo_point"},
        **{name: {"type": "long"} for name in ("balance", "max_negative", "max_positive")},
        **{name: {"properties": _TOWN} for name in ("city", "region", "country")},
        "name": {"properties": {**_FOUND_WITHIN, **_SORTED}},
        **{name: {"properties": _LISTED_WORDS} for name in ("offers", "wants")},
        "category": {"properties": _FOLDED},
        "about": {"properties": _WORDS},
        "anything": {"properties": {"words": _LOOKED_UP}},
        "offer_tags": _DATED,
        "want_tags": _DATED,
        "starts": {
            "properties": {
                **{name: {"type": "keyword"} for name in ("tags", "categories", "cities")},
                "names": _LOOKED_UP,
                "grams": _LOOKED_UP,
            }
        },
        # Only summed up.
        MARK: {"type": "long", "index": False},
        "view": {"type": "object", "enabled": False},
    },
}


def indexed(entity: Entity, view: Mapping[str, Any], figures: Mapping[str, int] | None = None) -> Query:
    """The document of an entity. `view` is answered as it is; nobody can search in it.

    `figures` are the ledger's balance, max_negative and max_positive, in minor units, once they are known.
    """
    profile = entity.profile
    known = figures or {}
    return {
        "entity_id": entity.entity_id,
        "account": entity.account,
        "email": profile.email,
        "status": entity.status,
        "trading": int(entity.status == "tradingAccepted"),
        "categories": list(entity.categories),
        "created_at": entity.created_at,
        **({"place": _point(profile.place)} if profile.place else {}),
        **{name: known[name] for name in ("balance", "max_negative", "max_positive") if name in known},
        **{name: _town(getattr(profile, name)) for name in ("city", "region", "country")},
        **_texts(entity),
        "view": dict(view),
    }


def _texts(entity: Entity) -> Query:
    """What words are compared with."""
    profile = entity.profile
    name, city = folded_name(profile.name), folded_name(profile.city)
    # What strangers may not read they may not find either: a search would tell it word by word.
    secret = "description" in hidden(entity.visibility, logged_in=False)
    about = folded_name("" if secret else profile.description)
    offers = [folded(tag.name) for tag in entity.offers]
    wants = [folded(tag.name) for tag in entity.wants]
    categories = [folded(category) for category in entity.categories]
    anything = _each(map(near_forms, (*offers, *wants, *categories, name, city)))
    given, wanted = _found_within(offers), _found_within(wants)
    return {
        "name": _found_within([name]),
        "offers": given,
        "wants": wanted,
        MARK: mark_of([given["words"], wanted["words"]]),
        "category": _folded(categories),
        "about": _words([about]),
        "anything": {"words": _each([tuple(anything), about.words])},
        "offer_tags": [_dated(tag) for tag in entity.offers],
        "want_tags": [_dated(tag) for tag in entity.wants],
        "starts": _starts(entity, name),
    }


def _point(place: Any) -> str:
    return f"{place.latitude},{place.longitude}"


def _words(texts: Iterable[Folded]) -> Query:
    known = list(texts)
    return {
        "words": _each(map(near_forms, known)),
        "stems": _each([text.stems for text in known]),
    }


def _folded(texts: list[Folded]) -> Query:
    return {
        "whole": [text.whole for text in texts],
        "stem": [text.stem for text in texts],
        **_words(texts),
    }


def _found_within(texts: list[Folded]) -> Query:
    return {**_folded(texts), "endings": _each([endings(text.whole) for text in texts])}


def _each(lists: Iterable[tuple[str, ...]]) -> list[str]:
    """All of them once. Without a loop of Python's: a rebuild of the index spends most of its time here."""
    return list(dict.fromkeys(chain.from_iterable(lists)))


def _dated(tag: Tag) -> Query:
    return {**_tag(tag.name), "added_at": tag.added_at}


@lru_cache(maxsize=16_384)
def _tag(name: str) -> Query:
    return _folded([folded(name)])


@lru_cache(maxsize=8_192)
def _town(name: str) -> Query:
    return {**_folded([folded_name(name)]), "label": label(folded_name(name).whole, name)} if name else {}


def label(compared: str, shown: str) -> str:
    """A text to count or to suggest: what it is compared by, and what people see."""
    return f"{compared}{BETWEEN}{shown[:LABEL_MAX]}"


def _starts(entity: Entity, name: Folded) -> Query:
    """Under what suggestions find the entity's words: each text from each of its words on."""
    profile = entity.profile
    tags = {tag.name: folded(tag.name) for tag in (*entity.offers, *entity.wants)}
    categories = {name: folded(name) for name in entity.categories}
    cities = {profile.city: folded_name(profile.city)} if profile.city else {}
    every = [*tags.values(), *categories.values(), *cities.values(), name]
    grams = set(chain.from_iterable(_grams(text.words) for text in every))
    return {
        "tags": _labels(tags),
        "categories": _labels(categories),
        "cities": _labels(cities),
        "names": list(_from_each_word(name)),
        "grams": sorted(grams),
    }


def _labels(texts: Mapping[str, Folded]) -> list[str]:
    return [label(start, shown) for shown, text in texts.items() for start in _from_each_word(text)]


@lru_cache(maxsize=65_536)
def _grams(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple({word[:length] for word in words for length in GRAMS})


@lru_cache(maxsize=65_536)
def _from_each_word(text: Folded) -> tuple[str, ...]:
    return tuple(dict.fromkeys("-".join(text.words[start:]) for start in range(len(text.words))))
