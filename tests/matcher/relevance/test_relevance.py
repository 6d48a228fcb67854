"""Ours finds more of what fits than the seed's rule did, and less of what doesn't."""

import pytest

from services.matcher.words import fold
from tests.matcher.relevance import lists
from tests.matcher.relevance.measuring import measured, of_the_seed, ours, pairs


def test_there_are_enough_pairs_and_none_is_there_twice():
    judged = pairs()
    assert len(judged) >= 60
    assert len({(fold(pair.want).key, fold(pair.offer).key) for pair in judged}) == len(judged)


@pytest.mark.parametrize(
    ("want", "offer", "fits"),
    [
        ("vegetables", "organic vegetables", True),
        ("organic vegetables", "vegetables", False),
        ("veg", "vegetables", True),
        ("age", "garage", True),
        ("vegetalbes", "vegetables", True),
        ("plumber", "plumbing", False),
        ("café", "Cafe", True),
    ],
)
def test_the_rule_of_the_seed_is_as_it_was_written_down(want, offer, fits):
    assert of_the_seed(want, offer) is fits


def test_ours_is_better_in_precision_and_recall():
    our, seed = measured(ours, pairs()), measured(of_the_seed, pairs())
    assert our.precision > seed.precision
    assert our.recall > seed.recall


def test_lists_are_as_good_as_was_written_down():
    """Worth less than the seed's in precision, since we guess more; not worse than the README says."""
    our, seed = lists.measured(lists.ours()), lists.measured(lists.seeds())
    assert our.precision >= 0.82
    assert our.recall_shown >= 0.92
    assert our.recall >= 0.98
    assert our.recall_shown > seed.recall_shown
    assert our.recall > seed.recall


def test_who_is_shown_nothing_counts_as_missed_and_not_as_wrong():
    want, fits = next(iter(lists.wants()))
    one = lists.measured(lambda asked: sorted(fits) if asked == want else ())
    everything = sum(len(each) for _, each in lists.wants())
    assert one == lists.Lists(1.0, len(fits) / everything, len(fits) / everything)
