"""How two tags fit."""

import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from services.matcher.synonyms import of_groups, our_groups
from services.matcher.words import WEIGHTS, fold, how, names, nearly

TAGS = st.lists(st.text("abcdeésx", min_size=1, max_size=7), min_size=1, max_size=3).map("-".join)


@pytest.mark.parametrize(
    ("mine", "theirs", "expected"),
    [
        ("vegetables", "vegetables", "exact"),
        ("vegetables", "vegetable", "exact"),
        ("Vegetables", "vegetables", "exact"),
        ("café", "cafe", "exact"),
        ("dog walking", "dog-walking", "exact"),
        ("berries", "berry", "exact"),
        ("child care", "childcare", "exact"),
        ("Bookkeeping", "book-keeping", "exact"),
        ("boxes", "box", "exact"),
        ("vegetables", "vegetable-box", "prefix"),
        ("vegetable-box", "vegetables", "prefix"),
        ("veg", "vegetables", "prefix"),
        ("vegetables", "organic-vegetables", "contains"),
        ("organic-vegetables", "vegetables", "contains"),
        ("box-organic", "organic-vegetable-box", "contains"),
        ("vegetalbes", "vegetables", "fuzzy"),
        ("vegetables", "vegetalbes", "fuzzy"),
        ("vegetalbes", "organic-vegetables", "fuzzy"),
        ("organic-vegetalbes", "vegetables", "fuzzy"),
        ("bred", "bread", "fuzzy"),
        ("massage", "sausage", None),
        ("plumber", "plumbing", "stem"),
        ("plumber", "emergency-plumbing", "stem"),
        ("baking", "bakery", "stem"),
        ("gardening", "gardener", "stem"),
        ("catering", "caterers", "stem"),
        ("roofing", "roofer", "stem"),
        ("plumbing", "heating engineer", "synonym"),
        ("Heating Engineers", "plumber", "synonym"),
        ("car repairs", "garage", "synonym"),
        ("bookkeeper", "accountants", "synonym"),
        ("solicitors", "legal-advice", "synonym"),
        ("cornish-pasties", "corner-shop", None),
        ("it", "italian-food", None),
        ("it", "at", None),
        ("it", "bit", None),
        ("cat", "car-wash", "fuzzy"),
        ("bread", "plumbing", None),
        ("organic-bread", "organic-soap", None),
        ("日本語", "日本語", "exact"),
        ("r&d", "r&d", "exact"),
        ("-", "-", None),
        ("", "bread", None),
    ],
)
def test_tags_fit(mine, theirs, expected):
    assert how(mine, theirs) == expected


@pytest.mark.parametrize(
    ("category", "tag", "expected"),
    [
        ("Food & Drink", "food", True),
        ("Catering", "wedding catering", True),
        ("Plumbers", "plumbing", True),
        ("Food and drink", "bricks and mortar", False),
        ("Gardening", "bread", False),
        ("&", "bread", False),
    ],
)
def test_a_tag_names_a_category_by_its_words(category, tag, expected):
    assert names(fold(category), fold(tag)) is expected


@pytest.mark.parametrize(
    ("word", "other", "expected"),
    [
        ("abc", "acb", True),
        ("abc", "ab", True),
        ("abc", "xyc", False),
        ("ab", "ac", False),
        ("kitten", "kittne", True),
        ("kitten", "mittne", True),
        ("kitten", "sitting", False),
    ],
)
def test_longer_words_may_have_more_slips_and_an_exchange_is_one(word, other, expected):
    assert nearly(word, other) is expected


@pytest.mark.parametrize("group", our_groups(), ids=lambda group: group[0])
def test_our_groups_have_different_words_that_fit_one_another(group):
    assert len({fold(tag).key for tag in group}) == len(group) > 1
    assert all(how(one, other) not in {"fuzzy", None} for one in group for other in group)


def test_another_list_takes_the_place_of_ours():
    theirs = of_groups([("spud", "potato")])
    assert how("spuds", "potatoes", theirs) == "synonym"
    assert how("spud", "potato") is None
    assert how("plumber", "heating engineer", theirs) is None


def test_the_ways_stand_in_the_order_of_what_they_are_worth():
    assert list(WEIGHTS) == ["exact", "prefix", "contains", "stem", "synonym", "fuzzy", "related", "category"]
    assert sorted(WEIGHTS.values(), reverse=True) == list(WEIGHTS.values())


@settings(deadline=None)
@for_all(TAGS, TAGS)
def test_all_ways_are_the_same_both_ways(mine, theirs):
    assert how(mine, theirs) == how(theirs, mine)


@for_all(TAGS)
def test_every_tag_is_exactly_itself_in_any_case_and_with_accents_or_not(tag):
    assert how(tag, tag) in {"exact", None}
    assert (how(tag, tag) is None) == (fold(tag).key == "")
    assert fold(tag.upper()) == fold(tag)
    assert fold(tag.replace("é", "e")) == fold(tag)


@for_all(st.text("abcdefgh", min_size=6, max_size=12), st.data())
def test_one_exchange_in_a_long_word_is_forgiven(word, data):
    at = data.draw(st.integers(0, len(word) - 2))
    assert nearly(word, word[:at] + word[at + 1] + word[at] + word[at + 2 :])


@for_all(st.text())
def test_folding_takes_any_text_and_folding_again_keeps_the_words(tag):
    folded = fold(tag)
    assert all(word for word in folded.words)
    assert folded.key == "-".join(folded.words)
