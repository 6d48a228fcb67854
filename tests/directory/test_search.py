"""The search on a real Elasticsearch: what is found, in which order, and why."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from services.directory import consumer, indexing
from services.directory.handlers.writing import Directory
from services.directory.store import EntityIndex
from services.directory.words import normal_tag
from tests.directory.conftest import Time
from tests.directory.gateway import ADMIN, PUBLIC, Gateway, Member

pytestmark = pytest.mark.integration

Publish = Callable[..., Member]


@pytest.fixture
def listed(gateway: Gateway, directory: Directory, prepared_index: EntityIndex) -> Publish:
    """Signs up an entity, gives it a status, indexes it as the consumer does."""

    def publish(name: str = "Greens", status: str = "accepted", **fields: Any) -> Member:
        categories = fields.pop("categories", [])
        member = gateway.sign_up(name=name, **fields)
        entity = directory.store.entities.find(member.entity_id)
        assert entity
        # Not by decisions: which status may follow which is no matter of the search.
        directory.store.entities.save(replace(entity, status=status, categories=tuple(map(normal_tag, categories))))
        refresh(directory, prepared_index, member)
        return member

    return publish


def refresh(directory: Directory, index: EntityIndex, member: Member) -> None:
    index.put(list(indexing.indexed(directory.store.entities.of_ids([member.entity_id]))))


def found(gateway: Gateway, **query: Any) -> list[str]:
    status, answered = gateway.get("/search", **query)
    assert status == 200, answered
    assert answered["total"] >= len(answered["entities"])
    return [entity["name"] for entity in answered["entities"]]


def test_a_misspelled_offer_finds_it_and_its_part(gateway: Gateway, listed: Publish) -> None:
    listed("Plain", offers=["vegetables"])
    listed("Organic", offers=["organic-vegetables"])
    listed("Baker", offers=["bread"])

    assert sorted(found(gateway, offers="vegetalbes")) == ["Organic", "Plain"]
    assert found(gateway, offers="vegetables") == ["Plain", "Organic"]
    assert found(gateway, offers="VÉGÉTABLE") == ["Plain", "Organic"]


def test_exact_comes_before_prefix_before_contains_before_fuzzy(gateway: Gateway, listed: Publish) -> None:
    listed("A fuzzy", offers=["printang"])
    listed("B contains", offers=["fast-printing"])
    listed("C prefix", offers=["printing-press"])
    listed("D exact", offers=["printing"])
    assert found(gateway, offers="printing") == ["D exact", "C prefix", "B contains", "A fuzzy"]


def test_any_term_suffices_and_earlier_ones_count_more(gateway: Gateway, listed: Publish) -> None:
    listed("Tea", offers=["tea"])
    listed("Wine", offers=["wine"])
    listed("Both", offers=["wine", "tea"])
    assert found(gateway, offers="wine tea") == ["Both", "Wine", "Tea"]
    assert found(gateway, offers="tea,wine") == ["Both", "Tea", "Wine"]


def test_trading_members_come_first_and_ties_are_stable(gateway: Gateway, listed: Publish) -> None:
    for name, status in (("B", "accepted"), ("A", "tradingPending"), ("Z", "tradingAccepted")):
        listed(name, status, offers=["tea"])
    assert found(gateway, offers="tea") == ["Z", "A", "B"]
    assert found(gateway) == ["Z", "A", "B"]
    assert [found(gateway, page=page, page_size=1) for page in (1, 2, 3, 4)] == [["Z"], ["A"], ["B"], []]


def test_offers_wants_and_name_must_all_match(gateway: Gateway, listed: Publish) -> None:
    listed("One", offers=["tea"], wants=["milk"])
    listed("Two", offers=["tea"], wants=["bread"])
    assert found(gateway, offers="tea", wants="milk") == ["One"]
    assert found(gateway, offers="milk") == []
    assert found(gateway, offers="tea", name="two") == ["Two"]


def test_names_are_found_like_tags(gateway: Gateway, listed: Publish) -> None:
    listed("Café O'Brien & Sons")
    for typed in ("obrien", "cafe", "O'BRIEN", "obrein", "obri", "son"):
        assert found(gateway, name=typed) == ["Café O'Brien & Sons"], typed
    assert found(gateway, name="zebra") == []


def test_a_category_is_matched_whole(gateway: Gateway, listed: Publish) -> None:
    """behaviour.md 6.5, 63."""
    listed("One", categories=["Professional Services"])
    listed("Two", categories=["services"])
    assert found(gateway, category="professional services") == ["One"]
    assert found(gateway, category="services") == ["Two"]


def test_a_date_asks_for_newer_tags(gateway: Gateway, listed: Publish, time: Time) -> None:
    listed("Old", offers=["tea"])
    time.pass_by(days=1)
    since = time.text()
    time.pass_by(hours=2)
    listed("New", offers=["tea"], wants=["milk"])
    listed("New but other", offers=["teapots"])

    assert found(gateway, offers="tea", tagged_since=since) == ["New", "New but other"]
    assert found(gateway, offers="tea", tagged_since="2026-02-01T23:59:59+00:00") == []
    assert gateway.get("/search", tagged_since=since)[0] == 400
    assert gateway.get("/search", offers="tea", tagged_since="yesterday")[0] == 400


def test_the_date_must_hold_of_the_tag_that_matches(
    gateway: Gateway, listed: Publish, directory: Directory, index: EntityIndex, time: Time
) -> None:
    member = listed("One", offers=["tea"])
    time.pass_by(days=1)
    gateway.patch(f"/entities/{member.entity_id}", {"offers": ["tea", "bread"]})
    refresh(directory, index, member)
    assert found(gateway, offers="tea", tagged_since=time.text()) == []
    assert found(gateway, offers="bread", tagged_since=time.text()) == ["One"]


def test_the_public_sees_the_four_listed_statuses(gateway: Gateway, listed: Publish) -> None:
    for status in ("pending", "rejected", "accepted", "tradingPending", "tradingAccepted", "tradingRejected"):
        listed(status, status, offers=["tea"])

    public = {"accepted", "tradingPending", "tradingAccepted", "tradingRejected"}
    assert set(found(gateway, offers="tea")) == public
    _, all_of_them = gateway.get("/search", ADMIN, offers="tea")
    assert all_of_them["total"] == 6
    _, pending = gateway.get("/search", ADMIN, offers="tea", status="pending,rejected")
    assert {entity["name"] for entity in pending["entities"]} == {"pending", "rejected"}
    assert gateway.get("/search", PUBLIC, status="pending")[0] == 403


def test_addresses_are_for_owners_and_administrators(gateway: Gateway, listed: Publish) -> None:
    member = listed(offers=["tea"])
    for caller, told in ((PUBLIC, False), (member.caller, True), (ADMIN, True)):
        entity = gateway.get("/search", caller, offers="tea")[1]["entities"][0]
        assert ("email" in entity, "preferences" in entity) == (told, told)


def test_why_names_term_tag_and_way(gateway: Gateway, listed: Publish) -> None:
    listed("Tea House", offers=["organic-vegetables"], wants=["printing"])
    _, answered = gateway.get("/search", offers="vegetables bread", wants="printign", name="tea")
    assert answered["entities"][0]["why"] == [
        {"side": "offers", "term": "vegetable", "matched": "organic-vegetables", "how": "contains"},
        {"side": "wants", "term": "printign", "matched": "printing", "how": "fuzzy"},
        {"side": "name", "term": "tea", "matched": "Tea House", "how": "prefix"},
    ]


def test_what_is_typed_is_never_a_pattern(gateway: Gateway, listed: Publish) -> None:
    listed("One", offers=["zzzz"])
    for typed in ("*", "?", ".*", "a*", "te?", "[a-z]+", "\\", '"', "tea~2", "t\\*", "(tea OR milk)*"):
        assert found(gateway, offers=typed) == [], typed
        assert found(gateway, name=typed) == [], typed
    assert found(gateway, offers="z*zzz") == ["One"], "the sign vanishes, as it does from tags"


def test_typed_text_is_bounded(gateway: Gateway, prepared_index: EntityIndex) -> None:
    assert gateway.get("/search", offers="x" * 501)[0] == 400
    assert found(gateway, offers=" ".join(f"t{number}" for number in range(100))) == []
    status, beyond = gateway.get("/search", page=10**9, page_size=100)
    assert (status, beyond["entities"], beyond["total"]) == (200, [], 0)


def test_a_reader_waits_for_what_it_wrote(gateway: Gateway, listed: Publish, directory: Directory) -> None:
    listed(offers=["tea"])
    head = directory.store.events.head()
    directory.store.projections.reached(f"index/{consumer.DIRECTORY_SOURCE}", head)
    token = gateway.signer.token(PUBLIC, "directory")

    def status(position: int) -> int:
        headers = {"Authorization": f"Bearer {token}", "Min-Position": f"directory={position}"}
        return gateway.client.get("/search", headers=headers).status_code

    assert status(head) == 200
    assert status(head + 1) == 503
