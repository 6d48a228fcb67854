"""Settings of the network, for everybody to read; and setting up one that nobody administers yet."""

from dataclasses import asdict

from flask import Response

from services.chassis.web import allow, answer, body
from services.directory.api.blueprint import READERS, bp, by, done, the_directory
from services.directory.domain import Device
from services.directory.handlers import logins, network
from services.directory.handlers.writing import Done
from services.directory.schemas.network import NetworkChanges, SetUpBody

_CHANGES, _SET_UP = NetworkChanges(), SetUpBody()


@bp.get("/network")
@allow(*READERS)
def network_settings() -> Response:
    """What the network calls itself, and its texts."""
    return answer(asdict(the_directory().store.network.read()))


@bp.patch("/network")
@allow("admin")
def change_network_settings() -> Response:
    """Change some of it, if it is as the caller saw it."""
    changes = body(_CHANGES)
    expected = changes.pop("expected_versions", None)
    return done(network.change(the_directory(), by(), changes, expected))


@bp.get("/setup/<token>")
@allow("public")
def check_setup_link(token: str) -> Response:
    """Whether a link can be used."""
    network.check_link(the_directory(), token)
    return answer({})


@bp.post("/setup/<token>")
@allow("public")
def set_up(token: str) -> Response:
    """Make the first administrator, once, and log in."""
    asked = body(_SET_UP)
    form = network.SetUp(**asked["user"], network=asked["network"])
    made = network.set_up(the_directory(), by("setup"), token, form)
    device = Device(device_id=asked["device"], agent=asked["agent"], address=asked["address"])
    session = logins.open_session(the_directory(), by("setup"), made.document["user_id"], device)
    return done(Done({**made.document, "session": session}, made.position))
