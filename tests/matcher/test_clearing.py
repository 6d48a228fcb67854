"""Which trades are suggested: from far below zero to far above, by real offers and wants, and how much."""

import pytest

from services.matcher.clearing import LOOKED_AT, SHOWN, clearing_of, strain_of
from tests.matcher.test_announcing import account, member, network_of


def low(name="low", balance=-800, **kw):
    return member(name, **{"offers": ["bread"], **kw}), account(name, balance)


def high(name="high", balance=700, **kw):
    return member(name, **{"wants": ["bread"], **kw}), account(name, balance)


def found(*pairs, **kw):
    return clearing_of(network_of(*(entity for entity, _ in pairs), accounts=[known for _, known in pairs], **kw))


def told(suggestions):
    return [(each.giver.entity.entity_id, each.receiver.entity.entity_id, each.amount) for each in suggestions]


def test_who_is_far_below_gives_to_who_is_far_above_until_the_nearer_is_at_zero():
    clearing = found(low(), high())
    assert told(clearing.pairs) == [("low", "high", 700)]
    assert [(give.offer, give.want, give.score) for give in clearing.pairs[0].gives] == [("bread", "bread", 100)]
    assert told(found(low(balance=-600), high(balance=1000)).pairs) == [("low", "high", 600)]


@pytest.mark.parametrize(
    "pairs",
    [
        (low(balance=-599), high()),
        (low(), high(balance=599)),
        (low(offers=["cake"]), high()),
        (low(status="accepted"), high()),
        (low(), high(closed=True)),
        (low(balance=800), high(balance=-800)),
    ],
    ids=["not far below", "not far above", "no fit", "not trading", "closed", "the wrong way round"],
)
def test_others_are_not_brought_together(pairs):
    assert found(*pairs).pairs == []


def test_who_is_at_a_limit_is_brought_back_too():
    assert told(found(low(balance=-1000), high(balance=1000)).pairs) == [("low", "high", 1000)]


def test_a_third_member_passes_on_where_two_do_not_fit():
    miller = (member("miller", offers=["flour"], wants=["wheat"]), account("miller"))
    clearing = found(low(offers=["wheat"]), high(wants=["flour"]), miller)
    assert clearing.pairs == []
    (chain,) = clearing.chains
    assert (told([chain]), chain.over.entity_id) == ([("low", "high", 700)], "miller")
    assert [(give.giver, give.receiver) for give in chain.gives] == [("low", "miller"), ("miller", "high")]
    full = (miller[0], account("miller", balance=-1000))
    assert found(low(offers=["wheat"]), high(wants=["flour"]), full).chains == []


def test_two_that_fit_need_no_third():
    between = (member("between", offers=["bread"], wants=["bread"]), account("between"))
    clearing = found(low(), high(), between)
    assert (told(clearing.pairs), clearing.chains) == ([("low", "high", 700)], [])


def test_guesses_do_not_count():
    assert found(low(offers=[], categories=("Bread",)), high()).pairs == []


def test_the_largest_amounts_come_first_and_there_are_not_too_many():
    lows = [low(f"low{index:03}", -600 - index) for index in range(LOOKED_AT + 20)]
    highs = [high(f"high{index}", 1000) for index in range(3)]
    clearing = found(*lows, *highs)
    assert len(clearing.below) == LOOKED_AT
    amounts = [each.amount for each in clearing.pairs]
    assert (len(amounts), amounts) == (SHOWN, sorted(amounts, reverse=True))


def test_strain_is_of_the_limit_on_its_side():
    entity = member("a")
    assert strain_of(entity, account("a", balance=-600)).percent == 60
    assert strain_of(entity, account("a", balance=0, limit=0)) is None
    assert strain_of(entity, None) is None
