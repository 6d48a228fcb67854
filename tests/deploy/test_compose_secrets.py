import stat
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from deploy.compose.secrets import prepare


def test_secrets_are_fresh_private_and_written_once(tmp_path: Path) -> None:
    written = prepare(tmp_path, 8080, 8025)
    assert {path.name for path in written} == {
        ".env",
        "internal-private.pem",
        "internal-public.pem",
        "session-private.pem",
        "ledger-head-private.pem",
        "directory-head-private.pem",
    }
    assert stat.S_IMODE((tmp_path / ".env").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / ".secrets").stat().st_mode) == 0o700
    before = (tmp_path / ".env").read_text()
    assert prepare(tmp_path, 9999, 9998) == []
    assert (tmp_path / ".env").read_text() == before


@pytest.mark.parametrize("which", ["ledger-head", "directory-head"])
def test_a_checkout_of_before_gets_a_key_of_heads_and_keeps_the_others(tmp_path: Path, which: str) -> None:
    prepare(tmp_path, 8080, 8025)
    head, session = (tmp_path / ".secrets" / f"{name}-private.pem" for name in (which, "session"))
    before = session.read_bytes()
    head.unlink()
    assert prepare(tmp_path, 8080, 8025) == [head]
    assert session.read_bytes() == before
    assert isinstance(load_pem_private_key(head.read_bytes(), None), Ed25519PrivateKey)


@pytest.mark.parametrize("missing", ["DIRECTORY_SECRETS_KEY", "NOTIFIER_WEBHOOKS_KEY", "NOTIFIER_LINK_KEY"])
def test_a_checkout_of_before_gets_a_key_for_secrets_and_keeps_its_settings(tmp_path: Path, missing: str) -> None:
    prepare(tmp_path, 8080, 8025)
    env = tmp_path / ".env"
    before = [line for line in env.read_text().splitlines() if not line.startswith(f"{missing}=")]
    env.write_text("\n".join(before))
    assert prepare(tmp_path, 9999, 9998) == [env]
    after = [line for line in env.read_text().splitlines() if line]
    assert after[:-1] == before
    name, _, key = after[-1].partition("=")
    assert name == missing
    assert Fernet(key)
    assert stat.S_IMODE(env.stat().st_mode) == 0o600


def test_every_checkout_gets_its_own(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    for root in (one, other):
        root.mkdir()
        prepare(root, 8080, 8025)

    def secrets_of(root: Path) -> dict[str, str]:
        lines = (root / ".env").read_text().splitlines()
        pairs = dict(line.split("=", 1) for line in lines)
        return {name: value for name, value in pairs.items() if name.endswith(("PASSWORD", "KEY"))}

    assert len(secrets_of(one)) == 8
    assert not set(secrets_of(one).values()) & set(secrets_of(other).values())


def test_the_public_key_is_the_internal_keys_half(tmp_path: Path) -> None:
    prepare(tmp_path, 8080, 8025)
    private = load_pem_private_key((tmp_path / ".secrets/internal-private.pem").read_bytes(), None)
    public = load_pem_public_key((tmp_path / ".secrets/internal-public.pem").read_bytes())
    assert private.public_key() == public
