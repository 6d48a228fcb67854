"""Filters, order, facets, paging and places of the search, on a real Elasticsearch."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from events.directory import Place, Profile
from services.directory import search
from services.directory.domain import Entity, Tag
from services.directory.store import EntityIndex
from services.directory.store.elastic import Indexed
from services.directory.views import entity_view
from services.directory.words import HOW, WAYS
from tests.directory.gateway import ADMIN, PUBLIC, Gateway

pytestmark = pytest.mark.integration

DERRY, BELFAST, LONDON = ("54.99810", "-7.30934"), ("54.59682", "-5.92541"), ("51.50853", "-0.12574")
DAY = "2026-01-31T12:00:00.000000+00:00"

Index = Callable[..., str]


@pytest.fixture
def listed(prepared_index: EntityIndex) -> Index:
    """Puts an entity into the index, as the consumer would; its id."""
    made: list[str] = []

    def put(name: str, **said: Any) -> str:
        entity = an_entity(len(made) + 1, name, **said)
        document = search.indexed(entity, entity_view(entity), said.get("figures"))
        prepared_index.put([Indexed(entity.entity_id, 1, document)])
        made.append(entity.entity_id)
        return entity.entity_id

    return put


def an_entity(number: int, name: str, **said: Any) -> Entity:
    place = said.get("place")
    profile = Profile(
        name=name,
        place=Place(latitude=place[0], longitude=place[1]) if place else None,
        **{field: said[field] for field in ("city", "region", "country", "email", "description") if field in said},
    )
    return Entity(
        entity_id=f"{number:08d}-0000-7000-8000-000000000000",
        account=f"{number:016d}",
        status=said.get("status", "accepted"),
        profile=profile,
        offers=tags(said.get("offers", ())),
        wants=tags(said.get("wants", ())),
        categories=tuple(said.get("categories", ())),
        created_at=said.get("created_at", DAY),
    )


def tags(names: Sequence[str]) -> tuple[Tag, ...]:
    return tuple(Tag(name, DAY) for name in names)


def found(gateway: Gateway, caller: Any = PUBLIC, **query: Any) -> list[str]:
    status, answered = gateway.get("/search", caller, **query)
    assert status == 200, answered
    return [entity["name"] for entity in answered["entities"]]


def refused(gateway: Gateway, caller: Any = PUBLIC, **query: Any) -> tuple[int, dict[str, Any]]:
    status, answered = gateway.get("/search", caller, **query)
    return status, answered.get("errors") or {}


def test_free_text_wants_every_word_then_forgives_slips_then_a_missing_word(gateway: Gateway, listed: Index) -> None:
    listed("Veg Box", offers=["organic-vegetables"], description="We deliver to Limavady.")
    listed("Plain", offers=["vegetables"])
    listed("Loaf", offers=["bread"], categories=["bakeries"])

    def looked(text: str) -> tuple[list[str], str]:
        answered = gateway.get("/search", q=text)[1]
        return [entity["name"] for entity in answered["entities"]], answered["effort"]

    assert looked("organic vegetables") == (["Veg Box"], "as_typed")
    assert looked("vegetables limavady") == (["Veg Box"], "as_typed")
    assert looked("bakery bread") == (["Loaf"], "as_typed")
    assert looked("vegetalbes") == (["Plain", "Veg Box"], "spelling")
    assert looked("organic bread") == (["Loaf", "Veg Box"], "any_word")
    assert looked("the") == ([], "any_word")
    assert looked("bread and the") == (["Loaf"], "as_typed")
    assert looked("?!") == ([], "any_word")


def test_stems_find_other_forms_of_a_word(gateway: Gateway, listed: Index) -> None:
    listed("Grower", offers=["gardening"])
    listed("Signs", offers=["painted-signs"])
    assert found(gateway, offers="gardener") == ["Grower"]
    assert found(gateway, q="gardens") == ["Grower"]
    assert found(gateway, offers="paints") == ["Signs"]


def test_two_words_are_the_tag_that_they_make(gateway: Gateway, listed: Index) -> None:
    listed("A both apart", offers=["dogs", "walking"])
    listed("B the tag", offers=["dog-walking"])
    assert found(gateway, offers="dog walking")[0] == "B the tag"
    assert found(gateway, q='"dog walking"')[0] == "B the tag"


def test_a_longer_term_names_the_tags_within_it(gateway: Gateway, listed: Index) -> None:
    listed("Feed", offers=["dog-food"])
    answered = gateway.get("/search", offers="organic-dog-food")[1]["entities"]
    assert [(entity["name"], entity["why"][0]["how"]) for entity in answered] == [("Feed", "part")]


def test_towns_are_found_by_their_beginning_and_by_slips_when_nothing_is_there(gateway: Gateway, listed: Index) -> None:
    listed("North", city="Derry", region="Ulster", country="Northern Ireland")
    listed("Middle", city="Derby", region="Derbyshire", country="England")
    listed("Tyne", city="Newcastle upon Tyne", country="England")
    assert found(gateway, city="derry") == ["North"]
    assert found(gateway, city="Dery") == ["Middle", "North"]
    assert found(gateway, city="newcastle") == ["Tyne"]
    assert found(gateway, q="city:tyne") == ["Tyne"]
    assert found(gateway, region="ulster") == ["North"]
    assert found(gateway, country="england") == ["Middle", "Tyne"]
    assert found(gateway, q="country:northern city:derry") == ["North"]


def test_near_a_town_tells_how_far(gateway: Gateway, listed: Index) -> None:
    listed("Belfast", city="Belfast", place=BELFAST, offers=["tea"])
    listed("Derry", city="Derry", place=DERRY, offers=["tea"])
    listed("London", city="London", place=LONDON, offers=["tea"])
    listed("Nowhere", offers=["tea"])

    assert found(gateway, near="Londonderry", within=20) == ["Derry"]
    assert found(gateway, q="tea near:Derry within:150 sort:distance") == ["Derry", "Belfast"]
    assert found(gateway, near="54.6,-5.9", within=10) == ["Belfast"]
    entity = gateway.get("/search", near="Derry", within=150, sort="distance")[1]["entities"][1]
    assert entity["distance_km"] == "99.3"
    assert entity["why"][-1] == {
        "side": "place",
        "term": "Derry, Northern Ireland",
        "matched": "Belfast",
        "how": "distance",
        "distance_km": "99.3",
    }
    for near in ("Nowhereville", "91,0", "0,181"):
        assert (refused(gateway, near=near)[0], "near" in refused(gateway, near=near)[1]) == (400, True), near
    assert refused(gateway, sort="distance")[0] == 400


def test_administrators_filter_by_what_they_alone_know(gateway: Gateway, listed: Index) -> None:
    listed("Rich", email="rich@example.org", figures={"balance": 5000, "max_negative": 0, "max_positive": 50000})
    listed("Poor", email="poor@example.org", figures={"balance": -2500, "max_negative": 10000, "max_positive": 50000})
    listed("New", email="new@example.net")

    assert found(gateway, ADMIN, q="balance>=0") == ["Rich"]
    assert found(gateway, ADMIN, balance=">=-2500") == ["Poor", "Rich"]
    assert found(gateway, ADMIN, balance="<=-1") == ["Poor"]
    assert found(gateway, ADMIN, q="max-negative>=100.00") == ["Poor"]
    assert found(gateway, ADMIN, max_positive="50000") == ["Poor", "Rich"]
    assert found(gateway, ADMIN, sort="balance") == ["Rich", "Poor", "New"]
    assert found(gateway, ADMIN, email="@example.org") == ["Poor", "Rich"]
    assert found(gateway, ADMIN, email="rich@*") == []
    assert found(gateway, ADMIN, account="0000 0000 0000 0002") == ["Poor"]
    for query in ({"q": "balance>=0"}, {"sort": "balance"}, {"email": "rich"}, {"account": "1"}, {"status": "pending"}):
        assert refused(gateway, **query)[0] == 403, query
    assert refused(gateway, ADMIN, balance="rich")[0] == 400


def test_has_and_sort_and_category_lists(gateway: Gateway, listed: Index) -> None:
    listed("B", offers=["tea"], created_at="2026-01-01T00:00:00.000000+00:00", categories=["food"])
    listed("A", wants=["tea"], created_at="2026-01-03T00:00:00.000000+00:00", categories=["drink"])
    listed("C", created_at="2026-01-02T00:00:00.000000+00:00", status="tradingAccepted")
    assert found(gateway, sort="name") == ["A", "B", "C"]
    assert found(gateway, sort="newest") == ["A", "C", "B"]
    assert found(gateway, has="offers") == ["B"]
    assert found(gateway, q="has:wants") == ["A"]
    assert found(gateway, category="Food,drink") == ["A", "B"]
    assert refused(gateway, has="money")[0] == 400
    assert refused(gateway, sort="random")[0] == 400


def test_favourites_are_asked_by_their_own_people_alone(
    gateway: Gateway, listed: Index, prepared_index: EntityIndex
) -> None:
    member = gateway.sign_up(name="Me")
    other = listed("Other")
    listed("Third")
    assert found(gateway, member.caller, q="is:favourite", querying_entity_id=member.entity_id) == []
    assert other
    assert refused(gateway, member.caller, q="is:favourite")[0] == 400
    assert refused(gateway, PUBLIC, q="is:favourite", querying_entity_id=member.entity_id)[0] == 403


def test_facets_count_what_was_found(gateway: Gateway, listed: Index) -> None:
    listed("A", city="Derry", country="Northern Ireland", categories=["food", "drink"], offers=["tea"])
    listed("B", city="DERRY", categories=["food"], offers=["tea"])
    listed("C", city="Belfast", categories=["food"], offers=["milk"])
    _, answered = gateway.get("/search", offers="tea", facets="true")
    assert answered["facets"] == {
        "categories": [{"value": "food", "count": 2}, {"value": "drink", "count": 1}],
        "city": [{"value": "DERRY", "count": 2}],
        "region": [],
        "country": [{"value": "Northern Ireland", "count": 1}],
    }
    _, seen = gateway.get("/search", ADMIN, offers="tea", facets="true")
    assert seen["facets"]["status"] == [{"value": "accepted", "count": 2}]
    assert "facets" not in gateway.get("/search")[1]


@pytest.mark.parametrize("sort", ["relevance", "newest", "name", "balance", "distance"])
def test_a_cursor_goes_through_everything_once(gateway: Gateway, listed: Index, sort: str) -> None:
    names = [f"{number:02d}" for number in range(11)]
    for number, name in enumerate(names):
        status = "tradingAccepted" if number % 3 else "accepted"
        listed(name, status=status, offers=["tea", *(["teapots"] if number % 2 else [])], place=DERRY)
    query = {"offers": "tea", "sort": sort, "near": "Derry", "page_size": 4}
    pages, after = [], ""
    while True:
        _, answered = gateway.get("/search", ADMIN, **query, **({"after": after} if after else {}))
        assert answered["total"] == 11
        pages.append([entity["name"] for entity in answered["entities"]])
        if not (after := answered["next"]):
            break
    assert [len(page) for page in pages] == [4, 4, 3]
    assert sorted(name for page in pages for name in page) == names
    numbered = [found(gateway, ADMIN, **query, page=page) for page in (1, 2, 3)]
    assert pages == numbered


def test_a_cursor_is_for_its_own_search(gateway: Gateway, listed: Index) -> None:
    listed("A", offers=["tea"])
    listed("B", offers=["tea"])
    after = gateway.get("/search", offers="tea", page_size=1)[1]["next"]
    assert found(gateway, offers="tea", page_size=1, after=after) == ["B"]
    assert found(gateway, offers="tea", page_size=5, after=after) == ["B"]
    for wrong in (
        {"offers": "milk", "after": after},
        {"offers": "tea", "after": "x"},
        {"offers": "tea", "after": after[:-3]},
    ):
        assert "after" in refused(gateway, **wrong)[1], wrong
    assert "after" in refused(gateway, offers="tea", after=after, page=2)[1]


def test_a_line_and_a_parameter_may_not_contradict(gateway: Gateway, listed: Index) -> None:
    listed("A", city="Derry")
    assert found(gateway, q="city:Derry", city="Derry") == ["A"]
    assert "q" in refused(gateway, q="city:Derry", city="Belfast")[1]
    assert "q" in refused(gateway, q="colour:red")[1]
    assert "within" in refused(gateway, q="near:Derry within:far")[1]


def test_free_words_may_be_for_one_side(gateway: Gateway, listed: Index) -> None:
    listed("Seller", offers=["tea"])
    listed("Buyer", wants=["tea"])
    assert found(gateway, q="tea") == ["Seller", "Buyer"]
    assert found(gateway, q="tea", **{"in": "offers"}) == ["Seller"]
    assert found(gateway, q="tea", **{"in": "wants"}) == ["Buyer"]
    assert found(gateway, q="buyer tea", **{"in": "name"}) == ["Buyer"]


def test_nothing_that_is_typed_is_a_pattern(gateway: Gateway, listed: Index) -> None:
    listed("One", offers=["zzzz"], city="Derry", email="zz@example.org", description="zzz")
    for typed in (
        "*",
        "?",
        ".*",
        "z*",
        "z.z",
        "[a-z]+",
        "\\",
        '\\"',
        "z~2",
        "(zz OR y)",
        "_exists_ offers",
        "{}",
        "<1-5>",
    ):
        assert found(gateway, text=typed) in ([], ["One"]), typed
        for field in ("city", "region", "country"):
            assert found(gateway, **{field: f"{typed}q"}) == [], (field, typed)
        assert found(gateway, ADMIN, email=f"q{typed}") == [], typed
        assert gateway.get("/suggestions", text=typed)[0] == 200, typed


def test_suggestions_begin_as_typed_else_nearly(gateway: Gateway, listed: Index) -> None:
    listed(
        "Vegan Kitchen", offers=["organic-vegetables"], wants=["veg-boxes"], categories=["vegetarian"], city="Veggieton"
    )
    listed("Other", offers=["organic-vegetables", "bread"], city="Derry", categories=["café"])
    listed("Hidden vegetables", offers=["vegetable-secrets"], status="pending")

    def told(text: str) -> dict[str, Any]:
        status, answered = gateway.get("/suggestions", text=text)
        assert status == 200
        return {**answered, "businesses": [each["name"] for each in answered["businesses"]]}

    veg = told("veg")
    assert veg["tags"] == ["veg-boxes", "organic-vegetables"]
    assert veg["businesses"] == ["Vegan Kitchen"]
    assert veg["categories"] == ["vegetarian"]
    assert veg["places"] == ["Veggieton"]
    assert told("CAF")["categories"] == ["café"]
    assert told("kitch")["businesses"] == ["Vegan Kitchen"]
    assert told("vegatab")["tags"] == ["organic-vegetables"]
    assert told("derr")["places"][0] == "Derry"
    assert told("lond")["places"][0].startswith("London")
    assert told("") == told("?") == {"tags": [], "businesses": [], "places": [], "categories": []}
    assert told("qqqqqq")["tags"] == []


def test_why_agrees_with_what_elasticsearch_matched(prepared_index: EntityIndex, listed: Index) -> None:
    """Each reason in Python is the best clause that Elasticsearch says it matched."""
    offers = ("gardening", "garden-furniture", "dog-walking", "organic-vegetables", "tea", "teapots", "fast-printing")
    for number, offer in enumerate(offers):
        listed(f"Business {number}", offers=[offer, "honey"])
    for typed in (
        "garden",
        "gardener",
        "gardning",
        "dog",
        "walks",
        "vegetabels",
        "te",
        "tea",
        "print",
        "organic-tea",
        "hony",
    ):
        asked = search.Search(statuses=["accepted"], offers=typed, limit=50)
        for hit in prepared_index.search(search.request(asked, named=True)).hits:
            ways = {name.rpartition("|")[2] for name in hit.matched}
            best = next(way for way in WAYS if way in ways)
            (reason,) = search.why(asked, hit.source["view"])
            assert reason["how"] == HOW[best], (typed, hit.source["view"]["offers"], ways)


def test_why_of_free_text_is_given_for_every_word(prepared_index: EntityIndex, listed: Index) -> None:
    listed(
        "Corner Shop",
        offers=["tea"],
        wants=["milk"],
        description="Fresh scones daily.",
        city="Derry",
        categories=["cafes"],
    )
    asked = search.Search(statuses=["accepted"], text="tea milk scone derry cafe shop")
    (hit,) = prepared_index.search(search.request(asked)).hits
    told = [(why["side"], why["matched"], why["how"]) for why in search.why(asked, hit.source["view"])]
    assert told == [
        ("offers", "tea", "exact"),
        ("wants", "milk", "exact"),
        ("description", "scones", "contains"),
        ("city", "Derry", "exact"),
        ("category", "cafes", "exact"),
        ("name", "Corner Shop", "contains"),
    ]


def test_unknown_figures_are_no_figures(prepared_index: EntityIndex, gateway: Gateway) -> None:
    entity = an_entity(1, "New")
    document = search.indexed(entity, entity_view(entity))
    assert not {"balance", "max_negative", "max_positive", "place"} & document.keys()
    prepared_index.put([Indexed(entity.entity_id, 1, document)])
    assert found(gateway, ADMIN, balance="<=1000000000000") == []
    known = search.indexed(replace(entity), entity_view(entity), {"balance": 0})
    prepared_index.put([Indexed(entity.entity_id, 2, known)])
    assert found(gateway, ADMIN, balance="0") == ["New"]
