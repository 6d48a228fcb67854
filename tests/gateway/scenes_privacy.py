"""What the directory knows about Ann and her farm: consents, visibility, a picture, everything."""

from typing import Any

from tests.gateway.network import ANN, FARM, NOW, Network, an_entity
from tests.gateway.scenes_webhooks import a_webhook
from tests.gateway.standin import Streams

PICTURE = "ab" * 32
VISIBILITY = {
    "telephone": "everyone", "website": "everyone", "description": "everyone", "address": "members",
    "postal_code": "members", "company_number": "members", "declared_turnover": "nobody", "email": "nobody",
}  # fmt: skip


def a_farm(**changes: Any) -> dict[str, Any]:
    """As its own people see it."""
    place = {"latitude": "53.74100", "longitude": "-2.01300", "source": "given"}
    return an_entity(visibility=VISIBILITY, picture=PICTURE, place=place, declared_turnover=25_000) | changes


def a_message(message_id: str, kind: str, **changes: Any) -> dict[str, Any]:
    """A message as the notifier tells it to whom it is about."""
    told = {
        "message_id": message_id, "kind": kind, "channel": "mail", "to_you": True, "state": "sent", "tries": 1,
        "created_at": NOW, "sent_at": NOW, "facts": {},
    }  # fmt: skip
    return told | changes


def furnish_privacy(network: Network) -> None:
    """Ann agreed to something; there is a picture, and an export of everything."""
    consent = {"user_id": ANN, "entity_id": "", "document": "terms", "version": "2026-01", "at": NOW}
    network.directory.on("GET", f"/users/{ANN}/consents", {"consents": [consent]})
    network.directory.on("POST", f"/users/{ANN}/consents", {"consents": [consent]})
    for size in (128, 640):
        network.directory.on("GET", f"/pictures/{PICTURE}/{size}", Streams([b"a-picture"], "image/webp"))
    known = {"entities": [{"id": FARM, "profile": {"name": "Green Farm"}}], "notes": []}
    known_person = {"users": [{"id": ANN, "email": "ann@farm.example", "first_name": "=cmd()"}]}
    network.directory.on(
        "GET", f"/entities/{FARM}/personal-data", {"subject": f"entity/{FARM}", "at": NOW, "collections": known}
    )
    network.directory.on(
        "GET", f"/users/{ANN}/personal-data", {"subject": f"user/{ANN}", "at": NOW, "collections": known_person}
    )
    told = {FARM: f"/entities/{FARM}/personal-data", ANN: f"/users/{ANN}/personal-data"}
    of_farm = {"messages": [a_message("m1", "welcome", facts={"entity_id": FARM})]}
    of_farm |= {"preferences": {"digest_hour": 7}, "webhooks": [a_webhook(entity_id=FARM)]}
    network.notifier.on("GET", told[FARM], of_farm)
    network.notifier.on("GET", told[ANN], {"messages": [a_message("m2", "new_sign_in")]})
