"""A gateway whose other services are stand-ins on real sockets."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from flask import Flask
from flask.testing import FlaskClient
from prometheus_client import CollectorRegistry

from services.chassis.tokens import Signer
from services.gateway.app import create_app, lines_to
from services.gateway.clients import Lines
from services.gateway.config import Config
from services.gateway.network import NETWORK, Known
from services.gateway.rates import Rates, rates_of
from services.gateway.session import Sessions, sessions_of
from tests.gateway import documented
from tests.gateway.network import Network
from tests.gateway.scenes import logged_in
from tests.gateway.standin import Standin


def pem_of(key: RSAPrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def public_pem_of(key: RSAPrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


@pytest.fixture(scope="session")
def session_key() -> RSAPrivateKey:
    return generate_private_key(65537, 2048)


@pytest.fixture(scope="session")
def internal_key() -> RSAPrivateKey:
    return generate_private_key(65537, 2048)


@pytest.fixture(scope="session")
def standins(internal_key: RSAPrivateKey) -> Iterator[dict[str, Standin]]:
    started = {
        name: Standin(name, public_pem_of(internal_key)) for name in ("ledger", "directory", "matcher", "notifier")
    }
    yield started
    for standin in started.values():
        standin.stop()


@pytest.fixture
def network(standins: dict[str, Standin]) -> Network:
    """The four stand-ins, knowing two members, an administrator and their businesses."""
    for standin in standins.values():
        standin.forget()
    return Network(**standins)


@pytest.fixture(scope="session")
def signer(internal_key: RSAPrivateKey) -> Signer:
    return Signer(pem_of(internal_key))


@pytest.fixture(scope="session")
def config(
    standins: dict[str, Standin],
    session_key: RSAPrivateKey,
    internal_key: RSAPrivateKey,
    tmp_path_factory: pytest.TempPathFactory,
) -> Config:
    return config_for(standins, session_key, internal_key, tmp_path_factory.mktemp("keys"))


def config_for(
    standins: dict[str, Standin],
    session_key: RSAPrivateKey,
    internal_key: RSAPrivateKey,
    folder: Path,
    rate_limit: str = "5000/minute",
) -> Config:
    """Settings of a gateway before the stand-ins, with its keys in `folder`."""
    (folder / "session.pem").write_bytes(pem_of(session_key))
    (folder / "internal.pem").write_bytes(pem_of(internal_key))
    return Config(
        environment="development",
        public_url="http://localhost:8080",
        secret_key="not-a-secret-in-tests",
        session_private_key_file=str(folder / "session.pem"),
        internal_private_key_file=str(folder / "internal.pem"),
        ledger_url=standins["ledger"].url,
        directory_url=standins["directory"].url,
        matcher_url=standins["matcher"].url,
        notifier_url=standins["notifier"].url,
        rate_limit=rate_limit,
        remember=False,
    )


@pytest.fixture(scope="session")
def made(config: Config) -> tuple[Flask, dict[str, object]]:
    """The gateway and its settings. Made once: its many routes and pages take longer than most tests."""
    app = create_app(config)
    documented.watch(app)
    return app, dict(app.config)


@pytest.fixture
def app(made: tuple[Flask, dict[str, object]], config: Config, network: Network, signer: Signer) -> Iterator[Flask]:
    """The gateway as if it had just started: it knows of nobody, has counted no calls, and no service was down.

    Whatever a test makes it answer over the API must be an answer that the document tells.
    """
    app, settings = made
    app.config.clear()
    app.config.update(settings)
    sessions = sessions_of(app)
    Sessions.__init__(sessions, lines_to(config, signer), sessions.tokens, secure_cookie=config.secure_cookies)
    Rates.__init__(rates_of(app), config, CollectorRegistry())
    known = app.extensions[NETWORK]
    Known.__init__(known, known.ask)
    yield app
    found = documented.undocumented(app)
    assert not found, f"declare these by @operation(codes=...), or mend them: {found}"


@pytest.fixture
def lines(app: Flask) -> Lines:
    return sessions_of(app).lines


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def ann(client: FlaskClient, network: Network) -> dict[str, str]:
    """Headers of a member."""
    return logged_in(client, "/api/v1/login")


@pytest.fixture
def admin(client: FlaskClient, network: Network) -> dict[str, str]:
    """Headers of an administrator."""
    return logged_in(client, "/api/v1/admin/login")
