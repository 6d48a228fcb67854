"""What a sign-up costs beside one password hash: `python -m tests.bench.sign_up --mongo URL [--count 40]`.

One caller after the other, in one process, with the production cost of argon2id (64 MiB, 3 passes): use cases alone,
without HTTP. Everything but the hash is MongoDB's transaction, the judgement of the password, and ours.
"""

import argparse
import secrets
import statistics
import time
from collections.abc import Callable

from cryptography.fernet import Fernet

from events.directory import Profile
from services.directory import app
from services.directory.config import Config
from services.directory.handlers import members, security
from services.directory.handlers.writing import By, Directory
from services.directory.store import migrate

_PASSWORD = "correct-horse-battery-1"


def main() -> None:
    """Print the median and the 95th percentile of each step, in milliseconds."""
    asked = _arguments()
    database = f"bench_sign_up_{secrets.token_hex(4)}"
    key = Fernet.generate_key().decode()
    config = Config(
        mongo_url=asked.mongo, mongo_database=database, elasticsearch_url="http://127.0.0.1:9", kafka_bootstrap="-",
        internal_public_key_file="-", messages_key=key, secrets_key=key, port=0,
    )  # fmt: skip
    store = app.store_of(config)
    try:
        migrate(store.database)
        directory = app.directory_of(config, store)
        _report("one hash (argon2id, 64 MiB, 3 passes)", asked.count, lambda: directory.passwords.hash(_PASSWORD))
        _report("judging a password (zxcvbn)", asked.count, lambda: _judge(directory))
        _report("a sign-up, hash and judgement in it", asked.count, lambda: _sign_up(directory))
    finally:
        store.database.client.drop_database(database)


def _judge(directory: Directory) -> None:
    security.weakness_of(directory, _PASSWORD, "member", "ann@farm.example", "Green Farm")


def _sign_up(directory: Directory) -> None:
    email = f"{secrets.token_hex(8)}@dev.null"
    form = members.SignUp(email=email, password=_PASSWORD, profile=Profile(name="Green Farm"), offers=("tea",))
    members.sign_up(directory, By(actor="system:bench", correlation_id="bench"), form)


def _report(what: str, count: int, work: Callable[[], object]) -> None:
    work()
    took = []
    for _ in range(count):
        start = time.perf_counter()
        work()
        took.append((time.perf_counter() - start) * 1000)
    took.sort()
    print(f"{what}: p50 {statistics.median(took):.1f} ms, p95 {took[int(len(took) * 0.95)]:.1f} ms")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m tests.bench.sign_up", description=__doc__)
    parser.add_argument("--mongo", required=True)
    parser.add_argument("--count", type=int, default=40)
    return parser.parse_args()


if __name__ == "__main__":
    main()
