"""What `schedule` does for renames, as a process of its own to be killed: `python -m tests.directory.renaming URL DB`.

Batches of one business, so that it can be killed in the middle.
"""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from cryptography.fernet import Fernet

from services.directory import app
from services.directory.config import Config
from services.directory.handlers.propagation import rewrite_next
from services.directory.handlers.writing import By

BY = By(actor="system:schedule", correlation_id="renaming")


def main() -> None:
    mongo_url, database = sys.argv[1:]
    key = Fernet.generate_key().decode()
    config = Config(
        mongo_url=mongo_url, mongo_database=database, elasticsearch_url="http://127.0.0.1:1",
        kafka_bootstrap="127.0.0.1:1", internal_public_key_file="", messages_key=key, secrets_key=key, port=0,
    )  # fmt: skip
    directory = app.directory_of(config, app.store_of(config))
    while rewrite_next(directory, BY, batch=25):
        pass


@contextmanager
def renaming(config: Config) -> Iterator[subprocess.Popen]:
    """The process; killed at the end, if it still runs."""
    places = [config.mongo_url, config.mongo_database]
    process = subprocess.Popen([sys.executable, "-m", "tests.directory.renaming", *places])
    try:
        yield process
    finally:
        process.kill()
        process.wait()


if __name__ == "__main__":
    main()
