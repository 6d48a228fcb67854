"""Where a webhook may go: no address inside our own network can be reached by naming it, or by a name that leads there.

The text of an address is checked when a webhook is made; what its name means is checked then and at each delivery, and
the connection goes to the very addresses that were checked (`posting`).
"""

import ipaddress
import queue
import re
import socket
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, int], Sequence[str]]
"""Name and port to IP addresses. Raises OSError."""

MAX_URL = 2_000
_RESOLVE_SECONDS = 5.0
_MOST_ADDRESSES = 3
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_PRINTABLE = re.compile(r"[!-\[\]-~]+")
# IPv6 that is routed between networks, less what only wraps an IPv4 address or is set apart.
_WORLD6 = ipaddress.ip_network("2000::/3")
_APART6 = tuple(map(ipaddress.ip_network, ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")))
# Said to be global, or not known to this Python: anycast relays of 6to4, IETF protocols, a cloud's own services.
_APART4 = tuple(map(ipaddress.ip_network, ("192.88.99.0/24", "192.0.0.0/24", "168.63.129.16/32")))


class Forbidden(ValueError):
    """No webhook may go there; the text, for people, says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A checked address of a webhook."""

    secure: bool
    host: str
    """A name, or an IP address without brackets."""
    port: int
    path: str
    """With the query; begins with a slash."""

    @property
    def authority(self) -> str:
        """The `Host` header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.secure else 80) else f"{host}:{self.port}"


def target_of(url: str, *, private: bool) -> Target:
    """The parts of `url`. `private`: plain HTTP, any port and any IP address may be used too. Raises Forbidden."""
    if len(url) > MAX_URL or not _PRINTABLE.fullmatch(url):
        raise Forbidden(f"An address has at most {MAX_URL} printable ASCII characters; write other letters encoded.")
    try:
        parts = urlsplit(url)
        port, host = parts.port, (parts.hostname or "").lower()
    except ValueError as error:
        raise Forbidden("This is no address.") from error
    if parts.scheme != "https" and not (private and parts.scheme == "http"):
        raise Forbidden("The address must begin with https://.")
    if "@" in parts.netloc or "#" in url:
        raise Forbidden("The address must hold neither a user name nor a fragment.")
    secure = parts.scheme == "https"
    port = (443 if secure else 80) if port is None else port
    if not private and port != 443 and port < 1024:
        raise Forbidden("The port must be 443, or 1024 and above.")
    _check_host(host, private=private)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(secure=secure, host=host, port=port, path=path)


def _check_host(host: str, *, private: bool) -> None:
    if (literal := _literal(host)) is not None:
        check(literal, private=private)
        return
    labels = host.split(".")
    if len(host) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise Forbidden("The name of the host is malformed.")
    # Resolvers read 2130706433, 0x7f000001 and 0177.1 as addresses: no name of the world ends like that.
    if labels[-1][0].isdigit():
        raise Forbidden("An IP address is written as four decimal numbers, or in brackets.")


def _literal(host: str) -> Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def check(address: Address, *, private: bool) -> None:
    """Raises Forbidden for an address that is not one of the public Internet."""
    if not private and not _public(address):
        raise Forbidden("This address is not on the public Internet.")


def _public(address: Address) -> bool:
    if isinstance(address, ipaddress.IPv6Address):
        return address in _WORLD6 and not any(address in network for network in _APART6)
    if address.is_multicast or address.is_reserved or not address.is_global:
        return False
    return not any(address in network for network in _APART4)


def addresses(target: Target, resolve: Resolve, *, private: bool) -> list[str]:
    """The addresses of the target, each checked: one that is forbidden spoils all. Raises Forbidden, OSError."""
    if _literal(target.host) is not None:
        found: Sequence[str] = [target.host]
    else:
        found = resolve(target.host, target.port)
    if not found:
        raise OSError("no address")
    for each in found:
        check(ipaddress.ip_address(each), private=private)
    return list(dict.fromkeys(found))[:_MOST_ADDRESSES]


def resolve_by_system(host: str, port: int) -> list[str]:
    """What the system's resolver says. Raises OSError, also when it takes too long: it knows no limit itself."""
    answers: queue.Queue[list[str] | OSError] = queue.Queue()

    def ask() -> None:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            answers.put([str(entry[4][0]) for entry in found])
        except (OSError, UnicodeError) as error:
            answers.put(error if isinstance(error, OSError) else OSError("malformed name"))

    threading.Thread(target=ask, daemon=True).start()
    try:
        answer = answers.get(timeout=_RESOLVE_SECONDS)
    except queue.Empty as error:
        raise TimeoutError("the resolver is slow") from error
    if isinstance(answer, OSError):
        raise answer
    return answer
