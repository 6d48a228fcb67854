"""Square codes, drawn into the page itself: for apps for one-time codes, and for links that a telephone opens."""

from urllib.parse import quote, urlencode, urlsplit

import segno
from flask import current_app

from services.gateway.network import network

_ISSUER = "Mutual credit"


def app_uri(secret: str, email: str) -> str:
    """What such apps understand: whose code it is, and where it is for."""
    host = urlsplit(current_app.config["GATEWAY"].public_url).hostname or ""
    name = network().name or _ISSUER
    issuer = f"{name} ({host})" if host else name
    return f"otpauth://totp/{quote(issuer)}:{quote(email)}?{urlencode({'secret': secret, 'issuer': issuer})}"


def square_of(uri: str) -> str:
    """As SVG, dark on light whatever the page's colours are: readers want it so."""
    made = segno.make(uri, error="m", micro=False)
    drawn = made.svg_inline(border=4, dark="#000", light="#fff", svgclass="square", lineclass=None, omitsize=True)
    return str(drawn)


def grouped(secret: str) -> str:
    """For typing it in: four signs at a time."""
    return " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))
