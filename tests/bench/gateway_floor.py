"""What any route costs here: Flask verifies the session token of each call and answers. Nothing else."""

import os
from pathlib import Path

import jwt
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from flask import Flask, Response, request


def serving_app() -> Flask:
    """What gunicorn serves, with the gateway's key."""
    app = Flask("floor", static_folder=None)
    pem = Path(os.environ["GATEWAY_SESSION_PRIVATE_KEY_FILE"]).read_bytes()
    key = load_pem_private_key(pem, password=None).public_key()

    @app.route("/api/v1/balance")
    def admit() -> Response:
        token = request.headers["Authorization"].removeprefix("Bearer ")
        jwt.decode(token, key, algorithms=["RS256"], audience="mccs-session", issuer="mccs")  # type: ignore[arg-type]
        return Response(b'{"data":{"status":"admitted"}}', content_type="application/json")

    return app
