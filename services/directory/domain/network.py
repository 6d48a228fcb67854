"""What the network calls itself and its unit, and the texts that it answers for with that name. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from typing import Any

from services.directory.domain.errors import DirectoryError

NAME_MAX, UNIT_MAX, WELCOME_MAX, TEXT_MAX = 60, 20, 1_000, 25_000
TEXTS = ("terms", "privacy", "imprint")
_LONG = frozenset(TEXTS)


class NetworkChanged(DirectoryError):
    """The settings of the network are not as the caller saw them: somebody else was first."""


class SetupLinkInvalid(DirectoryError):
    """The one-time link was used, replaced or has expired, or somebody administers the network already."""


class AlreadySetUp(DirectoryError):
    """Somebody administers the network: whoever wants to join them is invited."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """Settings of the network. What is empty nobody has set: pages then say what they say by default."""

    name: str = ""
    unit_name: str = ""
    """What amounts are in, as people say it: credits, hours."""
    welcome: str = ""
    """For visitors, on the first page."""
    terms: str = ""
    privacy: str = ""
    imprint: str = ""
    version: int = 0
    """Grows with each change; 0: nobody has changed anything yet."""
    changed_at: str | None = None


def change_network(network: Network, changes: Mapping[str, Any], expected: Collection[int] | None, now: str) -> Network:
    """`network` with some of its fields as given; the same when nothing differs. Raises NetworkChanged."""
    if expected is not None and network.version not in expected:
        raise NetworkChanged("The settings have changed since you read them: read them again, then change them.")
    changed = replace(network, **changes)
    return network if changed == network else replace(changed, version=network.version + 1, changed_at=now)


def network_told(network: Network) -> dict[str, Any]:
    """What the audit log says of it: of long texts how long, and which, so that it can still be read."""
    fields = {name: value for name, value in asdict(network).items() if name not in ("version", "changed_at")}
    return {name: _measured(value) if name in _LONG and value else value for name, value in fields.items()}


def _measured(text: str) -> dict[str, Any]:
    return {"characters": len(text), "sha256": sha256(text.encode()).hexdigest()}
