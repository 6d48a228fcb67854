"""That whoever has no access any more has none at once, though gateways remember: on a real change stream."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from flask import Flask

from services.directory.api import access
from services.directory.api.access import ACCESS, BELIEVED, ENDING
from services.directory.domain import Membership
from services.directory.store import Store
from services.directory.store.access_changes import AccessChanges, Told, Unwatched
from services.directory.store.logins import digest
from services.gateway.app import create_app
from services.gateway.config import Config
from services.gateway.session import sessions_of
from tests.chassis.keys import key_pair
from tests.directory.conftest import Time
from tests.directory.gateway import ADMIN, SERVICE, Gateway, Member
from tests.gateway.browsing import serving
from tests.waiting import wait_until

NOWHERE = "http://127.0.0.1:1"
BELIEVED_MS = 1_000


class Listener:
    """Follows the changes as a gateway does."""

    def __init__(self, changes: AccessChanges) -> None:
        self._changes = changes
        self.told = wait_until(self._begin)
        self.heard: list[str] = []

    def hears(self, subject: str) -> bool:
        self.told = self._changes.after(self.told.stream, self.told.position)
        assert self.told.complete
        self.heard += self.told.changes
        return subject in self.heard

    def _begin(self) -> Told | None:
        try:
            return self._changes.after("", 0)
        except Unwatched:
            return None


@pytest.fixture
def changes(store: Store) -> AccessChanges:
    return AccessChanges(store.database)


def test_all_that_a_session_says_is_told_of(changes: AccessChanges, store: Store, gateway: Gateway) -> None:
    member = gateway.sign_up()
    listener, session = Listener(changes), f"sessions/{digest(member.session_id)}"

    def told(subject: str) -> bool:
        listener.heard.clear()
        return bool(wait_until(lambda: listener.hears(subject)))

    store.sessions.act_for(member.session_id, member.user_id, "e", "why", datetime.now(UTC))
    assert told(session)
    store.sessions.act_for_nobody(member.session_id, member.user_id)
    assert told(session)
    store.users.give_access(member.user_id, None, suspended=True)
    assert told(f"users/{member.user_id}")
    part = Membership(entity_id=member.entity_id, user_id=member.user_id, role="operator")
    store.memberships.put(part)
    assert told(f"memberships/{member.entity_id}/{member.user_id}")
    store.memberships.remove(part)
    assert told(f"memberships/{member.entity_id}/{member.user_id}")
    gateway.patch(f"/entities/{member.entity_id}", {"name": "Another"}, member.caller)
    assert told(f"entities/{member.entity_id}")
    store.sessions.end(member.session_id)
    assert told(session)


def test_what_happens_at_every_call_and_payment_is_not_told(
    changes: AccessChanges, store: Store, gateway: Gateway
) -> None:
    member = gateway.sign_up()
    listener = Listener(changes)
    store.sessions.use(member.session_id, datetime.now(UTC) + timedelta(hours=1))
    store.database["entities"].update_one(
        {"_id": member.entity_id}, {"$set": {"figures": {"balance": 1, "position": 2}}, "$inc": {"revision": 1}}
    )
    store.sessions.end(member.session_id)
    wait_until(lambda: listener.hears(f"sessions/{digest(member.session_id)}"))
    assert listener.heard == [f"sessions/{digest(member.session_id)}"]


def test_everything_before_the_told_moment_was_told(changes: AccessChanges, store: Store, gateway: Gateway) -> None:
    """Whoever hears of no change up to a moment after a write would have missed it."""
    listener = Listener(changes)
    for _ in range(5):
        member = gateway.sign_up()
        store.sessions.end(member.session_id)
        # Asked after the write, and told of a moment after the question.
        wait_until(lambda: listener.hears("nothing") or listener.told.lag_ms <= 0)
        assert f"sessions/{digest(member.session_id)}" in listener.heard


def test_who_missed_changes_is_told_so(changes: AccessChanges) -> None:
    told = Listener(changes).told
    assert not told.complete
    assert not changes.after("another-stream", told.position, 0).complete
    assert not changes.after(told.stream, told.position + 1, 0).complete


@pytest.fixture
def remembered(flask_app: Flask, store: Store) -> Iterator[Flask]:
    """The directory, which tells of changes."""
    before = dict(flask_app.extensions)
    flask_app.extensions |= {ACCESS: AccessChanges(store.database), BELIEVED: BELIEVED_MS}
    yield flask_app
    flask_app.extensions.clear()
    flask_app.extensions.update(before)


@pytest.fixture
def new_gateway(remembered: Flask, keys: tuple, tmp_path: Path) -> Iterator[Callable[[], Flask]]:
    """Makes gateway processes, as far as their memories go."""
    for name, pem in (("session", key_pair("session")[0]), ("internal", keys[0])):
        (tmp_path / f"{name}.pem").write_bytes(pem)
    with serving(remembered) as address:
        config = Config(
            environment="development",
            public_url="http://localhost:8080",
            secret_key="not-a-secret-in-tests",
            session_private_key_file=str(tmp_path / "session.pem"),
            internal_private_key_file=str(tmp_path / "internal.pem"),
            directory_url=address,
            ledger_url=NOWHERE,
            matcher_url=NOWHERE,
            notifier_url=NOWHERE,
            rate_limit="100000/minute",
        )
        yield lambda: create_app(config)


class Door:
    """One gateway, and somebody who calls it."""

    def __init__(self, app: Flask, token: str) -> None:
        self._client, self._headers = app.test_client(), {"Authorization": f"Bearer {token}"}
        memory = sessions_of(app).memory
        assert memory is not None
        self.memory = memory

    def ask(self, method: str = "GET", path: str = "/api/v1/user", **options) -> int:
        return self._client.open(path, method=method, headers=self._headers, **options).status_code

    def remembers(self, member: Member) -> bool:
        assert self.ask() == 200
        return self.memory.login(member.session_id) is not None


@pytest.fixture
def member(gateway: Gateway, time: Time) -> Member:
    # A gateway has no clock but the machine's.
    time.moment = datetime.now(UTC)
    return gateway.sign_up()


@pytest.fixture
def doors(new_gateway: Callable[[], Flask], member: Member) -> tuple[Door, Door]:
    """Two gateways that remember the member."""
    apps = new_gateway(), new_gateway()
    businesses = {member.entity_id: member.account}
    issue = sessions_of(apps[0]).tokens.issue
    token = issue(member.session_id, member.user_id, frozenset({"member"}), businesses)
    one, other = (Door(app, token) for app in apps)
    wait_until(lambda: one.remembers(member) and other.remembers(member))
    return one, other


def test_a_logout_at_one_gateway_counts_at_the_other_when_it_is_answered(doors: tuple[Door, Door]) -> None:
    one, other = doors
    assert one.ask("POST", "/api/v1/logout") == 200
    assert other.ask() == 401
    assert one.ask() == 401


def test_a_stopped_login_counts_everywhere_when_it_is_answered(
    doors: tuple[Door, Door], gateway: Gateway, member: Member
) -> None:
    status, _ = gateway.put(f"/users/{member.user_id}/suspension", {"suspended": True, "reason": "why"}, ADMIN)
    assert status == 200
    assert [door.ask() for door in doors] == [401, 401]


def test_what_is_remembered_ends_when_the_directory_tells_nothing(
    doors: tuple[Door, Door], remembered: Flask, store: Store, member: Member
) -> None:
    """As when the network is cut: nobody tells of the ending, and no answer waits for it."""
    del remembered.extensions[ACCESS]
    store.sessions.end(member.session_id)
    one, _ = doors
    wait_until(lambda: one.ask() == 401, BELIEVED_MS / 1000 + 5)


def test_who_changes_only_what_is_shown_does_not_wait(
    remembered: Flask, gateway: Gateway, member: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []
    monkeypatch.setattr(access, "time", SimpleNamespace(sleep=waited.append))
    for path, changes in (
        (f"/users/{member.user_id}", {"first_name": "Anna"}),
        (f"/entities/{member.entity_id}", {"name": "Another"}),
    ):
        assert gateway.patch(path, changes, member.caller)[0] == 200
        assert not waited
        assert gateway.patch(path, changes, ADMIN)[0] == 200
        assert waited.pop() == BELIEVED_MS / 1000


def test_the_endings_are_routes(flask_app: Flask) -> None:
    assert flask_app.view_functions.keys() >= ENDING


def test_without_memory_nothing_is_told(gateway: Gateway) -> None:
    status, refused = gateway.get("/access-changes", SERVICE)
    assert (status, refused["type"]) == (404, "access_changes.off")
