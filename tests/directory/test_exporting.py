"""The community as a file: complete, without secrets, and an empty network can take it in again."""

import csv
import io
import zipfile
from dataclasses import replace

import pytest

from services.directory.domain import Membership
from services.directory.handlers import importing
from services.directory.handlers.writing import By, Directory
from services.directory.store import Store
from tests.directory.conftest import Time
from tests.directory.gateway import ADMIN, PASSWORD, Gateway
from tests.directory.test_importing import today  # noqa: F401 -- a fixture

pytestmark = pytest.mark.integration

BY = By(actor="admin:an-admin", correlation_id="test")


def exported(gateway: Gateway, store: Store, time: Time) -> dict[str, list[dict[str, str]]]:
    """The files of the zip as rows."""
    store.sessions.open("staff-session", "an-admin", time.now())
    caller = replace(ADMIN, session="staff-session")
    token = gateway.signer.token(caller, "directory")
    answered = gateway.client.get("/community-export", headers={"Authorization": f"Bearer {token}"})
    assert (answered.status_code, answered.content_type) == (200, "application/zip")
    archive = zipfile.ZipFile(io.BytesIO(answered.data))
    assert archive.testzip() is None
    texts = {name: archive.read(name).decode() for name in archive.namelist()}
    assert "members.csv" in texts.pop("README.txt")
    return {name: list(csv.DictReader(io.StringIO(text, newline=""))) for name, text in texts.items()}


def a_network(gateway: Gateway) -> None:
    first = gateway.sign_up(
        name="=HYPERLINK(1)", telephone="+44 1422", description="Eggs,\nhoney; and \"more\"", city="York",
        country="England", offers=["eggs", "honey"], wants=["bread"],
        place={"latitude": 53.96, "longitude": -1.08},
    )  # fmt: skip
    gateway.patch(f"/entities/{first.entity_id}", {"status": "accepted", "categories": ["farm"]}, ADMIN)
    gateway.patch(f"/users/{first.user_id}", {"first_name": "Zoë", "last_name": "-O'Neill"}, first.caller)
    gateway.sign_up(name="Shop", offers=["bread"])


def told(store: Store) -> list[tuple]:
    """What must survive: everything that people said."""
    found = []
    for entity in store.entities.every():
        (membership,) = store.entities.members_of(entity.entity_id)
        user = store.users.find(membership.user_id)
        assert user
        tags = [[tag.name for tag in tags] for tags in (entity.offers, entity.wants)]
        profile = replace(entity.profile, place=None)
        found.append((user.email, user.first_name, user.last_name, user.telephone, profile, entity.exact_place,
                      tags, entity.categories, entity.status))  # fmt: skip
    return sorted(found, key=lambda each: each[0])


def test_everything_is_in_it_and_no_secret(gateway: Gateway, store: Store, time: Time) -> None:
    a_network(gateway)
    files = exported(gateway, store, time)
    assert {name: len(rows) for name, rows in files.items()} == {
        "members.csv": 2, "users.csv": 2, "entities.csv": 2, "memberships.csv": 2, "tags.csv": 4, "categories.csv": 1,
        "statuses.csv": 1,
    }  # fmt: skip
    cells = [cell for rows in files.values() for row in rows for cell in row.values()]
    assert not any(cell.startswith(("=", "+", "-", "@")) for cell in cells)
    for user in store.database["users"].find():
        assert not any(user["password_hash"] in cell or PASSWORD in cell for cell in cells)
    entry = store.database["audit"].find_one({"action": "community.exported"})
    assert entry
    assert entry["actor"] == "admin:an-admin"


def test_an_export_makes_the_same_members_of_an_empty_network(
    gateway: Gateway, directory: Directory, store: Store, time: Time
) -> None:
    a_network(gateway)
    before = told(store)
    rows = exported(gateway, store, time)["members.csv"]
    written = io.StringIO(newline="")
    writer = csv.DictWriter(written, rows[0])
    writer.writeheader()
    writer.writerows(rows)
    for name in ("users", "entities", "memberships", "tags"):
        store.database[name].delete_many({})
    found = importing.check(directory, BY, name="members.csv", content=written.getvalue().encode()).document
    assert (found["rows"], found["bad"]) == (2, 0), store.imports.errors(found["import_id"], 0, 10)
    importing.start(directory, BY, found["import_id"], mode="file", invite=False)
    importing.work_off(directory, found["import_id"])
    assert told(store) == before


def test_all_who_act_for_a_business_are_in_it(gateway: Gateway, store: Store, time: Time) -> None:
    farm, partner, clerk, looker = (gateway.sign_up(name=name) for name in ("Farm", "Partner", "Clerk", "Looker"))
    for user, part in (
        (partner, {"role": "owner"}),
        (clerk, {"role": "operator", "max_amount": 5_000}),
        (looker, {"role": "operator", "view_only": True}),
    ):
        store.memberships.put(Membership(farm.entity_id, user.user_id, **part))
    files = exported(gateway, store, time)
    rows = {row["name"]: row for row in files["members.csv"]}
    assert len(rows) == len(files["members.csv"]) == 4, "a row for each business, not for each owner"
    owners = {rows["Farm"]["email"], rows["Farm"]["other_owners"]}
    assert owners == {farm.email, partner.email}
    assert set(rows["Farm"]["operators"].split(", ")) == {clerk.email, looker.email}
    assert (rows["Clerk"]["other_owners"], rows["Clerk"]["operators"]) == ("", "")
    parts = {(row["user_id"], row["entity_id"]): row for row in files["memberships.csv"]}
    assert parts[clerk.user_id, farm.entity_id] == {
        "entity_id": farm.entity_id, "user_id": clerk.user_id, "role": "operator", "view_only": "False",
        "max_amount": "5000",
    }  # fmt: skip
    assert parts[looker.user_id, farm.entity_id]["view_only"] == "True"
    assert parts[partner.user_id, farm.entity_id]["role"] == "owner"


def test_a_business_whose_first_owner_is_gone_is_its_next_ones(gateway: Gateway, store: Store, time: Time) -> None:
    first, second = sorted((gateway.sign_up(name="Farm"), gateway.sign_up(name="Farm")), key=lambda one: one.user_id)
    store.memberships.put(Membership(first.entity_id, second.user_id, "owner"))
    store.database["users"].update_one({"_id": first.user_id}, {"$set": {"email": ""}})
    rows = exported(gateway, store, time)["members.csv"]
    assert [(row["email"], row["other_owners"]) for row in rows] == [(second.email, "")] * 2


def test_it_asks_for_the_password_again_and_is_for_administrators(gateway: Gateway) -> None:
    assert gateway.get("/community-export", ADMIN)[1]["type"] == "auth.step_up_needed"
    assert gateway.get("/community-export", gateway.sign_up().caller)[0] == 403
