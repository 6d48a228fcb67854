"""What is rendered from the sample of every kind of message (services/notifier/samples.py).

`python -m tests.notifier.samples` rewrites the golden files: after a change of words that is meant. Read the difference
before it is committed; it is what people will read.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from services.notifier.languages import LANGUAGES
from services.notifier.mail import Envelope, Stationery
from services.notifier.rules import GROUP_OF, KINDS, OFFERED
from services.notifier.samples import sample_of

GOLDEN = Path(__file__).parent / "golden"
AS_HTML = "transfer_initiated"
"""The kind whose HTML part is kept too: the layout is the same for all."""

STATIONERY = Stationery("https://credit.test/", "Mutual credit network")
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
            words = STATIONERY.words(kind, sample_of(kind, language), language, stop)
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
