"""The directory put together: `create_app` for HTTP, and what its commands need."""

import os
import secrets
import sys
from datetime import timedelta
from pathlib import Path

import uuid_utils
from cryptography.fernet import Fernet, MultiFernet
from flask import Flask

from services.chassis.clock import clock_for, rfc3339, system_clock
from services.chassis.config import read_settings
from services.chassis.logs import configure_logs
from services.chassis.tokens import KeyFile, Verifier, public_keys
from services.chassis.web import Followed, Parts, new_app
from services.directory import api, consumer, search
from services.directory.api.access import ACCESS, BELIEVED
from services.directory.config import Config, ScheduleConfig
from services.directory.domain import REQUIRE_TWO_FACTOR
from services.directory.domain.contact import ContactLimits
from services.directory.domain.retention import Retention
from services.directory.handlers.writing import Directory
from services.directory.onetime import OneTimeCodes
from services.directory.passwords import Passwords
from services.directory.signing import HeadKey
from services.directory.store import EntityIndex, Store, new_index, new_store
from services.directory.store.access_changes import AccessChanges
from services.directory.store.schema import VERSION

AUDIENCE = "directory"


def create_app(config: Config, directory: Directory, index: EntityIndex) -> Flask:
    """The HTTP application. Raises OSError and ValueError for a key that can't be read."""
    store = directory.store
    parts = Parts(
        name=AUDIENCE,
        verifier=Verifier(KeyFile(config.internal_public_key_file, public_keys), AUDIENCE),
        checks={"mongo": store.ping},
        # Without the search everything else goes on.
        reported={"elasticsearch": index.ping},
        projections={
            "directory": Followed(lambda: _applied(store, index)),
            "ledger": Followed(lambda: consumer.figures_applied(store)),
        },
        schema_version=VERSION,
    )
    app = new_app(parts, api.bp)
    app.extensions[api.DIRECTORY], app.extensions[api.INDEX] = directory, index
    app.extensions["followed"] = parts.projections
    if config.access_believed_ms:
        app.extensions[ACCESS] = AccessChanges(store.database)
        app.extensions[BELIEVED] = config.access_believed_ms
    return app


def _applied(store: Store, index: EntityIndex) -> int:
    """How far events are followed. It is asked when a request waits for what happened since: words too."""
    position = consumer.applied(store)
    index.words.outdate()
    return position


def directory_of(config: Config, store: Store) -> Directory:
    """All that use cases need, from the settings. Raises ValueError for a malformed key, word or number."""
    if config.require_two_factor not in REQUIRE_TWO_FACTOR:
        raise ValueError(f"DIRECTORY_REQUIRE_TWO_FACTOR is one of {', '.join(REQUIRE_TWO_FACTOR)}")
    clock = clock_for(config.environment, config.development_clock)
    vault = MultiFernet([Fernet(key.strip()) for key in config.messages_key.split(",")])
    return Directory(
        store=store,
        passwords=Passwords(config.argon2_memory_kib, config.argon2_time_cost),
        codes=OneTimeCodes(config.secrets_key),
        clock=lambda: rfc3339(clock()),
        now=system_clock,
        encrypt=lambda plain: vault.encrypt(plain).decode(),
        new_id=lambda: str(uuid_utils.uuid7()),
        new_secret=lambda: secrets.token_urlsafe(32),
        below=secrets.randbelow,
        require_two_factor=config.require_two_factor,
        login_failures=config.login_failures,
        login_failures_per_address=config.login_failures_per_address,
        retention=Retention(
            addresses=timedelta(days=config.keep_addresses_days),
            audit_details=timedelta(days=config.keep_audit_details_days),
            answers=timedelta(days=config.keep_answers_days),
        ),
        contact_limits=ContactLimits(
            per_hour=config.contact_per_hour,
            per_day=config.contact_per_day,
            pair_per_day=config.contact_pair_per_day,
            received_per_day=config.contact_received_per_day,
        ),
    )


def head_key_of(config: ScheduleConfig) -> HeadKey | None:
    """What signs heads of the audit log, if the operator has set it. Ends the process for what is no such key."""
    file = config.head_private_key_file
    try:
        return HeadKey(Path(file).read_bytes()) if file else None
    except (OSError, ValueError) as error:
        sys.exit(f"DIRECTORY_HEAD_PRIVATE_KEY_FILE, {file}: {error}")


def store_of(config: Config) -> Store:
    """The MongoDB store."""
    return new_store(config.mongo_url, config.mongo_database)


def index_of(config: Config) -> EntityIndex:
    """The Elasticsearch index."""
    return new_index(config.elasticsearch_url, config.index_prefix, search.MAPPING, search.INDEX_VERSION)


def serving_app() -> Flask:
    """What gunicorn serves."""
    configure_logs(AUDIENCE, "serve")
    config = read_settings(Config, os.environ)
    return create_app(config, directory_of(config, store_of(config)), index_of(config))
