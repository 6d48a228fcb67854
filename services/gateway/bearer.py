"""The bearer token of a request: the only thing that the REST API knows a caller by."""

from flask import request

from services.gateway.failures import Unauthenticated


def offered() -> str:
    """What came with `Authorization: Bearer`; empty when nothing did."""
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    return text.strip() if scheme.lower() == "bearer" else ""


def bearer() -> str:
    """The same. Raises Unauthenticated when there is none."""
    if not (text := offered()):
        raise Unauthenticated("auth.missing", "Send `Authorization: Bearer <token>`.")
    return text
