"""No webhook reaches an address of our own network, however it is written."""

import ipaddress

import pytest

from services.notifier.webhooks.guard import Forbidden, addresses, check, resolve_by_system, target_of

PRIVATE = [
    "127.0.0.1", "127.8.8.8", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1", "169.254.169.254",
    "100.100.100.200", "168.63.129.16", "192.0.0.192", "192.0.2.1", "198.18.0.1", "203.0.113.9", "224.0.0.1",
    "239.1.1.1", "240.0.0.1", "255.255.255.255", "192.88.99.1",
    "::", "::1", "fe80::1", "fec0::1", "fc00::1", "fd00:ec2::254", "ff02::1", "::ffff:127.0.0.1", "::ffff:8.8.8.8",
    "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::7f00:1", "2002:7f00:1::", "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "2001:db8::1", "100::1", "3fff::1",
]  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
def test_what_is_not_on_the_public_internet_is_forbidden(address: str):
    with pytest.raises(Forbidden):
        check(ipaddress.ip_address(address), private=False)
    check(ipaddress.ip_address(address), private=True)


@pytest.mark.parametrize("address", ["8.8.8.8", "1.1.1.1", "93.184.216.34", "2606:4700:4700::1111", "2a00:1450::1"])
def test_what_is_public_is_allowed(address: str):
    check(ipaddress.ip_address(address), private=False)


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/", "ftp://example.org/", "//example.org/", "example.org", "https:///x", "https://",
        "https://127.0.0.1/", "https://[::1]/", "https://[::ffff:127.0.0.1]/", "https://[::ffff:7f00:1]/",
        "https://2130706433/", "https://0x7f000001/", "https://0177.0.0.1/", "https://127.1/", "https://0x7f.0.0.1/",
        "https://017700000001/", "https://127.0.0.1./", "https://example.org./",
        "https://user@example.org/", "https://user:word@example.org/", "https://example.org@127.0.0.1/",
        "https://example.org/#part", "https://example.org:22/", "https://example.org:80/", "https://example.org:0/",
        "https://example.org:99999/", "https://example.org:x/", "https://exa mple.org/", "https://example.org\\@a.b/",
        "https://-bad.org/", "https://bad_name.org/", "https://exämple.org/", "https://example.org/\r\nX: y",
        "https://[fe80::1%25eth0]/", "https://example.org/" + "x" * 2000, "javascript:alert(1)", "",
    ],
)  # fmt: skip
def test_an_odd_address_is_refused(url: str):
    with pytest.raises(Forbidden):
        target_of(url, private=False)


@pytest.mark.parametrize(
    ("url", "port", "path", "authority"),
    [
        ("https://Example.org", 443, "/", "example.org"),
        ("https://example.org:443/hook?a=b", 443, "/hook?a=b", "example.org"),
        ("https://example.org:8443/a", 8443, "/a", "example.org:8443"),
        ("https://xn--exmple-cua.org:1024/", 1024, "/", "xn--exmple-cua.org:1024"),
        ("https://8.8.8.8/", 443, "/", "8.8.8.8"),
        ("https://[2606:4700:4700::1111]:9000/", 9000, "/", "[2606:4700:4700::1111]:9000"),
    ],
)
def test_a_plain_address_is_taken_apart(url: str, port: int, path: str, authority: str):
    target = target_of(url, private=False)
    assert (target.port, target.path, target.authority, target.secure) == (port, path, authority, True)


def test_development_may_use_plain_http_and_loopback():
    target = target_of("http://127.0.0.1:80/x", private=True)
    assert (target.secure, target.authority) == (False, "127.0.0.1")
    assert target_of("http://localhost:8080/", private=True).port == 8080


def test_one_forbidden_address_of_a_name_spoils_all():
    target = target_of("https://example.org/", private=False)
    assert addresses(target, lambda *_: ["8.8.8.8", "8.8.8.8", "2606:4700::1"], private=False) == [
        "8.8.8.8", "2606:4700::1",
    ]  # fmt: skip
    with pytest.raises(Forbidden):
        addresses(target, lambda *_: ["8.8.8.8", "10.0.0.1"], private=False)


def test_a_name_without_an_address_is_an_error_of_the_network():
    with pytest.raises(OSError, match="no address"):
        addresses(target_of("https://example.org/", private=False), lambda *_: [], private=False)


def test_the_systems_resolver_knows_this_machine():
    assert set(resolve_by_system("localhost", 443)) <= {"127.0.0.1", "::1"}
    with pytest.raises(OSError, match=r".+"):
        resolve_by_system("nowhere.invalid", 443)
