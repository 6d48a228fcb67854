"""Rings, against brute force; and what is said when the work is cut off."""

from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.ledger.rings import Flow, Ring, rings

ACCOUNTS = "ABCDEFG"


def flow(payer: str, payee: str, amount: int, count: int = 1, first: str = "1", last: str = "2") -> Flow:
    return Flow(payer, payee, amount, count, first, last)


def by_brute_force(flows: list[Flow], length: int) -> list[Ring]:
    """Every order of every few accounts, tried."""
    known = {(each.payer, each.payee): each for each in flows}
    found = []
    for size in range(2, length + 1):
        for path in permutations(sorted({each.payer for each in flows}), size):
            pairs = list(zip(path, path[1:] + path[:1], strict=True))
            if path[0] == min(path) and all(pair in known for pair in pairs):
                ring = [known[pair] for pair in pairs]
                found.append(
                    Ring(
                        path,
                        min(each.amount for each in ring),
                        sum(each.count for each in ring),
                        min(each.count for each in ring),
                        min(each.first for each in ring),
                        max(each.last for each in ring),
                    )
                )
    return sorted(found, key=lambda ring: (-ring.amount, len(ring.accounts), ring.accounts))


pairs = st.tuples(st.sampled_from(ACCOUNTS), st.sampled_from(ACCOUNTS)).filter(lambda pair: pair[0] != pair[1])
flows_between = st.dictionaries(
    pairs, st.tuples(st.integers(1, 6), st.integers(1, 3), st.sampled_from("123"), st.sampled_from("456"))
).map(lambda found: [Flow(*pair, *rest) for pair, rest in found.items()])


@given(flows_between, st.integers(2, 5))
@settings(deadline=None, max_examples=150)
def test_all_rings_are_found_and_ranked(flows, length):
    found = rings(flows, length=length, most=10**6, steps=10**8)
    assert (found.rings, found.complete, found.all_above) == (by_brute_force(flows, length), True, 0)


@given(flows_between, st.integers(0, 60), st.integers(1, 12))
@settings(deadline=None, max_examples=150)
def test_what_is_cut_off_is_said(flows, steps, most):
    found, every = rings(flows, most=most, steps=steps), by_brute_force(flows, 5)
    assert len(found.rings) <= most
    assert set(found.rings) <= set(every)
    above = [ring for ring in every if ring.amount > found.all_above]
    assert found.rings[: len(above)] == above
    assert found.complete == (found.all_above == 0)
    if found.complete:
        assert found.rings == every


def test_a_ring_is_as_thin_as_its_thinnest_part():
    (ring,) = rings([flow("B", "C", 70, 2, "2", "8"), flow("C", "A", 90, 5), flow("A", "B", 80, 3)]).rings
    assert ring == Ring(("A", "B", "C"), 70, 10, 2, "1", "8")


def test_the_same_accounts_in_the_other_direction_are_another_ring():
    both = [flow(payer, payee, 5) for payer, payee in permutations("ABC", 2)]
    assert {ring.accounts for ring in rings(both).rings if len(ring.accounts) == 3} == {
        ("A", "B", "C"),
        ("A", "C", "B"),
    }


@pytest.mark.parametrize("length", [2, 3, 4, 5])
def test_longer_rings_are_not_looked_for(length):
    circle = [flow(payer, payee, 1) for payer, payee in zip("ABCD", "BCDA", strict=True)]
    assert len(rings(circle, length=length).rings) == (length >= 4)


def test_work_is_bounded_where_everybody_pays_everybody():
    """Some millions of rings: it stops by the count of steps, not of seconds, and lets others work meanwhile."""
    crowd = [f"{number:03d}" for number in range(60)]
    dense = [flow(payer, payee, 1 + int(payer) * 60 + int(payee)) for payer, payee in permutations(crowd, 2)]
    pauses = []
    found = rings(dense, most=10**6, steps=20_000, pause=lambda: pauses.append(1))
    assert not found.complete
    assert found.all_above > 0
    assert 0 < len(found.rings) <= 20_000
    assert pauses


def test_no_flows_no_rings():
    assert rings([]).rings == []
