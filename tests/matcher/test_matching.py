"""Matches from a real index: what Elasticsearch finds is what the rules say, best first."""

import pytest

from services.matcher.handlers import matches_of
from services.matcher.store.elastic import Loaded, Store
from tests.matcher import elastic, given
from tests.matcher.given import LEEDS, LONDON

pytestmark = pytest.mark.integration
store, projection = elastic.store, elastic.projection

WORDS = [
    *("bread", "braed", "breads", "organic", "organik", "vegetable", "vegetalbe", "veg", "box", "boxes", "bx"),
    *("café", "cafe", "repair", "repairs", "car", "care", "cart", "web"),
    *("repairing", "plumber", "plumbing", "garage", "mechanic", "vegetables"),
]


def index(store: Store, *entities) -> None:
    new = [Loaded(entity=entity, seq_no=None, primary_term=None) for entity in entities]
    assert store.save(store.current(), new) == set()


def names(matches) -> list[str]:
    return [match.entity.name for match in matches]


@pytest.mark.parametrize(
    ("mine", "theirs", "how"),
    [
        ("vegetables", "vegetables", "exact"),
        ("vegetables", "vegetable", "exact"),
        ("café", "cafe", "exact"),
        ("veg", "vegetables", "prefix"),
        ("vegetable-box", "vegetables", "prefix"),
        ("vegetables", "organic-vegetables", "contains"),
        ("organic-vegetables", "vegetables", "contains"),
        ("fresh-organic-vegetables", "vegetables-organic", "contains"),
        ("plumber", "plumbing", "stem"),
        ("emergency-plumber", "plumbing", "stem"),
        ("plumbing", "emergency-plumbers", "stem"),
        ("plumbing", "heating-engineer", "synonym"),
        ("heating-engineers", "plumber", "synonym"),
        ("vegetalbes", "vegetables", "fuzzy"),
        ("vegetalbes", "organic-vegetables", "fuzzy"),
        ("organic-vegetalbes", "vegetables", "fuzzy"),
    ],
)
def test_offer_finds_who_wants_it_and_want_who_offers_it(store, mine, theirs, how):
    me = given.an_entity(offers=[mine], wants=[mine])
    index(store, me, given.an_entity(name="wants", wants=[theirs]), given.an_entity(name="offers", offers=[theirs]))
    found = matches_of(store, me.entity_id, since=None, limit=10)
    assert [(m.entity.name, m.mine, m.theirs, m.how) for m in found.leads] == [("wants", mine, theirs, how)]
    assert [(m.entity.name, m.mine, m.theirs, m.how) for m in found.suppliers] == [("offers", mine, theirs, how)]


def test_nobody_finds_oneself_the_unlisted_or_the_closed(store):
    me = given.an_entity(offers=["bread"], wants=["bread"])
    shown = ["accepted", "tradingPending", "tradingAccepted", "tradingRejected"]
    others = [given.an_entity(name=s, wants=["bread"], status=s) for s in [*shown, "pending", "rejected"]]
    index(store, me, *others, given.an_entity(name="closed", wants=["bread"], closed=True))
    found = matches_of(store, me.entity_id, since=None, limit=10)
    assert sorted(names(found.leads)) == sorted(shown)
    assert found.suppliers == []
    assert names(found.leads)[0] == "tradingAccepted"


def test_nearer_comes_first_among_equals_and_tells_how_far(store):
    me = given.an_entity(offers=["bread"], place=LONDON)
    index(store, me, given.an_entity(name="nowhere", wants=["bread"]),
          given.an_entity(name="leeds", wants=["bread"], place=LEEDS),
          given.an_entity(name="london", wants=["bread"], place=LONDON))  # fmt: skip
    found = matches_of(store, me.entity_id, since=None, limit=2)
    assert [(m.entity.name, m.distance_km) for m in found.leads] == [
        ("london", 0),
        ("leeds", pytest.approx(272.7, abs=1)),
    ]


def test_since_is_exact_to_the_microsecond(store):
    at = "2026-03-02T00:00:00.000001Z"
    me = given.an_entity(offers=["bread"])
    other = given.an_entity(version=1)
    index(store, me, given.an_entity(name="new", version=1))
    index(store, type(other)(**{n: getattr(other, n) for n in other.__slots__} | {"wants": given.tags("bread", at=at)}))
    assert len(matches_of(store, me.entity_id, since="2026-03-02T00:00:00.000000Z", limit=10).leads) == 1
    assert matches_of(store, me.entity_id, since=at, limit=10).leads == []
