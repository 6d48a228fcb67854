"""The stand-ins furnished with saved searches and trading loops."""

from typing import Any

from tests.gateway.network import BAKERY, BAKERY_ACCOUNT, FARM, FARM_ACCOUNT, NOW, Network

LOOP = "ab" * 32


def a_search(**changes: Any) -> dict[str, Any]:
    known = {
        "search_id": "search-1", "text": "van repair", "side": "offers", "max_km": 25, "category": None,
        "created_at": NOW, "found": 3,
    }  # fmt: skip
    return known | changes


def a_loop(name: str = "Old Bakery", **changes: Any) -> dict[str, Any]:
    """Of Ann's farm, the bakery and a printer; the bakery is interested."""
    farm = {"entity_id": FARM, "account": FARM_ACCOUNT, "name": "Green Farm", "city": "Todmorden"}
    bakery = {"entity_id": BAKERY, "account": BAKERY_ACCOUNT, "name": name, "city": "Hebden Bridge"}
    printer = {"entity_id": "printer", "account": "3000000000000004", "name": "Print & Co", "city": ""}
    known = {
        "loop_id": LOOP, "score": 78, "open": True, "farthest_km": 12.4, "agreed_at": None,
        "members": [
            farm | {"interested_at": None}, bakery | {"interested_at": NOW}, printer | {"interested_at": None},
        ],
        "gives": [
            {"receiver": FARM, "giver": BAKERY, "offer": "bread", "want": "bread"},
            {"receiver": BAKERY, "giver": "printer", "offer": "printing", "want": "leaflets"},
            {"receiver": "printer", "giver": FARM, "offer": "eggs", "want": "eggs"},
        ],
    }  # fmt: skip
    return known | changes


def everybody(loop: dict[str, Any]) -> dict[str, Any]:
    return loop | {"members": [each | {"interested_at": NOW} for each in loop["members"]], "agreed_at": NOW}


def a_suggestion(name: str, over: str | None = None) -> dict[str, Any]:
    far = {"entity_id": BAKERY, "account": BAKERY_ACCOUNT, "name": name, "balance": -80_000, "percent": 80}
    farm = {"entity_id": FARM, "account": FARM_ACCOUNT, "name": "Green Farm", "balance": 70_000, "percent": 70}
    give = {"giver": BAKERY, "receiver": FARM, "offer": "bread", "want": "bread"}
    third = {"entity_id": "mill", "account": "3000000000000004", "name": over} if over else None
    gives = [give, give | {"offer": "flour", "want": "rye-flour"}] if over else [give]
    return {"giver": far, "receiver": farm, "over": third, "gives": gives, "amount": 70_000}


def furnish_trading(network: Network, name: str = "Old Bakery") -> None:
    """A search that finds, one that finds nothing; a loop that waits, one that does not close."""
    searches = [a_search(text=name[:60]), a_search(search_id="search-2", side="wants", found=0, category="food")]
    network.matcher.on("GET", f"/entities/{FARM}/searches", {"searches": searches})
    network.matcher.on("POST", f"/entities/{FARM}/searches", a_search())
    network.matcher.on("DELETE", f"/entities/{FARM}/searches/search-1", {"search_id": "search-1"})
    loop, gone = a_loop(name), everybody(a_loop(name, loop_id="cd" * 32, score=None, open=False))
    network.matcher.on("GET", f"/entities/{FARM}/loops", {"loops": [loop, gone]})
    pair = a_suggestion(name)
    suggested = {"pairs": [pair], "chains": [a_suggestion(name, over="Print & Co")]}
    network.matcher.on("GET", "/clearing", {"below": [pair["giver"]], "above": [pair["receiver"]], **suggested})
    for each in (loop, gone):
        path = f"/entities/{FARM}/loops/{each['loop_id']}"
        network.matcher.on("GET", path, each)
        network.matcher.on("POST", f"{path}/interest", everybody(each))
        network.matcher.on("DELETE", f"{path}/interest", each)


def no_trading(network: Network) -> None:
    network.matcher.on("GET", f"/entities/{FARM}/searches", {"searches": []})
    network.matcher.on("GET", f"/entities/{FARM}/loops", {"loops": []})
    network.matcher.on("GET", "/clearing", {"below": [], "above": [], "pairs": [], "chains": []})
