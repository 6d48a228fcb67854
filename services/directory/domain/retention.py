"""How long is kept what has done its service. Pure; the reasons are in docs/privacy.md."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """Raises ValueError for less than a day: a slip would delete what is in use."""

    addresses: timedelta = timedelta(days=90)
    """Network addresses of logins, devices that were not seen since, the key that hashes where entries came from."""
    audit_details: timedelta = timedelta(days=2192)
    """Before, after and reason of entries of the audit log: six years."""
    answers: timedelta = timedelta(days=90)
    """What a command with an idempotency key answered."""

    def __post_init__(self) -> None:
        if min(self.addresses, self.audit_details, self.answers) < timedelta(days=1):
            raise ValueError("DIRECTORY_KEEP_..._DAYS: at least a day")
