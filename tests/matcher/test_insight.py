"""What a network lacks and has too much of."""

from dataclasses import replace

from services.matcher.insight import Lacking, Wanted, insight_of
from services.matcher.network import Network
from tests.matcher import given

MARCH, APRIL = "2026-03-05T00:00:00.000000Z", "2026-04-07T00:00:00.000000Z"


def seen(*entities):
    network = Network()
    for each in entities:
        network.put_entity(each)
    return insight_of(network, limit=10, months=12, of_each=5)


def wanting(*names, at=MARCH, **known):
    return replace(given.an_entity(**known), wants=given.tags(*names, at=at))


def test_wants_that_nobody_else_offers_are_unmet_with_their_members_and_towns():
    found = seen(
        wanting("Piano tuning", "bread", city="Leeds"),
        wanting("piano tuning", city="Leeds"),
        wanting("Piano tuning", "rats", city="York", at=APRIL),
        wanting("piano-tuning", city="York", status="pending"),
        given.an_entity(["breads", "rats"], city="York", closed=True),
        given.an_entity(["breads"]),
    )
    assert found.members == 4
    assert found.unmet == [
        Lacking(tag="Piano tuning", members=3, newest_at=APRIL, towns=(("Leeds", 2), ("York", 1))),
        Lacking(tag="rats", members=1, newest_at=APRIL, towns=(("York", 1),)),
    ]
    assert found.unused == []


def test_who_offers_what_itself_wants_meets_others_but_not_itself():
    own = given.an_entity(["bread"], ["bread"])
    assert [each.tag for each in seen(own).unmet] == ["bread"]
    assert [each.tag for each in seen(own).unused] == ["bread"]
    assert seen(own, wanting("bread")).unused == []


def test_guesses_meet_no_want():
    found = seen(wanting("plumbing"), given.an_entity(categories=("Plumbers",)))
    assert [each.tag for each in found.unmet] == ["plumbing"]


def test_most_wanted_is_told_by_month_and_area_newest_and_busiest_first():
    found = seen(
        wanting("bread", city="Leeds"),
        wanting("Bread", "soap", city="Leeds"),
        wanting("bread", city="Leeds", at=APRIL),
        wanting("soap", at=APRIL),
        wanting("soap", city="York", at=APRIL),
    )
    assert found.months == [
        Wanted(month="2026-04", area="Leeds", tag="bread", members=1),
        Wanted(month="2026-04", area="York", tag="soap", members=1),
        Wanted(month="2026-04", area="", tag="soap", members=1),
        Wanted(month="2026-03", area="Leeds", tag="Bread", members=2),
        Wanted(month="2026-03", area="Leeds", tag="soap", members=1),
    ]


def test_an_empty_network_lacks_nothing():
    assert seen() == insight_of(Network(), limit=1, months=1, of_each=1)
    assert (seen().members, seen().unmet, seen().months) == (0, [], [])
