"""What the network and its unit are called, and its texts: for administrators to change."""

from services.chassis.web import allow
from services.gateway import network, session
from services.gateway.clients import Document, Refused
from services.gateway.rest.blueprint import bp
from services.gateway.rest.operations import operation
from services.gateway.schemas_network import LegalText, NetworkTextChanges, NetworkTexts


@bp.get("/network/texts/<any(terms, privacy, imprint):which>")
@allow("public")
@operation(
    "One of the legal texts of the network",
    data=LegalText(),
    notes="Plain text with a little markup: see `PATCH /admin/network`. GET /network names those that there are.",
    codes={404: ("text.none",)},
)
def legal_text(which: str) -> Document:
    """As the pages show it."""
    text = getattr(network.network(), which)
    if not text:
        raise Refused(404, "text.none", "Nobody has written this text yet: ask the administrators.")
    return {"name": which, "text": text}


@bp.get("/admin/network")
@allow("admin")
@operation("Name, unit and texts of the network", data=NetworkTexts(), matched="version")
def network_texts() -> Document:
    """As they are now. Everybody is told at GET /network, a few seconds later."""
    return session.parts().directory.network()


@bp.patch("/admin/network")
@allow("admin")
@operation(
    "Change name, unit and texts of the network",
    body=NetworkTextChanges(),
    data=NetworkTexts(),
    keyed=True,
    example={"name": "Calder Valley Credits", "unitName": "calders"},
    matched="version",
)
def change_network_texts(body: Document, key: str | None, expected: list[int] | None) -> Document:
    """Pages show it within a few seconds."""
    changed = session.parts().directory.change_network(body, expected=expected, key=key)
    network.learn(changed)
    return changed
