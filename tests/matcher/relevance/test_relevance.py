"""Ours finds more of what fits than the seed's rule did, and less of what doesn't."""

import pytest

from services.matcher.words import fold
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
