"""The rule by which a sample is drawn."""

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from services.ledger.sampling import draws


def test_the_rule_by_hand():
    """`printf '%s' 'audit 2026,1' | sha256sum`, and so on; remainder by 10, plus 1."""
    digests = [hashlib.sha256(f"audit 2026,{turn}".encode()).hexdigest() for turn in range(1, 9)]
    remainders = [int(digest, 16) % 10 + 1 for digest in digests]
    different = list(dict.fromkeys(remainders))
    assert [number for _, number in draws("audit 2026", 10, 3)] == different[:3]


def test_what_was_drawn_once_stays_the_sample_for_ever():
    """Figures that were worked out with sha256sum."""
    assert draws("seed", 1000, 3) == [(1, 315), (2, 474), (3, 734)]


@given(st.text(max_size=20), st.integers(0, 60), st.integers(1, 80))
def test_nothing_is_drawn_twice(seed, total, wanted):
    numbers = [number for _, number in draws(seed, total, wanted)]
    assert len(set(numbers)) == len(numbers) == min(total, wanted)
    assert set(numbers) <= set(range(1, total + 1))
    assert draws(seed, total, wanted + 1)[:wanted] == draws(seed, total, wanted)
