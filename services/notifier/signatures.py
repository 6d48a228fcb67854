"""Whether events are SendGrid's: an ECDSA signature over time and body, not long ago."""

import base64
import binascii
from datetime import datetime, timedelta

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

_WINDOW = timedelta(minutes=10)


def is_signed(key: str, payload: bytes, signature: str, timestamp: str, now: datetime) -> bool:
    """`key`: their public key as their page shows it (DER in base64). An old request is not taken again."""
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        return False
    if abs(now.timestamp() - int(timestamp)) > _WINDOW.total_seconds():
        return False
    public = load_der_public_key(base64.b64decode(key))
    if not isinstance(public, ec.EllipticCurvePublicKey):
        raise TypeError("not an elliptic curve's key")
    try:
        public.verify(base64.b64decode(signature, validate=True), timestamp.encode() + payload, ec.ECDSA(SHA256()))
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True
