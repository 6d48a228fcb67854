"""Lists that go on behind an entry: nothing is told twice or left out while others come and go."""

from collections.abc import Callable
from typing import Any

import pytest

from services.directory.domain import paging
from services.directory.domain.paging import Place
from services.directory.store import Store
from services.directory.store.entities import NEWEST_FIRST
from services.mongo.paging import behind
from tests.directory.conftest import Time
from tests.directory.gateway import ADMIN, Gateway, Member

integration = pytest.mark.integration


@pytest.mark.parametrize(
    "place", [Place("2026-01-31T12:00:00.000000Z", "e-1"), Place("", "u-1"), Place("Ó/x\n", "u/1")]
)
def test_a_place_comes_back_from_its_text_in_its_own_list_alone(place: Place) -> None:
    text = paging.encoded("users", place)
    assert paging.decoded("users", text) == place
    for of, wrong in (("entities", text), ("users", text[:4]), ("users", text + "!"), ("users", "ü"), ("users", "")):
        with pytest.raises(ValueError):
            paging.decoded(of, wrong)


def walk(ask: Callable[..., Any], name: str, between: Callable[[int], None]) -> list[str]:
    """All ids of a list, two at a time; `between` happens after each page."""
    seen: list[str] = []
    after: dict[str, str] = {}
    while True:
        status, page = ask(page_size=2, **after)
        assert status == 200, page
        seen += [each["entity_id" if name == "entities" else "user_id"] for each in page[name]]
        if page["next"] is None:
            return seen
        between(len(seen))
        after = {"after": page["next"]}


def people(gateway: Gateway, names: list[str]) -> list[Member]:
    members = []
    for last_name in names:
        member = gateway.sign_up()
        assert gateway.patch(f"/users/{member.user_id}", {"last_name": last_name})[0] == 200
        members.append(member)
    return members


@integration
def test_users_go_on_by_name_though_the_one_where_a_page_ended_is_gone(gateway: Gateway, store: Store) -> None:
    members = people(gateway, ["Archer", "Baker", "Baker", "Baker", "Cook", ""])
    ids = [member.user_id for member in members]
    expected = [ids[5], ids[0], *sorted(ids[1:4]), ids[4]]

    def meanwhile(seen: int) -> None:
        if seen == 4:
            store.users.remove(expected[3])
            people(gateway, ["Abel"])

    seen = walk(lambda **asked: gateway.get("/users", ADMIN, **asked), "users", meanwhile)
    assert seen == expected
    found = gateway.get("/users", ADMIN, last_name="bak", page_size=1)[1]
    rest = gateway.get("/users", ADMIN, last_name="bak", after=found["next"])[1]
    left = [expected[2], expected[4]]
    assert [page["users"][0]["user_id"] for page in (found, rest)] == left
    assert (len(rest["users"]), rest["total"], rest["next"]) == (1, 2, None)


@integration
def test_businesses_of_a_status_go_on_by_age(gateway: Gateway, time: Time) -> None:
    made: list[str] = []
    for seconds in (0, 1, 0, 0, 1):
        time.pass_by(seconds=seconds)
        made.append(gateway.sign_up().entity_id)
    late: list[str] = []

    def meanwhile(seen: int) -> None:
        time.pass_by(seconds=1)
        late.append(gateway.sign_up().entity_id)
        # Where the page ended, and one that is to come, are not of this status any more.
        gateway.patch(f"/entities/{expected[seen - 1]}", {"status": "rejected", "reason": "no"})

    oldest_first = [made[0], *sorted(made[1:4]), made[4]]
    expected = oldest_first[::-1]
    assert walk(lambda **asked: gateway.get("/entities", ADMIN, status="pending", **asked), "entities", meanwhile) == (
        expected
    )
    assert len(late) == 2


@integration
def test_favourites_go_on_by_when_they_were_marked(gateway: Gateway, time: Time) -> None:
    mine, *others = (gateway.sign_up() for _ in range(6))
    for each in (mine, *others):
        gateway.patch(f"/entities/{each.entity_id}", {"status": "accepted"})
    path = f"/entities/{mine.entity_id}/favourites"

    def mark(other: Member, favourite: bool = True) -> None:
        time.pass_by(seconds=1)
        assert gateway.put(f"{path}/{other.entity_id}", {"favourite": favourite}, mine.caller)[0] == 200

    for other in others[:4]:
        mark(other)
    # One in the middle is not listed any more: pages are full all the same.
    gateway.patch(f"/entities/{others[2].entity_id}", {"status": "rejected", "reason": "no"})

    def meanwhile(_: int) -> None:
        mark(others[1], favourite=False)
        mark(others[4])

    seen = walk(lambda **asked: gateway.get(path, mine.caller, **asked), "entities", meanwhile)
    assert seen == [others[3].entity_id, others[1].entity_id, others[0].entity_id]
    numbered = [gateway.get(path, mine.caller, page_size=2, page=page)[1] for page in (1, 2)]
    assert [each["entity_id"] for page in numbered for each in page["entities"]] == [
        others[index].entity_id for index in (4, 3, 0)
    ]
    assert {page["total"] for page in numbered} == {3}


@integration
@pytest.mark.parametrize("path", ["/users", "/entities"])
def test_what_is_no_place_of_the_list_is_refused(gateway: Gateway, path: str) -> None:
    other = paging.encoded("favourites", Place("2026", "e-1"))
    for wrong in ("x", "ü", other, "A" * 2_000, ""):
        status, told = gateway.get(path, ADMIN, after=wrong)
        assert (status, list(told["errors"])) == (400, ["after"]), wrong


@integration
@pytest.mark.parametrize(
    ("collection", "wanted", "order"),
    [
        ("entities", {"status": {"$in": ["pending", "accepted"]}}, NEWEST_FIRST),
        ("users", {"kind": "member"}, [("last_name", 1), ("_id", 1)]),
        ("favourites", {"entity_id": "e-1"}, [("added_at", -1), ("_id", 1)]),
    ],
)
def test_a_page_is_read_from_an_index_without_sorting(
    store: Store, collection: str, wanted: dict[str, Any], order: list[tuple[str, int]]
) -> None:
    asked = behind(wanted, order, Place("m", "m"))
    plan = store.database[collection].find(asked).sort(order).limit(3).explain()["queryPlanner"]["winningPlan"]
    told = str(plan)
    assert "IXSCAN" in told
    assert "COLLSCAN" not in told
    assert "'SORT'" not in told
