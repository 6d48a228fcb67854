"""The list of words for the same trade, which administrators edit, and what the network itself would add to it."""

from typing import Any

from flask import Response

from services.chassis.logs import log
from services.chassis.web import allow, answer, body, caller, follows
from services.matcher.api.blueprint import bp, network, now, the_store
from services.matcher.api.commands import Told, once
from services.matcher.schemas import WordsBody
from services.matcher.store import Tx
from services.matcher.store import words as stored
from services.matcher.suggesting import suggested

_WORDS = WordsBody()
_SUGGESTED = 50


@bp.get("/words")
@allow("admin")
def words() -> Response:
    """All groups."""
    return answer(_view(stored.read(the_store())))


@bp.put("/words")
@allow("admin")
def put_words() -> Response:
    """A complete list in place of the one that was read."""
    asked = body(_WORDS)
    groups = [tuple(dict.fromkeys(group)) for group in asked["groups"]]

    def work(tx: Tx) -> Told:
        return Told(document=_view(stored.write(tx, groups, version=asked["version"], at=now())))

    written = once(asked, lambda: work)
    log.info("words.edited", actor=caller().actor, version=asked["version"] + 1, groups=len(groups))
    return written


@bp.get("/words/suggestions")
@allow("admin")
@follows("directory", "ledger")
def suggestions() -> Response:
    """Tags that are often together and don't fit by their words, most often first."""
    found = suggested(network(), _SUGGESTED)
    return answer(
        {
            "suggestions": [
                {"one": each.one, "other": each.other, "members": each.together.members,
                 "trades": each.together.trades, "of": each.together.of}
                for each in found
            ]
        }
    )  # fmt: skip


def _view(known: stored.WordList) -> dict[str, Any]:
    groups = [list(group) for group in known.groups]
    return {"groups": groups, "version": known.version, "edited_at": known.edited_at}
