"""Access that ends with a day: for auditors, and administrators if somebody wants that."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest

from services.chassis.clock import rfc3339
from services.directory.__main__ import year_after
from services.directory.config import Config
from services.directory.domain import UnknownUser
from services.directory.handlers import members
from services.directory.handlers.writing import Directory
from services.directory.store import Store
from tests.directory.conftest import Time
from tests.directory.gateway import ADMIN, PASSWORD, SERVICE, Gateway, a_login, an_email
from tests.directory.test_logins import BY
from tests.directory.test_trouble import run

pytestmark = pytest.mark.integration

LAST_DAY = date(2026, 6, 30)
Auditor = Callable[..., str]


@pytest.fixture
def auditor(directory: Directory) -> Auditor:
    """Registers one with access until LAST_DAY; the address."""

    def register(until: date | None = LAST_DAY, kind: str = "auditor") -> str:
        email = an_email()
        members.create_admin(directory, BY, email=email, kind=kind, password=PASSWORD, until=until)
        return email

    return register


def log_in(gateway: Gateway, email: str, password: str = PASSWORD) -> tuple[int, dict]:
    return gateway.post("/sessions", a_login(email, password, kind="admin"))


@pytest.mark.parametrize("kind", ["auditor", "admin"])
def test_access_lasts_through_its_last_day(gateway: Gateway, auditor: Auditor, time: Time, kind: str) -> None:
    email = auditor(kind=kind)
    time.moment = datetime(2026, 6, 30, 23, 59, 59, 999999, tzinfo=UTC)
    status, session = log_in(gateway, email)
    assert (status, session["expires_at"]) == (200, "2026-07-01T00:00:00.000000Z")

    time.pass_by(microseconds=1)
    status, problem = log_in(gateway, email)
    assert (status, problem["type"]) == (403, "login.expired")
    assert problem["detail"] == "Your access ended with 2026-06-30 (UTC). Ask an administrator to extend it."


def test_only_the_right_password_tells_that_access_has_ended(gateway: Gateway, auditor: Auditor, time: Time) -> None:
    email = auditor()
    time.moment = datetime(2026, 7, 1, tzinfo=UTC)
    expired, unknown = (log_in(gateway, each, "wrong-horse-1") for each in (email, an_email()))
    assert {**expired[1], "correlation_id": ""} == {**unknown[1], "correlation_id": ""}
    assert expired[0] == 401
    assert gateway.post("/sessions", a_login(email, kind="member"))[0] == 401


def test_tries_after_the_end_lock_nobody_out(gateway: Gateway, auditor: Auditor, time: Time) -> None:
    email = auditor()
    time.moment = datetime(2026, 7, 1, tzinfo=UTC)
    assert [log_in(gateway, email)[0] for _ in range(6)] == [403] * 6


def test_a_session_ends_with_the_access_and_does_not_come_back(
    gateway: Gateway, directory: Directory, auditor: Auditor, time: Time
) -> None:
    email = auditor()
    time.moment = datetime(2026, 6, 30, 20, tzinfo=UTC)
    path = f"/sessions/{log_in(gateway, email)[1]['session_id']}"
    time.pass_by(hours=3, minutes=59)
    assert gateway.get(path, SERVICE)[1]["expires_at"] == "2026-07-01T00:00:00.000000Z"

    time.pass_by(minutes=1)
    status, problem = gateway.get(path, SERVICE)
    assert (status, problem["type"]) == (404, "session.unknown")
    assert "2026-06-30" in problem["detail"]

    members.set_access(directory, BY, email=email, until=None)
    assert gateway.get(path, SERVICE)[0] == 404
    assert log_in(gateway, email)[0] == 200


def test_access_is_extended_and_lifted(gateway: Gateway, directory: Directory, auditor: Auditor, time: Time) -> None:
    email = auditor()
    time.moment = datetime(2027, 1, 1, tzinfo=UTC)
    assert log_in(gateway, email)[0] == 403
    members.set_access(directory, BY, email=email, until=date(2027, 1, 1))
    assert log_in(gateway, email)[0] == 200
    time.pass_by(days=1)
    assert log_in(gateway, email)[0] == 403
    members.set_access(directory, BY, email=email.upper().casefold(), until=None)
    time.pass_by(days=9999)
    assert log_in(gateway, email)[0] == 200


def test_a_day_that_is_over_ends_it_at_once(
    gateway: Gateway, directory: Directory, auditor: Auditor, store: Store, time: Time
) -> None:
    email = auditor(None)
    log_in(gateway, email)
    members.set_access(directory, BY, email=email, until=(time.moment - timedelta(days=1)).date())
    assert store.database["sessions"].count_documents({}) == 0
    assert log_in(gateway, email)[0] == 403


def test_members_have_no_end(gateway: Gateway, directory: Directory) -> None:
    member = gateway.sign_up()
    for email in (member.email, an_email()):
        with pytest.raises(UnknownUser):
            members.set_access(directory, BY, email=email, until=LAST_DAY)
    assert gateway.get(f"/users/{member.user_id}", ADMIN)[1]["expires_at"] is None


def test_users_of_before_have_no_end(gateway: Gateway, auditor: Auditor, store: Store) -> None:
    email = auditor()
    store.database["users"].update_one({"email": email}, {"$unset": {"expires_at": ""}})
    assert log_in(gateway, email)[0] == 200


def test_what_changes_a_user_leaves_the_end_alone(gateway: Gateway, auditor: Auditor, store: Store) -> None:
    email = auditor()
    known = store.users.of_email(email)
    assert known
    assert gateway.patch(f"/users/{known.user_id}", {"first_name": "Ada"})[1]["expires_at"] == known.expires_at
    after = store.users.of_email(email)
    assert after
    assert (after.first_name, after.expires_at) == ("Ada", "2026-07-01T00:00:00.000000Z")


def test_the_commands_say_until_when(config: Config, store: Store) -> None:
    auditor, admin, other = an_email(), an_email(), an_email()

    def create(email: str, *arguments: str) -> str:
        done = run(config, "create-admin", "--email", email, *arguments, DIRECTORY_ADMIN_PASSWORD=PASSWORD)
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert "until the end of 2" in create(auditor, "--kind", "auditor")
    assert "without end" in create(admin, "--kind", "admin")
    assert "until the end of 2027-06-30 (UTC)" in create(other, "--kind", "auditor", "--until", "2027-06-30")
    user = store.users.of_email(auditor)
    assert user
    assert user.expires_at
    left = datetime.fromisoformat(user.expires_at) - datetime.now(UTC)
    assert timedelta(days=363) < left < timedelta(days=368)

    create(auditor, "--kind", "auditor", "--until", "never", "--if-missing")
    assert store.users.of_email(auditor) == user

    lifted = run(config, "set-access", "--email", other.upper(), "--until", "never")
    assert (lifted.returncode, "without end" in lifted.stdout) == (0, True)
    changed = store.users.of_email(other)
    assert changed
    assert changed.expires_at is None
    assert "No administrator or auditor" in run(config, "set-access", "--email", "x@y", "--until", "never").stderr
    assert "2027-06-30, or never" in run(config, "set-access", "--email", other, "--until", "soon").stderr


@pytest.mark.parametrize(
    ("day", "later"),
    [(date(2026, 11, 22), date(2027, 11, 22)), (date(2028, 2, 29), date(2029, 2, 28))],
)
def test_a_year_is_a_year(day: date, later: date) -> None:
    assert year_after(day) == later


def test_the_end_is_the_end_of_the_day(auditor: Auditor, store: Store) -> None:
    user = store.users.of_email(auditor(date(2028, 2, 29)))
    assert user
    assert (user.expires_at, user.last_day) == (rfc3339(datetime(2028, 3, 1, tzinfo=UTC)), "2028-02-29")
