"""Tags and categories: administrators create, rename, merge and remove them; everybody browses them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.process import Stop
from services.directory import app, search
from services.directory.config import Config
from services.directory.domain import FieldsInvalid, Tag
from services.directory.domain.catalogue import label_of, letter_of, renamed, retagged
from services.directory.domain.similar import Suggestion, suggestions
from services.directory.handlers import suggesting
from services.directory.handlers.writing import Directory
from services.directory.scheduling import JOBS, Schedule
from services.directory.store import EntityIndex, Store, migrate, new_index
from tests.directory.gateway import ADMIN, PUBLIC, Gateway, Member

integration = pytest.mark.integration


def listed(gateway: Gateway, **changes: object) -> Member:
    member = gateway.sign_up(**changes)
    assert gateway.patch(f"/entities/{member.entity_id}", {"status": "accepted"})[0] == 200
    return member


def terms(gateway: Gateway, kind: str = "tags", **asked: object) -> dict[str, dict]:
    status, answered = gateway.get(f"/catalogue/{kind}", ADMIN, **asked)
    assert status == 200, answered
    return {each["name"]: each for each in answered["terms"]}


def lists_of(gateway: Gateway, member: Member) -> tuple[list[str], list[str], list[str]]:
    view = gateway.get(f"/entities/{member.entity_id}", ADMIN)[1]
    return view["offers"], view["wants"], view["categories"]


def types_in(store: Store) -> list[str]:
    return [each["type"] for each in store.database["outbox"].find().sort("_id", 1)]


def actions(store: Store) -> list[str]:
    return [each["action"] for each in store.database["audit"].find().sort("_id", 1)]


@integration
def test_a_category_is_created_under_its_normalised_name_with_the_label_as_typed(gateway: Gateway, store: Store):
    status, made = gateway.post("/catalogue/categories", {"name": "  Cafés &  Bars "}, ADMIN)
    assert (status, made["name"], made["label"], made["letter"]) == (200, "cafés-&-bars", "Cafés & Bars", "C")
    assert gateway.post("/catalogue/categories", {"name": "cafés & bars"}, ADMIN)[1]["type"] == "term.taken"
    assert gateway.post("/catalogue/categories", {"name": "!?"}, ADMIN)[1]["type"] == "request.invalid"
    assert gateway.post("/catalogue/tags", {"name": "x" * 51}, ADMIN)[0] == 400
    assert actions(store) == ["category.created"]


@integration
@pytest.mark.parametrize("method", ["POST", "PATCH", "DELETE"])
def test_changes_are_for_administrators(gateway: Gateway, method: str):
    member = listed(gateway, offers=["veg"])
    tag = terms(gateway)["veg"]
    path = "/catalogue/tags" if method == "POST" else f"/catalogue/tags/{tag['term_id']}"
    for caller in (member.caller, PUBLIC):
        assert gateway._call(method, path, caller, {}, json={"name": "x"})[0] == 403
    assert gateway.get("/catalogue/tags/suggestions", member.caller)[0] == 403


@integration
def test_an_administrator_who_assigns_an_unknown_category_makes_it(gateway: Gateway, store: Store):
    member = listed(gateway)
    gateway.patch(f"/entities/{member.entity_id}", {"categories": ["Car repair", "Bakery"]})
    found = terms(gateway, "categories")
    assert {name: each["label"] for name, each in found.items()} == {"bakery": "Bakery", "car-repair": "Car repair"}
    assert found["bakery"]["businesses"] == 1
    assert actions(store).count("category.created") == 2
    gateway.patch(f"/entities/{member.entity_id}", {"categories": ["Bakery"]})
    assert terms(gateway, "categories")["car-repair"]["businesses"] == 0


@integration
def test_categories_are_browsed_by_letter(gateway: Gateway):
    for name in ("Élan vital", "Earthworks", "3D printing", "Bakery"):
        gateway.post("/catalogue/categories", {"name": name}, ADMIN)
    assert gateway.get("/catalogue/categories/letters")[1]["letters"] == {"E": 2, "#": 1, "B": 1}
    assert list(terms(gateway, "categories", letter="E")) == ["earthworks", "élan-vital"]
    assert list(terms(gateway, "categories", letter="#")) == ["3d-printing"]
    assert gateway.get("/catalogue/categories", letter="b")[0] == 400


@integration
def test_lists_take_prefix_and_fragment_as_text_and_page_in_a_stable_order(gateway: Gateway):
    for name in ("beer", "bread", "craft-beer", "r&d", "c++"):
        gateway.post("/catalogue/tags", {"name": name}, ADMIN)
    assert list(terms(gateway, fragment="beer")) == ["beer", "craft-beer"]
    assert list(terms(gateway, prefix="b")) == ["beer", "bread"]
    assert list(terms(gateway, prefix="b", fragment="ea")) == ["bread"]
    assert list(terms(gateway, fragment="+")) == ["c++"]
    assert list(terms(gateway, fragment=".*")) == list(terms(gateway)), "signs that no tag has are no pattern"
    pages = [list(terms(gateway, page=page, page_size=2)) for page in (1, 2, 3)]
    assert pages == [["beer", "bread"], ["c++", "craft-beer"], ["r&d"]]
    assert gateway.get("/catalogue/tags", ADMIN, fragment="e")[1]["total"] == 3


@integration
def test_a_list_goes_on_after_a_name_whatever_comes_meanwhile(gateway: Gateway):
    for name in ("apples", "bread", "cheese"):
        assert gateway.post("/catalogue/tags", {"name": name}, ADMIN)[0] == 200
    first = gateway.get("/catalogue/tags", PUBLIC, page_size=2)[1]
    assert ([each["name"] for each in first["terms"]], first["next"]) == (["apples", "bread"], "bread")
    assert gateway.post("/catalogue/tags", {"name": "almonds"}, ADMIN)[0] == 200
    second = gateway.get("/catalogue/tags", PUBLIC, page_size=2, after=first["next"])[1]
    assert ([each["name"] for each in second["terms"]], second["next"], second["total"]) == (["cheese"], None, 4)


@integration
def test_usage_counts_listed_businesses_and_tells_when_a_tag_was_last_added(gateway: Gateway):
    listed(gateway, offers=["veg"], wants=["bread"])
    listed(gateway, offers=["veg", "bread"])
    gateway.sign_up(offers=["veg"])
    found = terms(gateway)
    assert (found["veg"]["offers"], found["veg"]["wants"]) == (2, 0)
    assert (found["bread"]["offers"], found["bread"]["wants"]) == (1, 1)
    assert found["veg"]["offer_added_at"]
    assert found["veg"]["want_added_at"] is None
    one = gateway.get(f"/catalogue/tags/{found['veg']['term_id']}", ADMIN)[1]
    assert one["holders"] == 3, "a change touches those too who are not listed"


@integration
def test_unused_tags_are_found(gateway: Gateway):
    member = listed(gateway, offers=["veg", "bread"])
    gateway.patch(f"/entities/{member.entity_id}", {"offers": ["bread"]})
    gateway.post("/catalogue/tags", {"name": "tea"}, ADMIN)
    assert list(terms(gateway, unused="true")) == ["tea", "veg"]


@integration
def test_a_rename_is_one_event_and_reaches_everybody_at_once_in_a_small_network(
    gateway: Gateway, store: Store, prepared_index: EntityIndex
):
    one, other = listed(gateway, offers=["veg"], wants=["veg"]), gateway.sign_up(offers=["bread", "veg", "vegetables"])
    tag, before = terms(gateway)["veg"], len(types_in(store))
    status, answered = gateway.patch(f"/catalogue/tags/{tag['term_id']}", {"name": "Vegetables"})
    assert (status, answered["name"], answered["touched"]) == (200, "vegetables", 2)
    assert "directory=" in gateway.headers["Position"]
    assert types_in(store)[before:] == ["directory.tag-renamed.v1"]
    assert lists_of(gateway, one)[:2] == (["vegetables"], ["vegetables"])
    assert lists_of(gateway, other)[0] == ["bread", "vegetables"], "once, in the first of the two places"
    found = gateway.get("/search", offers="vegetables")[1]["entities"]
    assert [each["entity_id"] for each in found] == [one.entity_id]
    assert terms(gateway)["vegetables"]["term_id"] == tag["term_id"]
    assert "veg" not in terms(gateway)
    entry = store.database["audit"].find_one({"action": "tag.renamed"})
    assert entry["details"]["before"] == {"name": "veg", "label": "veg", "businesses": 2}


@integration
def test_renaming_to_a_name_that_exists_merges_both(gateway: Gateway, store: Store):
    one = listed(gateway, offers=["veg"], wants=["bread"])
    two = listed(gateway, offers=["vegetables", "veg"])
    found = terms(gateway)
    path = f"/catalogue/tags/{found['veg']['term_id']}"
    answered = gateway.patch(path, {"name": "vegetables"})[1]
    assert (answered["term_id"], answered["merged"], answered["touched"]) == (found["vegetables"]["term_id"], 1, 2)
    assert lists_of(gateway, one)[0] == lists_of(gateway, two)[0] == ["vegetables"]
    assert list(terms(gateway)) == ["bread", "vegetables"]
    assert gateway.patch(path, {"name": "x"})[1]["type"] == "term.unknown"
    entry = store.database["audit"].find_one({"action": "tag.merged"})
    assert (entry["subject"], entry["concerns"]) == ("tag/veg", ["tag/vegetables"])


@integration
def test_several_categories_become_one(gateway: Gateway, store: Store):
    members = [listed(gateway) for _ in range(3)]
    for member, names in zip(members, (["Cafe"], ["Bar", "Cafe"], ["Pub"]), strict=True):
        gateway.patch(f"/entities/{member.entity_id}", {"categories": names})
    found = terms(gateway, "categories")
    asked = {"term_ids": [found["bar"]["term_id"], found["pub"]["term_id"]], "into": found["cafe"]["term_id"]}
    status, answered = gateway.post("/catalogue/categories/merges", asked, ADMIN)
    assert (status, answered["merged"], answered["touched"]) == (200, 2, 2)
    assert [lists_of(gateway, member)[2] for member in members] == [["cafe"]] * 3
    assert types_in(store).count("directory.category-renamed.v1") == 2
    assert list(terms(gateway, "categories")) == ["cafe"]
    alone = {"term_ids": [asked["into"]], "into": asked["into"]}
    assert gateway.post("/catalogue/categories/merges", alone, ADMIN)[0] == 400


@integration
def test_a_label_alone_may_change_and_nobody_is_told(gateway: Gateway, store: Store):
    made = gateway.post("/catalogue/categories", {"name": "car repair"}, ADMIN)[1]
    path, before = f"/catalogue/categories/{made['term_id']}", types_in(store)
    answered = gateway.patch(path, {"name": "Car-Repair"})[1]
    assert (answered["name"], answered["label"], answered["touched"]) == ("car-repair", "Car-Repair", 0)
    assert types_in(store) == before
    assert actions(store)[-1] == "category.renamed"
    gateway.patch(path, {"name": "Car-Repair"})
    assert actions(store).count("category.renamed") == 1


@integration
def test_a_removed_tag_is_gone_everywhere_and_may_come_again(gateway: Gateway, store: Store):
    member = listed(gateway, offers=["veg", "bread"], wants=["veg"])
    tag = terms(gateway)["veg"]
    status, answered = gateway.delete(f"/catalogue/tags/{tag['term_id']}", ADMIN)
    assert (status, answered["touched"]) == (200, 1)
    assert lists_of(gateway, member)[:2] == (["bread"], [])
    assert types_in(store)[-1] == "directory.tag-removed.v1"
    assert "veg" not in terms(gateway)
    gateway.patch(f"/entities/{member.entity_id}", {"wants": ["veg"]}, member.caller)
    assert terms(gateway)["veg"]["wants"] == 1
    assert terms(gateway)["veg"]["term_id"] != tag["term_id"]


@integration
def test_a_command_is_done_once_for_its_key(gateway: Gateway, store: Store):
    listed(gateway, offers=["veg"])
    path = f"/catalogue/tags/{terms(gateway)['veg']['term_id']}"
    answers = [gateway.patch(path, {"name": "greens"}, **{"Idempotency-Key": "k1"}) for _ in range(2)]
    assert answers[0] == answers[1]
    assert types_in(store).count("directory.tag-renamed.v1") == 1


@integration
def test_without_the_search_a_rename_goes_through_and_is_indexed_later(
    gateway: Gateway, config: Config, directory: Directory, prepared_index: EntityIndex, store: Store
):
    member = listed(gateway, offers=["veg"])
    away = app.create_app(config, directory, new_index("http://127.0.0.1:1", "away", search.MAPPING, 1))
    tag = terms(gateway)["veg"]
    behind = Gateway(away.test_client(), gateway.signer)
    assert behind.patch(f"/catalogue/tags/{tag['term_id']}", {"name": "greens"})[0] == 200
    assert list(store.propagations.unindexed(10)) == [member.entity_id]

    Schedule(directory, prepared_index, Stop(), [job for job in JOBS if job.name == "propagation"]).tick()
    assert store.propagations.unindexed(10) == {}
    found = gateway.get("/search", offers="greens")[1]["entities"]
    assert [each["entity_id"] for each in found] == [member.entity_id]


@integration
def test_pairs_that_may_be_one_are_suggested_until_they_are_told_apart(
    gateway: Gateway, directory: Directory, prepared_index: EntityIndex, store: Store
):
    listed(gateway, offers=["vegetables", "dog-walking"])
    listed(gateway, offers=["vegetables"], wants=["vegetable", "walking-dogs"])
    assert gateway.get("/catalogue/tags/suggestions", ADMIN)[1]["suggestions"] == [], "nobody has looked yet"
    Schedule(directory, prepared_index, Stop(), [job for job in JOBS if job.name == "suggest-tags"]).tick()
    found = gateway.get("/catalogue/tags/suggestions", ADMIN)[1]["suggestions"]
    assert [(each["keep"]["name"], each["merge"]["name"], each["why"]) for each in found] == [
        ("vegetables", "vegetable", "plural"),
        ("dog-walking", "walking-dogs", "order"),
    ]
    assert found[0]["keep"]["offers"] == 2
    for _ in range(2):
        assert gateway.post("/catalogue/tags/dismissals", {"names": ["walking-dogs", "dog-walking"]}, ADMIN)[0] == 200
    assert len(gateway.get("/catalogue/tags/suggestions", ADMIN)[1]["suggestions"]) == 1
    assert actions(store).count("tag.told-apart") == 1
    assert gateway.post("/catalogue/tags/dismissals", {"names": ["nothing", "bread"]}, ADMIN)[0] == 404


@integration
def test_what_was_merged_since_the_last_look_is_not_suggested(gateway: Gateway, directory: Directory):
    listed(gateway, offers=["vegetables", "carrots"])
    listed(gateway, offers=["vegetables", "carrots"], wants=["vegetable", "carrot"])
    assert suggesting.work_out(directory) == 2
    gone = terms(gateway)["carrot"]["term_id"]
    assert gateway.patch(f"/catalogue/tags/{gone}", {"name": "carrots"})[0] == 200
    listed(gateway, wants=["vegetable"])
    (found,) = gateway.get("/catalogue/tags/suggestions", ADMIN)[1]["suggestions"]
    assert (found["merge"]["name"], found["merge"]["wants"]) == ("vegetable", 2), "uses are those of now"


@integration
def test_an_earlier_version_is_completed(gateway: Gateway, store: Store):
    member = listed(gateway, offers=["bread"])
    gateway.patch(f"/entities/{member.entity_id}", {"categories": ["bakery"]})
    store.database["categories"].delete_many({})
    store.database["tags"].insert_one({"_id": "tea", "want_added_at": "2026-01-01T00:00:00.000000Z"})
    for _ in range(2):
        migrate(store.database)
    assert terms(gateway)["tea"]["created_at"] == "2026-01-01T00:00:00.000000Z"
    assert terms(gateway, "categories")["bakery"]["label"] == "Bakery"


def test_names_and_labels():
    assert label_of("categories", " R&D  and 3D-Print ") == ("r&d-and-3d-print", "R&D and 3D-Print")
    assert label_of("tags", "Dog Walking") == ("dog-walking", "dog-walking")
    assert [letter_of(name) for name in ("bread", "élan", "日本語", "3d", "ñandu")] == ["B", "E", "#", "#", "N"]
    with pytest.raises(FieldsInvalid):
        label_of("categories", "x" * 101)


def test_what_falls_together_keeps_the_first_place_and_the_earliest_time():
    tags = (Tag("a", "2"), Tag("b", "3"), Tag("c", "1"))
    assert retagged(tags, {"c": "a"}) == (Tag("a", "1"), Tag("b", "3"))
    assert retagged(tags, {"a": None}) == (Tag("b", "3"), Tag("c", "1"))
    assert renamed(("x", "y", "z"), {"z": "x", "y": None}) == ("x",)


names = st.lists(st.sampled_from("abcdef"), unique=True)


@given(names, st.sampled_from("abc"), st.sampled_from("def"))
def test_a_rename_leaves_no_old_name_no_doublets_and_the_rest_in_order(have: list[str], old: str, new: str):
    after = renamed(have, {old: new})
    assert old not in after
    assert len(set(after)) == len(after)
    assert (new in after) == (old in have or new in have)
    rest = [name for name in after if name != new]
    assert rest == [name for name in have if name not in (old, new)]
    assert renamed(after, {old: new}) == after


def pairs(uses: dict[str, int], **options: object) -> dict[tuple[str, str], str]:
    return {(each.keep, each.merge): each.why for each in suggestions(uses, **options)}


def test_near_duplicates_are_suggested_with_the_more_used_to_keep():
    uses = {"vegetables": 9, "vegetable": 2, "vegtables": 1, "car-wash": 1, "carwash": 3, "walking-dog": 1,
            "dog-walking": 4, "translation": 2, "translations": 3}  # fmt: skip
    assert pairs(uses) == {
        ("vegetables", "vegetable"): "plural",
        ("vegetables", "vegtables"): "spelling",
        ("vegetable", "vegtables"): "spelling",
        ("carwash", "car-wash"): "joined",
        ("dog-walking", "walking-dog"): "order",
        ("translations", "translation"): "plural",
    }


@pytest.mark.parametrize(
    ("one", "other"),
    [("cars", "bars"), ("beer", "bee"), ("size-38-shoes", "size-39-shoes"), ("bread", "cake"), ("tea", "team"),
     ("web-design", "interior-design")],
)  # fmt: skip
def test_what_is_not_near_is_not_suggested(one: str, other: str):
    assert pairs({one: 1, other: 1}) == {}


def test_told_apart_pairs_stay_apart():
    uses = {"vegetables": 9, "vegetable": 2}
    assert suggestions(uses, {frozenset(uses)}) == []
    assert suggestions(uses) == [Suggestion(keep="vegetables", merge="vegetable", why="plural")]


def test_work_and_answers_are_bounded():
    uses = {f"common-{number}-{sign}s": number for number in range(3_000) for sign in ("tag", "tags")}
    assert len(suggestions(uses)) <= 100
