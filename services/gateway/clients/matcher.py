"""The matcher: who could trade with whom."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from services.gateway.calling import Document
from services.gateway.part import Part, segment


class Matcher(Part):
    """Who could trade with whom."""

    SERVICE: ClassVar[str] = "matcher"

    def matches(self, entity_id: str, *, since: str | None = None, limit: int | None = None) -> Document:
        """`{leads, suppliers: [Match], could_trade_up_to}`; `since`: tags added after that time alone."""
        return self._get(f"/entities/{segment(entity_id)}/matches", since=since, limit=limit)

    def insight(self) -> Document:
        """`{members, unmet, unused: [Lacking], months}`: for administrators."""
        return self._get("/insight")

    def words(self) -> Document:
        """`{groups, version, edited_at}`: for administrators."""
        return self._get("/words")

    def put_words(self, groups: Sequence[Sequence[str]], version: int, *, key: str | None = None) -> Document:
        """The Words as they are then. Refused: words.changed."""
        return self._write("PUT", "/words", {"groups": groups, "version": version}, key)

    def word_suggestions(self) -> Document:
        """`{suggestions: [{one, other, members, trades, of}]}`: for administrators."""
        return self._get("/words/suggestions")

    def feedback(self, entity_id: str) -> Document:
        """`{feedback: [Feedback]}`: what it called not relevant, the newest first."""
        return self._get(f"/entities/{segment(entity_id)}/feedback")

    def give_feedback(self, entity_id: str, pair: Mapping[str, Any], *, key: str | None = None) -> Document:
        """The Feedback; `pair`: {other_id, mine, theirs, side}. Refused: feedback.too_much."""
        return self._write("POST", f"/entities/{segment(entity_id)}/feedback", pair, key)

    def take_feedback_back(self, entity_id: str, feedback_id: str, *, key: str | None = None) -> Document:
        """`{feedback_id}`. Refused: feedback.unknown."""
        return self._write("DELETE", f"/entities/{segment(entity_id)}/feedback/{segment(feedback_id)}", {}, key)

    def searches(self, entity_id: str) -> Document:
        """`{searches: [Search]}`, the newest first."""
        return self._get(f"/entities/{segment(entity_id)}/searches")

    def save_search(self, entity_id: str, asked: Mapping[str, Any], *, key: str | None = None) -> Document:
        """The Search; the same one again is the one that is there. Refused: search.too_many, search.no_words."""
        return self._write("POST", f"/entities/{segment(entity_id)}/searches", asked, key)

    def delete_search(self, entity_id: str, search_id: str, *, key: str | None = None) -> Document:
        """`{search_id}`. Refused: search.unknown."""
        return self._write("DELETE", f"/entities/{segment(entity_id)}/searches/{segment(search_id)}", {}, key)

    def clearing(self) -> Document:
        """`{below, above: [Strained], pairs, chains: [Suggestion]}`: for administrators."""
        return self._get("/clearing")

    def loops(self, entity_id: str, *, limit: int | None = None) -> Document:
        """`{loops: [Loop]}`, the best first. Refused: loop.not_trading."""
        return self._get(f"/entities/{segment(entity_id)}/loops", limit=limit)

    def loop(self, entity_id: str, loop_id: str) -> Document:
        """A Loop. Refused: loop.unknown, loop.not_trading."""
        return self._get(f"/entities/{segment(entity_id)}/loops/{segment(loop_id)}")

    def say_interest(self, entity_id: str, loop_id: str, *, interested: bool, key: str | None = None) -> Document:
        """The Loop as it is then. Refused: loop.unknown, loop.gone, loop.not_trading."""
        path = f"/entities/{segment(entity_id)}/loops/{segment(loop_id)}/interest"
        return self._write("POST" if interested else "DELETE", path, {}, key)
