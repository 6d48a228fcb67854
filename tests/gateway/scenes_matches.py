"""The stand-in of the matcher furnished with leads, suppliers and what was hidden of them."""

from typing import Any

from tests.gateway.network import BAKERY, BAKERY_ACCOUNT, FARM, NOW, Network

PATH = f"/entities/{FARM}"


def a_match(name: str, mine: str, theirs: str, how: str, **changes: Any) -> dict[str, Any]:
    known = {
        "entity_id": BAKERY, "account": BAKERY_ACCOUNT, "name": name, "city": "Hebden Bridge", "trading": True,
        "mine": mine, "theirs": theirs, "how": how, "score": 100, "distance_km": None, "trades": 0, "added_at": NOW,
        "together": None,
    }  # fmt: skip
    return known | changes


def a_feedback(name: str = "Old Bakery", **changes: Any) -> dict[str, Any]:
    known = {
        "feedback_id": "feedback-1", "other_id": BAKERY, "name": name, "mine": "leaflets", "theirs": "bread",
        "side": "suppliers", "at": NOW,
    }  # fmt: skip
    return known | changes


def furnish_matches(network: Network, name: str = "Old Bakery") -> None:
    """A lead with whom the farm traded, suppliers of whom one is a guess, and one that was hidden."""
    network.matcher.on("GET", f"{PATH}/matches", {
        "leads": [a_match(name, "vegetables", "organic-vegetables", "contains", trades=3)],
        "suppliers": [
            a_match(name, "bread", "bread", "exact"),
            a_match("Print & Co", "leaflets", "posters", "related", together={"members": 4, "trades": 1, "of": 9}),
            a_match("Mill", "flour", "Flour and grain", "category", added_at=None),
        ],
        "could_trade_up_to": {"leads": 8_500_00, "suppliers": 0},
    })  # fmt: skip
    network.matcher.on("GET", f"{PATH}/feedback", {"feedback": [a_feedback(name)]})
    network.matcher.on("POST", f"{PATH}/feedback", a_feedback(name))
    network.matcher.on("DELETE", f"{PATH}/feedback/feedback-1", {"feedback_id": "feedback-1"})

    lacking = {"tag": "piano tuning", "members": 3, "newest_at": NOW, "towns": [{"town": "Leeds", "members": 2}]}
    wanted = {"month": "2026-11", "area": "Leeds", "tag": "=piano tuning", "members": 2}
    old = {"month": "2026-10", "area": "", "tag": "bread", "members": 1}
    network.matcher.on("GET", "/insight", {
        "members": 62, "unmet": [lacking], "unused": [lacking | {"tag": name, "towns": []}], "months": [wanted, old],
    })  # fmt: skip
    words = {"groups": [["plumber", "heating engineer"], ["car repair", "garage"]], "version": 3, "edited_at": NOW}
    network.matcher.on("GET", "/words", words)
    network.matcher.on("PUT", "/words", words | {"version": 4})
    near = {"one": "hive", "other": "honey", "members": 4, "trades": 1, "of": 9}
    network.matcher.on("GET", "/words/suggestions", {"suggestions": [near]})


def no_matches(network: Network) -> None:
    network.matcher.on("GET", "/insight", {"members": 0, "unmet": [], "unused": [], "months": []})
    network.matcher.on("GET", "/words", {"groups": [], "version": 1, "edited_at": NOW})
    network.matcher.on("GET", "/words/suggestions", {"suggestions": []})
    room = {"leads": None, "suppliers": None}
    network.matcher.on("GET", f"{PATH}/matches", {"leads": [], "suppliers": [], "could_trade_up_to": room})
    network.matcher.on("GET", f"{PATH}/feedback", {"feedback": []})
