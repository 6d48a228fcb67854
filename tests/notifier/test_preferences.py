"""What a business wants to hear of and when: decided, kept, asked when a message is made and again when it is sent."""

from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from events import directory
from services.chassis.tokens import Caller, Verifier
from services.notifier.app import create_app
from services.notifier.preferences import (
    AT_ANY_TIME,
    SEND,
    SKIP,
    SWITCHABLE,
    Preference,
    Quiet,
    Verdict,
    decide,
    decide_made,
    preference_of,
)
from services.notifier.rules import GROUP_OF, OFFERED
from services.notifier.sending import UNWANTED
from tests.chassis.keys import key_pair, signer_of
from tests.eventlog import EventLog, deliver
from tests.notifier import given
from tests.notifier.samples import STATIONERY

LONDON = "Europe/London"
NIGHT = Quiet(begins=time(22), ends=time(7))
NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)
LATE = datetime(2026, 7, 1, 22, 30, tzinfo=UTC)
"""23:30 in London."""
FARM, SHOP = given.an_entity(name="Green Farm"), given.an_entity(name="Blue Bakery")
PROPOSAL = given.a_transfer(SHOP.account, FARM.account)
ALL_ON: dict[str, Any] = {
    "mail": {"requests": True, "trades": True, "account": True, "digest": True},
    "notice": {"requests": True, "trades": True, "account": True},
    "quiet_hours": None, "digest_hour": 7, "time_zone": LONDON,
}  # fmt: skip


def a_preference(**changed: Any) -> Preference:
    return Preference(**{"zone": LONDON} | changed)


def off(*pairs: tuple[str, str]) -> Preference:
    return a_preference(off=frozenset(pairs))


@pytest.mark.parametrize("group", SWITCHABLE)
def test_what_is_switched_off_is_skipped_by_that_channel_alone(group):
    assert decide(off(("mail", group)), group, "mail", NOON) == SKIP
    assert decide(off(("mail", group)), group, "notice", NOON) == SEND
    assert decide(a_preference(), group, "mail", NOON) == SEND


@pytest.mark.parametrize("group", sorted(AT_ANY_TIME))
def test_security_and_work_are_never_off_and_never_late(group):
    unwilling = a_preference(off=frozenset({("mail", group), ("notice", group)}), quiet=NIGHT)
    for channel in ("mail", "notice"):
        assert decide(unwilling, group, channel, LATE) == SEND


def test_mails_wait_for_the_end_of_the_quiet_hours_in_the_members_zone_and_notices_do_not():
    quiet = a_preference(quiet=NIGHT)
    assert decide(quiet, "trades", "mail", LATE) == Verdict("wait", datetime(2026, 7, 2, 6, tzinfo=UTC))
    assert decide(quiet, "trades", "notice", LATE) == SEND
    assert decide(quiet, "trades", "mail", NOON) == SEND
    assert decide(a_preference(quiet=NIGHT, zone="America/New_York"), "trades", "mail", LATE) == SEND


def test_what_is_switched_off_does_not_wait_to_be_skipped():
    assert decide(a_preference(quiet=NIGHT, off=frozenset({("mail", "trades")})), "trades", "mail", LATE) == SKIP


def test_a_digest_waits_for_its_hour_when_it_is_made_and_not_again():
    early = a_preference(digest_hour=6)
    assert decide_made(early, "digest", "mail", NOON) == Verdict("wait", datetime(2026, 7, 2, 5, tzinfo=UTC))
    assert decide(early, "digest", "mail", NOON) == SEND
    assert decide_made(off(("mail", "digest")), "digest", "mail", NOON) == SKIP
    assert decide_made(early, "trades", "mail", NOON) == SEND


def test_the_same_time_twice_is_no_quiet_at_all():
    assert decide(a_preference(quiet=Quiet(begins=time(7), ends=time(7))), "trades", "mail", LATE) == SEND


@for_all(
    st.integers(0, 10 * 366 * 24 * 60).map(lambda minutes: NOON + timedelta(minutes=minutes)),
    st.times(),
    st.times(),
    st.sampled_from([LONDON, "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"]),
)
def test_who_waits_is_sent_to_within_a_day_and_when_it_is_not_quiet(now, begins, ends, zone):
    preference = a_preference(quiet=Quiet(begins=begins.replace(second=0), ends=ends.replace(second=0)), zone=zone)
    verdict = decide(preference, "trades", "mail", now)
    if verdict.until is not None:
        assert now < verdict.until <= now + timedelta(hours=25)
        there = verdict.until.astimezone(ZoneInfo(zone))
        shifted = there.utcoffset() != now.astimezone(ZoneInfo(zone)).utcoffset()
        assert shifted or decide(preference, "trades", "mail", verdict.until) == SEND


def test_the_daily_mail_is_as_the_directory_was_told_until_somebody_chose_here():
    wants = {
        daily: {
            chosen: ("mail", "digest") not in preference_of(
                {"daily_match_mail": daily} | ({} if chosen is None else {"mail": {"digest": chosen}}), LONDON
            ).off
            for chosen in (None, True, False)
        }
        for daily in (True, False)
    }  # fmt: skip
    assert wants == {True: {None: True, True: True, False: False}, False: {None: False, True: True, False: False}}


def test_each_kind_is_in_a_group_and_what_is_offered_can_be_switched():
    assert set(OFFERED) <= set(SWITCHABLE)
    assert set(GROUP_OF.values()) <= {*OFFERED, *AT_ANY_TIME, "contact"}


def acting_for(entity: directory.EntityRegistered, **changed: Any) -> Caller:
    values: dict[str, Any] = {"entities": frozenset({entity.entity_id}), "accounts": frozenset({entity.account})}
    return Caller(subject="ann", roles=frozenset({"member"}), **values | changed)


ANN = acting_for(FARM)
PATH = f"/entities/{FARM.entity_id}/preferences"


@pytest.fixture
def ask(store, clock):
    client = create_app(store, Verifier(key_pair("gateway")[1], "notifier"), STATIONERY, clock).test_client()

    def send(caller: Caller, path: str = PATH, method: str = "GET", **body: Any) -> Any:
        token = signer_of("gateway").token(caller, "notifier")
        return client.open(path, method=method, json=body or None, headers={"Authorization": f"Bearer {token}"})

    return send


@pytest.fixture
def logs(projection, clock):
    people, money = EventLog("directory.events", "directory"), EventLog("ledger.events", "main")
    for event in (FARM, SHOP):
        people.tell(event, at=clock.now)
    assert deliver(projection, people.records)
    return people, money


def wants(found: Any, group: str) -> tuple[bool, bool | None]:
    return next((each["mail"], each["notice"]) for each in found.json["groups"] if each["group"] == group)


def kinds(store, name: str) -> list[str]:
    return sorted(record["kind"] for record in store._db[name].find({"recipient": {"$regex": FARM.account}}))


def test_without_a_choice_all_is_on_but_the_daily_mail(ask):
    found = ask(ANN)
    assert wants(found, "requests") == wants(found, "trades") == wants(found, "account") == (True, True)
    assert wants(found, "digest") == (False, None)
    assert (found.json["quiet_hours"], found.json["digest_hour"], found.json["time_zone"]) == (None, 7, LONDON)


def test_a_choice_is_kept_and_answered(ask):
    chosen = ALL_ON | {
        "mail": {"requests": True, "trades": False, "account": True, "digest": True},
        "quiet_hours": {"from": "21:30", "to": "06:15"}, "digest_hour": 18, "time_zone": "Asia/Kathmandu",
    }  # fmt: skip
    answer = ask(ANN, method="PUT", **chosen)
    assert answer.status_code == 200
    assert answer.json == ask(ANN).json
    assert wants(answer, "trades") == (False, True)
    assert {name: answer.json[name] for name in ("quiet_hours", "digest_hour", "time_zone")} == {
        "quiet_hours": {"from": "21:30", "to": "06:15"}, "digest_hour": 18, "time_zone": "Asia/Kathmandu",
    }  # fmt: skip


@pytest.mark.parametrize(
    "wrong",
    [
        {"mail": {"security": False}},
        {"notice": {"digest": False}},
        {"mail": {"trades": "perhaps"}},
        {"quiet_hours": {"from": "24:00", "to": "07:00"}},
        {"quiet_hours": {"from": "22:00"}},
        {"digest_hour": 24},
        {"time_zone": "Mars/Olympus"},
        {"time_zone": "../etc/passwd"},
        {"language": "tlh"},
        {"language": "../en"},
        {"language": None},
        {"sound": True},
    ],
)
def test_what_makes_no_sense_is_refused(ask, wrong):
    answer = ask(ANN, method="PUT", **ALL_ON | wrong)
    assert (answer.status_code, answer.json["type"]) == (400, "request.invalid")


def test_those_of_others_are_as_if_they_were_not_there(ask):
    looking = Caller(subject="v", roles=frozenset({"member"}), viewed=frozenset({FARM.entity_id}))
    assert ask(acting_for(SHOP)).status_code == 404
    assert ask(acting_for(SHOP), method="PUT", **ALL_ON).status_code == 404
    assert ask(looking).status_code == 200
    assert ask(looking, method="PUT", **ALL_ON).status_code == 404


def test_what_is_switched_off_is_not_made(ask, store, projection, logs, clock):
    _, money = logs
    ask(ANN, method="PUT", **ALL_ON | {"mail": ALL_ON["mail"] | {"requests": False}, "notice": {"trades": False}})
    money.tell(PROPOSAL, at=clock.now)
    money.tell(given.cancelled(PROPOSAL, "cancelled"), at=clock.now)
    assert deliver(projection, money.records)
    assert kinds(store, "messages") == ["transfer_cancelled"]
    assert kinds(store, "notices") == ["transfer_initiated"]


def test_what_was_switched_off_after_it_was_made_is_not_sent(ask, store, projection, logs, clock, sender, mail_server):
    _, money = logs
    money.tell(PROPOSAL, at=clock.now)
    assert deliver(projection, money.records)
    ask(ANN, method="PUT", **ALL_ON | {"mail": ALL_ON["mail"] | {"requests": False}})
    while sender.send_due():
        pass
    ended = store._db["messages"].find_one({"kind": "transfer_initiated"})
    assert (ended["state"], ended["error"]) == ("expired", UNWANTED)
    assert "wants to pay" not in str([mail["Subject"] for mail in mail_server.desk.mails])


def test_mails_made_in_quiet_hours_go_out_at_their_end(ask, store, projection, logs, clock, sender):
    _, money = logs
    clock.now = LATE
    ask(ANN, method="PUT", **ALL_ON | {"quiet_hours": {"from": "22:00", "to": "07:00"}})
    money.tell(PROPOSAL, at=clock.now)
    assert deliver(projection, money.records)
    while sender.send_due():
        pass
    held = {"kind": "transfer_initiated"}
    assert store._db["messages"].find_one(held)["state"] == "queued"
    clock.now = datetime(2026, 7, 2, 6, 0, 1, tzinfo=UTC)
    while sender.send_due():
        pass
    assert store._db["messages"].find_one(held)["state"] == "sent"


def test_quiet_hours_that_were_chosen_meanwhile_hold_a_mail_without_a_try(
    ask, store, projection, logs, clock, sender
):  # fmt: skip
    _, money = logs
    clock.now = LATE
    money.tell(PROPOSAL, at=clock.now)
    assert deliver(projection, money.records)
    ask(ANN, method="PUT", **ALL_ON | {"quiet_hours": {"from": "22:00", "to": "07:00"}})
    while sender.send_due():
        pass
    waiting = store._db["messages"].find_one({"kind": "transfer_initiated"})
    assert (waiting["state"], waiting["tries"]) == ("queued", 0)
    assert waiting["due_at"] == datetime(2026, 7, 2, 6, tzinfo=UTC)


def preferences_changed(*, daily: bool, contact: bool = True) -> directory.PreferencesChanged:
    return directory.PreferencesChanged(
        entity_id=FARM.entity_id, daily_match_mail=daily, matches_since_last_login=True, contact_mail=contact
    )


def test_of_the_directory_and_here_the_latest_choice_of_the_daily_mail_wins(ask, projection, logs, clock):
    people, _ = logs

    def told(**changed: bool) -> bool:
        people.tell(preferences_changed(**changed), at=clock.now)
        deliver(projection, people.records[-1:])
        return wants(ask(ANN), "digest")[0]

    def chosen(digest: bool) -> bool:
        return wants(ask(ANN, method="PUT", **ALL_ON | {"mail": ALL_ON["mail"] | {"digest": digest}}), "digest")[0]

    assert told(daily=True)
    assert not chosen(False)
    assert not told(daily=True, contact=False)
    assert not told(daily=False)
    assert chosen(True)
    assert told(daily=False, contact=False)
    assert told(daily=True)
    assert not told(daily=False)


def test_a_rebuild_keeps_what_was_chosen(ask, store, projection, logs, clock):
    people, _ = logs
    for daily in (True, False):
        people.tell(preferences_changed(daily=daily), at=clock.now)
    deliver(projection, people.records[-2:])
    ask(ANN, method="PUT", **ALL_ON)
    store._db["positions"].delete_many({})
    deliver(projection, people.records)
    assert wants(ask(ANN), "digest")[0]


def test_of_who_is_forgotten_no_choice_is_kept(ask, store, projection, logs, clock):
    people, _ = logs
    ask(ANN, method="PUT", **ALL_ON)
    people.tell(directory.EntityForgotten(entity_id=FARM.entity_id, account=FARM.account), at=clock.now)
    deliver(projection, people.records[-1:])
    assert store._db["preferences"].count_documents({}) == 0


def test_who_takes_their_data_away_gets_what_they_chose(ask):
    ask(ANN, method="PUT", **ALL_ON | {"digest_hour": 18})
    answer = ask(ANN, f"/entities/{FARM.entity_id}/personal-data")
    assert answer.json["preferences"]["digest_hour"] == 18
