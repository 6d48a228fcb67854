"""Personal API tokens: shown once, kept as digests, dead at once when they end."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pyotp
import pytest

from events.directory import SecurityNotice
from services.directory.domain import FieldsInvalid
from services.directory.domain import api_tokens as rules
from services.directory.domain.api_tokens import DayLimitReached, TokenBelowTwoFactor, TooManyApiTokens
from services.directory.handlers import api_tokens, factors, members
from services.directory.handlers.writing import By, Directory
from services.directory.store import Store
from tests.directory.conftest import Time
from tests.directory.gateway import ADMIN, SERVICE, Gateway, Member, an_email
from tests.directory.one_time import events_of

pytestmark = pytest.mark.integration

BY = By(actor="user:test", correlation_id="test")


@pytest.fixture(autouse=True)
def today(time: Time) -> None:
    """MongoDB deletes by its own clock what has run out: a test in the past would lose its documents."""
    time.moment = datetime.now(UTC)


def make(gateway: Gateway, member: Member, **changes: object) -> tuple[int, dict]:
    headers = {"Idempotency_Key": str(changes.pop("key"))} if "key" in changes else {}
    body = {"name": "Accounting", "scopes": ["read"]} | changes
    return gateway.post(f"/users/{member.user_id}/api-tokens", body, member.caller, **headers)


def session(gateway: Gateway, token: str) -> tuple[int, dict]:
    return gateway.post("/api-token-sessions", {"token": token}, SERVICE)


def test_a_token_has_256_bits_and_a_checksum_that_finds_every_slip() -> None:
    token = rules.token_of("A" * 43)
    assert token.startswith("mccs_")
    assert len(token) == 5 + 43 + 6
    assert rules.is_well_formed(token)
    for place in range(len(token)):
        slip = token[:place] + ("B" if token[place] != "B" else "C") + token[place + 1 :]
        assert not rules.is_well_formed(slip), place
    assert not any(rules.is_well_formed(each) for each in ("", "mccs_", token[:-1], token + "x", f" {token}"))


def test_a_token_stands_for_its_user_with_its_scopes(gateway: Gateway, store: Store, time: Time) -> None:
    member = gateway.sign_up()
    status, made = make(gateway, member, scopes=["transfer:accept", "read"], days=30)
    assert (status, made["scopes"], made["last_used_at"]) == (200, ["read", "transfer:accept"], None)
    assert events_of(store)[-1] == SecurityNotice(user_id=member.user_id, what="api-token-created")
    status, found = session(gateway, made["token"])
    assert status == 200
    assert (found["user_id"], found["roles"], found["scopes"]) == (
        member.user_id, ["member"], ["read", "transfer:accept"],
    )  # fmt: skip
    assert [entity["entity_id"] for entity in found["entities"]] == [member.entity_id]
    assert gateway.get(f"/sessions/{found['session_id']}", SERVICE)[0] == 404, "it is no session"
    time.pass_by(days=30)
    assert session(gateway, made["token"])[1]["type"] == "api_token.unknown"


def test_the_token_is_shown_once_and_never_stored(gateway: Gateway, store: Store) -> None:
    member = gateway.sign_up()
    _, made = make(gateway, member, key="once")
    status, again = make(gateway, member, key="once")
    assert (status, again["token"], again["token_id"]) == (200, None, made["token_id"])
    listed = gateway.get(f"/users/{member.user_id}/api-tokens", member.caller)[1]["api_tokens"]
    assert [token["token_id"] for token in listed] == [made["token_id"]]
    everything = str([list(store.database[name].find()) for name in store.database.list_collection_names()])
    assert made["token"] not in everything
    assert made["token"][5:48] not in everything
    assert "token" not in listed[0]


def test_a_session_found_open_and_a_token_make_no_token(gateway: Gateway, time: Time) -> None:
    member = gateway.sign_up()
    _, made = make(gateway, member)
    found = session(gateway, made["token"])[1]
    as_token = replace(member.caller, session=found["session_id"])
    path, body = f"/users/{member.user_id}/api-tokens", {"name": "n", "scopes": ["read"]}
    assert gateway.post(path, body, as_token)[1]["type"] == "auth.step_up_needed"
    time.pass_by(minutes=11)
    assert make(gateway, member)[1]["type"] == "auth.step_up_needed"


def test_a_revoked_token_is_dead_at_once(gateway: Gateway) -> None:
    member, other = gateway.sign_up(), gateway.sign_up()
    _, made = make(gateway, member)
    path = f"/users/{member.user_id}/api-tokens/{made['token_id']}"
    assert gateway.delete(path, other.caller)[0] == gateway.delete(path, ADMIN)[0] == 404
    foreign = f"/users/{other.user_id}/api-tokens/{made['token_id']}"
    assert gateway.delete(foreign, other.caller)[1]["type"] == "api_token.unknown"
    assert session(gateway, made["token"])[0] == 200
    assert gateway.delete(path, member.caller)[0] == 200
    assert session(gateway, made["token"])[0] == 404
    assert gateway.delete(path, member.caller)[0] == 404


def test_use_is_noted_at_most_once_a_minute(gateway: Gateway, store: Store, time: Time) -> None:
    member = gateway.sign_up()
    _, made = make(gateway, member)

    def used() -> str | None:
        session(gateway, made["token"])
        return store.api_tokens.of_user(member.user_id)[0].last_used_at

    first = used()
    time.pass_by(seconds=50)
    assert used() == first
    time.pass_by(seconds=20)
    assert used() == time.text() != first


def test_no_more_than_twenty_at_once(gateway: Gateway, directory: Directory, store: Store) -> None:
    member = gateway.sign_up()

    def create(number: int) -> bool:
        try:
            api_tokens.create(directory, BY, member.user_id, name=f"{number}", scopes=["read"], days=1)
        except TooManyApiTokens:
            return False
        return True

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(create, range(26))) == rules.MOST_TOKENS
    assert make(gateway, member)[1]["type"] == "api_token.too_many"
    assert len(store.api_tokens.of_user(member.user_id)) == 20


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"scopes": []}, "scopes"), ({"scopes": ["admin"]}, "scopes"), ({"scopes": ["everything"]}, "scopes"),
        ({"days": 0}, "days"), ({"days": 367}, "days"), ({"days": "9"}, "days"), ({"name": " "}, "name"),
        ({"name": "x" * 101}, "name"),
    ],
)  # fmt: skip
def test_what_a_token_can_not_be(gateway: Gateway, wrong: dict, field: str) -> None:
    status, problem = make(gateway, gateway.sign_up(), **wrong)
    assert (status, list(problem["errors"])) == (400, [field])


@pytest.mark.parametrize(("kind", "may"), [("admin", {"read", "admin", *rules.ADMIN_AREAS}), ("auditor", {"read"})])
def test_staff_give_away_what_they_have(directory: Directory, kind: str, may: set[str]) -> None:
    user = members.create_admin(directory, BY, email=an_email(), kind=kind, password="correct-horse-1").document
    for scope in rules.SCOPES:
        if scope in may:
            api_tokens.create(directory, BY, user["user_id"], name="n", scopes=[scope], days=1)
        else:
            with pytest.raises(rules.FieldsInvalid):
                api_tokens.create(directory, BY, user["user_id"], name="n", scopes=[scope], days=1)


def test_a_token_ends_with_its_users_access(gateway: Gateway, directory: Directory, time: Time) -> None:
    until = time.now().date() + timedelta(days=1)
    user = members.create_admin(
        directory, BY, email=an_email(), kind="auditor", password="correct-horse-1", until=until
    ).document
    made = api_tokens.create(directory, BY, user["user_id"], name="n", scopes=["read"], days=90).document
    assert session(gateway, made["token"])[0] == 200
    time.pass_by(days=2)
    assert session(gateway, made["token"])[0] == 404


def test_a_token_from_before_a_second_factor_was_a_duty_is_refused(
    gateway: Gateway, directory: Directory, time: Time
) -> None:
    """And says what to do; done so, a new one works. The old one never does again while it is a duty."""
    member = gateway.sign_up()
    old = make(gateway, member)[1]["token"]
    strict = replace(directory, require_two_factor="everyone")
    with pytest.raises(TokenBelowTwoFactor, match="set one up, and make a new token"):
        api_tokens.session_of(strict, old)
    time.pass_by(minutes=1)
    secret = factors.begin(strict, BY, member.user_id)["secret"]
    factors.confirm(strict, BY, member.user_id, pyotp.TOTP(secret).at(time.moment))
    with pytest.raises(TokenBelowTwoFactor, match="make a new token, and revoke this one"):
        api_tokens.session_of(strict, old)
    time.pass_by(seconds=1)
    made = api_tokens.create(strict, BY, member.user_id, name="n", scopes=["read"], days=1).document
    assert api_tokens.session_of(strict, made["token"])["user_id"] == member.user_id
    factors.switch_off(strict, BY, member.user_id)
    with pytest.raises(TokenBelowTwoFactor):
        api_tokens.session_of(strict, made["token"])
    assert session(gateway, old)[0] == 200, "where it is no duty nothing changes"


def test_only_those_who_must_are_held_to_it(gateway: Gateway, directory: Directory) -> None:
    member = gateway.sign_up()
    made = make(gateway, member)[1]["token"]
    staff = replace(directory, require_two_factor="staff")
    assert api_tokens.session_of(staff, made)["user_id"] == member.user_id
    user = members.create_admin(directory, BY, email=an_email(), kind="auditor", password="correct-horse-1").document
    theirs = api_tokens.create(directory, BY, user["user_id"], name="n", scopes=["read"], days=1).document
    with pytest.raises(TokenBelowTwoFactor):
        api_tokens.session_of(staff, theirs["token"])


def test_what_is_kept_can_be_told_and_forgotten(gateway: Gateway, store: Store) -> None:
    member = gateway.sign_up()
    _, made = make(gateway, member)
    (about,) = store.api_tokens.about(f"user/{member.user_id}")
    assert about["name"] == "Accounting"
    assert made["token"] not in str(about)
    for _ in range(2):
        store.api_tokens.forget(f"user/{member.user_id}")
    assert session(gateway, made["token"])[0] == 404


# --- limits of a day ----------------------------------------------------------------------------------------------


@pytest.fixture
def noon(time: Time) -> Time:
    """So that no test lasts into the next day."""
    time.moment = datetime.now(UTC).replace(hour=12)
    return time


@pytest.fixture
def limited(gateway: Gateway, noon: Time) -> str:
    """The id of a token that may move 100 out in a day."""
    status, made = make(gateway, gateway.sign_up(), scopes=["transfer:initiate"], day_limit=100)
    assert (status, made["day_limit"]) == (200, 100)
    assert session(gateway, made["token"])[1]["day_limit"] == 100
    return str(made["token_id"])


def reserve(gateway: Gateway, token_id: str, amount: int, key: str) -> tuple[int, dict]:
    return gateway.post(f"/api-tokens/{token_id}/payments", {"amount": amount, "key": key}, SERVICE)


def settle(gateway: Gateway, token_id: str, kept: int, key: str) -> None:
    path = f"/api-tokens/{token_id}/payments"
    assert gateway.put(path, {"kept": kept, "key": key}, SERVICE)[0] == 200


def test_a_token_moves_no_more_than_its_limit_in_a_day(gateway: Gateway, limited: str, noon: Time) -> None:
    assert reserve(gateway, limited, 60, "a")[1]["left"] == 40
    status, refused = reserve(gateway, limited, 41, "b")
    assert (status, refused["type"], refused["left"]) == (422, "token.day_limit", 40)
    midnight = (noon.moment + timedelta(days=1)).strftime("%Y-%m-%dT00:00:00.000000Z")
    assert refused["resets_at"] == midnight
    assert "40 of it are left" in refused["detail"]
    assert reserve(gateway, limited, 40, "c")[1]["left"] == 0
    noon.pass_by(hours=12)
    assert reserve(gateway, limited, 100, "d")[1]["left"] == 0, "a new day"


def test_a_key_counts_once(gateway: Gateway, limited: str) -> None:
    for _ in range(3):
        assert reserve(gateway, limited, 60, "a")[1]["left"] == 40
    assert reserve(gateway, limited, 61, "a")[1]["type"] == "idempotency.key_reused"


def test_what_was_not_moved_is_left_again(gateway: Gateway, limited: str) -> None:
    reserve(gateway, limited, 100, "a")
    for _ in range(2):
        settle(gateway, limited, 30, "a")
    settle(gateway, limited, 50, "a")
    assert reserve(gateway, limited, 70, "b")[1]["left"] == 0
    settle(gateway, limited, 0, "b")
    assert reserve(gateway, limited, 71, "c")[0] == 422
    assert reserve(gateway, limited, 70, "b")[1]["left"] == 0, "tried again, and counted again"
    settle(gateway, limited, 0, "never asked for")


def test_what_is_given_back_the_day_after_changes_nothing(gateway: Gateway, limited: str, noon: Time) -> None:
    reserve(gateway, limited, 100, "a")
    noon.pass_by(days=1)
    reserve(gateway, limited, 50, "b")
    settle(gateway, limited, 0, "a")
    assert reserve(gateway, limited, 51, "c")[0] == 422


def test_many_at_once_do_not_get_more_together(gateway: Gateway, directory: Directory, limited: str) -> None:
    def pay(number: int) -> int:
        try:
            api_tokens.reserve(directory, BY, limited, amount=30, key=f"key {number}")
        except DayLimitReached:
            return 0
        return 30

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(pay, range(12))) == 90


def test_a_revoked_token_reserves_nothing(gateway: Gateway, noon: Time) -> None:
    member = gateway.sign_up()
    _, made = make(gateway, member, scopes=["transfer:accept"], day_limit=100)
    gateway.delete(f"/users/{member.user_id}/api-tokens/{made['token_id']}", member.caller)
    assert reserve(gateway, made["token_id"], 1, "a")[1]["type"] == "api_token.unknown"


def test_a_limit_is_for_tokens_that_pay(gateway: Gateway) -> None:
    status, refused = make(gateway, gateway.sign_up(), scopes=["read"], day_limit=100)
    assert (status, list(refused["errors"])) == (400, ["day_limit"])


@pytest.mark.parametrize(("kind", "scope", "may"), [
    ("admin", "admin:mail", True), ("coordinator", "admin:members", True), ("auditor", "admin:audit", False),
    ("member", "admin:members", False), ("admin", "transfer:initiate", False),
])  # fmt: skip
def test_areas_are_for_administrators(kind: str, scope: str, may: bool) -> None:
    if may:
        assert rules.check_scopes(kind, [scope]) == (scope,)
    else:
        with pytest.raises(FieldsInvalid):
            rules.check_scopes(kind, [scope])
