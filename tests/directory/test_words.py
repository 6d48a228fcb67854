"""Tags and folding."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.directory.words import (
    HOW,
    Folded,
    TagsInvalid,
    _normal_unicode,
    edits_allowed,
    fold,
    folded,
    folded_name,
    normal_tag,
    normal_tags,
    search_terms,
    way_matched,
    within,
)


@pytest.mark.parametrize(
    ("typed", "tag"),
    [
        ("Dog Walking", "dog-walking"),
        ("3D-printing", "3d-printing"),
        ("café", "café"),
        ("cafe\u0301", "café"),
        ("R&D", "r&d"),
        ("C++", "c++"),
        ("vegan/vegetarian", "veganvegetarian"),
        ("日本語", "日本語"),
        ("हिन्दी", "हिन्दी"),
        ("--a -- b--", "a-b"),
        ("<script>", "script"),
        ("?!", ""),
    ],
)
def test_a_tag_has_one_form(typed: str, tag: str) -> None:
    assert normal_tag(typed) == tag


@given(st.text(max_size=60))
def test_normalising_again_changes_nothing(text: str) -> None:
    tag = normal_tag(text)
    assert normal_tag(tag) == tag
    assert not any(sign.isspace() or sign in "<>\"'*?\\," for sign in tag)
    assert unicodedata.is_normalized("NFC", tag)


@given(st.text(st.characters(codec="ascii"), max_size=60))
def test_the_short_way_for_ascii_gives_the_same(text: str) -> None:
    assert normal_tag(text) == _normal_unicode(text)


def test_comma_lists_and_arrays_are_the_same() -> None:
    assert normal_tags("Tea, Tea,dog walking,,") == normal_tags(["tea", "Dog Walking", ""]) == ("tea", "dog-walking")


@pytest.mark.parametrize("tags", [["x" * 51], [f"tag{n}" for n in range(11)]])
def test_too_many_or_too_long_tags_are_refused(tags: list[str]) -> None:
    with pytest.raises(TagsInvalid):
        normal_tags(tags)
    assert normal_tags(["x" * 50, *(f"tag{n}" for n in range(9)), "tag0"])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("vegetables", "Vegetable"),
        ("Café", "cafe"),
        ("bakeries", "bakery"),
        ("boxes", "box"),
        ("glasses", "glass"),
        ("churches", "church"),
        ("STRASSE", "straße"),
        ("\uff37\uff49\uff44\uff45", "wide"),
    ],
)
def test_words_of_one_meaning_fold_to_one(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize("word", ["bus", "glass", "gas", "tennis", "한국", "r&d"])
def test_other_words_stay_as_they_are(word: str) -> None:
    assert fold(word) == word


@given(st.text("abcdefghijklmnopqrstuvwxyzàéü", max_size=30))
def test_folding_ignores_case_and_accents(word: str) -> None:
    bare = "".join(sign for sign in unicodedata.normalize("NFD", word) if not unicodedata.combining(sign))
    assert fold(word) == fold(word.upper()) == fold(bare)


def test_texts_fold_word_by_word() -> None:
    assert folded("organic-vegetables") == Folded(
        "organic-vegetable", ("organic", "vegetable"), ("organic", "veget"), "organic-veget"
    )
    assert folded_name("O'Brien & Sons") == Folded(
        "obrien-&-son", ("obrien", "&", "son"), ("obrien", "&", "son"), "obrien-&-son"
    )


def test_search_terms_are_split_on_commas_and_spaces() -> None:
    assert search_terms("Vegetables,dog  walking, , ?! tea tea") == ("vegetable", "dog", "walking", "tea")
    assert len(search_terms(" ".join(f"t{n}" for n in range(100)))) == 10


@pytest.mark.parametrize(
    ("term", "tag", "how"),
    [
        ("vegetables", "vegetables", "exact"),
        ("vegeta", "vegetables", "prefix"),
        ("gardener", "gardening", "stem"),
        ("gardener", "landscape-gardening", "stem"),
        ("organic-dog-food", "dog-food", "part"),
        ("vegetables", "organic-vegetables", "contains"),
        ("vegetalbes", "vegetables", "fuzzy"),
        ("vegetalbes", "organic-vegetables", "fuzzy"),
        ("vejetabels", "vegetables", "fuzzy"),
        ("bread", "vegetables", None),
        ("ab", "cb", None),
        ("tea", "pea", "fuzzy"),
    ],
)
def test_the_best_way_of_matching_is_named(term: str, tag: str, how: str | None) -> None:
    way = way_matched(search_terms(term)[0], folded(tag))
    assert (HOW[way] if way else None) == how


@pytest.mark.parametrize(("length", "edits"), [(1, 0), (2, 0), (3, 1), (5, 1), (6, 2), (50, 2)])
def test_longer_terms_may_have_more_errors(length: int, edits: int) -> None:
    assert edits_allowed("x" * length) == edits


@given(st.text("abc", max_size=6), st.text("abc", max_size=6), st.integers(0, 2))
def test_distance_is_symmetric_and_agrees_with_brute_force(first: str, second: str, allowed: int) -> None:
    assert within(first, second, allowed) == within(second, first, allowed)
    if allowed == 1:
        assert within(first, second, 1) == (second in _one_edit_from(first))


def _one_edit_from(word: str) -> set[str]:
    halves = [(word[:cut], word[cut:]) for cut in range(len(word) + 1)]
    shorter = {head + tail[1:] for head, tail in halves if tail}
    swapped = {head + tail[1] + tail[0] + tail[2:] for head, tail in halves if len(tail) > 1}
    changed = {head + sign + tail[1:] for head, tail in halves if tail for sign in "abc"}
    longer = {head + sign + tail for head, tail in halves for sign in "abc"}
    return {word} | shorter | swapped | changed | longer
