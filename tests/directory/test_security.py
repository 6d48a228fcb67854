"""One's own login: verification for what is sensitive."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from services.chassis.tokens import Caller, Signer
from services.chassis.web import allow, answer
from services.directory import app
from services.directory.api.blueprint import recently_verified
from services.directory.config import Config
from services.directory.domain import StepUpNeeded
from services.directory.handlers import security
from services.directory.handlers.writing import Directory
from services.directory.store import EntityIndex, Store
from tests.directory.conftest import Time
from tests.directory.gateway import PASSWORD, PUBLIC, SERVICE, Gateway, Member, a_login

pytestmark = pytest.mark.integration


@pytest.fixture
def time() -> Time:
    """Far ahead: MongoDB deletes by its own clock what is over, and must not do so under a test."""
    return Time(datetime(2086, 1, 31, 12, tzinfo=UTC))


def verification(gateway: Gateway, member: Member, password: str = PASSWORD, **changes: str) -> tuple[int, dict]:
    session = changes.get("session", member.session_id)
    return gateway.post(f"/sessions/{session}/verification", {"password": password}, member.caller)


def is_verified(directory: Directory, member: Member) -> bool:
    try:
        security.require_verified(directory, member.session_id, member.user_id)
    except StepUpNeeded:
        return False
    return True


def test_a_login_is_good_for_ten_minutes_and_the_password_for_ten_more(
    gateway: Gateway, directory: Directory, time: Time
) -> None:
    member = gateway.sign_up()
    time.pass_by(minutes=10)
    assert is_verified(directory, member)
    time.pass_by(seconds=1)
    assert not is_verified(directory, member)
    assert gateway.get(f"/sessions/{member.session_id}", SERVICE)[0] == 200, "using a session verifies nothing"
    assert not is_verified(directory, member)

    assert verification(gateway, member) == (200, {})
    assert is_verified(directory, member)
    time.pass_by(minutes=11)
    assert not is_verified(directory, member)


def test_a_route_that_wants_it_says_so(
    config: Config, directory: Directory, index: EntityIndex, keys: tuple, time: Time, store: Store
) -> None:
    extended = app.create_app(config, directory, index)

    @extended.post("/sensitive")
    @allow("member")
    def sensitive() -> object:
        recently_verified()
        return answer({})

    gateway = Gateway(extended.test_client(), Signer(keys[0]))
    member = gateway.sign_up()
    assert gateway.post("/sensitive", {}, member.caller) == (200, {})
    time.pass_by(minutes=11)
    status, problem = gateway.post("/sensitive", {}, member.caller)
    assert (status, problem["type"]) == (403, "auth.step_up_needed")
    verification(gateway, member)
    assert gateway.post("/sensitive", {}, member.caller)[0] == 200

    without, other = replace(member.caller, session=""), gateway.sign_up()
    foreign = replace(member.caller, session=other.session_id)
    for caller in (without, foreign):
        assert gateway.post("/sensitive", {}, caller)[0] == 403, "an API token, or somebody else's session"
    store.sessions.end(member.session_id)
    assert gateway.post("/sensitive", {}, member.caller)[0] == 403, "an ended session"


def test_a_wrong_password_verifies_nothing_and_three_lock(gateway: Gateway, directory: Directory, time: Time) -> None:
    member = gateway.sign_up()
    time.pass_by(minutes=11)
    for _ in range(3):
        status, problem = verification(gateway, member, "wrong-horse-1")
        assert (status, problem["type"]) == (403, "auth.wrong")
    status, problem = verification(gateway, member)
    assert (status, problem["type"], gateway.headers["Retry-After"]) == (429, "login.locked", "900")
    assert not is_verified(directory, member)
    time.pass_by(minutes=15, seconds=1)
    assert verification(gateway, member)[0] == 200


def test_strangers_who_lock_the_login_lock_no_verification(gateway: Gateway) -> None:
    member = gateway.sign_up()
    for _ in range(4):
        gateway.post("/sessions", a_login(member, "wrong-horse-1"))
    assert gateway.post("/sessions", a_login(member))[0] == 429
    assert verification(gateway, member)[0] == 200


def test_only_the_own_session_can_be_verified(gateway: Gateway, directory: Directory, time: Time) -> None:
    mine, theirs = gateway.sign_up(), gateway.sign_up()
    time.pass_by(minutes=11)
    assert verification(gateway, mine, session=theirs.session_id)[0] == 404
    stolen = Caller(subject=mine.user_id, roles=frozenset({"member"}), session=theirs.session_id)
    status, _ = gateway.post(f"/sessions/{theirs.session_id}/verification", {"password": PASSWORD}, stolen)
    assert status == 404, "the password is right, but the session is another's"
    assert not is_verified(directory, theirs)
    assert gateway.post(f"/sessions/{mine.session_id}/verification", {"password": PASSWORD}, PUBLIC)[0] == 403


def test_verifications_are_in_the_audit_log(gateway: Gateway, store: Store) -> None:
    member = gateway.sign_up()
    verification(gateway, member, "wrong-horse-1")
    verification(gateway, member)
    told = [entry["action"] for entry in store.database["audit"].find().sort("_id", 1)]
    assert told[-2:] == ["session.verification-failed", "session.verified"]
