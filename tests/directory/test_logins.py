"""Logins: the lock after failures, one-time links, and that neither tells who is known."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, replace
from datetime import UTC, datetime

import pytest
from cryptography.fernet import Fernet
from flask import Flask

from events import codec
from events.directory import OneTimeMessage, PasswordResetRequested, SecurityNotice
from services.directory.config import Config
from services.directory.domain import LoginLocked, ResetInvalid
from services.directory.handlers import logins, members, security
from services.directory.handlers.writing import By, Directory
from services.directory.passwords import Passwords
from services.directory.store import Store
from tests.directory.conftest import MESSAGES_KEY, Time
from tests.directory.gateway import PASSWORD, SERVICE, Gateway, Member, a_login, a_sign_up, an_email

pytestmark = pytest.mark.integration


@pytest.fixture
def time() -> Time:
    """Far ahead: MongoDB deletes by its own clock what is over, and must not do so under a test."""
    return Time(datetime(2086, 1, 31, 12, tzinfo=UTC))


BY = By(actor="system:test", correlation_id="test-correlation")
NEW_PASSWORD = "another-horse-2"


def fail(gateway: Gateway, who: Member | str, times: int = 1, **changes: str) -> tuple[int, dict]:
    """Log in with a wrong password; the last answer."""
    answers = [gateway.post("/sessions", a_login(who, "wrong-horse-1", **changes)) for _ in range(times)]
    return answers[-1]


def elsewhere(number: int) -> str:
    return f"198.51.100.{number}"


def test_an_unknown_address_and_a_wrong_password_get_the_same_answer(gateway: Gateway) -> None:
    member = gateway.sign_up()
    known, unknown = fail(gateway, member), fail(gateway, an_email())
    assert {**known[1], "correlation_id": ""} == {**unknown[1], "correlation_id": ""}
    assert known[0] == unknown[0] == 401


def test_an_unknown_address_costs_the_same_work(directory: Directory) -> None:
    class Counted(Passwords):
        verified = 0

        def _verify(self, password: str, known: str) -> bool:
            self.verified += 1
            return super()._verify(password, known)

    passwords = Counted(64, 1)
    directory = replace(directory, passwords=passwords)
    for email in ("nobody@dev.null", "noone@dev.null"):
        with pytest.raises(logins.LoginFailed):
            logins.log_in(directory, BY, email=email, password=PASSWORD, kind="member", address="192.0.2.1")
    assert passwords.verified == 2


@pytest.mark.parametrize("known", [True, False])
def test_the_fourth_try_of_an_identity_is_locked_for_fifteen_minutes(gateway: Gateway, time: Time, known: bool) -> None:
    who = gateway.sign_up().email if known else an_email()
    for number in range(3):
        assert fail(gateway, who, address=elsewhere(number))[0] == 401

    status, problem = gateway.post("/sessions", a_login(who, address=elsewhere(9)))
    assert (status, problem["type"], gateway.headers["Retry-After"]) == (429, "login.locked", "900")

    time.pass_by(minutes=14, seconds=59)
    assert gateway.post("/sessions", a_login(who.upper(), address=elsewhere(10)))[0] == 429
    time.pass_by(seconds=2)
    assert gateway.post("/sessions", a_login(who, address=elsewhere(11)))[0] == (200 if known else 401)


def test_tries_while_locked_do_not_prolong_the_lock(gateway: Gateway, time: Time) -> None:
    member = gateway.sign_up()
    for number in range(3):
        fail(gateway, member, address=elsewhere(number))
    for number in range(4, 18):
        time.pass_by(minutes=1)
        assert fail(gateway, member, address=elsewhere(number))[0] == 429
    time.pass_by(minutes=1, seconds=1)
    assert gateway.post("/sessions", a_login(member))[0] == 200


def test_an_address_is_locked_whomever_it_tries(gateway: Gateway) -> None:
    member = gateway.sign_up()
    for _ in range(3):
        assert fail(gateway, an_email(), address="203.0.113.5")[0] == 401
    assert gateway.post("/sessions", a_login(member, address="203.0.113.5"))[0] == 429
    assert gateway.post("/sessions", a_login(member, address="203.0.113.6"))[0] == 200


def test_a_locked_address_does_not_lock_the_identities_it_tries(gateway: Gateway) -> None:
    member = gateway.sign_up()
    fail(gateway, an_email(), times=3, address="203.0.113.5")
    fail(gateway, member, times=5, address="203.0.113.5")
    assert gateway.post("/sessions", a_login(member, address="203.0.113.6"))[0] == 200


def test_a_success_counts_nothing_and_clears_the_identity(gateway: Gateway) -> None:
    member = gateway.sign_up()
    for number in range(4):
        fail(gateway, member, times=2, address=elsewhere(number))
        assert gateway.post("/sessions", a_login(member, address="203.0.113.7"))[0] == 200


def test_a_strangers_failures_leave_the_members_session_alone(gateway: Gateway) -> None:
    member = gateway.sign_up()
    fail(gateway, member, times=5)

    assert gateway.post("/sessions", a_login(member))[0] == 429
    assert gateway.get(f"/sessions/{member.session_id}", SERVICE)[0] == 200
    assert gateway.patch(f"/entities/{member.entity_id}", {"city": "Hull"}, member.caller)[0] == 200


def test_parallel_guesses_are_counted_before_they_are_tried(directory: Directory, gateway: Gateway) -> None:
    member = gateway.sign_up()

    def guess(number: int) -> str:
        try:
            logins.log_in(
                directory, BY, email=member.email, password="wrong-1!", kind="member", address=elsewhere(number)
            )
        except (logins.LoginFailed, LoginLocked) as refusal:
            return type(refusal).__name__
        return "in"

    with ThreadPoolExecutor(8) as threads:
        answers = sorted(threads.map(guess, range(16)))
    assert answers == ["LoginFailed"] * 3 + ["LoginLocked"] * 13


def test_administrators_are_locked_and_are_no_members(gateway: Gateway, directory: Directory) -> None:
    email = an_email()
    members.create_admin(directory, BY, email=email, kind="auditor", password=PASSWORD)

    status, session = gateway.post("/sessions", a_login(email, kind="admin"))
    assert (status, session["roles"], session["entities"]) == (200, ["auditor"], [])
    assert gateway.post("/sessions", a_login(email, kind="member"))[0] == 401
    for number in range(3):
        assert fail(gateway, email, kind="admin", address=elsewhere(number))[0] == 401
    assert gateway.post("/sessions", a_login(email, kind="admin", address=elsewhere(9)))[0] == 429


def test_secrets_are_not_stored(gateway: Gateway, store: Store) -> None:
    member = gateway.sign_up()
    gateway.post("/password-resets", {"email": member.email, "kind": "member"})
    token = token_of(store)

    everything = str([list(store.database[name].find()) for name in store.database.list_collection_names()])

    assert member.email in everything
    for secret in (PASSWORD, member.session_id, token):
        assert secret not in everything


def token_of(store: Store) -> str:
    """The token in the newest one-time message, as the notifier reads it."""
    record = store.database["messages"].find_one(sort=[("_id", -1)])
    assert record
    event = codec.event_of(codec.decode(record["value"]))
    assert isinstance(event, OneTimeMessage)
    return str(json.loads(Fernet(MESSAGES_KEY).decrypt(event.ciphertext.encode()))["token"])


def request_reset(gateway: Gateway, store: Store, member: Member) -> str:
    assert gateway.post("/password-resets", {"email": member.email.upper(), "kind": "member"}) == (200, {})
    return token_of(store)


def events_of(store: Store) -> list:
    return [codec.event_of(codec.decode(record["value"])) for record in store.database["outbox"].find().sort("_id", 1)]


def test_a_reset_sets_the_password_once_and_ends_sessions(gateway: Gateway, store: Store) -> None:
    member = gateway.sign_up()
    fail(gateway, member, times=3)
    token = request_reset(gateway, store, member)
    path = f"/password-resets/{token}"

    assert gateway.get(path) == (200, {"kind": "member"})
    assert gateway.post(path, {"password": "weak"})[0] == 400
    assert gateway.post(path, {"password": NEW_PASSWORD}) == (200, {"kind": "member"})

    assert gateway.get(path)[1]["type"] == "reset.invalid"
    assert gateway.post(path, {"password": PASSWORD})[1]["type"] == "reset.invalid"
    assert gateway.get(f"/sessions/{member.session_id}", SERVICE)[0] == 404
    assert gateway.post("/sessions", a_login(member, PASSWORD, address=elsewhere(1)))[0] == 401
    assert gateway.post("/sessions", a_login(member, NEW_PASSWORD, address=elsewhere(1)))[0] == 200
    notices = [event for event in events_of(store) if isinstance(event, PasswordResetRequested | SecurityNotice)]
    assert notices == [
        SecurityNotice(user_id=member.user_id, what="locked"),
        PasswordResetRequested(user_id=member.user_id),
        SecurityNotice(user_id=member.user_id, what="password-changed"),
        SecurityNotice(user_id=member.user_id, what="new-sign-in", device="Unknown device"),
    ]


def test_a_reset_ends_after_an_hour(gateway: Gateway, store: Store, time: Time) -> None:
    token = request_reset(gateway, store, gateway.sign_up())
    time.pass_by(minutes=59)
    assert gateway.get(f"/password-resets/{token}")[0] == 200
    time.pass_by(minutes=1)
    assert gateway.get(f"/password-resets/{token}")[0] == 404
    assert gateway.post(f"/password-resets/{token}", {"password": NEW_PASSWORD})[0] == 404


def test_of_parallel_uses_of_a_token_one_wins(gateway: Gateway, directory: Directory, store: Store) -> None:
    token = request_reset(gateway, store, gateway.sign_up())

    def use(number: int) -> bool:
        try:
            logins.reset_password(directory, BY, token, f"another-horse-{number}")
        except ResetInvalid:
            return False
        return True

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(use, range(8))) == 1


def test_an_unknown_address_gets_the_same_answer_and_no_message(gateway: Gateway, store: Store) -> None:
    for email, kind in ((an_email(), "member"), ("\x00?", "member"), (gateway.sign_up().email, "admin")):
        head = store.events.head()
        assert gateway.post("/password-resets", {"email": email, "kind": kind}) == (200, {})
        assert store.events.head() == head
    assert store.database["messages"].count_documents({}) == 0


def test_nobody_is_flooded_with_reset_mails(gateway: Gateway, store: Store, time: Time) -> None:
    member = gateway.sign_up()
    for _ in range(6):
        gateway.post("/password-resets", {"email": member.email, "kind": "member"})
    assert store.database["messages"].count_documents({}) == 3
    time.pass_by(minutes=61)
    gateway.post("/password-resets", {"email": member.email, "kind": "member"})
    assert store.database["messages"].count_documents({}) == 4


def test_a_stronger_setting_rehashes_at_the_next_login(
    gateway: Gateway, flask_app: Flask, directory: Directory, store: Store
) -> None:
    member = gateway.sign_up()
    stronger = replace(directory, passwords=Passwords(128, 1))
    before = store.users.find(member.user_id)
    assert before
    logins.log_in(stronger, BY, email=member.email, password=PASSWORD, kind="member", address="192.0.2.1")
    after = store.users.find(member.user_id)
    assert after
    assert after.password_hash != before.password_hash
    assert gateway.post("/sessions", a_login(member))[0] == 200


# --- strangers must not keep a member out -----------------------------------------------------------------------


def notices(store: Store, member: Member) -> list[str]:
    return [e.what for e in events_of(store) if isinstance(e, SecurityNotice) and e.user_id == member.user_id]


def test_a_device_that_was_used_before_is_not_locked_by_strangers(gateway: Gateway) -> None:
    member = gateway.sign_up(device="my-telephone")
    for number in range(4):
        fail(gateway, member, address=elsewhere(number), device="strangers-device")
    assert gateway.post("/sessions", a_login(member, address=elsewhere(9)))[0] == 429
    assert gateway.post("/sessions", a_login(member, address=elsewhere(9), device="another"))[0] == 429
    assert gateway.post("/sessions", a_login(member, address=elsewhere(9), device="my-telephone"))[0] == 200
    assert gateway.post("/sessions", a_login(member, address=elsewhere(9)))[0] == 429, "the others' lock stays"


def test_a_known_device_has_a_lock_of_its_own(gateway: Gateway, time: Time) -> None:
    member = gateway.sign_up(device="my-telephone")
    for _ in range(3):
        assert fail(gateway, member, device="my-telephone")[0] == 401
    assert gateway.post("/sessions", a_login(member, device="my-telephone"))[0] == 429
    assert gateway.post("/sessions", a_login(member, address=elsewhere(1)))[0] == 200, "it locks nobody else"
    time.pass_by(minutes=15, seconds=1)
    assert gateway.post("/sessions", a_login(member, device="my-telephone"))[0] == 200


def test_a_device_is_known_for_those_alone_who_used_it(gateway: Gateway) -> None:
    """A stranger with a login of their own has a known device, but not for others."""
    member = gateway.sign_up(device="my-telephone")
    gateway.sign_up(device="strangers-device")
    for number in range(4):
        fail(gateway, member, address=elsewhere(number), device="strangers-device")
    assert gateway.post("/sessions", a_login(member, address=elsewhere(9), device="strangers-device"))[0] == 429


def test_a_mailed_link_makes_the_browser_known_so_strangers_cannot_lock_it_out(gateway: Gateway, store: Store) -> None:
    member = gateway.sign_up()
    token = request_reset(gateway, store, member)
    assert gateway.post(f"/password-resets/{token}", {"password": NEW_PASSWORD, "device": "new-laptop"})[0] == 200
    for number in range(4):
        fail(gateway, member, address=elsewhere(number))
    in_ = a_login(member, NEW_PASSWORD, device="new-laptop", address=elsewhere(9))
    assert gateway.post("/sessions", in_)[0] == 200


def test_a_lock_is_mailed_once_and_not_without_end(gateway: Gateway, store: Store, time: Time) -> None:
    member = gateway.sign_up()
    for number in range(6):
        fail(gateway, member, address=elsewhere(number))
    assert notices(store, member) == ["locked"]
    for _ in range(6):
        time.pass_by(minutes=16)
        for number in range(3):
            fail(gateway, member, address=elsewhere(number))
    assert notices(store, member) == ["locked"] * 3, "a stranger can't have somebody mailed all day"


def test_a_lock_of_an_unknown_address_takes_the_same_work_and_leaves_nothing(gateway: Gateway, store: Store) -> None:
    email = an_email()
    for number in range(4):
        fail(gateway, email, address=elsewhere(number))
    assert store.events.head() == 0
    assert store.database["decoys"].count_documents({}) == 1


def test_a_login_from_a_new_device_is_mailed_and_from_a_known_one_is_not(gateway: Gateway, store: Store) -> None:
    firefox = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0"
    member = gateway.sign_up(device="my-laptop", agent=firefox)
    gateway.post("/sessions", a_login(member, device="my-laptop", agent=firefox, address=elsewhere(1)))
    assert notices(store, member) == []
    gateway.post("/sessions", a_login(member, device="my-telephone", agent=firefox, address=elsewhere(2)))
    assert notices(store, member) == ["new-sign-in"]
    told = events_of(store)[-1]
    assert told == SecurityNotice(user_id=member.user_id, what="new-sign-in", device="Firefox on Windows")
    assert elsewhere(2) not in repr(told)
    for _ in range(2):
        # A program keeps no cookie: what it calls itself and its address are all that is known.
        gateway.post("/sessions", a_login(member, agent="curl/8.1"))
    assert notices(store, member) == ["new-sign-in"] * 2


# --- passwords ---------------------------------------------------------------------------------------------------


def test_without_settings_a_hash_costs_what_rfc_9106_asks() -> None:
    """Everywhere else the tests hash lightly."""
    given = {each.name: each.default for each in fields(Config)}
    passwords = Passwords(given["argon2_memory_kib"], given["argon2_time_cost"])
    assert passwords.hash(PASSWORD).startswith("$argon2id$v=19$m=65536,t=3,p=4$")


def test_weak_passwords_are_refused_with_what_to_do(gateway: Gateway, store: Store) -> None:
    status, problem = gateway.post("/signup", a_sign_up(password="Passw0rd!"))
    assert (status, problem["type"]) == (400, "request.invalid")
    (sentence,) = problem["errors"]["user"]["password"]
    assert sentence.startswith("This password is too easy to guess. This is similar to a commonly used password.")
    own = a_sign_up(password="wonderberry-1", name="Wonderberry")
    assert gateway.post("/signup", own)[0] == 400, "it is the name of the business"
    assert gateway.post("/signup", own | {"entity": {"name": "Green Grocers"}})[0] == 200

    token = request_reset(gateway, store, gateway.sign_up())
    assert gateway.post(f"/password-resets/{token}", {"password": "Passw0rd!"})[1]["errors"]["password"]
    assert gateway.post(f"/password-resets/{token}", {"password": NEW_PASSWORD})[0] == 200, "the link is not used up"


def test_staff_need_better_passwords_than_members(directory: Directory) -> None:
    assert security.weakness_of(directory, "Secret-123", "member") == ""
    assert security.weakness_of(directory, "Secret-123", "auditor") != ""


def test_a_reset_does_not_end_the_lock_of_others(gateway: Gateway, store: Store) -> None:
    mine, theirs = gateway.sign_up(), gateway.sign_up()
    fail(gateway, theirs, times=3)
    token = request_reset(gateway, store, mine)
    gateway.post(f"/password-resets/{token}", {"password": NEW_PASSWORD})
    assert gateway.post("/sessions", a_login(theirs, address=elsewhere(1)))[0] == 429
