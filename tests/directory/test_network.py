"""Settings of the network, and the one-time link that makes the first administrator."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from services.directory.config import Config
from services.directory.domain import DirectoryError
from services.directory.domain.network import AlreadySetUp, Network, NetworkChanged, change_network, network_told
from services.directory.handlers import members, network
from services.directory.handlers.writing import By, Directory
from services.directory.store import Store
from tests.directory.conftest import Time
from tests.directory.gateway import ADMIN, PASSWORD, PUBLIC, SERVICE, Gateway, a_login, an_email
from tests.directory.one_time import events_of
from tests.directory.test_trouble import run

BY = By(actor="system:test", correlation_id="test")
NAMED = {"name": "Calder Valley Credits", "unit_name": "calders"}


def test_a_change_is_a_version_and_none_is_none() -> None:
    changed = change_network(Network(), NAMED, None, "now")
    assert (changed.name, changed.version, changed.changed_at) == ("Calder Valley Credits", 1, "now")
    assert change_network(changed, NAMED, [1], "later") is changed
    with pytest.raises(NetworkChanged):
        change_network(changed, {}, [0, 2], "later")


def test_the_log_measures_long_texts() -> None:
    told = network_told(Network(name="N", terms="abc"))
    assert (told["name"], told["terms"]["characters"], told["privacy"]) == ("N", 3, "")
    assert len(told["terms"]["sha256"]) == 64


@pytest.mark.integration
def test_everybody_reads_and_administrators_change(gateway: Gateway, store: Store) -> None:
    status, unset = gateway.get("/network", PUBLIC)
    assert (status, unset["name"], unset["version"]) == (200, "", 0)
    status, changed = gateway.patch("/network", NAMED | {"terms": " Be kind.\r\n", "expected_versions": [0]})
    assert (status, changed["version"], changed["terms"]) == (200, 1, "Be kind.")
    assert gateway.get("/network", SERVICE)[1] == changed
    (entry,) = list(store.audit_reading.newest_first({"action": "network.changed"}, None, 0, 10))
    assert entry["details"]["before"]["name"] == ""
    assert entry["details"]["after"]["terms"]["characters"] == 8
    status, refused = gateway.patch("/network", {"name": "Late", "expected_versions": [0]})
    assert (status, refused["type"]) == (412, "precondition.failed")
    assert gateway.patch("/network", {"name": "x" * 61})[0] == 400
    assert gateway.patch("/network", {"name": "bell\a"})[0] == 400
    assert gateway.patch("/network", {"name": ""})[1]["version"] == 2


@pytest.mark.integration
def test_the_same_change_again_changes_nothing(gateway: Gateway, store: Store) -> None:
    for _ in range(2):
        status, changed = gateway.patch("/network", NAMED, ADMIN, Idempotency_Key="k")
        assert (status, changed["version"]) == (200, 1)
    assert gateway.patch("/network", NAMED)[1]["version"] == 1
    assert len(list(store.audit_reading.newest_first({"action": "network.changed"}, None, 0, 10))) == 1


@pytest.mark.integration
def test_of_two_who_saw_the_same_one_is_refused(gateway: Gateway, directory: Directory) -> None:
    found = at_once(
        lambda: network.change(directory, BY, {"name": "One"}, [0]),
        lambda: network.change(directory, BY, {"name": "Two"}, [0]),
    )
    assert sorted(type(each).__name__ for each in found) == ["Done", "NetworkChanged"]
    assert gateway.get("/network")[1]["version"] == 1


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """What came of them: an answer or an error."""

    def tried(call: Callable[[], Any]) -> Any:
        try:
            return call()
        except DirectoryError as error:
            return error

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(tried, calls))


# --- the first administrator --------------------------------------------------------------------------------------


def a_setup(email: str = "ada@credit.test", password: str = "Kestrel-over-7-hills", **changes: str) -> dict[str, Any]:
    user = {"email": email, "password": password, "first_name": "Ada", "last_name": "Admin"}
    return {"user": user, "network": NAMED | changes, "address": "192.0.2.1", "agent": "Test"}


@pytest.fixture
def link(directory: Directory) -> str:
    return "/setup/" + network.make_link(directory, BY)


@pytest.mark.integration
def test_a_link_makes_the_first_administrator_once(gateway: Gateway, store: Store, link: str) -> None:
    assert gateway.get(link)[0] == 200
    status, made = gateway.post(link, a_setup())
    assert (status, made["session"]["roles"], made["session"]["first_name"]) == (200, ["admin"], "Ada")
    assert gateway.get("/network")[1]["unit_name"] == "calders"
    assert [event.kind for event in events_of(store)] == ["admin"]
    for answer in (gateway.get(link), gateway.post(link, a_setup("other@credit.test"))):
        assert (answer[0], answer[1]["type"]) == (404, "setup.invalid")
    assert gateway.post("/sessions", a_login("ada@credit.test", "Kestrel-over-7-hills", kind="admin"))[0] == 200
    actions = [entry["action"] for entry in store.audit_reading.newest_first({}, None, 0, 10)]
    assert {"network.setup-link-made", "user.registered", "network.changed"} <= set(actions)


@pytest.mark.integration
def test_a_repeat_is_answered_to_who_knows_the_password(gateway: Gateway, link: str) -> None:
    first = gateway.post(link, a_setup(), Idempotency_Key="k")[1]
    status, again = gateway.post(link, a_setup(), Idempotency_Key="k")
    assert (status, again["user_id"]) == (200, first["user_id"])
    status, refused = gateway.post(link, a_setup(password="Somebody-else-9-hills"), Idempotency_Key="k")
    assert (status, refused["type"]) == (409, "idempotency.key_reused")


@pytest.mark.integration
def test_a_link_lives_for_a_day(gateway: Gateway, time: Time, link: str) -> None:
    time.pass_by(hours=23, minutes=59)
    assert gateway.get(link)[0] == 200
    time.pass_by(minutes=1)
    assert gateway.get(link)[0] == 404
    assert gateway.post(link, a_setup())[1]["type"] == "setup.invalid"


@pytest.mark.integration
def test_a_newer_link_ends_the_one_before(gateway: Gateway, directory: Directory, link: str) -> None:
    newer = "/setup/" + network.make_link(directory, BY)
    assert (gateway.get(link)[0], gateway.get(newer)[0]) == (404, 200)
    assert gateway.get("/setup/guessed")[0] == 404


@pytest.mark.integration
def test_no_link_works_when_somebody_administers(
    gateway: Gateway, directory: Directory, store: Store, link: str
) -> None:
    members.create_admin(directory, BY, email=an_email(), kind="auditor", password=PASSWORD)
    assert gateway.get(link)[0] == 200
    members.create_admin(directory, BY, email=an_email(), kind="admin", password=PASSWORD)
    assert gateway.get(link)[0] == 404
    assert gateway.post(link, a_setup())[1]["type"] == "setup.invalid"
    assert store.database["settings"].count_documents({"_id": "setup-link"}) == 0
    with pytest.raises(AlreadySetUp):
        network.make_link(directory, BY)


@pytest.mark.integration
@pytest.mark.parametrize("other", ["the same link", "create-admin"])
def test_of_two_at_once_one_wins(directory: Directory, store: Store, link: str, other: str) -> None:
    secret = link.removeprefix("/setup/")

    def by_link(email: str) -> Any:
        form = network.SetUp(email=email, password="Kestrel-over-7-hills")
        return lambda: network.set_up(directory, BY, secret, form)

    def by_command() -> Any:
        return members.create_admin(directory, BY, email="b@credit.test", kind="admin", password=PASSWORD)

    found = at_once(by_link("a@credit.test"), by_command if other == "create-admin" else by_link("b@credit.test"))
    admins = [user.email for user in store.users.staff()]
    refused = [each for each in found if type(each).__name__ == "SetupLinkInvalid"]
    if other == "create-admin":
        # The command is of whoever has the machine: it never fails, and comes before or after.
        assert "b@credit.test" in admins
        assert len(admins) + len(refused) == 2
    else:
        assert (len(admins), len(refused)) == (1, 1)
    assert store.database["settings"].count_documents({"_id": "setup-link"}) == 0


@pytest.mark.integration
@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"password": "short"}, "password"),
        ({"password": "ada@credit.test1"}, "password"),
        ({"email": "nobody"}, "email"),
    ],
)
def test_a_bad_login_leaves_the_link_alive(gateway: Gateway, link: str, changes: dict[str, str], field: str) -> None:
    status, refused = gateway.post(link, a_setup(**changes))
    assert (status, list(refused["errors"]["user"])) == (400, [field])
    assert gateway.get(link)[0] == 200


@pytest.mark.integration
def test_the_command_prints_a_link_that_works(config: Config, gateway: Gateway) -> None:
    ended = run(config, "setup-link", PUBLIC_URL="https://credit.test/")
    address = ended.stdout.split()[-1]
    assert (ended.returncode, address.startswith("https://credit.test/setup/")) == (0, True)
    assert gateway.post(address.removeprefix("https://credit.test"), a_setup())[0] == 200
    again = run(config, "setup-link")
    assert (again.returncode, "administrator already" in again.stderr) == (1, True)
