"""What still works while a database is away, and the commands."""

import os
import subprocess
import sys
from dataclasses import replace

import pytest

from services.chassis.tokens import Signer
from services.directory import app
from services.directory.config import Config
from services.directory.handlers.writing import Directory
from services.directory.store import EntityIndex, Store
from tests.directory.conftest import MESSAGES_KEY, SECRETS_KEY
from tests.directory.gateway import ADMIN, Gateway, a_login, a_sign_up, an_email

pytestmark = pytest.mark.integration

NOWHERE = "127.0.0.1:1"


def test_without_elasticsearch_the_search_alone_is_away(
    config: Config, directory: Directory, keys: tuple, store: Store
) -> None:
    index = app.index_of(replace(config, elasticsearch_url=f"http://{NOWHERE}"))
    gateway = Gateway(app.create_app(config, directory, index).test_client(), Signer(keys[0]))

    member = gateway.sign_up()
    status, problem = gateway.get("/search", offers="tea")

    assert (status, problem["type"], gateway.headers["Retry-After"]) == (503, "search.unavailable", "2")
    assert NOWHERE not in str(problem)
    assert gateway.get(f"/entities/{member.entity_id}", ADMIN)[0] == 200
    assert gateway.get("/readyz") == (200, {"checks": {"mongo": "ok"}, "reported": {"elasticsearch": "down"}})
    index.close()


def test_without_mongo_logins_and_profiles_are_away(config: Config, keys: tuple, index: EntityIndex) -> None:
    away = replace(config, mongo_url=f"mongodb://{NOWHERE}/?replicaSet=rs0&directConnection=true")
    store = app.store_of(away)
    gateway = Gateway(app.create_app(away, app.directory_of(away, store), index).test_client(), Signer(keys[0]))

    for status, problem in (
        gateway.post("/sessions", a_login(an_email())),
        gateway.post("/signup", a_sign_up()),
        gateway.get("/entities/e1"),
    ):
        assert (status, problem["type"]) == (503, "directory.unavailable")
        assert NOWHERE not in str(problem)
    assert gateway.get("/readyz")[0] == 503
    store.database.client.close()


def test_a_search_before_the_migration_is_unavailable(gateway: Gateway) -> None:
    assert gateway.get("/search", offers="tea")[1]["type"] == "search.unavailable"


def environment(config: Config) -> dict[str, str]:
    """Of a command in a process of its own."""
    return {
        "PATH": os.environ["PATH"],
        "DIRECTORY_MONGO_URL": config.mongo_url,
        "DIRECTORY_MONGO_DATABASE": config.mongo_database,
        "DIRECTORY_ELASTICSEARCH_URL": config.elasticsearch_url,
        "DIRECTORY_INDEX_PREFIX": config.index_prefix,
        "KAFKA_BOOTSTRAP": NOWHERE,
        "INTERNAL_PUBLIC_KEY_FILE": config.internal_public_key_file,
        "MESSAGES_KEY": MESSAGES_KEY,
        "DIRECTORY_SECRETS_KEY": SECRETS_KEY,
        "DIRECTORY_ARGON2_MEMORY_KIB": "64",
        "DIRECTORY_ARGON2_TIME_COST": "1",
        "DIRECTORY_PORT": "1",
    }


def run(config: Config, *arguments: str, **settings: str) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "services.directory", *arguments]
    return subprocess.run(
        command, env=environment(config) | settings, input="", capture_output=True, text=True, timeout=60
    )


def test_the_commands_migrate_rebuild_and_make_administrators(
    config: Config, gateway: Gateway, index: EntityIndex, store: Store
) -> None:
    email = an_email()
    admin = ("create-admin", "--email", email.upper(), "--kind", "admin")
    for _ in range(2):
        assert run(config, "migrate").returncode == 0
    assert run(config, "rebuild-index").returncode == 0
    assert len(index.indices()) == 1
    assert gateway.get("/search")[0] == 200

    assert "special character" in run(config, *admin, DIRECTORY_ADMIN_PASSWORD="password").stderr
    assert run(config, *admin, DIRECTORY_ADMIN_PASSWORD="password", ENVIRONMENT="development").returncode == 0
    again = run(config, *admin, DIRECTORY_ADMIN_PASSWORD="other-pass-1")
    assert (again.returncode, "registered already" in again.stderr) == (1, True)
    assert run(config, *admin, "--if-missing", DIRECTORY_ADMIN_PASSWORD="other-pass-1").returncode == 0
    assert gateway.post("/sessions", a_login(email, "password", kind="admin"))[1]["roles"] == ["admin"]
    assert store.events.head() == 1


def test_missing_settings_are_named_at_once() -> None:
    command = [sys.executable, "-m", "services.directory", "serve"]
    ended = subprocess.run(command, env={"PATH": os.environ["PATH"]}, capture_output=True, text=True, timeout=60)
    assert ended.returncode == 78
    for name in ("DIRECTORY_MONGO_URL", "MESSAGES_KEY", "DIRECTORY_SECRETS_KEY", "DIRECTORY_PORT", "KAFKA_BOOTSTRAP"):
        assert name in ended.stdout
