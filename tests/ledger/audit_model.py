"""What audit views must find: read from the bare events of a book by the plainest means, in Python alone."""

import hashlib
from datetime import datetime
from typing import Any

import orjson
import psycopg

Event = dict[str, Any]


def events_of(url: str, book: str) -> list[Event]:
    """The documents of a book, in order."""
    with psycopg.connect(url) as connection:
        rows = connection.execute("SELECT body FROM events WHERE book = %s ORDER BY position", (book,)).fetchall()
    return [orjson.loads(body) for (body,) in rows]


class AuditModel:
    """A book as of its first `position` events; `percent` of a limit may be left."""

    def __init__(self, events: list[Event], position: int | None = None, percent: int = 20) -> None:
        self.percent = percent
        self.accounts: dict[str, dict[str, Any]] = {}
        self.near: dict[str, dict[str, Any]] = {}
        self.proposals: dict[str, Event] = {}
        self.endings: dict[str, Event] = {}
        self.cancellations: list[Event] = []
        self.limit_changes: list[dict[str, Any]] = []
        for number, event in enumerate(events[:position], 1):
            self._fold(number, event)

    def _fold(self, position: int, event: Event) -> None:
        data, kind = event["data"], event["type"].split(".")[1]
        event["position"] = position
        touched = [data["account"]] if "account" in data else []
        match kind:
            case "account-opened":
                names = ("account", "entity_id", "max_negative", "max_positive", "standing")
                self.accounts[data["account"]] = {"balance": 0} | {name: data[name] for name in names}
            case "account-limits-changed":
                self._limit(position, event)
            case "account-standing-changed":
                self.accounts[data["account"]]["standing"] = data["standing"]
            case "transfer-initiated":
                self.proposals[data["transfer_id"]] = event
            case "transfer-completed":
                self.endings[data["transfer_id"]] = event
                for entry in data["entries"]:
                    self.accounts[entry["account"]]["balance"] += entry["amount"]
                    touched.append(entry["account"])
            case "transfer-cancelled":
                self.endings[data["transfer_id"]] = event
                self.cancellations.append(event)
        for number in touched:
            self._look(number, position, event["time"])

    def _limit(self, position: int, event: Event) -> None:
        data = event["data"]
        account = self.accounts[data["account"]]
        before = {f"previous_{name}": account[name] for name in ("max_negative", "max_positive")}
        after = {name: data[name] for name in ("account", "max_negative", "max_positive", "reason")}
        account |= {name: data[name] for name in ("max_negative", "max_positive")}
        outside = not -data["max_negative"] <= account["balance"] <= data["max_positive"]
        rest = {"position": position, "time": event["time"], "actor": event["actor"], "balance": account["balance"]}
        self.limit_changes.append(before | after | rest | {"outside_after": outside})

    def _look(self, number: str, position: int, time: str) -> None:
        """Since when an account is near the limit of its side."""
        account = self.accounts[number]
        balance, side = account["balance"], account["balance"] < 0
        limit = account["max_negative" if side else "max_positive"]
        used = abs(balance) * 100 // limit if limit else None
        if not balance or (used is not None and used < 100 - self.percent):
            self.near.pop(number, None)
            return
        known = self.near.get(number)
        since = known["since"] if known and known["side"] == side else (position, time)
        outside = not -account["max_negative"] <= balance <= account["max_positive"]
        self.near[number] = {"side": side, "since": since, "used": used, "outside": outside}

    def near_rows(self) -> list[dict[str, Any]]:
        """Worst first."""
        rows = []
        for number, near in self.near.items():
            since = {"since_position": near["since"][0], "since_time": near["since"][1], "since_exact": True}
            shown = {"used_percent": near["used"], "outside": near["outside"]}
            rows.append(self.accounts[number] | shown | since)
        return sorted(
            rows, key=lambda row: (row["used_percent"] is not None, -(row["used_percent"] or 0), row["account"])
        )

    def trial_rows(self) -> list[dict[str, Any]]:
        return [self.accounts[number] for number in sorted(self.accounts)]

    def sampled(self, seed: str, n: int, low: int = 1, high: int = 10**9) -> list[str]:
        """Ids by the rule of services/ledger/sampling.py, written once more."""
        known = [e["data"]["transfer_id"] for e in self.proposals.values() if low <= e["position"] <= high]
        chosen: list[str] = []
        k = 0
        while len(chosen) < min(n, len(known)):
            k += 1
            digest = hashlib.sha256(f"{seed},{k}".encode()).hexdigest()
            if (one := known[int(digest, 16) % len(known)]) not in chosen:
                chosen.append(one)
        return chosen

    def system_cancelled(self) -> list[dict[str, Any]]:
        found = []
        for event in self.cancellations:
            data = event["data"]
            if data["kind"] == "system":
                proposal = self.proposals[data["transfer_id"]]
                asked = {name: proposal["data"][name] for name in ("payer", "payee", "initiator", "amount")}
                why = {name: data[name] for name in ("transfer_id", "code", "reason")}
                found.append(asked | why | {"position": event["position"], "time": event["time"]})
        return found

    def reversed(self) -> list[dict[str, Any]]:
        found = []
        for event in self.proposals.values():
            data = event["data"]
            if data["kind"] == "reversal":
                undone = self.endings[data["reverses"]]["time"]
                done = self.endings[data["transfer_id"]]["time"]
                delay = datetime.fromisoformat(done) - datetime.fromisoformat(undone)
                found.append({
                    "position": event["position"], "time": done, "reversal_id": data["transfer_id"],
                    "original_id": data["reverses"], "payer": data["payer"], "payee": data["payee"],
                    "amount": data["amount"], "reason": data["description"], "actor": event["actor"],
                    "original_time": undone, "delay_seconds": round(delay.total_seconds()),
                })  # fmt: skip
        return found

    def flows(self, low: int = 1, high: int = 10**9) -> dict[tuple[str, str], list[dict[str, Any]]]:
        """Payments of a period that stood at its end, by payer and payee."""
        until = [event for event in self.proposals.values() if event["position"] <= high]
        undone = {event["data"].get("reverses") for event in until}
        found: dict[tuple[str, str], list[dict[str, Any]]] = {}
        for known, event in self.proposals.items():
            data, ending = event["data"], self.endings.get(known)
            completed = ending is not None and "entries" in ending["data"] and low <= ending["position"] <= high
            if completed and data["kind"] == "transfer" and known not in undone:
                paid = {"amount": data["amount"], "time": ending["time"]}
                found.setdefault((data["payer"], data["payee"]), []).append(paid)
        return found
