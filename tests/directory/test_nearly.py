"""Words that are nearly what somebody typed: found here as by Elasticsearch, and never in an outdated list."""

import gc
import random
import weakref
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.directory import Profile
from services.directory import search
from services.directory.domain import Entity, Tag
from services.directory.handlers import finding
from services.directory.handlers.reading import Reader
from services.directory.search import Search, Vocabulary, request
from services.directory.search.matching import term_query
from services.directory.search.nearly import EXPANSIONS, mark_of
from services.directory.store import EntityIndex, SearchUnavailable, elastic
from services.directory.store.elastic import Indexed
from services.directory.store.vocabulary import Words
from services.directory.views import entity_view
from services.directory.words import WAYS, edits_allowed, within
from tests.bench.businesses import businesses, misspelt

DAY = "2026-01-31T12:00:00.000000+00:00"
WORD = st.text("abcé", min_size=1, max_size=7)
OFFERS = "offers.words"


@given(st.sets(WORD, max_size=40), WORD)
def test_what_is_near_is_what_is_within_the_distance(words: set[str], term: str) -> None:
    near = Vocabulary(1, {OFFERS: words}).near(OFFERS, term)
    assert set(near) == {word for word in words if within(term, word, edits_allowed(term))}
    assert not near or term not in words or near[0] == term


def test_the_nearest_of_too_many_are_taken() -> None:
    many = {f"{first}{second}anter" for first in "abcdefghip" for second in "klmnopqrst"}
    near = Vocabulary(1, {OFFERS: {*many, "planter", "plante"}}).near(OFFERS, "planter")
    assert len(near) == EXPANSIONS
    assert near[0] == "planter"
    assert set(near) >= {f"p{second}anter" for second in "klmnopqrst"} | {"plante"}


def test_words_that_are_replaced_are_no_garbage() -> None:
    known = Vocabulary(1, {OFFERS: ["bread"]})
    assert known.near(OFFERS, "braed") == ("bread",)
    gone = weakref.ref(known)
    gc.disable()
    try:
        del known
        assert gone() is None
    finally:
        gc.enable()


def test_a_mark_tells_words_and_fields_apart() -> None:
    marks = [mark_of(words) for words in ([["a", "b"], []], [["a"], ["b"]], [[], ["a", "b"]], [["ab"], []], [[], []])]
    assert len(set(marks)) == len(marks)
    assert mark_of([["b", "a"], []]) == marks[0]


class Reading:
    """Counts how often words are looked at; each time they have another mark. `meanwhile` happens while it looks."""

    def __init__(self) -> None:
        self.seconds, self.times = 100.0, 0
        self.meanwhile: Callable[[], object] = lambda: None
        self.words = Words(self, lambda: self.seconds)

    def __call__(self, known: Vocabulary | None) -> Vocabulary:
        assert known is None or known.mark == self.times
        self.meanwhile()
        self.times += 1
        return Vocabulary(self.times, {})


def test_words_are_looked_at_once_a_second() -> None:
    reading = Reading()
    first = reading.words.known()
    assert reading.words.known() is first is not None
    reading.seconds += 1.0
    assert reading.words.known() is not first
    assert reading.times == 2


def test_words_that_somebody_waited_to_see_changed_are_not_used() -> None:
    reading = Reading()
    first = reading.words.known()
    reading.words.outdate()
    assert reading.words.known() is None
    reading.seconds += 1.0
    second = reading.words.known()
    assert second is not first
    assert second is reading.words.known() is not None


def test_words_that_change_while_they_are_looked_at_are_not_used() -> None:
    reading = Reading()
    reading.meanwhile = reading.words.outdate
    assert reading.words.known() is None


def test_nobody_waits_for_words_that_another_looks_at() -> None:
    reading = Reading()
    first = reading.words.known()
    others: list[Vocabulary | None] = []

    def another() -> None:
        reading.seconds += 1.0
        others.append(reading.words.known())

    reading.meanwhile = another
    reading.seconds += 1.0
    assert reading.words.known() is not first
    assert others == [first]


def test_words_that_could_not_be_looked_at_stay_as_they_were() -> None:
    reading = Reading()
    first = reading.words.known()
    reading.seconds += 1.0
    reading.meanwhile = broken
    with pytest.raises(SearchUnavailable):
        reading.words.known()
    assert reading.words.known() is first
    reading.words.outdate()
    assert reading.words.known() is None


def broken() -> None:
    raise SearchUnavailable


def test_what_no_word_contains_is_not_asked_for() -> None:
    known = Vocabulary(1, {OFFERS: ["bread", "organic"], "wants.words": []})
    for typed, ways in {"braed": ("stem", "word_stem", "fuzzy"), "read": WAYS, "organic-braed": WAYS}.items():
        named = [each["constant_score"]["_name"] for each in term_query("offers", typed, named="n", known=known)]
        assert named == [f"n|{way}" for way in ways if way != "part" or "-" in typed], typed


def an_entity(number: int, *offers: str, wants: tuple[str, ...] = ()) -> Entity:
    return Entity(
        entity_id=f"e{number}",
        account=f"{number:016d}",
        status="tradingAccepted",
        profile=Profile(name=f"Business {number}", email="a@dev.null"),
        offers=tuple(Tag(tag, DAY) for tag in offers),
        wants=tuple(Tag(tag, DAY) for tag in wants),
        created_at=DAY,
        version=number,
    )


def put(index: EntityIndex, version: int, *entities: Entity) -> None:
    index.put([Indexed(each.entity_id, version, search.indexed(each, entity_view(each))) for each in entities])


def found(index: EntityIndex, **asked: Any) -> list[str]:
    page = finding.find(index, Reader(), Search(statuses=["tradingAccepted"], **asked))
    return [view["entity_id"] for view in page.entities]


@pytest.mark.integration
def test_who_waited_for_a_change_sees_its_words(prepared_index: EntityIndex) -> None:
    """Many changes within a second too, when words are not read again."""
    index = prepared_index
    assert found(index, offers="braed") == []
    for version, tag in enumerate(("bread", "candles", "plumbing", "bread", "honeycomb", "bread", "tea"), 1):
        put(index, version, an_entity(1, tag))
        index.words.outdate()
        assert found(index, offers=tag) == ["e1"]
        slips = {"braed": "bread", "cadnles": "candles", "plubming": "plumbing", "hnoeycomb": "honeycomb"}
        for slip, meant in slips.items():
            assert found(index, offers=slip) == (["e1"] if meant == tag else []), (tag, slip)
    put(index, 9, an_entity(2, wants=("bread",)))
    index.words.outdate()
    assert (found(index, wants="braed"), found(index, offers="braed")) == (["e2"], [])
    index.remove(["e2"])
    assert found(index, wants="braed") == []


@pytest.mark.integration
def test_a_large_index_is_left_to_elasticsearch(prepared_index: EntityIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(elastic, "MOST_DOCUMENTS", 1)
    put(prepared_index, 1, an_entity(1, "bread"))
    assert prepared_index.words.known() is not None
    put(prepared_index, 2, an_entity(2, "bread"))
    many = Words(prepared_index._vocabulary)
    assert many.known() is None
    monkeypatch.setattr(prepared_index, "words", many)
    assert sorted(found(prepared_index, offers="braed")) == ["e1", "e2"]


@pytest.mark.integration
def test_it_is_what_elasticsearch_finds(prepared_index: EntityIndex) -> None:
    index, chance = prepared_index, random.Random(7)
    put(index, 1, *businesses(60))
    known = index.words.known()
    assert known is not None
    cut = [tag.name[: chance.randint(1, 9)] for each in businesses(12) for tag in each.offers]
    for typed in [*misspelt(20), *cut, "dog wlaking", "organc-vegetbles", "?!", "zzzzzz", "naïve bréad"]:
        for asked in (Search(statuses=["tradingAccepted"], offers=typed), Search(statuses=["accepted"], wants=typed)):
            whole = replace(asked, limit=50, facets=True)
            theirs, ours = index.search(request(whole)), index.search(request(whole, known=known))
            assert ours == theirs, typed
