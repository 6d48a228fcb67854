"""How fast lists of matches are: `python -m tests.bench.matching [members]`, without any server. Seconds of CPU.

A network of members with ten tags each, drawn from a vocabulary as towns have it: few words that many use, many that
few use, a slip now and then. Everybody has an account, one in twenty without room, and traded with three others.
"""

import random
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from services.matcher.domain import Place
from services.matcher.loops import loops_through
from services.matcher.market import NetworkMarket
from services.matcher.network import Network
from services.matcher.synonyms import our_groups
from tests.matcher import given

_ASKED = 400
_KINDS = ("organic", "local", "mobile", "vintage", "emergency", "wedding", "office", "garden", "handmade", "rural")
_FORMS = ("", "s", " repair", " hire", " lessons", " supplies")


def vocabulary(dice: random.Random) -> list[str]:
    """Some thousand tags."""
    ours = [tag for group in our_groups() for tag in group]
    made = [f"{kind} {tag}" for tag in ours for kind in dice.sample(_KINDS, 3)]
    made += [f"{tag}{dice.choice(_FORMS)}" for tag in ours]
    slips = [tag[:at] + tag[at + 1 :] for tag in dice.sample(made, 200) for at in [dice.randrange(len(tag))]]
    return list(dict.fromkeys([*ours, *made, *slips]))


def people(count: int, dice: random.Random) -> Iterator[given.Entity]:
    tags = vocabulary(dice)
    dice.shuffle(tags)
    # Zipf's law: the second tag is had half as often as the first.
    weights = [1 / (10 + rank) for rank in range(len(tags))]
    for number in range(count):
        some = list(dict.fromkeys(dice.choices(tags, weights, k=10)))
        place = Place(latitude=dice.uniform(50, 58), longitude=dice.uniform(-5, 1))
        status = "tradingAccepted" if dice.random() < 0.8 else "accepted"
        yield given.an_entity(
            some[:5], some[5:], entity_id=f"e{number}", account=f"a{number}", place=place, status=status
        )


def network_of(members: list[given.Entity], dice: random.Random) -> Network:
    network = Network()
    for each in members:
        network.put_entity(each)
        room = 0 if dice.random() < 0.05 else 100_00
        network.put_account(given.money(each.account, can_pay=room, can_receive=100_00))
        for other in dice.sample(members, 3):
            network.put_trades(given.sold(each.account, other.account))
    return network


def main(count: int) -> None:
    dice = random.Random(7)
    members = list(people(count, dice))
    offered = {tag.tag for each in members for tag in each.offers}
    print(f"{count} members with 10 tags each, {len(offered)} different ones offered")
    begun = time.process_time()
    network = network_of(members, dice)
    print(f"put together in {time.process_time() - begun:.1f} s")
    asked = dice.sample(members, _ASKED)
    ids = [each.entity_id for each in asked]
    _tell("leads and suppliers, first time", lambda entity_id: _lists(network, entity_id), ids)
    _tell("leads and suppliers, again", lambda entity_id: _lists(network, entity_id), ids)
    changed = [replace(each, offers=dice.choice(members).offers, version=2) for each in asked]
    _tell("put of a changed member", network.put_entity, changed)
    _tell("leads and suppliers after it", lambda entity_id: _lists(network, entity_id), ids)
    market = NetworkMarket(network)
    _tell("loops of up to 5 through a member", lambda entity_id: loops_through(market, entity_id), ids[:100])


def _lists(network: Network, entity_id: str) -> None:
    network.leads(entity_id)
    network.suppliers(entity_id)


def _tell(what: str, call: Callable[[Any], object], asked: Sequence[Any]) -> None:
    seconds = []
    for each in asked:
        begun = time.process_time()
        call(each)
        seconds.append(time.process_time() - begun)
    cuts = statistics.quantiles(seconds, n=100, method="inclusive")
    print(f"{what}: " + ", ".join(f"p{p} {cuts[p - 1] * 1000:.1f} ms" for p in (50, 95, 99)))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
