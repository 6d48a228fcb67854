"""`python -m services.gateway.publishing` writes the clients; `… released` makes this document the one to keep to."""

import json
import secrets
import sys
import tempfile
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from services.gateway.app import create_app
from services.gateway.config import Config
from services.gateway.openapi import document_of
from services.gateway.publishing.python import python_of
from services.gateway.publishing.typescript import typescript_of

_ROOT = Path(__file__).parents[3]
_CLIENTS = {"clients/python/mccs_client.py": python_of, "clients/typescript/mccs.d.ts": typescript_of}
RELEASED = _ROOT / "docs/api/released.json"
_LEFT_OUT = ("description", "summary", "example", "examples", "servers", "tags", "info", "headers")
"""Of the released document: nothing that a program could trip over."""


def texts(document: dict[str, Any]) -> dict[str, str]:
    """Path to text, of every file that is made from the document."""
    return {path: write(document) for path, write in _CLIENTS.items()}


def kept(node: Any, *, named: bool = False) -> Any:
    """What the released document keeps. `named`: the keys of this node are names of fields or parts, all kept."""
    if isinstance(node, list):
        return [kept(inner) for inner in node]
    if not isinstance(node, dict):
        return node
    return {
        name: kept(inner, named=name in ("properties", "parameters", "schemas", "paths") and not named)
        for name, inner in node.items()
        if named or name not in _LEFT_OUT
    }


def main(arguments: list[str]) -> None:
    """Write them."""
    document = _document()
    for path, text in texts(document).items():
        (_ROOT / path).write_text(text, encoding="utf-8")
    if "released" in arguments:
        RELEASED.write_text(json.dumps(kept(document), separators=(",", ":"), sort_keys=True) + "\n", encoding="utf-8")


def _document() -> dict[str, Any]:
    """Of an application that is never served: its keys and addresses do not matter."""
    with tempfile.TemporaryDirectory() as folder:
        key = Path(folder) / "key.pem"
        made = generate_private_key(65537, 2048)
        key.write_bytes(made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        nowhere = "http://127.0.0.1:9"
        config = Config(
            environment="development", public_url="http://localhost:8080", secret_key=secrets.token_urlsafe(32),
            session_private_key_file=str(key), internal_private_key_file=str(key), ledger_url=nowhere,
            directory_url=nowhere, matcher_url=nowhere, notifier_url=nowhere,
        )  # fmt: skip
        return document_of(create_app(config))


if __name__ == "__main__":
    main(sys.argv[1:])
