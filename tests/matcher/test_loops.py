"""Trading loops: all are found, each once, only of members with room, and with bounded work."""

from itertools import permutations

from hypothesis import given, settings
from hypothesis import strategies as st

from services.matcher.domain import Place
from services.matcher.loops import Give, Trader, loops_through

MONDAY, FRIDAY = "2026-03-02T00:00:00.000000Z", "2026-03-06T00:00:00.000000Z"


def trader(name, **kw):
    known = {"balance": 0, "max_negative": 1000, "max_positive": 1000, "fresh_at": MONDAY}
    return Trader(entity_id=name, account=name, **{**known, **kw})


class Graph:
    """A market in memory that counts what it is asked. An edge (a, b): a wants what b offers."""

    def __init__(self, edges, turn=1, score=100, **traders):
        self.gives = [Give(giver=b, receiver=a, offer="x", want="x", score=score) for a, b in edges][::turn]
        self.traders, self.calls = traders, 0

    def suppliers(self, name):
        self.calls += 1
        return [give for give in self.gives if give.receiver == name]

    def leads(self, name):
        self.calls += 1
        return [give for give in self.gives if give.giver == name]

    def trader(self, name):
        return self.traders.get(name) or trader(name)


TRIANGLE = [("a", "b"), ("b", "c"), ("c", "a")]
EDGES = st.sets(st.tuples(st.sampled_from("abcdef"), st.sampled_from("abcdef")).filter(lambda e: e[0] != e[1]))


def brute(edges, start, longest):
    others = sorted(set("abcdef") - {start})
    rings = [(start, *rest) for size in range(1, longest) for rest in permutations(others, size)]
    closed = [ring for ring in rings if all(edge in edges for edge in zip(ring, ring[1:] + ring[:1], strict=True))]
    return {ring[ring.index(min(ring)) :] + ring[: ring.index(min(ring))] for ring in closed}


@given(EDGES, st.sampled_from("abcdef"), st.integers(2, 5))
@settings(deadline=None)
def test_all_loops_are_found_and_order_is_no_matter(edges, start, longest):
    loops = loops_through(Graph(sorted(edges)), start, longest=longest, most=1000)
    assert {loop.members for loop in loops} == brute(edges, start, longest)
    assert len({loop.loop_id for loop in loops}) == len(loops)
    assert loops == loops_through(Graph(sorted(edges), turn=-1), start, longest=longest, most=1000)


def test_a_loop_is_the_same_from_each_member():
    assert loops_through(Graph(TRIANGLE), "a") == loops_through(Graph(TRIANGLE), "c")


def test_who_has_no_room_takes_part_in_none():
    for balance in (-1000, 1000):
        full = Graph(TRIANGLE, b=trader("b", balance=balance))
        assert [loops_through(full, name) for name in "abc"] == [[], [], []]


def test_work_is_bounded_where_all_want_all():
    names = [f"m{index:02}" for index in range(40)]
    dense = Graph([(a, b) for a in names for b in names if a != b])
    assert len(loops_through(dense, "m20", width=4, most=7)) == 7
    assert dense.calls <= 2 + 2 * 4 + 4 * 4


def score(**kw):
    return loops_through(Graph(TRIANGLE, **kw), "a")[0].score


def test_better_gives_and_fresher_members_rank_higher():
    assert score() > score(score=40)
    assert score() > score(b=trader("b", fresh_at=FRIDAY))  # the others are older than it


def test_near_members_rank_above_far_ones_and_unknown_places_between():
    near, far = Place(latitude=50.26, longitude=-5.05), Place(latitude=57.15, longitude=-2.09)

    def placed(place):
        return {name: trader(name, place=near if name != "c" else place) for name in "abc"}

    assert score(**placed(near)) > score(**placed(None)) > score(**placed(far))


def test_relief_counts_each_member_near_a_limit_whichever_it_is():
    low, high = trader("b", balance=-900), trader("c", balance=900)
    assert score() < score(b=low) < score(b=low, c=high)
    assert score(b=low) == score(b=trader("b", balance=900))


def test_headroom_is_the_amount_that_can_always_go_round_beside_the_largest_limits():
    small = trader("b", max_negative=100, max_positive=100)
    assert score() > score(b=small)
    assert score(b=small) == score(b=trader("b", max_negative=50, max_positive=150, balance=50))


def test_relief_and_headroom_do_not_cancel_each_other():
    """Between the limits alone and the balances alone: a strained member costs its loop nothing."""
    for balance in range(-999, 1000, 111):
        assert score(b=trader("b", balance=balance)) >= score()


def test_no_more_than_so_many_combinations_are_looked_at():
    names = [f"m{index:02}" for index in range(12)]
    dense = Graph([(a, b) for a in names for b in names if a != b])
    assert 0 < len(loops_through(dense, "m05", width=11, most=10_000, combinations=50)) <= 50
