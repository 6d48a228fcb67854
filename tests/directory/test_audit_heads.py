"""Signed heads of the audit log: signed when it is whole; a log written anew is found by one kept elsewhere."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from services.directory import signing
from services.directory.app import head_key_of
from services.directory.config import Config, ScheduleConfig
from services.directory.domain.audit import Entry, Head
from services.directory.domain.audit_checking import Finding
from services.directory.handlers import audit_checks
from services.directory.handlers.writing import Directory, Done, once
from services.directory.signing import BadHead, HeadKey
from services.directory.store import Store
from tests.directory.gateway import ADMIN, Gateway
from tests.directory.test_audit_tampering import BY, SIZE, forge, log, run  # noqa: F401 -- a fixture

pytestmark = pytest.mark.integration


def a_pem() -> bytes:
    return Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


@pytest.fixture
def signing_directory(directory: Directory, log: Any) -> Directory:  # noqa: F811
    """With SIZE entries in its log."""
    return replace(directory, head_key=HeadKey(a_pem()))


def daily(directory: Directory) -> Finding | None:
    return audit_checks.daily(directory, lambda: None).finding


def one_more(directory: Directory) -> None:
    entry = Entry(action="category.renamed", subject="category/x")
    once(directory, BY, None, lambda _: Done({}, 0, (entry,)))


def file_of(store: Store, path: Path) -> str:
    """What somebody keeps elsewhere."""
    path.write_text(json.dumps(audit_checks.signed_heads(store)))
    return str(path)


def test_the_daily_check_signs_what_it_found_whole_and_nothing_twice(signing_directory: Directory, store: Store):
    assert signing_directory.head_key
    assert audit_checks.state(store)["signed"] is None
    for _ in range(2):
        assert daily(signing_directory) is None
    one_more(signing_directory)
    assert daily(signing_directory) is None
    kept = signing.kept(json.dumps(audit_checks.signed_heads(store)).encode())
    assert [(head.number, head.head.position) for head in kept] == [(1, SIZE), (2, SIZE + 1)]
    assert kept[-1].head == store.audit_reading.head()
    told = audit_checks.state(store)["signed"]
    assert (told["number"], told["kid"]) == (2, signing_directory.head_key.kid)


def test_what_is_broken_is_never_signed(signing_directory: Directory, store: Store, log: Any):  # noqa: F811
    log.update_one({"_id": 5}, {"$set": {"actor": "admin:b"}})
    assert daily(signing_directory)
    assert audit_checks.signed_heads(store)["heads"] == []


def test_a_log_written_anew_with_its_heads_is_found_by_a_file_kept_elsewhere(
    signing_directory: Directory,
    store: Store,
    log: Any,  # noqa: F811
    config: Config,
    tmp_path: Path,
):
    """By somebody who has everything: the database, and the key. Only what others have kept is out of reach."""
    daily(signing_directory)
    kept = file_of(store, tmp_path / "heads.json")
    forge(log, 5, store.database["counters"], actor="admin:nobody")
    finding = daily(signing_directory)
    assert finding
    assert (finding.position, finding.what) == (SIZE, "rewritten"), "the heads beside the log find it so far"
    store.database["audit_heads"].delete_many({})
    store.database["settings"].delete_many({"_id": "audit-check"})
    assert daily(signing_directory) is None, "all signed anew: nothing here tells any more"
    whole = run(config)
    assert whole.returncode == 0, whole.stdout
    broken = run(config, "--heads", kept)
    assert broken.returncode == 1
    assert f"BROKEN at entry {SIZE} (rewritten)" in broken.stdout
    assert signing_directory.head_key
    assert f"kept heads: 1, signed with the key {signing_directory.head_key.kid}" in broken.stdout
    ours = run(config, "--heads", file_of(store, tmp_path / "now.json"))
    assert ours.returncode == 0, ours.stdout
    assert "It has every one of the 1 heads" in ours.stdout


def test_heads_that_were_changed_or_taken_beside_the_log_are_found(signing_directory: Directory, store: Store):
    heads = store.database["audit_heads"]
    for _ in range(3):
        one_more(signing_directory)
        daily(signing_directory)
    whole = list(heads.find())
    attacks: dict[str, Any] = {
        "position": lambda: heads.update_one({"_id": 2}, {"$set": {"position": 1}}),
        "signature": lambda: heads.update_one({"_id": 2}, {"$set": {"jws": whole[0]["jws"]}}),
        "key": lambda: heads.update_one({"_id": 2}, {"$set": {"jwk": HeadKey(a_pem()).jwk}}),
        "taken": lambda: heads.delete_one({"_id": 2}),
    }
    for name, attack in attacks.items():
        attack()
        finding = daily(signing_directory)
        assert finding, name
        assert finding.what == "head-changed", name
        heads.delete_many({})
        heads.insert_many(whole)
        assert daily(signing_directory) is None


def test_keys_change_and_old_heads_hold(signing_directory: Directory, store: Store):
    daily(signing_directory)
    one_more(signing_directory)
    other = replace(signing_directory, head_key=HeadKey(a_pem()))
    assert daily(other) is None
    document = audit_checks.signed_heads(store)
    assert [key["kid"] for key in document["keys"]] == [head["kid"] for head in document["heads"]]
    assert len(signing.kept(json.dumps({"data": document}).encode())) == 2, "as the public API wraps it, too"


def test_a_file_that_was_tampered_with_is_no_head(signing_directory: Directory, store: Store, config: Config,
                                                  tmp_path: Path):  # fmt: skip
    daily(signing_directory)
    document = audit_checks.signed_heads(store)
    assert signing_directory.head_key
    forged = HeadKey(a_pem()).sign(Head(position=SIZE, hash="0" * 64), number=1, time="2026-01-01T00:00:00Z")
    wrong: list[Any] = [
        {**document, "keys": []},
        {**document, "heads": [{"jws": forged.jws}]},
        {**document, "heads": [{"jws": document["heads"][0]["jws"][:-4] + "AAAA"}]},
        {**document, "keys": [{**document["keys"][0], "x": json.loads(HeadKey(a_pem()).jwk)["x"]}]},
        {"heads": document["heads"]}, [], "text",
    ]  # fmt: skip
    for each in wrong:
        with pytest.raises(BadHead):
            signing.kept(json.dumps(each).encode())
    path = tmp_path / "wrong.json"
    path.write_text("{}")
    refused = run(config, "--heads", str(path))
    assert refused.returncode == 2
    assert "no file of heads" in refused.stderr


def test_without_a_key_nothing_is_signed_and_the_check_goes_on(directory: Directory, store: Store, log: Any):  # noqa: F811
    assert daily(directory) is None
    assert audit_checks.signed_heads(store) == {"iss": "/directory/audit", "keys": [], "heads": []}


def test_the_schedule_alone_reads_the_key_and_refuses_another(config: Config, tmp_path: Path):
    values = {name: getattr(config, name) for name in Config.__slots__}
    path = tmp_path / "head.pem"
    path.write_bytes(a_pem())
    asked = ScheduleConfig(**values, head_private_key_file=str(path))
    assert head_key_of(asked)
    assert head_key_of(replace(asked, head_private_key_file=None)) is None
    rsa = generate_private_key(public_exponent=65537, key_size=2048)
    path.write_bytes(rsa.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    with pytest.raises(SystemExit, match="not of Ed25519"):
        head_key_of(asked)
    with pytest.raises(SystemExit, match="DIRECTORY_HEAD_PRIVATE_KEY_FILE"):
        head_key_of(replace(asked, head_private_key_file=str(tmp_path / "none")))


def test_auditors_get_the_heads_and_members_dont(signing_directory: Directory, gateway: Gateway, store: Store):
    daily(signing_directory)
    auditor = replace(ADMIN, roles=frozenset({"auditor"}))
    status, document = gateway.get("/audit/heads", auditor)
    assert (status, document) == (200, audit_checks.signed_heads(store))
    assert gateway.get("/audit/state", auditor)[1]["signed"]["position"] == SIZE
    assert gateway.get("/audit/heads", gateway.sign_up().caller)[0] == 403
