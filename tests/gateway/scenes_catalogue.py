"""The stand-ins furnished for the pages about tags, categories, favourites, notes and messages."""

from typing import Any

from tests.gateway.network import ANN, BAKERY, FARM, NOW, Network, a_bakery


def a_term(term_id: str, name: str, label: str = "", **changes: Any) -> dict[str, Any]:
    term = {
        "term_id": term_id, "name": name, "label": label or name, "letter": name[0].upper(), "created_at": NOW,
        "updated_at": NOW, "offer_added_at": NOW, "want_added_at": None, "offers": 4, "wants": 2, "businesses": 7,
        "holders": 9,
    }  # fmt: skip
    return term | changes


def furnish_catalogue(network: Network) -> None:
    """Two categories, two tags that look alike, a favourite and a note."""
    on = network.directory.on
    categories = [a_term("c1", "bakery", "Bakery"), a_term("c2", "cafés-&-bars", "Cafés & bars")]
    tags = [a_term("t1", "vegetables", offers=12), a_term("t2", "vegetable", offers=1, wants=0, want_added_at=NOW)]
    on("GET", "/catalogue/categories/letters", {"letters": {"B": 1, "C": 3, "#": 1}})
    for kind, terms in (("categories", categories), ("tags", tags)):
        on("GET", f"/catalogue/{kind}", {"terms": terms, "total": 130})
        for term in terms:
            path = f"/catalogue/{kind}/{term['term_id']}"
            on("GET", path, term)
            on("PATCH", path, {**term, "touched": 9, "merged": 0})
            on("DELETE", path, {**term, "touched": 9})
        on("POST", f"/catalogue/{kind}", terms[0])
        on("POST", f"/catalogue/{kind}/merges", {**terms[0], "touched": 3, "merged": 1})
    pair = {"keep": tags[0], "merge": tags[1], "why": "plural"}
    on("GET", "/catalogue/tags/suggestions", {"suggestions": [pair]})
    on("POST", "/catalogue/tags/dismissals", {"names": ["vegetable", "vegetables"]})
    marked = a_bakery(is_favourite=True, city="Hebden Bridge", description="Bread and cakes.")
    on("GET", f"/entities/{FARM}/favourites", {"entities": [marked], "total": 1})
    on("PUT", f"/entities/{FARM}/favourites/{BAKERY}", {"entity_id": BAKERY, "is_favourite": True})
    note = {"text": "Ask for Beth.", "edited_by": ANN, "edited_at": NOW}
    for other in (FARM, BAKERY):
        on("GET", f"/entities/{FARM}/notes/{other}", note)
    on("PUT", f"/entities/{FARM}/notes/{BAKERY}", note)
    on("POST", f"/entities/{FARM}/contact-messages", {"message_id": "m1"})
    on("POST", "/contact-reports/token-1", {"reported": True})
