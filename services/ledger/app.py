"""The HTTP application of the ledger. Other processes are put together in `commands`."""

import os

from flask import Flask

from services.chassis.clock import Clock, clock_for, system_clock
from services.chassis.config import read_settings
from services.chassis.logs import configure_logs
from services.chassis.tokens import KeyFile, Verifier, public_keys
from services.chassis.web import Followed, Parts, new_app
from services.ledger import api
from services.ledger.api.exports import Exports
from services.ledger.api.quick import Quick
from services.ledger.config import DEFAULT_UNIT, DIRECTORY_SOURCE, Config
from services.ledger.link import CommitterLink, Link
from services.ledger.store import Reader, schema_version
from services.ledger.store.exports import ExportAway, ExportSource


def create_app(
    verifier: Verifier,
    reader: Reader,
    link: Link,
    *,
    clock: Clock = system_clock,
    unit: str = DEFAULT_UNIT,
    exports: Exports | None = None,
) -> Flask:
    """The application over a reader and a link to a committer; without `exports` it gives none."""
    directory = Followed(lambda: reader.followed(DIRECTORY_SOURCE))
    parts = Parts(
        name="ledger",
        verifier=verifier,
        checks={"postgres": reader.check, "committer": link.check},
        projections={"directory": directory},
        errors=api.ERRORS,
        schema_version=schema_version(),
    )
    app = new_app(parts, api.bp)
    api.install(app, reader, link, clock, unit)
    app.extensions["followed"] = parts.projections
    app.extensions["exports"] = exports or Exports(_no_source)
    app.wsgi_app = Quick(app, verifier, link, reader, {"directory": directory})  # type: ignore[method-assign]
    return app


def serving_app() -> Flask:
    """What gunicorn serves; called in each worker."""
    configure_logs("ledger", "serve")
    config = read_settings(Config, os.environ)
    verifier = Verifier(KeyFile(config.public_key_file, public_keys), "ledger")
    reader = Reader(config.database_url, config.book, policy=config.policy)
    reader.open()
    clock = clock_for(config.environment, config.development_clock)
    exports = Exports(lambda: ExportSource(config.database_url, config.book))
    link = CommitterLink(config.socket)
    return create_app(verifier, reader, link, clock=clock, unit=config.unit, exports=exports)


def _no_source() -> ExportSource:
    raise ExportAway
