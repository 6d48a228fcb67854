"""Where a business is: given or from its town; others are told a place nearby, always the same."""

import math
import random
import secrets
import statistics

import pytest

from events import codec
from events.directory import Place
from services.directory.domain.places import CELL_METRES, exact, fuzzed
from services.directory.indexing import indexed
from services.directory.places import place_of, town, towns_like
from services.directory.store import EntityIndex, Store
from tests.directory.gateway import ADMIN, PUBLIC, Gateway

LONDON = {"latitude": "51.50735", "longitude": "-0.12776"}


def metres(one: dict | Place, other: dict | Place) -> float:
    def degrees(place: dict | Place) -> tuple[float, float]:
        known = place if isinstance(place, dict) else {"latitude": place.latitude, "longitude": place.longitude}
        return float(known["latitude"]), float(known["longitude"])

    (north, east), (north2, east2) = degrees(one), degrees(other)
    width = math.cos(math.radians((north + north2) / 2))
    return math.hypot(north - north2, (east - east2) * width) * 111_320


def a_place(random: random.Random) -> Place:
    return Place(latitude=f"{random.uniform(-65, 65):.5f}", longitude=f"{random.uniform(-179, 179):.5f}")


def test_a_told_place_is_up_to_500_metres_off_in_every_direction():
    """Evenly in the cell: nothing about the told place says where in it the real one lies."""
    draw, secret = random.Random(1), secrets.token_bytes(32)
    off, north, east = [], [], []
    for number in range(4000):
        real = a_place(draw)
        told = fuzzed(exact(real, "given"), f"entity-{number}", secret)
        off.append(metres(real, told))
        north.append((float(real.latitude) - float(told.latitude)) * 111_320 / CELL_METRES)
        width = 111_320 * math.cos(math.radians(float(told.latitude))) / CELL_METRES
        east.append((float(real.longitude) - float(told.longitude)) * width)
    assert max(off) < 505
    assert 250 < statistics.mean(off) < 290
    for axis in (north, east):
        assert abs(statistics.mean(axis)) < 0.03
        quarters = [sum(1 for part in axis if low <= part < low + 0.25) for low in (-0.5, -0.25, 0, 0.25)]
        assert min(quarters) > 900, quarters
    assert sum(1 for distance in off if distance < 50) / len(off) < 0.04


def test_a_told_place_is_the_same_however_often_it_is_read_and_wherever_in_the_cell():
    secret, real = secrets.token_bytes(32), Place(**LONDON)
    told = {fuzzed(exact(real, "given"), "e1", secret) for _ in range(50)}
    assert len(told) == 1
    middle = told.pop()
    assert fuzzed(exact(middle, "given"), "e1", secret) == middle
    near = Place(latitude=f"{float(middle.latitude) + 0.001:.5f}", longitude=middle.longitude)
    assert fuzzed(exact(near, "given"), "e1", secret) == middle


def test_businesses_in_one_house_are_told_in_different_places():
    secret, real = secrets.token_bytes(32), exact(Place(**LONDON), "given")
    told = {fuzzed(real, f"e{number}", secret) for number in range(50)}
    assert len(told) == 50
    assert fuzzed(real, "e1", secret) != fuzzed(real, "e1", secrets.token_bytes(32))


@pytest.mark.parametrize(
    ("city", "country", "where"),
    [
        ("London", "England", LONDON),
        ("Zurich", "Switzerland", {"latitude": "47.37", "longitude": "8.54"}),
        ("Zürich", "CHE", {"latitude": "47.37", "longitude": "8.54"}),
        # Not the one in the United States.
        ("Boston", "England", {"latitude": "52.977", "longitude": "-0.024"}),
        # The one on the Isle of Wight, and the bigger one.
        ("Newport", "England", {"latitude": "50.70", "longitude": "-1.29"}),
        ("Newport", "UK", {"latitude": "51.588", "longitude": "-2.998"}),
        # Two names that are one word in singular.
        ("Lees", "England", {"latitude": "53.538", "longitude": "-2.073"}),
        # What many write.
        ("Cardiff", "England", {"latitude": "51.48", "longitude": "-3.18"}),
        ("Cork", "Eire", {"latitude": "51.898", "longitude": "-8.471"}),
    ],
)
def test_a_town_of_a_country_is_found(city: str, country: str, where: dict):
    assert metres(place_of(city, country), where) < 3000


def test_towns_are_found_whatever_the_spelling():
    assert place_of("  london ", "United Kingdom") == place_of("LONDON", "gb") == place_of("London", "Great  Britain")
    assert place_of("St. Andrews", "Scotland") == place_of("st andrews", "Scotland") is not None
    assert place_of("St.Andrews", "Scotland") == place_of("Saint Andrews", "Scotland") == place_of("st andrews", "uk")
    assert (
        place_of("King\N{RIGHT SINGLE QUOTATION MARK}s Lynn", "England")
        == place_of("kings-lynn", "England")
        is not None
    )
    assert place_of("Londonderry", "Northern Ireland") == place_of("Derry", "UK") is not None


def test_what_is_no_town_or_no_country_has_no_place():
    assert place_of("Nowhere at all", "England") is None
    assert place_of("London", "Atlantis") is place_of("London", "") is place_of("", "England") is None
    assert place_of("Paris", "England") is None


def test_near_says_which_town_by_country_or_the_biggest_at_home():
    assert town("Boston") == town("Boston, England") == town("boston, UK")
    assert town("Boston, United States") == town("Boston, US") != town("Boston")
    assert (town("Newport").area, town("Newport, England").area) == ("Wales", "England")
    assert town("Boston, Atlantis") is town("Nowhereville") is None


def test_towns_that_begin_so_are_the_biggest_at_home_first_and_other_names_last():
    bostons = [(one.name, one.area) for one in towns_like("boston", 9)]
    assert bostons[0] == ("Boston", "England")
    assert bostons.index(("Boston Spa", "England")) < bostons.index(("Boston", "US"))
    assert [one.name for one in towns_like("londond", 9)] == ["Londonderry County Borough", "Derry"]
    assert town("Veghel") is not None
    assert towns_like("vegh", 9) == []
    assert len(towns_like("s", 4)) == 4
    assert towns_like(" ", 4) == []


def test_the_real_place_is_for_its_own_members_and_administrators(gateway: Gateway, store: Store):
    member = gateway.sign_up(place=LONDON)
    gateway.patch(f"/entities/{member.entity_id}", {"status": "accepted"}, ADMIN)
    other = gateway.sign_up()
    path = f"/entities/{member.entity_id}"
    for caller in (member.caller, ADMIN):
        assert gateway.get(path, caller)[1]["place"] == {**LONDON, "source": "given"}
    told = gateway.get(path, PUBLIC)[1]["place"]
    assert set(told) == {"latitude", "longitude"}
    assert 0 < metres(told, LONDON) < 505
    for answered in (gateway.get(path, other.caller), gateway.get("/entities", PUBLIC, ids=member.entity_id)):
        assert LONDON["latitude"] not in repr(answered)
        assert LONDON["longitude"] not in repr(answered)
    events = [bytes(record["value"]) for record in store.database["outbox"].find()]
    assert not [raw for raw in events if LONDON["latitude"].encode() in raw]
    assert [raw for raw in events if told["latitude"].encode() in raw]


def test_the_search_knows_no_real_place(gateway: Gateway, prepared_index: EntityIndex, store: Store):
    member = gateway.sign_up(place=LONDON)
    documents = list(indexed(store.entities.of_ids([member.entity_id])))
    assert LONDON["latitude"] not in repr(documents)
    assert gateway.get(f"/entities/{member.entity_id}", PUBLIC)[0] == 404


def test_without_coordinates_the_town_tells_the_place(gateway: Gateway):
    member = gateway.sign_up(city="Hull", country="England")
    path = f"/entities/{member.entity_id}"
    hull = gateway.get(path, member.caller)[1]["place"]
    assert hull["source"] == "town"
    moved = gateway.patch(path, {"city": "Bristol"}, member.caller)[1]["place"]
    assert moved["source"] == "town"
    assert metres(hull, moved) > 100_000
    assert gateway.patch(path, {"place": LONDON}, member.caller)[1]["place"] == {**LONDON, "source": "given"}
    assert gateway.patch(path, {"city": "Hull"}, member.caller)[1]["place"]["source"] == "given"
    assert gateway.patch(path, {"place": None}, member.caller)[1]["place"] == hull
    assert gateway.patch(path, {"city": "Nowhere at all"}, member.caller)[1]["place"] is None


def test_a_step_within_the_cell_is_saved_though_nobody_is_told(gateway: Gateway, store: Store):
    member = gateway.sign_up(place=LONDON)
    path = f"/entities/{member.entity_id}"
    record = store.database["entities"].find_one({"_id": member.entity_id})
    told = record["profile"]["place"]
    gateway.patch(path, {"place": told}, member.caller)
    assert gateway.get(path, member.caller)[1]["place"] == {**told, "source": "given"}
    last = codec.decode(bytes(store.database["outbox"].find_one(sort=[("_id", -1)])["value"]))
    assert dict(last.data) == {"entity_id": member.entity_id, "before": {}, "after": {}}
