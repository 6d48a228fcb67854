"""Files of members: read forgivingly, checked whole, worked off so that nobody is made twice."""

import json
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from datetime import UTC, datetime

import pytest

from events.directory import EntityRegistered
from services.directory.config import Config
from services.directory.domain import importing as rules
from services.directory.domain.importing import ImportUnreadable
from services.directory.handlers import importing
from services.directory.handlers.writing import By, Directory
from services.directory.scheduling import JOBS
from services.directory.schemas.importing import checked
from services.directory.store import Store
from tests.directory.conftest import Time
from tests.directory.gateway import ADMIN, Gateway, a_login, an_email
from tests.directory.one_time import events_of, one_time_mails

BY = By(actor="admin:an-admin", correlation_id="test")
HEADER = "Email;Business name;First Name;offers\n"


@pytest.fixture(autouse=True)
def today(time: Time) -> None:
    """MongoDB deletes by its own clock what has run out: a test in the past would lose its documents."""
    time.moment = datetime.now(UTC)


def a_file(rows: int, *, prefix: str = "row", header: str = "email,name,offers,status\n") -> bytes:
    lines = [f'{prefix}{number}@dev.null,Shop {number},"bread, cakes",accepted' for number in range(rows)]
    return (header + "\n".join(lines)).encode()


def members_of(store: Store) -> list[str]:
    return sorted(user["email"] for user in store.database["users"].find({"kind": "member"}))


def started(directory: Directory, content: bytes, mode: str = "row", *, invite: bool = False) -> str:
    import_id: str = importing.check(directory, BY, name="m.csv", content=content).document["import_id"]
    importing.start(directory, BY, import_id, mode=mode, invite=invite)
    return import_id


@pytest.mark.parametrize(
    "content",
    [
        b"email,name\na@b.example,Shop\n", b"\xef\xbb\xbfE-Mail Address;Company Name\r\na@b.example;Shop\r\n",
        b"USER_EMAIL\tBusiness\na@b.example\tShop", b'"email","name","account"\n"a@b.example","Shop","123"\n\n,,\n',
    ],
)  # fmt: skip
def test_spreadsheets_may_write_as_they_like(content: bytes) -> None:
    (row,) = rules.read(content)
    assert (row.number, row.cells) == (2, {"email": "a@b.example", "name": "Shop"})


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"email,name\n\xff\xfe", "not UTF-8"), (b"email,name\n", "no row below"), (b"", "first row must name"),
        (b"email\na@b.example", "name can't be left out"), (b"email,name,colour\na@b.c,Shop,red", "no column"),
        (b"email,mail,name\na,b,c", "twice"), (b"email,name\n\0,x", "no CSV file"),
        (b'email,name\n"a@b.c,x', "quotation marks"),
    ],
)  # fmt: skip
def test_what_is_no_file_of_members_is_refused(content: bytes, said: str) -> None:
    with pytest.raises(ImportUnreadable, match=said):
        rules.read(content)


def test_more_rows_than_are_taken_are_refused() -> None:
    with pytest.raises(ImportUnreadable, match="split"):
        rules.read(a_file(rules.MOST_ROWS + 1))


def test_each_cell_that_is_not_good_says_what_and_what_next() -> None:
    header = "email,name,status,latitude,declared_turnover,offers,website\n"
    (row,) = rules.read((header + f"nobody,,best,91,lots,{'x' * 51},ftp://x").encode())
    _, errors = checked(row)
    assert {error.field for error in errors} == {
        "email", "name", "status", "latitude", "declared_turnover", "offers", "website",
    }  # fmt: skip
    assert all(error.what and error.next for error in errors)


def test_a_trading_member_needs_more() -> None:
    (row,) = rules.read(b"email,name,status\na@b.example,Shop,tradingAccepted")
    assert {"inc_type", "address", "telephone"} <= {error.field for error in checked(row)[1]}


def test_no_cell_becomes_a_formula_and_comes_back_as_it_was() -> None:
    for text in ("=1+1", "+44 1422", "-x", "@home", "plain", "O'Neill", "'quoted'"):
        shown = str(rules.harmless(text))
        assert not shown.startswith(("=", "+", "-", "@"))
        (row,) = rules.read(f'email,name\na@b.example,"{shown}"'.encode())
        assert row.cells["name"] == text


@pytest.mark.integration
def test_a_check_changes_nothing_and_names_rows(gateway: Gateway, store: Store) -> None:
    known = gateway.sign_up()
    before = (members_of(store), store.events.head())
    content = HEADER + f"a@dev.null;Shop;Ann;bread\nA@DEV.null;Two;;\n{known.email};Known;;\nnobody;Four;;\n"
    status, found = gateway.post("/imports", {"name": "m.csv", "csv": content}, ADMIN)
    assert (status, found["rows"], found["bad"], found["state"]) == (200, 4, 3, "checked")
    rows = gateway.get(f"/imports/{found['import_id']}/errors", ADMIN)[1]["rows"]
    assert [(row["number"], row["errors"][0]["field"]) for row in rows] == [(3, "email"), (4, "email"), (5, "email")]
    assert "Row 2 has the same address" in rows[0]["errors"][0]["what"]
    assert (members_of(store), store.events.head()) == before
    start = {"mode": "file", "invite": False}
    assert gateway.post(f"/imports/{found['import_id']}/start", start, ADMIN)[1]["type"] == "import.has_errors"
    assert gateway.post("/imports", {"name": "", "csv": "x"}, ADMIN)[1]["type"] == "import.unreadable"
    assert gateway.post("/imports", {"name": "", "csv": content}, known.caller)[0] == 403


@pytest.mark.integration
def test_rows_become_members_with_everything(gateway: Gateway, directory: Directory, store: Store) -> None:
    header = "email,first_name,telephone,name,business_email,description,city,latitude,longitude,offers,categories"
    row = 'ann@dev.null,Ann,\'+44 1,Green Farm,shop@dev.null,"Eggs, and\nmore",York,53.96,-1.08,"Eggs, Honey",farm'
    header, row = f"{header},status\n", f"{row},accepted"
    import_id = started(directory, (header + row).encode(), "file")
    assert importing.work_off(directory, import_id)["imported"] == 1
    user = store.users.of_email("ann@dev.null")
    assert user
    assert (user.first_name, user.telephone) == ("Ann", "+44 1")
    (membership,) = store.entities.memberships_of(user.user_id)
    (entity,) = store.entities.of_ids([membership.entity_id])
    assert (entity.profile.name, entity.profile.email, entity.profile.description) == (
        "Green Farm", "shop@dev.null", "Eggs, and\nmore",
    )  # fmt: skip
    assert ([tag.name for tag in entity.offers], entity.categories, entity.status) == (
        ["eggs", "honey"], ("farm",), "accepted",
    )  # fmt: skip
    assert entity.exact_place
    registered = next(event for event in events_of(store) if isinstance(event, EntityRegistered))
    assert (registered.imported, registered.status, registered.account) == (True, "accepted", entity.account)
    assert entity.version == user.version == store.events.head()
    assert gateway.post("/sessions", a_login("ann@dev.null"))[0] == 401, "no password until the link is used"
    assert "ann@dev.null" not in str(list(store.database["import_rows"].find()))


@pytest.mark.integration
def test_an_invitation_sets_the_password_once(gateway: Gateway, directory: Directory, store: Store) -> None:
    importing.work_off(directory, started(directory, a_file(2), invite=True))
    mails = [content["token"] for kind, content in one_time_mails(store) if kind == "import-invitation"]
    assert len(set(mails)) == 2
    assert gateway.post(f"/password-resets/{mails[0]}", {"password": "violet-anchor-77"})[0] == 200
    assert gateway.post(f"/password-resets/{mails[0]}", {"password": "violet-anchor-78"})[0] == 404


@pytest.mark.integration
def test_all_or_nothing_is_one_transaction_or_none(gateway: Gateway, directory: Directory, store: Store) -> None:
    import_id = started(directory, a_file(60), "file")
    gateway.sign_up(email="row59@dev.null")
    found = importing.work_off(directory, import_id)
    assert (found["state"], found["imported"], found["bad"]) == ("refused", 0, 1)
    assert members_of(store) == ["row59@dev.null"]
    (row,) = store.imports.errors(import_id, 0, 10)
    assert row["number"] == 61
    found = importing.work_off(directory, started(directory, a_file(60, prefix="other"), "file"))
    assert (found["state"], found["imported"], len(members_of(store))) == ("done", 60, 61)
    audit = [entry["action"] for entry in store.database["audit"].find({"action": "entity.imported"})]
    assert len(audit) == 60
    large = importing.check(directory, BY, name="", content=a_file(201, prefix="large")).document
    with pytest.raises(rules.ImportTooLarge):
        importing.start(directory, BY, large["import_id"], mode="file", invite=False)


@pytest.mark.integration
def test_row_by_row_leaves_out_what_is_not_good(gateway: Gateway, directory: Directory, store: Store) -> None:
    content = a_file(30) + b"\nnobody,Bad,,\nlast@dev.null,Last,,"
    import_id = started(directory, content)
    gateway.sign_up(email="row3@dev.null")
    found = importing.work_off(directory, import_id)
    assert (found["state"], found["imported"], found["bad"]) == ("done", 30, 2)
    assert len(members_of(store)) == 31


@pytest.mark.integration
@pytest.mark.parametrize("steps", [1, 2, 3])
def test_what_is_cut_off_between_transactions_goes_on_without_doubles(
    directory: Directory, store: Store, steps: int
) -> None:
    class Cut(Exception): ...

    import_id, left = started(directory, a_file(23)), [steps]

    def step() -> None:
        left[0] -= 1
        if left[0] < 0:
            raise Cut

    with pytest.raises(Cut):
        importing.work_off(directory, import_id, step, batch=5)
    assert len(members_of(store)) == steps * 5
    assert importing.work_off(directory, import_id, batch=5)["imported"] == 23
    assert len(members_of(store)) == 23
    positions = [record["_id"] for record in store.database["outbox"].find().sort("_id", 1)]
    assert positions == list(range(1, len(positions) + 1))


@pytest.mark.integration
def test_several_at_once_make_nobody_twice(directory: Directory, store: Store) -> None:
    import_id = started(directory, a_file(40))
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(lambda _: importing.work_off(directory, import_id, batch=5), range(4)))
    assert {each["imported"] for each in found} == {40}
    assert len(members_of(store)) == store.database["entities"].count_documents({}) == 40


@pytest.mark.integration
def test_a_process_that_is_killed_anywhere_leaves_what_another_finishes(
    directory: Directory, store: Store, config: Config
) -> None:
    import_id = started(directory, a_file(40))
    args = [sys.executable, "-m", "tests.directory.import_process", json.dumps(asdict(config)), import_id]
    process = subprocess.Popen(args, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout
        for _ in range(3):
            assert process.stdout.readline().startswith("step")
        os.kill(process.pid, signal.SIGKILL)
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
    made = len(members_of(store))
    assert 0 < made < 40, "it was killed in the middle"
    (job,) = (job for job in JOBS if job.name == "imports")
    assert store.imports.running() == [import_id]
    job.run(Turning(directory))  # type: ignore[arg-type]
    assert store.imports.running() == []
    assert len(members_of(store)) == len({entity["account"] for entity in store.database["entities"].find()}) == 40


class Turning:
    """What a job is given, as far as this one needs it."""

    def __init__(self, directory: Directory) -> None:
        self.directory = directory

    def step(self) -> None: ...


@pytest.mark.integration
def test_started_once_and_stopped_when_asked(gateway: Gateway, directory: Directory, store: Store) -> None:
    found = gateway.post("/imports", {"csv": a_file(3).decode()}, ADMIN)[1]
    path, start = f"/imports/{found['import_id']}", {"mode": "row"}
    assert gateway.post(f"{path}/start", start, ADMIN, Idempotency_Key="k")[1]["state"] == "running"
    assert gateway.post(f"{path}/start", start, ADMIN, Idempotency_Key="k")[0] == 200
    assert gateway.post(f"{path}/start", start, ADMIN)[1]["type"] == "import.started_already"
    assert gateway.delete(path, ADMIN)[1]["state"] == "stopped"
    assert importing.work_off(directory, found["import_id"])["state"] == "stopped"
    assert members_of(store) == []
    assert "row1@dev.null" not in str(list(store.database["import_rows"].find()))
    assert gateway.get("/imports", ADMIN)[1]["imports"][0]["state"] == "stopped"
    assert gateway.get("/imports/none", ADMIN)[1]["type"] == "import.unknown"


@pytest.mark.integration
def test_the_same_file_under_the_same_key_is_checked_once(gateway: Gateway) -> None:
    body = {"name": "m.csv", "csv": a_file(2).decode()}
    first, again = (gateway.post("/imports", body, ADMIN, Idempotency_Key="once")[1] for _ in range(2))
    assert first["import_id"] == again["import_id"]


@pytest.mark.integration
def test_rows_that_wait_are_told_and_forgotten(gateway: Gateway, store: Store) -> None:
    gateway.post("/imports", {"csv": f"email,name\n{(email := an_email())},Shop"}, ADMIN)
    member = gateway.sign_up(email=email)
    (about,) = store.import_rows.about(f"user/{member.user_id}")
    assert about["user"]["email"] == email
    store.import_rows.forget(f"user/{member.user_id}")
    assert store.import_rows.about(f"user/{member.user_id}") == []
