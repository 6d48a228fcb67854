"""What any service costs here: a route that verifies the token and answers."""

import os
from pathlib import Path

from flask import Blueprint, Flask, Response

from services.chassis.logs import configure_logs
from services.chassis.tokens import Verifier
from services.chassis.web import Parts, allow, answer, new_app

bp = Blueprint("floor", __name__)


@bp.post("/transfers")
@allow("member")
def admit() -> Response:
    """Whoever may come in is told so."""
    return answer({"status": "admitted"})


def serving_app() -> Flask:
    """What gunicorn serves, with the ledger's settings."""
    configure_logs("floor", "serve")
    verifier = Verifier(Path(os.environ["INTERNAL_PUBLIC_KEY_FILE"]).read_bytes(), "ledger")
    return new_app(Parts(name="floor", verifier=verifier), bp)
