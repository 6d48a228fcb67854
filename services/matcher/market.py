"""The network as loops see it: who gives what to whom, among trading members with room. Pure."""

from collections.abc import Sequence
from heapq import nsmallest

from services.matcher.domain import Side
from services.matcher.holders import Member
from services.matcher.loops import Give, Trader
from services.matcher.network import Network, Pairing
from services.matcher.opinions import given_and_wanted
from services.matcher.words import WEIGHTS

NEIGHBOURS = 20
"""So many gives of a member are told, the best ones: a search for loops looks at no more than twice its width."""
EVERYBODY = 1_000_000
"""To see whether a loop that is known closes: its gives may be far down in a member's list."""
_WORDS_ALONE = WEIGHTS["fuzzy"]
"""A loop of five stands on five matches: guesses (related words, categories) are left out."""


class NetworkMarket:
    """A `loops.Market` over a network as it is now: not to be kept over a change of it."""

    def __init__(self, network: Network, neighbours: int = NEIGHBOURS) -> None:
        self._network, self._neighbours = network, neighbours

    def suppliers(self, entity_id: str) -> Sequence[Give]:
        return self._gives(entity_id, "suppliers")

    def leads(self, entity_id: str) -> Sequence[Give]:
        return self._gives(entity_id, "leads")

    def trader(self, entity_id: str) -> Trader:
        entity = self._network.member(entity_id).entity
        account = self._network.account_of(entity_id) if entity_id in self._network.open else None
        return Trader(
            entity_id=entity_id,
            account=entity.account,
            # Whose account is not known yet, or may not trade, has no room.
            balance=account.balance if account else 0,
            max_negative=account.max_negative if account else 0,
            max_positive=account.max_positive if account else 0,
            place=entity.place,
            fresh_at=max((tag.added_at for tag in (*entity.offers, *entity.wants)), default=""),
        )

    def _gives(self, entity_id: str, side: Side) -> list[Give]:
        mine = self._network.member(entity_id)
        by_score = self._network.pairings(mine, side)
        found: dict[str, tuple[Pairing, int]] = {}
        for score in sorted(by_score, reverse=True):
            new: dict[str, tuple[Pairing, int]] = {}
            # The same pair from whichever of the two members it is seen.
            for pairing in sorted(by_score[score], key=lambda each: given_and_wanted(side, each.mine, each.theirs)):
                if WEIGHTS[pairing.how] < _WORDS_ALONE:
                    continue
                holders = self._network.holders.of(pairing.kind, pairing.theirs, trading=True)
                for other in (holders.keys() & self._network.open) - found.keys() - new.keys():
                    if not self._network.opinions.unwanted(entity_id, other, side, (pairing.mine, pairing.theirs)):
                        new[other] = (pairing, score)
            new.pop(entity_id, None)
            best = nsmallest(self._neighbours - len(found), new)
            found.update((other, new[other]) for other in best)
            if len(found) >= self._neighbours:
                break
        return [self._give(mine, self._network.member(other), side, *how) for other, how in found.items()]

    def _give(self, mine: Member, other: Member, side: Side, pairing: Pairing, score: int) -> Give:
        giver, receiver = (mine, other) if side == "leads" else (other, mine)
        offer, want = given_and_wanted(side, pairing.mine, pairing.theirs)
        return Give(
            giver=giver.entity.entity_id,
            receiver=receiver.entity.entity_id,
            offer=next(tag.tag for key, tag in giver.offers if key == offer),
            want=next(tag.tag for key, tag in receiver.wants if key == want),
            score=score,
        )
