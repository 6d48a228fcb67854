"""What members said is not relevant: hidden from the one who said it, and worth less to all when several did. Pure."""

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Set

from services.matcher.domain import Feedback, MatcherError, Side
from services.matcher.words import fold

MEMBERS = 2
"""So many different members must say it before it counts for others: one alone can't spoil a pair of words for all."""
STEP = 15
LOWEST = 5
MOST_SAID = 500
"""So many pairs may a member hide."""

Pair = tuple[str, str]
"""Two keys: mine and theirs, or what is offered and what is wanted."""


class TooMuchFeedback(MatcherError):
    """The member has hidden as many as it may."""


def feedback_id_of(entity_id: str, *, other_id: str, mine: str, theirs: str, side: Side) -> str:
    """The same for the same words, however they are written."""
    parts = (entity_id, other_id, fold(mine).key, fold(theirs).key, side)
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]


class Opinions:
    """All feedback, by who gave it and by the pair of keys it is about."""

    def __init__(self) -> None:
        self._all: dict[str, Feedback] = {}
        self._hidden: dict[tuple[str, Side], dict[str, dict[str, Pair]]] = defaultdict(dict)
        self._against: dict[Pair, dict[str, str]] = defaultdict(dict)

    def put(self, feedback: Feedback) -> None:
        if self._all.get(feedback.feedback_id) == feedback:
            return
        self.drop(feedback.feedback_id)
        self._all[feedback.feedback_id] = feedback
        mine, theirs = fold(feedback.mine).key, fold(feedback.theirs).key
        hidden = self._hidden[feedback.entity_id, feedback.side]
        hidden.setdefault(feedback.other_id, {})[feedback.feedback_id] = (mine, theirs)
        pair = given_and_wanted(feedback.side, mine, theirs)
        self._against[pair][feedback.feedback_id] = feedback.entity_id

    def drop(self, feedback_id: str) -> None:
        feedback = self._all.pop(feedback_id, None)
        if feedback is None:
            return
        hidden = self._hidden[feedback.entity_id, feedback.side]
        del hidden[feedback.other_id][feedback_id]
        if not hidden[feedback.other_id]:
            del hidden[feedback.other_id]
        pair = given_and_wanted(feedback.side, fold(feedback.mine).key, fold(feedback.theirs).key)
        del self._against[pair][feedback_id]
        if not self._against[pair]:
            del self._against[pair]

    def of(self, entity_id: str) -> list[Feedback]:
        """What a member said, the newest first."""
        said = (each for each in self._all.values() if each.entity_id == entity_id)
        return sorted(said, key=lambda each: (each.at, each.feedback_id), reverse=True)

    def hidden(self, entity_id: str, side: Side) -> Mapping[str, Set[Pair]]:
        """Of each other member, the pairs (mine, theirs) that this member doesn't want to see."""
        found = self._hidden.get((entity_id, side))
        return {other: set(pairs.values()) for other, pairs in found.items()} if found else {}

    def unwanted(self, entity_id: str, other_id: str, side: Side, pair: Pair) -> bool:
        """Whether one of the two finds a pair (mine, theirs) not relevant, from whichever side it saw it."""
        if not self._all:
            return False
        other_side: Side = "leads" if side == "suppliers" else "suppliers"
        mine = self._hidden.get((entity_id, side), {}).get(other_id, {})
        theirs = self._hidden.get((other_id, other_side), {}).get(entity_id, {})
        return pair in mine.values() or pair[::-1] in theirs.values()

    def score(self, offer: str, want: str, weight: int) -> int:
        """What a pair is worth: `weight`, less for each member beyond the first who found it not relevant."""
        against = self._against.get((offer, want)) if self._against else None
        members = len(set(against.values())) if against else 0
        return weight if members < MEMBERS else max(LOWEST, weight - STEP * (members - 1))


def given_and_wanted(side: Side, mine: str, theirs: str) -> Pair:
    """The pair as (offered, wanted)."""
    return (mine, theirs) if side == "leads" else (theirs, mine)
