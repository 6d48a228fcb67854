"""A network answers exactly what comparing everybody with everybody says, in whatever order it was put together."""

from dataclasses import replace

import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from services.matcher.domain import Feedback, UnknownEntity
from services.matcher.loops import loops_through
from services.matcher.market import NetworkMarket
from services.matcher.network import Network
from tests.matcher import given
from tests.matcher.given import LEEDS, LONDON
from tests.matcher.naive import Everything

WORDS = [
    "bread",
    "braed",
    "bakery",
    "baker",
    "organic",
    "veg",
    "vegetables",
    "it",
    "plumber",
    "heating engineer",
    "spud",
]
CATEGORIES = ["Bakery & Bread", "Plumbing", "Organic vegetables"]
PLACES = [None, LONDON, LEEDS, replace(LONDON, latitude=51.5074), replace(LONDON, latitude=-51.0, longitude=179.9)]
DAYS = [f"2026-03-0{day}T00:00:00.000000Z" for day in range(1, 6)]
TAG = st.one_of(st.sampled_from(WORDS), st.lists(st.sampled_from(WORDS), min_size=2, max_size=3).map(" ".join))


@st.composite
def tags(draw):
    return tuple(
        given.tags(name, at=draw(st.sampled_from(DAYS)))[0] for name in draw(st.lists(TAG, max_size=4, unique=True))
    )


@st.composite
def everything(draw):
    """A small network with all that can be known of it."""
    ids = [f"e{number}" for number in range(draw(st.integers(2, 8)))]
    entities = [
        replace(
            given.an_entity(entity_id=each, account=f"a-{each}", status=draw(st.sampled_from(
                ["accepted", "tradingAccepted", "tradingAccepted", "pending"])), closed=draw(st.integers(0, 9)) == 0),
            offers=draw(tags()), wants=draw(tags()), place=draw(st.sampled_from(PLACES)),
            categories=tuple(draw(st.lists(st.sampled_from(CATEGORIES), max_size=2, unique=True))),
        )
        for each in ids
    ]  # fmt: skip
    some = st.sampled_from(ids)
    pairs = draw(st.lists(st.tuples(some, some).filter(lambda pair: pair[0] != pair[1]), max_size=6, unique=True))
    said = draw(st.lists(st.tuples(some, some, TAG, TAG, st.sampled_from(["leads", "suppliers"])), max_size=6))
    room = st.sampled_from([0, 5])
    return Everything(
        entities=entities,
        accounts=[given.money(f"a-{each}", draw(room), draw(room)) for each in ids if draw(st.booleans())],
        trades=[given.sold(f"a-{giver}", f"a-{receiver}", draw(st.integers(1, 3))) for giver, receiver in pairs],
        feedback=[
            Feedback(feedback_id=f"f{number}", entity_id=a, other_id=b, mine=x, theirs=y, side=side, at=DAYS[0])
            for number, (a, b, x, y, side) in enumerate(said)
        ],
        groups=draw(st.sampled_from([[("spud", "vegetables")], [("plumbing", "heating engineer"), ("bread", "spud")]])),
    )


def puts(network, known):
    """All that is to be put, each as a call."""
    return [
        *((network.put_entity, each) for each in known.entities),
        # As it was before: older, or with other tags.
        *((network.put_entity, replace(each, version=0, offers=each.wants)) for each in known.entities),
        *((network.put_account, each) for each in known.accounts),
        *((network.put_trades, each) for each in known.trades),
        *((network.put_feedback, each) for each in known.feedback),
        (network.put_words, known.groups),
    ]


@settings(deadline=None)
@for_all(everything(), st.data())
def test_a_network_says_what_comparing_all_with_all_says_in_any_order(known, data):
    network = Network()
    calls = data.draw(st.permutations(puts(network, known)))
    for at, (put, value) in enumerate(calls):
        put(value)
        if at % 5 == 0:  # what is asked in between is remembered, and must not be in the way
            for each in network.members():
                network.suppliers(each.entity_id)
    put, value = data.draw(st.sampled_from(calls))
    put(value)
    since = data.draw(st.sampled_from([None, *DAYS]))
    limit = data.draw(st.integers(1, 8))
    for each in known.entities:
        if each.closed:
            with pytest.raises(UnknownEntity):
                network.leads(each.entity_id)
            continue
        assert network.leads(each.entity_id, since, limit) == known.matches(each, "leads", since, limit)
        assert network.suppliers(each.entity_id, since, limit) == known.matches(each, "suppliers", since, limit)


def test_words_that_are_often_together_find_what_words_alone_do_not():
    both = [given.an_entity(["soap", "candles"]) for _ in range(4)]
    chandler, washer = given.an_entity(["candles"]), given.an_entity(wants=["soap"])
    known = Everything(entities=[*both, chandler, washer])
    network = network_of(known)
    found = network.suppliers(washer.entity_id)
    assert found == known.matches(washer, "suppliers")
    assert [match.how for match in found] == ["exact"] * 4 + ["related"]
    assert (found[4].together.members, found[4].together.trades, found[4].together.of) == (4, 0, 6)
    # Two who change their mind are too many: no three are left.
    for each in both[:2]:
        network.put_entity(replace(each, offers=(), version=2))
    assert [match.how for match in network.suppliers(washer.entity_id)] == ["exact"] * 2


def test_trades_teach_what_is_together_and_come_in_any_order():
    sellers = [given.an_entity(["beeswax"], account=f"s{number}") for number in range(3)]
    buyers = [given.an_entity(wants=["polish"], account=f"b{number}") for number in range(3)]
    trades = [given.sold(seller.account, buyer.account) for seller, buyer in zip(sellers, buyers, strict=True)]
    known = Everything(entities=[*sellers, *buyers], trades=trades)
    network = network_of(known)
    found = network.leads(sellers[0].entity_id)
    assert found == known.matches(sellers[0], "leads")
    assert {match.how for match in found} == {"related"}
    assert (found[0].together.members, found[0].together.trades, found[0].together.of) == (0, 3, 9)
    assert sorted(match.trades for match in found) == [0, 0, 1]


def test_feedback_hides_a_pair_from_who_gave_it_and_lowers_it_for_all_once_two_did():
    seller = given.an_entity(["bread"])
    buyers = [given.an_entity(wants=["bread"]) for _ in range(3)]
    network = network_of(Everything(entities=[seller, *buyers]))

    def say(number):
        said = {"mine": "Bread", "theirs": "bread", "side": "suppliers", "at": DAYS[0]}
        about = {"entity_id": buyers[number].entity_id, "other_id": seller.entity_id}
        network.put_feedback(Feedback(feedback_id=f"f{number}", **about, **said))

    say(0)
    assert network.suppliers(buyers[0].entity_id) == []
    assert [match.score for match in network.suppliers(buyers[1].entity_id)] == [100]
    assert len(network.leads(seller.entity_id)) == 3
    say(1)
    assert {match.score for match in network.leads(seller.entity_id)} == {85}
    assert [match.score for match in network.suppliers(buyers[2].entity_id)] == [85]
    network.drop_feedback("f1")
    network.drop_feedback("f1")
    assert {match.score for match in network.leads(seller.entity_id)} == {100}


def test_own_room_is_told_and_who_has_none_is_left_out():
    seller, buyer = given.an_entity(["bread"], account="s"), given.an_entity(wants=["bread"], account="b")
    network = network_of(Everything(entities=[seller, buyer]))
    assert network.could_trade_up_to(seller.entity_id, "leads") is None
    assert len(network.leads(seller.entity_id)) == 1
    network.put_account(given.money("b", can_pay=0, can_receive=7))
    assert network.leads(seller.entity_id) == []
    assert len(network.suppliers(buyer.entity_id)) == 1
    assert network.could_trade_up_to(buyer.entity_id, "leads") == 7
    assert network.could_trade_up_to(buyer.entity_id, "suppliers") == 0
    network.put_account(given.money("b", standing="frozen"))
    assert (network.leads(seller.entity_id), network.could_trade_up_to(buyer.entity_id, "leads")) == ([], 0)


def test_a_tag_that_was_never_given_is_looked_up_too():
    network = network_of(Everything(entities=[given.an_entity(["organic bread"])]))
    assert network.words.fitting_tag("Breads") == {"organic-bread": "contains"}
    assert network.words.fitting_tag("organic breads") == {"organic-bread": "exact"}
    assert network.words.fitting_tag("-") == {}


@settings(deadline=None)
@for_all(everything())
def test_loops_see_the_same_gives_from_both_members_and_only_between_those_who_may_trade(known):
    network = network_of(known)
    market = NetworkMarket(network)
    present = [each.entity_id for each in known.entities if each.listed and each.trading]
    taken = {(give.giver, give.receiver): give for name in present for give in market.suppliers(name)}
    given_away = {(give.giver, give.receiver): give for name in present for give in market.leads(name)}
    open_pairs = {pair for pair in {*taken, *given_away} if set(pair) <= network.open}
    assert all(taken[pair] == given_away[pair] for pair in open_pairs)
    for name in present:
        assert all(set(loop.members) <= network.open for loop in loops_through(market, name))


def network_of(known):
    network = Network()
    for put, value in puts(network, known):
        put(value)
    return network
