"""What is told because of a change: new pairs on either side, once, of members who are shown and have room."""

from services.matcher.accounts import Account
from services.matcher.announcing import LOOPS, MATCHES, Candidates, News, news_of
from services.matcher.domain import Entity, Feedback, Place, Tag
from services.matcher.network import Network
from services.matcher.searching import HITS, SavedSearch, SearchBook, found_now, search_id_of

OLD, NOW, LATER = "2026-03-01T00:00:00.000000Z", "2026-03-02T00:00:00.000000Z", "2026-03-03T00:00:00.000000Z"


def member(name, offers=(), wants=(), status="tradingAccepted", at=OLD, **kw):
    tags = {
        kind: tuple(
            Tag(tag=tag, added_at=added_at) for tag, added_at in ((t, at) if isinstance(t, str) else t for t in given)
        )
        for kind, given in (("offers", offers), ("wants", wants))
    }
    return Entity(entity_id=name, account=f"n-{name}", name=name, status=status, version=1, **tags, **kw)


def account(name, balance=0, limit=1000):
    return Account(
        account=f"n-{name}", balance=balance, max_negative=limit, max_positive=limit, standing="trading", version=1
    )


def network_of(*entities, accounts=()):
    made = Network()
    for entity in entities:
        made.put_entity(entity)
    for each in accounts:
        made.put_account(each)
    return made


def matches(network, name, at=NOW, book=None):
    return [news.event for news in news_of(network, book or SearchBook(), name, at).matches]


def told(network, name, at=NOW):
    return {(each.giver, each.receiver, each.offer, each.want) for each in matches(network, name, at)}


def test_new_tags_are_told_on_both_sides_and_old_ones_are_not():
    changed = member("a", offers=[("bread", NOW), ("cake", OLD)], wants=[("flour", NOW), ("milk", OLD)])
    others = [member("b", wants=["bread", "cake"]), member("c", offers=["flours", "milk"])]
    network = network_of(changed, *others)
    assert told(network, "a") == {("a", "b", "bread", "bread"), ("c", "a", "flours", "flour")}
    assert told(network, "a", LATER) == set()
    assert told(network, "b") == set(), "its own tags are old"


def test_a_match_has_the_same_id_however_the_tags_are_written():
    one = network_of(member("a", offers=[("Apple", NOW)]), member("b", wants=["apples"]))
    other = network_of(member("a", offers=[("apples", NOW)]), member("b", wants=["APPLE"]))
    assert [each.match_id for each in matches(one, "a")] == [each.match_id for each in matches(other, "a")]


def test_of_two_members_the_best_pair_of_each_new_tag():
    changed = member("a", offers=[("web-design", NOW), ("printing", NOW)])
    network = network_of(changed, member("b", wants=["web", "web-design", "printing"]))
    assert told(network, "a") == {("a", "b", "web-design", "web-design"), ("a", "b", "printing", "printing")}


def test_who_is_not_shown_is_not_told_of_nor_told():
    hidden = [member("b", wants=["bread"], status="pending"), member("c", wants=["bread"], closed=True)]
    assert told(network_of(member("a", offers=[("bread", NOW)]), *hidden), "a") == set()
    for a in (
        member("a", offers=[("bread", NOW)], status="rejected"),
        member("a", offers=[("bread", NOW)], closed=True),
    ):
        assert told(network_of(a, member("b", wants=["bread"])), "a") == set()
    assert told(network_of(), "nobody") == set()


def test_a_payer_without_room_is_no_news_and_an_unknown_account_leaves_nobody_out():
    pair = (member("a", offers=[("bread", NOW)]), member("b", wants=["bread"]))
    assert told(network_of(*pair), "a")
    assert told(network_of(*pair, accounts=[account("a"), account("b")]), "a")
    assert not told(network_of(*pair, accounts=[account("b", balance=-1000)]), "a")
    assert not told(network_of(*pair, accounts=[account("a", balance=1000)]), "a")


def test_guesses_are_no_news_nor_what_somebody_finds_not_relevant():
    network = network_of(member("a", wants=[("bread", NOW)]), member("b", categories=("Bread",)))
    assert network.suppliers("a")
    assert told(network, "a") == set()
    network = network_of(member("a", offers=[("bread", NOW)]), member("b", wants=["bread"]))
    network.put_feedback(
        Feedback(feedback_id="f", entity_id="b", other_id="a", mine="bread", theirs="bread", side="suppliers", at=NOW)
    )
    assert told(network, "a") == set()


def test_the_best_come_first_and_there_are_not_too_many():
    trading = [member(f"t{index:03}", wants=["bread"]) for index in range(300)]
    others = [member(f"o{index:03}", wants=["bread"], status="accepted") for index in range(300)]
    news = news_of(network_of(member("a", offers=[("bread", NOW)]), *others, *trading), SearchBook(), "a", NOW)
    first = news.chosen(())
    assert len(first) == MATCHES
    assert {each.event.receiver[0] for each in first} == {"t"}
    second = news.chosen({each.key for each in first})
    assert not {each.key for each in first} & {each.key for each in second}


def ring(*names, at=OLD):
    tags = list(zip(names, (*names[1:], names[0]), strict=True))
    return [member(name, offers=[(f"{name}-good", at)], wants=[(f"{other}-good", at)]) for name, other in tags]


def test_a_loop_through_the_changed_member_is_told_among_those_who_trade():
    network = network_of(*ring("anna", "bert", "carl", at=NOW), accounts=[account(n) for n in ("anna", "bert", "carl")])
    (news,) = news_of(network, SearchBook(), "bert", NOW).loops
    assert news.event.members == ("anna", "bert", "carl")
    assert [(give.giver, give.receiver, give.want) for give in news.event.gives] == [
        ("bert", "anna", "bert-good"),
        ("carl", "bert", "carl-good"),
        ("anna", "carl", "anna-good"),
    ]
    unknown_accounts = network_of(*ring("anna", "bert", "carl", at=NOW))
    assert not news_of(unknown_accounts, SearchBook(), "bert", NOW).loops


def test_no_more_than_a_few_loops_are_told_for_one_change():
    many = [News(f"loop/{index}", None, ()) for index in range(9)]
    chosen = Candidates(loops=many).chosen({"loop/0"})
    assert [each.key for each in chosen] == [f"loop/{index}" for index in range(1, 1 + LOOPS)]


def saved(owner="b", text="bread", side="offers", **kw):
    search_id = search_id_of(owner, text, side, kw.get("max_km"), kw.get("category"))
    return SavedSearch(
        **{"search_id": search_id, "entity_id": owner, "text": text, "side": side, "created_at": OLD, **kw}
    )


def book_of(*searches):
    book = SearchBook()
    for search in searches:
        book.put(search)
    return book


def hits(network, book, name="a", at=NOW):
    return {(hit.event.entity_id, hit.event.found, hit.event.tag) for hit in news_of(network, book, name, at).hits}


def test_a_saved_search_hears_of_what_is_added_after_it_was_made():
    network = network_of(member("a", offers=[("sourdough-bread", NOW), ("bread", OLD)]), member("b"))
    assert hits(network, book_of(saved())) == {("b", "a", "sourdough-bread")}
    assert hits(network, book_of(saved(created_at=LATER))) == set()
    assert hits(network, book_of(saved(side="wants"))) == set()
    assert hits(network, book_of(saved(owner="a"))) == set(), "never one's own"
    dropped = book_of(saved())
    dropped.drop(saved().search_id)
    assert hits(network, dropped) == set()


def test_a_saved_search_may_ask_for_a_category_and_a_distance():
    here, near, far = (Place(latitude=50.0 + step, longitude=-5.0) for step in (0, 0.1, 3))
    found = member("a", offers=[("bread", NOW)], place=near, categories=("Food",))
    network = network_of(found, member("b", place=here))
    assert hits(network, book_of(saved(max_km=20, category="food")))
    assert not hits(network, book_of(saved(max_km=5)))
    assert not hits(network, book_of(saved(category="Building")))
    assert not hits(network_of(found, member("b", place=far)), book_of(saved(max_km=20)))
    assert not hits(network_of(found, member("b")), book_of(saved(max_km=20))), "nobody knows how far"


def test_many_searches_for_one_tag_have_an_end():
    owners = [f"m{index}" for index in range(HITS + 5)]
    network = network_of(member("a", offers=[("bread", NOW)]), *(member(name) for name in owners))
    assert len(hits(network, book_of(*(saved(owner=name) for name in owners)))) == HITS


def test_what_a_search_finds_now_is_counted_whenever_it_was_added():
    network = network_of(member("a", offers=["bread"]), member("c", offers=["breads"]), member("b", offers=["bread"]))
    assert [each.entity_id for each in found_now(network, saved())] == ["a", "c"]


def test_the_same_search_has_the_same_id_and_one_without_words_has_none():
    assert saved(text="Organic  Apples").search_id == saved(text="organic-apple").search_id
    assert saved().search_id != saved(max_km=5).search_id
