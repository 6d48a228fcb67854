"""The role of the directory's user in MongoDB: it adds to the audit log and erases in it, and takes nothing away.

A server of its own, for the shared ones let anybody in.
"""

import subprocess
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient
from pymongo.errors import ConnectionFailure, OperationFailure

from deploy.native.files import server_account
from deploy.native.software import Software, cache_directory
from services.directory.domain.audit import GENESIS, Header, chained, digest_of
from services.directory.store import migrate
from services.directory.store.audit_rules import ROLE, make_role
from tests.notifier.mailserver import free_port
from tests.waiting import wait_until

pytestmark = pytest.mark.integration

NOT_ALLOWED = 13


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    """A MongoDB that asks who one is, with one administrator."""
    number = free_port()
    mongod = Software(cache_directory(server_account())).mongod
    data = tmp_path / "mongo"
    data.mkdir()
    options = ["--dbpath", str(data), "--port", str(number), "--bind_ip", "127.0.0.1", "--auth", "--nounixsocket"]
    options += ["--wiredTigerCacheSizeGB", "0.25"]
    with (tmp_path / "log").open("wb") as log:
        server = subprocess.Popen([mongod, *options], stdout=log, stderr=subprocess.STDOUT)
    try:
        client: Any = MongoClient("127.0.0.1", number, serverSelectionTimeoutMS=500)
        wait_until(lambda: _answers(client), seconds=60)
        client["admin"].command("createUser", "root", pwd="root-word", roles=["root"])
        client.close()
        yield number
    finally:
        server.terminate()
        server.wait(30)


def _answers(client: Any) -> bool:
    try:
        return bool(client["admin"].command("ping"))
    except ConnectionFailure:
        return False


@pytest.fixture
def root(port: int) -> Iterator[Any]:
    with MongoClient(f"mongodb://root:root-word@127.0.0.1:{port}/?authSource=admin") as client:
        yield client["mccs"]


@pytest.fixture
def service(root: Any, port: int) -> Iterator[Any]:
    """The database as the directory's own user sees it."""
    migrate(root)
    for _ in range(2):
        # A repeat renews it.
        make_role(root)
    root.command("createUser", "directory", pwd="word", roles=[{"role": ROLE, "db": "mccs"}])
    with MongoClient(f"mongodb://directory:word@127.0.0.1:{port}/?authSource=mccs") as client:
        yield client["mccs"]


def an_entry(position: int) -> dict[str, Any]:
    details, salt = {"before": {}, "after": {}, "reason": ""}, "0" * 32
    header = Header(
        position=position,
        time="2026-01-31T12:00:00.000000Z",
        action="tag.renamed",
        subject="tag/tea",
        concerns=(),
        actor="admin:a",
        on_behalf_of=None,
        origin="",
        correlation_id="r",
        digest=digest_of(details, salt),
    )
    kept = {"_id": position, **asdict(header), "details": details, "salt": salt}
    return {**kept, "concerns": [], "previous": GENESIS, "hash": chained(header, GENESIS)}


def test_it_adds_reads_and_erases_and_removes_nothing(service: Any):
    service["audit"].insert_many([an_entry(1), an_entry(2)])
    service["audit"].update_one({"_id": 1}, {"$unset": {"details": "", "salt": ""}})
    assert "details" not in service["audit"].find_one({"_id": 1})
    service["users"].insert_one({"_id": "u", "email": "a@dev.null"})
    service["users"].delete_one({"_id": "u"})
    forbidden = [
        lambda: service["audit"].delete_one({"_id": 1}),
        lambda: service["audit"].find_one_and_delete({"_id": 1}),
        lambda: service["audit"].drop(),
        lambda: service["audit"].rename("gone"),
        lambda: service["users"].aggregate([{"$out": "audit"}]),
        lambda: service.command("collMod", "audit", validator={}, validationLevel="off"),
        lambda: service["audit"].drop_index("subject"),
        lambda: service["audit"].insert_one(an_entry(3), bypass_document_validation=True),
        lambda: service.client.drop_database("mccs"),
        lambda: make_role(service),
        lambda: service.command("createUser", "other", pwd="word", roles=["root"]),
    ]
    for number, attempt in enumerate(forbidden):
        with pytest.raises(OperationFailure) as refused:
            attempt()
        assert refused.value.code == NOT_ALLOWED, (number, refused.value)
    assert service["audit"].count_documents({}) == 2


def test_the_service_s_own_user_can_read_what_lies_beside_it(service: Any):
    assert service["counters"].find_one({"_id": "audit"})["position"] == 0
    assert "audit" in service.list_collection_names()
