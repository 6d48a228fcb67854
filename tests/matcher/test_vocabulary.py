"""The indices name exactly those tags that the rule finds."""

from hypothesis import example, settings
from hypothesis import given as for_all
from hypothesis import strategies as st

from services.matcher.synonyms import of_groups, our_groups
from services.matcher.vocabulary import Vocabulary
from services.matcher.words import fold, how, names

OURS = [tag for group in our_groups() for tag in group]
WORD = st.one_of(
    st.text("abcé", min_size=1, max_size=7),
    st.sampled_from(["bread", "braed", "plumb", "plumber", "spud", "plumbspud"]),
)
TAGS = st.lists(st.one_of(st.lists(WORD, min_size=1, max_size=3).map(" ".join), st.sampled_from(OURS)), max_size=12)


@settings(deadline=None)
@for_all(TAGS, st.sampled_from([None, [("spud", "bread")]]))
@example(OURS, None)
@example(["plumb spud", "plumbspud", "spud plumb"], None)
def test_what_fits_is_what_the_rule_says(tags, groups):
    words = Vocabulary()
    keys = {}
    for tag in tags:
        keys[words.add(tag)] = tag
        words.fitting_tag(tag)  # remembered, and must not be in the way of the next
    if groups:
        words.put_groups(groups)
    keys.pop("", None)
    same = _synonyms(groups)
    for key, tag in keys.items():
        expected = {other: way for other, there in keys.items() if (way := how(tag, there, same))}
        assert dict(words.fitting(key)) == expected
        assert dict(words.fitting_tag(tag)) == expected
    for tag in ["bread rolls", "abc", "plumbing"]:
        expected = {other: way for other, there in keys.items() if (way := how(tag, there, same))}
        assert dict(words.fitting_tag(tag)) == expected


@for_all(TAGS, TAGS)
def test_categories_are_named_by_the_same_tags_whichever_came_first(tags, categories):
    first, last = Vocabulary(), Vocabulary()
    for name in categories:
        first.add_category(name)
    for tag in tags:
        first.add(tag)
        last.add(tag)
    for name in categories:
        last.add_category(name)
    for name in filter(lambda each: fold(each).key, categories):
        expected = {fold(tag).key for tag in tags if names(fold(name), fold(tag))}
        assert set(first.naming(fold(name).key)) == set(last.naming(fold(name).key)) == expected
        assert all(fold(name).key in first.categories_of(key) for key in expected)


def _synonyms(groups):
    return of_groups([fold(tag).stem for tag in group] for group in groups) if groups else None
