"""Sample facts of every kind of message, and what is rendered from them.

`python -m tests.notifier.samples` rewrites the golden files: after a change of words that is meant. Read the difference
before it is committed; it is what people will read.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from services.notifier.languages import LANGUAGES
from services.notifier.mail import Envelope, Stationery
from services.notifier.rules import GROUP_OF, KINDS, OFFERED

GOLDEN = Path(__file__).parent / "golden"
AS_HTML = "transfer_initiated"
"""The kind whose HTML part is kept too: the layout is the same for all."""

STATIONERY = Stationery("https://credit.test/", "Mutual credit network")
GIVES = [
    {"giver": "Green Farm", "receiver": "Blue Bakery", "offer": "rye", "want": "grain"},
    {"giver": "Blue Bakery", "receiver": "Old Mill", "offer": "sourdough bread", "want": "bread"},
    {"giver": "Old Mill", "receiver": "Green Farm", "offer": "carpentry", "want": "carpentry"},
]
VALUES = {
    "name": "Green Farm",
    "greeted": "Green Farm",
    "why": "your business is a member of this network",
    "other": "Blue Bakery",
    "subject_name": "Green Farm",
    "business": "Green Farm",
    "person": "Ada Lane",
    "role": "operator",
    "view_only": False,
    "max_amount": "50.00 credits",
    "amount": "25.00 credits",
    "you_pay": True,
    "mine": True,
    "by": "1",
    "ending": "system",
    "previous": "pending",
    "transfer_id": "t-1",
    "transfer": "t-1",
    "position": 4711,
    "excess": -3,
    "token": "once-only",
    "body": "Do you deliver?\nBest, Ann",
    "sender": "Blue Bakery",
    "receiver": "Old Mill",
    "reply_to": "bakery@example.test",
    "new_address": "ann@new.test",
    "reason": "no stock",
    "expires_on": "22 December 2026, 12:15 UTC",
    "happened_on": "22 December 2026, 12:15 UTC",
    "device": "Firefox on Windows",
    "by_admin": True,
    "parties": 2,
    "below": True,
    "balance": "85.00 credits",
    "limit": "100.00 credits",
    "room": "15.00 credits",
    "tag": "sourdough bread",
    "side": "offers",
    "loop_id": "l-1",
    "begins": "19 January 2026",
    "registered": 7,
    "accepted": 5,
    "trades": 112,
    "volume": "8,420.50 credits",
    "applying": 2,
    "applying_to_trade": 1,
    "near_limit": 3,
    "given_up": 0,
    "leads": [
        {"other": "Blue Bakery", "mine": "rye", "theirs": "grain"},
        {"other": "Old Mill", "mine": "rye", "theirs": "rye"},
    ],
    "more_leads": 3,
    "suppliers": [{"other": "Old Mill", "mine": "carpentry", "theirs": "joinery"}],
    "more_suppliers": 0,
    "gives": GIVES,
    "given": GIVES[0],
    "received": GIVES[2],
    "max_negative": "100.00 credits",
    "max_positive": "500.00 credits",
    "previous_max_negative": "0.00 credits",
    "previous_max_positive": "500.00 credits",
    "webhook_id": "w-1",
    "host": "hook.example.test",
    "paused_because": "failures",
    "of_network": False,
}
VALUES_IN = {"en": VALUES}
ENVELOPE = Envelope(
    sender="Mutual Credit <noreply@dev.null>",
    name="Green Farm",
    address="farm@example.test",
    message_id="6f1e",
    at=datetime(2026, 1, 31, 12, tzinfo=UTC),
)


def golden_files() -> Mapping[str, str]:
    """What each golden file should say, by its name."""
    files = {}
    for language in LANGUAGES:
        for kind in KINDS:
            stop = "signed-token" if GROUP_OF[kind] in OFFERED else ""
            words = STATIONERY.words(kind, VALUES_IN[language], language, stop)
            files[f"{language}/{kind}.txt"] = f"Subject: {words.subject}\n\n{STATIONERY.text(words)}\n"
            if kind == AS_HTML:
                files[f"{language}/{kind}.html"] = f"{STATIONERY.html(words)}\n"
    return files


def rewrite() -> None:
    """Make the golden files say what is rendered now."""
    for path in GOLDEN.glob("*/*"):
        path.unlink()
    for name, text in golden_files().items():
        (GOLDEN / name).parent.mkdir(exist_ok=True)
        (GOLDEN / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    rewrite()
