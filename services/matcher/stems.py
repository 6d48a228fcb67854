"""What the English forms of a word have in common: plumber and plumbing → plumb. Pure."""

import re
from functools import lru_cache
from typing import cast

from snowballstemmer.english_stemmer import EnglishStemmer

_STEMMED = re.compile("[a-z]{4,30}")
# From five letters on: corner is no corn, and flower no flow.
_WHO_DOES = re.compile("([a-z]{5,})(?:er|eri)")
_SHORT_TRADES = {
    "baker": "bake",
    "bakeri": "bake",
    "brewer": "brew",
    "breweri": "brew",
    "dyer": "dye",
    "driver": "drive",
    "farmer": "farm",
    "framer": "frame",
    "hirer": "hire",
    "potteri": "potter",
    "roofer": "roof",
    "tiler": "tile",
    "tuner": "tune",
    "walker": "walk",
    "welder": "weld",
    "writer": "write",
}
"""Who does a thing whose name has fewer than five letters, as stemmed, and the thing."""


@lru_cache(maxsize=10_000)
def stem(word: str) -> str:
    """The stem of a folded word (Porter's second algorithm); who does a thing counts as the thing.

    A word that is too short, or not of English letters alone, is its own stem.
    """
    if not _STEMMED.fullmatch(word):
        return word
    # A stemmer of its own for each call: it keeps the word in itself, and threads may be at work.
    stemmed = cast(str, EnglishStemmer().stemWord(word))
    who = _WHO_DOES.fullmatch(stemmed)
    return who[1] if who else _SHORT_TRADES.get(stemmed, stemmed)
