"""Settings of every program of a development system. Each service gets its own and no others (least privilege)."""

import hashlib
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from deploy.native.databases import DATABASE, OWNER, SERVICE
from deploy.native.keys import KeyFolder
from deploy.native.trouble import Trouble

SERVICES = ("ledger", "directory", "matcher", "notifier", "gateway")

# Names in the port book, beside those of the servers.
PORT_NAMES = (*SERVICES, "smtp", "mailbox")

# The kernel's limit for a socket's path is 108 bytes.
LONGEST_SOCKET_PATH = 100


@dataclass(frozen=True, slots=True)
class Settings:
    """What the environments of all programs are made of."""

    directory: Path
    servers: Mapping[str, str]
    ports: Mapping[str, int]
    keys: KeyFolder
    extra: Mapping[str, str]

    @property
    def public_url(self) -> str:
        """The gateway's address as people see it."""
        return f"http://localhost:{self.ports['gateway']}"

    @property
    def mailbox_url(self) -> str:
        """The page with all mail."""
        return f"http://localhost:{self.ports['mailbox']}"

    @property
    def mail_directory(self) -> Path:
        """Where the mailbox keeps mail."""
        return self.directory / "mail"

    @property
    def clock(self) -> Path:
        """While this file exists, it says what time it is: for the demo loader."""
        return self.directory / "clock"

    def of_service(self, service: str) -> dict[str, str]:
        """The environment of every process of a service."""
        own = {
            "ledger": self._ledger,
            "directory": self._directory,
            "matcher": self._matcher,
            "notifier": self._notifier,
            "gateway": self._gateway,
        }[service]()
        port = {f"{service.upper()}_PORT": str(self.ports[service])}
        return {**self.of_any_program(), **port, **own, **self.extra}

    def of_ledger_migration(self) -> dict[str, str]:
        """The ledger's migration alone may change its tables."""
        url = self._postgres_url(OWNER, self.keys.password("ledger-owner-password"))
        return {**self.of_service("ledger"), "LEDGER_OWNER_DATABASE_URL": url}

    def of_worker(self, service: str, command: str) -> dict[str, str]:
        """A process beside HTTP: those that sign the heads of ledger and audit log alone have the keys."""
        if command != "schedule" or service not in ("ledger", "directory"):
            return self.of_service(service)
        key = self.keys.signing_key(f"{service}-head")
        return {**self.of_service(service), f"{service.upper()}_HEAD_PRIVATE_KEY_FILE": str(key)}

    def of_topics(self) -> dict[str, str]:
        """The one-off that creates Kafka's topics."""
        return {**self.of_any_program(), **self._kafka()}

    def of_demo(self) -> dict[str, str]:
        """The demo loader is a person with a browser, and a clock."""
        return {**self.of_any_program(), "PUBLIC_URL": self.public_url, "MAILBOX_URL": self.mailbox_url, **self.extra}

    def of_any_program(self) -> dict[str, str]:
        """What every process needs, and no secret of the person's own environment."""
        inherited = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TZ", "TMPDIR") if name in os.environ}
        ours = {"ENVIRONMENT": "development", "DEVELOPMENT_CLOCK": str(self.clock), "PYTHONUNBUFFERED": "1"}
        return {**inherited, **ours}

    def _kafka(self) -> dict[str, str]:
        return {"KAFKA_BOOTSTRAP": self.servers["KAFKA_BOOTSTRAP"]}

    def _internal_tokens(self) -> dict[str, str]:
        return {"INTERNAL_PUBLIC_KEY_FILE": str(self.keys.public_key("internal"))}

    def _ledger(self) -> dict[str, str]:
        return {
            **self._kafka(),
            **self._internal_tokens(),
            "LEDGER_DATABASE_URL": self._postgres_url(SERVICE, self.keys.password("ledger-password")),
            "LEDGER_SOCKET": str(socket_path(self.directory, "ledger.sock")),
        }

    def _directory(self) -> dict[str, str]:
        return {
            **self._kafka(),
            **self._internal_tokens(),
            "DIRECTORY_MONGO_URL": self._mongo_url("directory"),
            "DIRECTORY_ELASTICSEARCH_URL": self.servers["ELASTICSEARCH_URL"],
            "MESSAGES_KEY": self.keys.fernet("messages-key"),
            "DIRECTORY_SECRETS_KEY": self.keys.fernet("directory-secrets-key"),
            "PUBLIC_URL": self.public_url,
        }

    def _matcher(self) -> dict[str, str]:
        return {
            **self._kafka(),
            **self._internal_tokens(),
            "MATCHER_MONGO_URL": self._mongo_url("matcher"),
        }

    def _notifier(self) -> dict[str, str]:
        return {
            **self._kafka(),
            **self._internal_tokens(),
            "NOTIFIER_MONGO_URL": self._mongo_url("notifier"),
            "NOTIFIER_SMTP_HOST": "127.0.0.1",
            "NOTIFIER_SMTP_PORT": str(self.ports["smtp"]),
            "NOTIFIER_SENDER": "Mutual Credit <noreply@dev.null>",
            "MESSAGES_KEY": self.keys.fernet("messages-key"),
            "NOTIFIER_LINK_KEY": self.keys.fernet("link-key"),
            "NOTIFIER_WEBHOOKS_KEY": self.keys.fernet("webhooks-key"),
            "PUBLIC_URL": self.public_url,
        }

    def _gateway(self) -> dict[str, str]:
        services = {f"{name.upper()}_URL": f"http://127.0.0.1:{self.ports[name]}" for name in SERVICES[:-1]}
        return {
            **services,
            "PUBLIC_URL": self.public_url,
            "GATEWAY_MAIL_PAGE_URL": self.mailbox_url,
            "GATEWAY_RATE_LIMIT": "20000/minute",
            "GATEWAY_MONGO_URL": self._mongo_url("gateway"),
            "GATEWAY_SECRET_KEY": self.keys.password("gateway-secret-key"),
            "GATEWAY_SESSION_PRIVATE_KEY_FILE": str(self.keys.private_key("session")),
            "GATEWAY_INTERNAL_PRIVATE_KEY_FILE": str(self.keys.signing_key("internal")),
        }

    def _postgres_url(self, role: str, password: str) -> str:
        host = self.servers["POSTGRES_ADMIN_URL"].rpartition("@")[2].partition("/")[0]
        return f"postgresql://{role}:{password}@{host}/{DATABASE}"

    def _mongo_url(self, database: str) -> str:
        server, _, options = self.servers["MONGO_URL"].partition("/?")
        return f"{server}/{database}?{options}"


def socket_path(directory: Path, name: str) -> Path:
    """A place for a Unix socket: in the directory when the kernel can bear the length, else below /tmp."""
    path = directory / name
    if len(str(path)) < LONGEST_SOCKET_PATH:
        return path
    digest = hashlib.sha256(str(directory).encode()).hexdigest()[:12]
    folder = Path(tempfile.gettempdir()) / f"mccs-{digest}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.is_symlink() or folder.stat().st_uid != os.geteuid():
        raise Trouble(f"{folder} belongs to somebody else.", remedy="Remove it, or use a checkout with a shorter path.")
    return folder / name
