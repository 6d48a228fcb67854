"""The second factor: each code once, recovery codes, who must have one, and what happens when it is lost."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime

import pyotp
import pytest
from cryptography.fernet import Fernet

from services.chassis.tokens import Caller
from services.directory.domain import CodeFailed, DirectoryError
from services.directory.domain.security import is_timed_code, new_recovery_code, normal_code
from services.directory.handlers import factors, logins, members, security
from services.directory.handlers.writing import By, Directory
from services.directory.onetime import OneTimeCodes
from services.directory.store import Store
from tests.directory.conftest import Time
from tests.directory.gateway import PASSWORD, SERVICE, Gateway, Member, a_login, an_email
from tests.directory.test_logins import elsewhere, notices, request_reset

pytestmark = pytest.mark.integration


@pytest.fixture
def time() -> Time:
    """Far ahead: MongoDB deletes by its own clock what is over, and must not do so under a test."""
    return Time(datetime(2086, 1, 31, 12, tzinfo=UTC))


BY = By(actor="system:test", correlation_id="test-correlation")


class Phone:
    """A member's app, and the recovery codes on paper."""

    def __init__(self, gateway: Gateway, member: Member, time: Time) -> None:
        self.gateway, self.member, self.time = gateway, member, time
        path = f"/users/{member.user_id}/two-factor"
        status, begun = gateway.post(path, {}, member.caller)
        assert status == 200, begun
        self.secret = begun["secret"]
        status, confirmed = gateway.post(f"{path}/confirmation", {"code": self.code()}, member.caller)
        assert status == 200, confirmed
        self.recovery: list[str] = confirmed["recovery_codes"]

    def code(self, steps: int = 0) -> str:
        return pyotp.TOTP(self.secret).at(self.time.moment, counter_offset=steps)

    def ticket(self, **changes: str) -> str:
        status, problem = self.gateway.post("/sessions", a_login(self.member, **changes))
        assert (status, problem["type"]) == (401, "login.code_needed")
        return str(problem["ticket"])

    def enter(self, code: str, ticket: str = "", **changes: str) -> tuple[int, dict]:
        body = {"ticket": ticket or self.ticket(), "code": code, "address": "192.0.2.1"} | changes
        return self.gateway.post("/sessions/codes", body)


@pytest.fixture
def phone(gateway: Gateway, time: Time) -> Phone:
    return Phone(gateway, gateway.sign_up(device="my-laptop"), time)


def test_a_login_takes_password_and_code_and_each_code_once(phone: Phone, gateway: Gateway, time: Time) -> None:
    assert phone.enter(phone.code())[1]["type"] == "login.code_failed", "the one that confirmed is used up"
    time.pass_by(seconds=30)
    code = phone.code()
    status, session = phone.enter(f" {code[:3]} {code[3:]} ")
    assert (status, session["two_factor"], session["must_set_up_two_factor"]) == (200, True, False)
    assert phone.enter(code)[0] == 401, "replayed"
    assert phone.enter(phone.code(-1))[0] == 401, "and an older one, too"
    assert gateway.get(f"/sessions/{session['session_id']}", SERVICE)[0] == 200


def test_codes_of_one_step_around_fit_and_no_others(phone: Phone, time: Time) -> None:
    time.pass_by(minutes=5)
    assert phone.enter(phone.code(-2))[0] == 401
    assert phone.enter(phone.code(2))[0] == 401
    assert phone.enter(phone.code(-1))[0] == 200
    assert phone.enter(phone.code(1))[0] == 200


def test_a_ticket_is_good_for_five_minutes_once_and_for_nothing_else(
    phone: Phone, gateway: Gateway, time: Time
) -> None:
    ticket = phone.ticket()
    assert gateway.get(f"/sessions/{ticket}", SERVICE)[0] == 404
    time.pass_by(minutes=5)
    assert phone.enter(phone.code(), ticket)[0] == 401
    ticket = phone.ticket()
    assert phone.enter(phone.code(), ticket)[0] == 200
    time.pass_by(seconds=30)
    assert phone.enter(phone.code(), ticket)[0] == 401
    assert phone.enter(phone.code(), "no-such-ticket")[0] == 401


def test_of_parallel_uses_of_a_code_one_gets_in(phone: Phone, directory: Directory, time: Time) -> None:
    time.pass_by(seconds=30)
    directory = replace(directory, login_failures=100)
    for code in (phone.code(), phone.recovery[0]):
        tickets = [phone.ticket() for _ in range(6)]

        def use(ticket: str, code: str = code) -> bool:
            try:
                logins.enter_code(directory, BY, ticket=ticket, code=code, address="192.0.2.1")
            except CodeFailed:
                return False
            return True

        with ThreadPoolExecutor(6) as threads:
            assert sum(threads.map(use, tickets)) == 1, code


def test_recovery_codes_work_once_each_are_counted_and_told(phone: Phone, gateway: Gateway, store: Store) -> None:
    assert len(set(phone.recovery)) == 10
    assert phone.enter(phone.recovery[3].lower().replace("-", " "))[0] == 200
    assert phone.enter(phone.recovery[3])[0] == 401
    path = f"/users/{phone.member.user_id}"
    assert gateway.get(f"{path}/two-factor", phone.member.caller)[1]["recovery_codes_left"] == 9
    assert "recovery-code-used" in notices(store, phone.member)

    fresh = gateway.post(f"{path}/recovery-codes", {}, phone.member.caller)[1]["recovery_codes"]
    assert not set(fresh) & set(phone.recovery)
    assert phone.enter(phone.recovery[4])[0] == 401
    assert phone.enter(fresh[0])[0] == 200


def test_wrong_codes_lock_for_the_user_not_for_the_ticket_and_a_known_device_for_itself(
    phone: Phone, store: Store, time: Time
) -> None:
    time.pass_by(minutes=1)
    wrong = "000000" if phone.code() != "000000" else "111111"
    for number in range(3):
        assert phone.enter(wrong, address=elsewhere(number))[0] == 401
    status, problem = phone.enter(phone.code(), address=elsewhere(4))
    assert (status, problem["type"]) == (429, "login.locked")
    assert notices(store, phone.member)[-1] == "locked", "somebody knows the password"
    assert phone.enter(phone.code(), device="my-laptop")[0] == 200


def test_a_wrong_password_does_not_tell_that_there_is_a_second_factor(phone: Phone, gateway: Gateway) -> None:
    other = gateway.sign_up()
    answers = [gateway.post("/sessions", a_login(who, "wrong-horse-1"))[1] for who in (phone.member, other)]
    known, unknown = ({**answer, "correlation_id": ""} for answer in answers)
    assert known == unknown


def test_a_reset_by_mail_leaves_the_second_factor_on(phone: Phone, gateway: Gateway, store: Store) -> None:
    token = request_reset(gateway, store, phone.member)
    assert gateway.post(f"/password-resets/{token}", {"password": "another-horse-2"})[0] == 200
    login = gateway.post("/sessions", a_login(phone.member, "another-horse-2"))
    assert login[1]["type"] == "login.code_needed"


def test_setting_up_changing_and_switching_off_need_a_verified_session(
    phone: Phone, gateway: Gateway, time: Time, store: Store
) -> None:
    member, path = phone.member, f"/users/{phone.member.user_id}"
    assert gateway.post(f"{path}/two-factor", {}, member.caller)[1]["type"] == "two_factor.state", "on already"
    time.pass_by(minutes=11)
    for asked in (
        gateway.post(f"{path}/two-factor", {}, member.caller),
        gateway.post(f"{path}/recovery-codes", {}, member.caller),
        gateway.delete(f"{path}/two-factor", member.caller),
    ):
        assert asked[1]["type"] == "auth.step_up_needed"
    verification = f"/sessions/{member.session_id}/verification"
    assert gateway.post(verification, {"code": phone.code()}, member.caller)[0] == 200
    assert gateway.post(verification, {"code": phone.code()}, member.caller)[0] == 403, "replayed"
    assert gateway.delete(f"{path}/two-factor", member.caller)[0] == 200
    assert gateway.post("/sessions", a_login(member))[0] == 200
    told = notices(store, member)
    assert [what for what in told if what.startswith("two-factor")] == ["two-factor-on", "two-factor-off"]


def test_an_unconfirmed_secret_counts_for_nothing(gateway: Gateway, time: Time) -> None:
    member = gateway.sign_up()
    path = f"/users/{member.user_id}/two-factor"
    secret = gateway.post(path, {}, member.caller)[1]["secret"]
    assert gateway.post("/sessions", a_login(member))[0] == 200
    assert gateway.post(f"{path}/confirmation", {"code": "12"}, member.caller)[1]["type"] == "auth.wrong"
    time.pass_by(minutes=31)
    code = pyotp.TOTP(secret).at(time.moment)
    assert gateway.post(f"{path}/confirmation", {"code": code}, member.caller)[1]["type"] == "two_factor.state"


def test_nobody_touches_anothers_factor_but_an_administrator_with_a_reason(
    phone: Phone, gateway: Gateway, directory: Directory, store: Store
) -> None:
    path, stranger = f"/users/{phone.member.user_id}", gateway.sign_up()
    for caller in (stranger.caller, _admin(gateway, directory)):
        assert gateway.get(f"{path}/two-factor", caller)[0] == 404
        assert gateway.delete(f"{path}/two-factor", caller)[0] == 404
        assert gateway.get(f"{path}/sessions", caller)[0] == 404
        assert gateway.post(f"{path}/password", {"current": PASSWORD, "new": "another-horse-2"}, caller)[0] == 404
    assert gateway.post(f"{path}/two-factor/reset", {"reason": "x"}, stranger.caller)[0] == 403
    admin = _admin(gateway, directory)
    assert gateway.post(f"{path}/two-factor/reset", {"reason": " "}, admin)[0] == 400
    lost = {"reason": "lost, seen in person"}
    assert gateway.post(f"{path}/two-factor/reset", lost, admin, Idempotency_Key="k") == (200, {})
    # The answer was lost: asking again is not refused because there is no factor any more, and mails nobody twice.
    assert gateway.post(f"{path}/two-factor/reset", lost, admin, Idempotency_Key="k") == (200, {})
    assert gateway.get(f"/sessions/{phone.member.session_id}", SERVICE)[0] == 404
    assert gateway.post("/sessions", a_login(phone.member))[0] == 200
    entry = store.database["audit"].find_one({"action": "two-factor.reset"})
    assert entry
    assert (entry["actor"], entry["details"]["reason"]) == (f"admin:{admin.subject}", "lost, seen in person")
    assert notices(store, phone.member).count("two-factor-reset") == 1


def _admin(gateway: Gateway, directory: Directory) -> Caller:
    email = an_email()
    members.create_admin(directory, BY, email=email, kind="admin", password=PASSWORD)
    session = gateway.post("/sessions", a_login(email, kind="admin"))[1]
    return Caller(subject=session["user_id"], roles=frozenset({"admin"}), session=session["session_id"])


@pytest.mark.parametrize(("required", "who"), [("nobody", []), ("staff", ["admin"]), ("everyone", ["member", "admin"])])
def test_who_must_have_one_is_told_with_the_session(directory: Directory, required: str, who: list[str]) -> None:
    directory = replace(directory, require_two_factor=required)
    told = []
    for kind in ("member", "admin"):
        email = an_email()
        user = members.create_admin(directory, BY, email=email, kind=kind, password=PASSWORD).document  # type: ignore[arg-type]
        login = {"email": email, "password": PASSWORD, "kind": kind, "address": "192.0.2.1"}
        if logins.log_in(directory, BY, **login)["must_set_up_two_factor"]:  # type: ignore[arg-type]
            told.append(kind)
        assert factors.state(directory, user["user_id"])["required"] == (kind in who)
    assert told == who


def test_secrets_and_codes_are_not_stored_as_they_are(phone: Phone, store: Store) -> None:
    everything = str([list(store.database[name].find()) for name in store.database.list_collection_names()])
    for secret in (phone.secret, phone.ticket(), *phone.recovery, *map(normal_code, phone.recovery), "my-laptop"):
        assert secret not in everything


def test_a_key_is_changed_by_putting_a_new_one_first(phone: Phone, directory: Directory, time: Time) -> None:
    old, new = directory.codes, Fernet.generate_key().decode()
    found = directory.store.factors.find(phone.member.user_id)
    assert found
    time.pass_by(seconds=30)
    lost = replace(directory, codes=OneTimeCodes(new))
    user = directory.store.users.find(phone.member.user_id)
    assert user
    assert not factors.use_code(lost, BY, user, phone.code()), "without the old key nothing fits, and nothing breaks"
    assert factors.use_code(lost, BY, user, phone.recovery[0]), "but recovery codes do"
    assert old.step(found["secret"], phone.code(), time.moment) is not None


def test_both_keys_open_while_rotating() -> None:
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    sealed = OneTimeCodes(old).seal("A" * 32)
    both = OneTimeCodes(f"{new}, {old}")
    now = Time().moment
    code = pyotp.TOTP("A" * 32).at(now)
    assert OneTimeCodes(new).step(both.resealed(sealed), code, now) == both.step(sealed, code, now) is not None


def test_codes_are_read_as_people_type_them() -> None:
    assert normal_code(" 123-456 ") == normal_code("\uff11\uff12\uff13 456") == "123456"
    assert is_timed_code("123456")
    assert not is_timed_code("٣٤٥٦٧٨")
    assert not is_timed_code("12345")
    code = new_recovery_code(lambda _: 0)
    assert code == "0000-0000-0000-0000"
    assert normal_code("oooo-0000 0000–OOOO") == normal_code(code)
    assert normal_code("il1a") == "111A"


# --- password and sessions ---------------------------------------------------------------------------------------


def test_a_password_change_asks_for_the_current_one_and_ends_all_other_sessions(gateway: Gateway, store: Store) -> None:
    member = gateway.sign_up(device="my-laptop")
    other = gateway.post("/sessions", a_login(member, device="my-laptop"))[1]["session_id"]
    reset = request_reset(gateway, store, member)
    path = f"/users/{member.user_id}/password"
    wrong = gateway.post(path, {"current": "wrong-horse-1", "new": "another-horse-2"}, member.caller)
    assert (wrong[0], wrong[1]["type"], list(wrong[1]["errors"])) == (403, "auth.wrong", ["current"])
    assert gateway.post(path, {"current": PASSWORD, "new": "Passw0rd!"}, member.caller)[1]["errors"]["new"]
    assert gateway.post(path, {"current": PASSWORD, "new": "another-horse-2"}, member.caller)[0] == 200
    assert gateway.get(f"/sessions/{member.session_id}", SERVICE)[0] == 200
    assert gateway.get(f"/sessions/{other}", SERVICE)[0] == 404
    assert gateway.get(f"/password-resets/{reset}")[0] == 404, "a link from before is no way in"
    assert gateway.post("/sessions", a_login(member))[0] == 401
    assert gateway.post("/sessions", a_login(member, "another-horse-2"))[0] == 200
    assert notices(store, member)[0] == "password-changed"


def test_sessions_are_listed_for_their_owner_and_ended_at_once(gateway: Gateway, time: Time) -> None:
    firefox = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0"
    member, stranger = gateway.sign_up(agent=firefox), gateway.sign_up()
    time.pass_by(minutes=6)
    second = gateway.post("/sessions", a_login(member, agent="curl/8.1", address=elsewhere(1)))[1]["session_id"]
    third = gateway.post("/sessions", a_login(member))[1]["session_id"]
    path = f"/users/{member.user_id}/sessions"
    listed = gateway.get(path, member.caller)[1]["sessions"]
    by_device = {each["device"]: each for each in listed}
    assert set(by_device) == {"Firefox on Windows", "curl", "Unknown device"}
    assert [each["device"] for each in listed if each["current"]] == ["Firefox on Windows"]
    assert by_device["curl"]["address"] == elsewhere(1)
    assert by_device["Firefox on Windows"]["opened_at"] < by_device["curl"]["used_at"]
    assert second not in str(listed), "the handle is not what the session is used with"

    handle = by_device["curl"]["handle"]
    assert gateway.delete(f"/users/{stranger.user_id}/sessions/{handle}", stranger.caller)[0] == 404
    assert gateway.delete(f"{path}/{handle}", stranger.caller)[0] == 404
    assert gateway.get(f"/sessions/{second}", SERVICE)[0] == 200
    assert gateway.delete(f"{path}/{handle}", member.caller)[0] == 200
    assert gateway.get(f"/sessions/{second}", SERVICE)[0] == 404
    assert gateway.delete(path, member.caller)[1] == {"ended": 1}
    assert gateway.get(f"/sessions/{third}", SERVICE)[0] == 404
    assert gateway.get(f"/sessions/{member.session_id}", SERVICE)[0] == 200


def test_of_parallel_password_changes_one_wins(gateway: Gateway, directory: Directory) -> None:
    member = gateway.sign_up()
    directory = replace(directory, login_failures=100)

    def change(number: int) -> bool:
        try:
            security.change_password(
                directory, BY, member.session_id, member.user_id, current=PASSWORD, new=f"another-horse-{number}"
            )
        except DirectoryError:
            return False
        return True

    with ThreadPoolExecutor(6) as threads:
        assert sum(threads.map(change, range(6))) == 1
