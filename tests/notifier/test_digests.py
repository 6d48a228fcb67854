"""The daily mail: collected from the matcher's events, made once a day at each business's hour, in its zone."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from events import directory, matcher
from services.chassis.tokens import Caller, Verifier
from services.notifier.app import create_app
from services.notifier.digesting import Digester
from services.notifier.digests import MOST_WAITING, Match, Waiting, outcome
from services.notifier.preferences import Preference
from tests.chassis.keys import key_pair, signer_of
from tests.eventlog import EventLog, deliver
from tests.notifier import given
from tests.notifier.samples import STATIONERY
from tests.notifier.test_sending import send_all

pytestmark = pytest.mark.integration

WANTED = Preference(zone="Europe/London")
LEAD = Match(side="leads", other="o", mine="rye", theirs="grain", score=50)


def wanting(entity, *, daily: bool) -> directory.PreferencesChanged:
    return directory.PreferencesChanged(
        entity_id=entity.entity_id, daily_match_mail=daily, matches_since_last_login=False
    )


class Market:
    """Green Farm offers rye, Blue Bakery wants it; both have their daily mail on at 7 in London."""

    def __init__(self, projection, clock) -> None:
        # A winter's day, so that London's hours are UTC's.
        clock.now = datetime(2026, 1, 20, 12, tzinfo=UTC)
        self.projection, self.clock = projection, clock
        self.people = EventLog("directory.events", "directory")
        self.matches = EventLog("matcher.events", "matcher")
        self.farm, self.bakery = (given.an_entity(name=name, status="accepted") for name in ("Farm", "Bakery"))
        self.join(self.farm, self.bakery)

    def join(self, *entities) -> None:
        for entity in entities:
            self.tell(entity, wanting(entity, daily=True))

    def tell(self, *events) -> None:
        for event in events:
            self.people.tell(event)
        assert deliver(self.projection, self.people.records)

    def match(self, **changed) -> None:
        found = matcher.MatchFound(
            match_id=f"m-{len(self.matches.records)}", giver=self.farm.entity_id, receiver=self.bakery.entity_id,
            offer="rye", want="grain", how="synonym", score=50,
        )  # fmt: skip
        self.matches.tell(replace(found, **changed), at=self.clock())
        assert deliver(self.projection, self.matches.records)


@pytest.fixture
def market(projection, clock) -> Market:
    return Market(projection, clock)


@pytest.fixture
def digester(store, clock) -> Digester:
    return Digester(store=store, clock=clock)


def work_off(digester: Digester) -> None:
    while digester.make_page():
        pass


def daily(store) -> list[dict]:
    return sorted(store._db["messages"].find({"kind": "daily_matches"}), key=lambda record: record["recipient"])


def test_both_sides_get_one_mail_at_their_hour(market, digester, store, sender, clock, mail_server):
    market.match()
    market.match(offer="oats", want="oats", score=90)
    work_off(digester)
    assert daily(store) == []
    clock.now = datetime(2026, 1, 21, 7, tzinfo=UTC)
    work_off(digester)
    assert len(daily(store)) == 2
    send_all(sender)
    texts = {
        str(mail["To"]).partition(" ")[0]: mail.get_body(("plain",)).get_content()
        for mail in mail_server.desk.mails
        if mail["Subject"].startswith("New for you")
    }
    assert "They want what Farm offers:\r\n\r\nBakery: oats\r\n\r\nBakery: grain (fits your rye)" in texts["Farm"]
    assert "They offer what Bakery wants:\r\n\r\nFarm: oats\r\n\r\nFarm: rye (fits your grain)" in texts["Bakery"]
    assert "https://credit.test/matches" in texts["Farm"]


def told_last(store, entity, caller: Caller):
    """What the HTTP interface says of an entity's last mail."""
    client = create_app(store, Verifier(key_pair("gateway")[1], "notifier"), STATIONERY).test_client()
    token = signer_of("gateway").token(caller, "notifier")
    return client.get(f"/entities/{entity.entity_id}/last-digest", headers={"Authorization": f"Bearer {token}"})


def acting_for(entity) -> Caller:
    return Caller(subject="ann", roles=frozenset({"member"}), entities=frozenset({entity.entity_id}))


def test_the_last_mail_is_the_newest_that_was_sent_and_tells_when_it_was_made(market, digester, store, sender, clock):
    farmer = acting_for(market.farm)
    market.match()
    assert told_last(store, market.farm, farmer).json == {"last_digest_at": None}
    clock.now = datetime(2026, 1, 21, 7, tzinfo=UTC)
    work_off(digester)
    assert told_last(store, market.farm, farmer).json == {"last_digest_at": None}
    clock.pass_by(minutes=5)
    send_all(sender)
    assert told_last(store, market.farm, farmer).json == {"last_digest_at": "2026-01-21T07:00:00.000000Z"}
    market.match(offer="oats")
    clock.now = datetime(2026, 1, 22, 7, tzinfo=UTC)
    work_off(digester)
    assert told_last(store, market.farm, farmer).json == {"last_digest_at": "2026-01-21T07:00:00.000000Z"}
    send_all(sender)
    assert told_last(store, market.farm, farmer).json == {"last_digest_at": "2026-01-22T07:00:00.000000Z"}


def test_when_somebody_elses_last_mail_was_is_nobodys_business(market, store):
    looking = Caller(subject="v", roles=frozenset({"member"}), viewed=frozenset({market.farm.entity_id}))
    assert told_last(store, market.farm, acting_for(market.bakery)).status_code == 404
    assert told_last(store, market.farm, looking).status_code == 200
    assert told_last(store, market.farm, Caller(subject="a", roles=frozenset({"admin"}))).status_code == 200


def test_nothing_new_is_no_mail_and_what_comes_later_is_the_next_days(market, digester, store, clock):
    market.match()
    clock.now = datetime(2026, 1, 21, 7, tzinfo=UTC)
    work_off(digester)
    clock.pass_by(days=1)
    work_off(digester)
    assert len(daily(store)) == 2
    market.match(offer="oats")
    clock.pass_by(days=1)
    work_off(digester)
    assert len(daily(store)) == 4


def test_a_late_mail_is_not_followed_by_another_on_the_same_day(market, digester, store, clock):
    market.match()
    clock.now = datetime(2026, 1, 22, 6, 30, tzinfo=UTC)
    assert digester.make_page() == 2
    # Before the hour of that day: it waits for it, and the next one for the day after.
    assert daily(store) == []
    clock.now = datetime(2026, 1, 22, 7, tzinfo=UTC)
    work_off(digester)
    store._db["digest_items"].update_many({}, {"$set": {"next_digest_at": clock(), "items": [_stored()]}})
    work_off(digester)
    assert len(daily(store)) == 2
    assert {record["next_digest_at"] for record in store._db["digest_items"].find()} == {
        datetime(2026, 1, 23, 7, tzinfo=UTC)
    }


def _stored() -> dict:
    return {"side": "leads", "other": "o", "mine": "rye", "theirs": "grain", "score": 50}


def test_who_has_it_off_or_is_not_accepted_gets_none(market, digester, store, clock):
    market.match()
    off = wanting(market.bakery, daily=False)
    market.tell(off, given.status_changed(market.farm, "rejected", "accepted"))
    clock.pass_by(days=1)
    work_off(digester)
    assert daily(store) == []
    assert all(record["items"] == [] for record in store._db["digest_items"].find())


def test_those_who_closed_are_left_out_and_a_mail_with_nobody_left_is_not_sent(
    market, digester, store, sender, clock, mail_server
):
    market.match()
    clock.pass_by(days=1)
    work_off(digester)
    closed = directory.EntityClosed(entity_id=market.bakery.entity_id, account=market.bakery.account)
    market.tell(closed)
    send_all(sender)
    farm = next(record for record in daily(store) if record["recipient"] == f"entity:{market.farm.entity_id}")
    assert (farm["state"], farm["error"]) == ("expired", "nothing_left")


def test_what_waits_is_bounded_and_forgotten_with_its_business(market, store):
    for number in range(MOST_WAITING + 5):
        market.matches.tell(
            matcher.MatchFound(
                match_id=f"m-{number}", giver=market.farm.entity_id, receiver=f"r-{number}", offer="rye", want="rye",
                how="exact", score=50,
            ),
            at=market.clock(),
        )  # fmt: skip
    assert deliver(market.projection, market.matches.records)
    waiting = store._db["digest_items"].find_one({"_id": market.farm.entity_id})
    assert [item["other"] for item in waiting["items"]] == [f"r-{number}" for number in range(5, MOST_WAITING + 5)]
    market.tell(directory.EntityForgotten(entity_id=market.farm.entity_id, account=market.farm.account))
    assert store._db["digest_items"].find_one({"_id": market.farm.entity_id}) is None


def test_an_old_match_is_not_mailed_and_a_repeated_one_waits_once(market, store):
    market.match()
    market.matches.tell(
        matcher.MatchFound(
            match_id="old", giver=market.farm.entity_id, receiver=market.bakery.entity_id, offer="a", want="a",
            how="exact", score=50,
        ),
        at=market.clock() - timedelta(days=3),
    )  # fmt: skip
    assert deliver(market.projection, market.matches.records)
    assert deliver(market.projection, market.matches.records)
    assert [len(record["items"]) for record in store._db["digest_items"].find()] == [1, 1]


def test_the_best_ten_are_named_and_the_others_counted():
    matches = [replace(LEAD, other=f"o-{number}", score=number) for number in range(14)]
    waiting = Waiting(entity_id="e", matches=matches, day="")
    made = outcome(waiting, WANTED, {"o-13"}, datetime(2026, 1, 20, 7, tzinfo=UTC))
    assert made.message
    assert [match["other"] for match in made.message.facts["leads"]] == [f"o-{number}" for number in range(12, 2, -1)]
    assert made.message.facts["more_leads"] == 3
    assert made.message.facts["suppliers"] == []


@pytest.mark.parametrize(
    ("zone", "now", "day"),
    [
        ("Europe/London", datetime(2026, 7, 1, 6, tzinfo=UTC), "2026-07-01"),
        ("Pacific/Auckland", datetime(2026, 1, 1, 18, tzinfo=UTC), "2026-01-02"),
        ("America/New_York", datetime(2026, 1, 2, 12, tzinfo=UTC), "2026-01-02"),
    ],
)
def test_the_hour_and_the_day_are_those_of_the_business(zone, now, day):
    preference = Preference(zone=zone)
    waiting = Waiting(entity_id="e", matches=[LEAD], day="")
    assert outcome(waiting, preference, (), now).day == day
    early = outcome(waiting, preference, (), now - timedelta(hours=1))
    assert (early.message, early.next_at) == (None, now)
