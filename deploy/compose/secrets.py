"""Make `.env` and `.secrets/` for Compose: every secret random, written once, readable by their owner alone."""

import base64
import os
import re
import secrets
from collections.abc import Mapping
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa

DEVELOPMENT = {
    "ENVIRONMENT": "development",
    "DEVELOPMENT_CLOCK": "/clock/now",
    "GATEWAY_RATE_LIMIT": "20000/minute",
}

SEALING_KEYS = ("DIRECTORY_SECRETS_KEY", "NOTIFIER_WEBHOOKS_KEY", "NOTIFIER_LINK_KEY")


def prepare(root: Path, port: int, mail_page_port: int) -> list[Path]:
    """Write what is missing below `root`, for development on this machine; the paths written."""
    written = []
    if not (root / ".env").exists():
        write_private(root / ".env", environment(port, mail_page_port))
        written.append(root / ".env")
    elif missing := _missing_keys((root / ".env").read_text()):
        # A checkout of before there were second factors, or webhooks: nothing is sealed with them yet.
        with (root / ".env").open("a") as file:
            file.writelines(f"\n{name}={_fernet_key()}\n" for name in missing)
        written.append(root / ".env")
    folder = root / ".secrets"
    folder.mkdir(mode=0o700, exist_ok=True)
    if not (folder / "session-private.pem").exists():
        written += write_keys(folder)
    # Each by itself: a checkout of before there were heads lacks them alone.
    for name in ("ledger-head-private.pem", "directory-head-private.pem"):
        if not (folder / name).exists():
            written += _write_mounted({folder / name: _pem(ed25519.Ed25519PrivateKey.generate())})
    return written


def environment(port: int, mail_page_port: int) -> str:
    """The text of `.env` for development: ports, fresh passwords and keys."""
    passwords = ("POSTGRES_PASSWORD", "LEDGER_OWNER_PASSWORD", "LEDGER_PASSWORD", "GATEWAY_SECRET_KEY")
    values = DEVELOPMENT | {name: secrets.token_hex(24) for name in passwords}
    for name in ("MESSAGES_KEY", *SEALING_KEYS):
        values[name] = _fernet_key()
    values |= {"PORT": str(port), "PUBLIC_URL": f"http://localhost:{port}"}
    values |= {"MAIL_PAGE_PORT": str(mail_page_port), "GATEWAY_MAIL_PAGE_URL": f"http://localhost:{mail_page_port}"}
    return "".join(f"{name}={value}\n" for name, value in values.items())


def _missing_keys(environment: str) -> list[str]:
    return [name for name in SEALING_KEYS if not re.search(rf"^{name}=.", environment, re.MULTILINE)]


def _fernet_key() -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


def write_keys(folder: Path) -> list[Path]:
    """Two keys: RSA for sessions, Ed25519 for internal tokens (with its public half)."""
    session = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    internal = ed25519.Ed25519PrivateKey.generate()
    public = internal.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    files = {
        folder / "internal-private.pem": _pem(internal),
        folder / "internal-public.pem": public,
        folder / "session-private.pem": _pem(session),
    }
    return _write_mounted(files)


def _write_mounted(files: Mapping[Path, bytes]) -> list[Path]:
    for path, content in files.items():
        path.write_bytes(content)
        # Compose mounts the file as it is and the containers' user must read it; the folder keeps others out.
        path.chmod(0o444)
    return list(files)


def write_private(path: Path, text: str) -> None:
    """A file that its owner alone may read, from its first byte on."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)


def _pem(key: rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
