"""Tags that are often together, learned from a network's own lists and trades. Pure.

A *bag* is a member's list of offers, its list of wants, or a pair of members who traded: what the one offers and
the other wants. Two tags are related when at least `SUPPORT` bags have both, and `SHARE` of the bags with either do
(Jaccard). What is learned of a key is worked out when it is asked for, and kept until one of its bags changes.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass

from services.matcher.domain import Together

SUPPORT = 3
SHARE = 0.25

Keys = frozenset[str]
_NOTHING: Keys = frozenset()


@dataclass(frozen=True, slots=True)
class _Bags:
    offers: Keys = _NOTHING
    wants: Keys = _NOTHING


_EMPTY = _Bags()


class Related:
    """What is together with what; members are told apart by their accounts."""

    def __init__(self) -> None:
        self._bags: dict[str, _Bags] = {}
        self._offering: dict[str, set[str]] = defaultdict(set)
        self._wanting: dict[str, set[str]] = defaultdict(set)
        self._sold_to: dict[str, set[str]] = defaultdict(set)
        self._bought_from: dict[str, set[str]] = defaultdict(set)
        self._counted: dict[str, Mapping[str, tuple[int, int]]] = {}
        self._learned: dict[str, Mapping[str, Together]] = {}
        self._beside: dict[str, set[str]] = defaultdict(set)

    def put(self, account: str, offers: Iterable[str], wants: Iterable[str]) -> None:
        """A member's lists as they are now; empty when nobody may learn from it."""
        before, after = self._bags.get(account, _EMPTY), _Bags(frozenset(offers), frozenset(wants))
        if before == after:
            return
        self._bags[account] = after
        _moved(self._offering, account, before.offers, after.offers)
        _moved(self._wanting, account, before.wants, after.wants)
        self._recount(before.offers | before.wants | after.offers | after.wants)
        for receiver in self._sold_to.get(account, ()):
            self._recount(self._of(receiver).wants)
        for giver in self._bought_from.get(account, ()):
            self._recount(self._of(giver).offers)

    def put_trade(self, giver: str, receiver: str) -> None:
        """The two traded, once or more."""
        if receiver not in self._sold_to[giver]:
            self._sold_to[giver].add(receiver)
            self._bought_from[receiver].add(giver)
            self._recount(self._of(giver).offers | self._of(receiver).wants)

    def keys(self) -> Iterable[str]:
        """Those that enough members have."""
        return (key for key in {*self._offering, *self._wanting} if self._lists(key) >= SUPPORT)

    def to(self, key: str) -> Mapping[str, Together]:
        """The keys related to one."""
        learned = self._learned.get(key)
        if learned is None:
            learned = self._learned[key] = self._learn(key)
        return learned

    def _of(self, account: str) -> _Bags:
        return self._bags.get(account, _EMPTY)

    def _recount(self, keys: Set[str]) -> None:
        for key in keys:
            self._counted.pop(key, None)
            self._learned.pop(key, None)
            # Those beside it share fewer or more of its bags now; how often both are together is as it was.
            for other in self._beside.pop(key, ()):
                self._learned.pop(other, None)

    def _learn(self, key: str) -> dict[str, Together]:
        counted = self._counted.get(key)
        if counted is None:
            counted = self._counted[key] = self._count(key)
        lists, trades = self._lists(key), -1
        learned = {}
        for other, (members, traded) in counted.items():
            self._beside[other].add(key)
            either = lists + self._lists(other) - members
            if members + traded < SHARE * (either + traded):
                continue  # without a look at the other's trades, which could only add to its bags
            trades = self._trades(key) if trades < 0 else trades
            of = either + trades + self._trades(other) - traded
            if members + traded >= SHARE * of:
                learned[other] = Together(members=members, trades=traded, of=of)
        return learned

    def _count(self, key: str) -> dict[str, tuple[int, int]]:
        """Of each other key, how many lists and how many pairs who traded have both; those with support alone."""
        lists: Counter[str] = Counter()
        traded: Counter[str] = Counter()
        for account in self._offering.get(key, ()):
            lists.update(self._of(account).offers)
            for receiver in self._sold_to.get(account, ()):
                traded.update(self._of(receiver).wants)
        for account in self._wanting.get(key, ()):
            lists.update(self._of(account).wants)
            for giver in self._bought_from.get(account, ()):
                traded.update(self._of(giver).offers)
        both = ((other, lists[other], traded[other]) for other in {*lists, *traded} if other != key)
        return {other: (members, trades) for other, members, trades in both if members + trades >= SUPPORT}

    def _lists(self, key: str) -> int:
        return len(self._offering.get(key, ())) + len(self._wanting.get(key, ()))

    def _trades(self, key: str) -> int:
        sold = sum(len(self._sold_to.get(account, ())) for account in self._offering.get(key, ()))
        return sold + sum(len(self._bought_from.get(account, ())) for account in self._wanting.get(key, ()))


def _moved(index: dict[str, set[str]], account: str, before: Keys, after: Keys) -> None:
    for key in before - after:
        index[key].discard(account)
    for key in after - before:
        index[key].add(account)
