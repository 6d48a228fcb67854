"""Settings and secrets of a development system."""

from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from deploy.native.keys import KeyFolder
from deploy.native.programs import WORKERS
from deploy.native.settings import LONGEST_SOCKET_PATH, PORT_NAMES, SERVICES, Settings, socket_path

SERVERS = {
    "POSTGRES_ADMIN_URL": "postgresql://postgres:admin-password@127.0.0.1:5432/postgres",
    "MONGO_URL": "mongodb://127.0.0.1:27017/?replicaSet=rs0&directConnection=true",
    "KAFKA_BOOTSTRAP": "127.0.0.1:9092",
    "ELASTICSEARCH_URL": "http://127.0.0.1:9200",
}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    ports = {name: 20_000 + number for number, name in enumerate(PORT_NAMES)}
    keys = KeyFolder(tmp_path / "secrets")
    return Settings(directory=tmp_path, servers=SERVERS, ports=ports, keys=keys, extra={})


def test_secrets_are_made_once_and_readable_by_their_owner_only(tmp_path: Path):
    folder = tmp_path / "secrets"
    keys = KeyFolder(folder)
    made = [keys.password("p"), keys.fernet("f"), keys.signing_key("k"), keys.public_key("k")]
    again = KeyFolder(folder)
    assert [again.password("p"), again.fernet("f"), again.signing_key("k"), again.public_key("k")] == made
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    assert len(list(folder.iterdir())) == 4


def test_keys_fit_together(tmp_path: Path):
    keys = KeyFolder(tmp_path)
    Fernet(keys.fernet("f"))
    private = load_pem_private_key(keys.signing_key("k").read_bytes(), password=None)
    public = load_pem_public_key(keys.public_key("k").read_bytes())
    assert private.public_key() == public
    assert load_pem_private_key(keys.private_key("session").read_bytes(), password=None).key_size >= 2048


def test_no_program_gets_the_administrators_password(settings: Settings):
    environments = [*map(settings.of_service, SERVICES), settings.of_ledger_migration(), settings.of_topics()]
    for environment in [*environments, settings.of_demo()]:
        assert "admin-password" not in str(environment)


@pytest.mark.parametrize("service", SERVICES)
def test_service_gets_its_own_settings_only(settings: Settings, service: str):
    others = [f"{name.upper()}_" for name in SERVICES if name != service]
    mine = settings.of_service(service)
    if service == "gateway":
        mine = {name: value for name, value in mine.items() if not name.endswith("_URL")}
    assert [name for name in mine if name.startswith(tuple(others))] == []
    assert f"{service.upper()}_PORT" in mine


def test_only_the_gateway_has_private_keys_and_only_two_services_the_messages_key(settings: Settings):
    having = {service: settings.of_service(service) for service in SERVICES}
    assert [name for name in SERVICES if any("PRIVATE_KEY" in key for key in having[name])] == ["gateway"]
    assert [name for name in SERVICES if "MESSAGES_KEY" in having[name]] == ["directory", "notifier"]
    assert having["directory"]["MESSAGES_KEY"] == having["notifier"]["MESSAGES_KEY"]


@pytest.mark.parametrize("signing", ["ledger", "directory"])
def test_only_the_process_that_signs_heads_has_their_key(settings: Settings, signing: str):
    name = f"{signing.upper()}_HEAD_PRIVATE_KEY_FILE"
    having = {
        (service, command)
        for service, commands in WORKERS.items()
        for command in commands
        if name in settings.of_worker(service, command)
    }
    assert having == {(signing, "schedule")}
    assert name not in settings.of_ledger_migration()
    file = Path(settings.of_worker(signing, "schedule")[name])
    assert isinstance(load_pem_private_key(file.read_bytes(), password=None), Ed25519PrivateKey)


def test_only_the_migration_may_change_the_ledgers_tables(settings: Settings):
    assert "LEDGER_OWNER_DATABASE_URL" not in settings.of_service("ledger")
    migration = settings.of_ledger_migration()
    assert migration["LEDGER_OWNER_DATABASE_URL"].startswith("postgresql://ledger_owner:")
    assert migration["LEDGER_OWNER_DATABASE_URL"].endswith("@127.0.0.1:5432/ledger")
    assert migration["LEDGER_DATABASE_URL"].startswith("postgresql://ledger:")


def test_stores_are_separate_databases(settings: Settings):
    directory = settings.of_service("directory")["DIRECTORY_MONGO_URL"]
    assert directory == "mongodb://127.0.0.1:27017/directory?replicaSet=rs0&directConnection=true"
    assert "/notifier?" in settings.of_service("notifier")["NOTIFIER_MONGO_URL"]


def test_persons_own_environment_is_not_handed_on(settings: Settings, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SOMEBODYS_TOKEN", "secret")
    assert "SOMEBODYS_TOKEN" not in settings.of_service("gateway")


def test_socket_path_stays_below_the_kernels_limit(workplace: Path):
    assert socket_path(workplace, "s.sock") == workplace / "s.sock"
    deep = workplace / ("d" * 90)
    path = socket_path(deep, "s.sock")
    assert len(str(path)) < LONGEST_SOCKET_PATH
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert socket_path(workplace / ("e" * 90), "s.sock") != path
    path.parent.rmdir()
    socket_path(workplace / ("e" * 90), "s.sock").parent.rmdir()
