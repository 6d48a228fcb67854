"""How much somebody may ask for in a window of time. Pure: the time is an argument.

A window begins at another moment for each who: else all who wait would come back in the same second.
"""

import re
import zlib
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address, ip_network

_RATE = re.compile(r"\s*(\d{1,9})\s*/\s*(second|minute|hour|day)\s*")
_SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}
_SITE_BITS = 64


@dataclass(frozen=True, slots=True)
class Budget:
    """So many points for each who in so many seconds."""

    name: str
    """`address`, `account`, `token`, `pictures`: what is counted."""
    quota: int
    seconds: int

    def window_end(self, who: str, now: float) -> float:
        """When the window ends that `now` is in, the same in every process."""
        begins = zlib.crc32(who.encode()) % self.seconds
        return now - (now - begins) % self.seconds + self.seconds


@dataclass(frozen=True, slots=True)
class Spent:
    """What came of one call."""

    budget: Budget
    allowed: bool
    remaining: int
    """Points until the window ends."""
    seconds_left: int
    """Until then, rounded up."""


def budget_of(name: str, text: str) -> Budget:
    """`60/minute` as a budget. Raises ValueError, with a sentence."""
    found = _RATE.fullmatch(text)
    if found is None or int(found[1]) < 1:
        raise ValueError(f"{text!r} is no rate; write one like 60/minute (second, minute, hour, day)")
    return Budget(name, int(found[1]), _SECONDS[found[2]])


def site_of(address: str) -> str:
    """Who an address is: with IPv6 a site, which has 2^64 addresses to choose from."""
    try:
        known = ip_address(address)
    except ValueError:
        return address
    if not isinstance(known, IPv6Address):
        return address
    if known.ipv4_mapped is not None:
        return str(known.ipv4_mapped)
    return str(ip_network((known, _SITE_BITS), strict=False))
