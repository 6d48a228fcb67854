"""A MongoDB of one's own whose primary may step down."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pymongo import MongoClient
from pymongo.errors import ConnectionFailure, PyMongoError

from deploy.native.servers import Options
from deploy.native.stack import Stack


@contextmanager
def mongo_of_our_own() -> Iterator[str]:
    """The URL of a replica set that nobody else uses."""
    with tempfile.TemporaryDirectory(prefix="mccs-primary-") as folder:
        # The server may run as a user of its own.
        Path(folder).chmod(0o755)
        stack = Stack(Path(folder) / "stack", options=Options(fsync=False))
        stack.start(["mongo"])
        yield stack.addresses()["MONGO_URL"]
        stack.wipe()


def term(admin: MongoClient) -> int:
    """Which election the primary was chosen in; 0 while there is none."""
    try:
        status = admin.admin.command("replSetGetStatus")
    except PyMongoError:
        return 0
    return int(status["term"]) if status["myState"] == 1 else 0


def step_down(admin: MongoClient) -> None:
    """Raises an error when the server doesn't step down."""
    with suppress(ConnectionFailure):
        # It may not answer any more.
        admin.admin.command({"replSetStepDown": 1, "secondaryCatchUpPeriodSecs": 0, "force": True})
