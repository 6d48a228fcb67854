"""What each kind of message is, to whom it goes and how it reads, with made up facts.

Pure: nothing is sent or looked up.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from services.notifier import saying as says
from services.notifier.digests import KIND as DAILY
from services.notifier.domain import Channel
from services.notifier.mail import Stationery
from services.notifier.preferences import Group
from services.notifier.rules import GROUP_OF, MAIL_ALONE, NOTICED, OFFERED, TABLE, TIMED
from services.notifier.samples import sample_of
from services.notifier.saying import Whom
from services.notifier.weekly import KIND as WEEKLY

_NO_LINK = "sample"
"""In place of the signed part of the link that stops such mails: it stops nothing."""

_STAFF = "administrators and coordinators"
TO: Mapping[Whom, str] = {
    says.the_entity: "the business that it is about",
    says.the_user: "the person that it is about",
    says.the_named_entity: "the business whose words these are, or to whom they are",
    says.the_account: "the business whose account it is",
    says.the_admins: _STAFF,
    says.the_webhooks_owner: f"the business whose webhook it is; {_STAFF} for the network's",
    says.the_other_party: "the side that did not propose it",
    says.the_initiator: "the side that proposed it",
    says.both_parties: "both sides of the transfer",
    says.the_consenter: "the business whose standing consent covered it",
    says.those_moved: "every business that takes part",
    says.those_near_a_limit: "each business that it brought near a limit",
    says.the_member_and_the_entity: "the person, and the business",
    says.who_searched: "the business whose saved search it is",
    says.the_loop: "every member of the loop",
}
"""Whom the rules of the table tell, in words."""
_TIMED_TO = {DAILY: "each business that has it switched on", WEEKLY: _STAFF}


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of message."""

    kind: str
    group: Group
    channels: tuple[Channel, ...]
    to: str
    """In words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """How a kind reads."""

    subject: str
    text: str
    html: str
    notice: str
    """Empty: there is none of this kind."""


def kinds() -> list[Kind]:
    """All there are, in the order of the table."""
    told = [
        Kind(kind=rule.kind, group=rule.group, channels=rule.channels, to=TO[rule.to])
        for rules in TABLE.values()
        for rule in rules
    ]
    timed = [Kind(kind=kind, group=TIMED[kind], channels=MAIL_ALONE, to=_TIMED_TO[kind]) for kind in TIMED]
    return [*told, *timed]


def preview(
    kind: str, language: str, stationery: Stationery, said: Mapping[str, str] = MappingProxyType({})
) -> Preview:
    """How `kind` reads in `language`. Raises KeyError when there is no such kind.

    `said` takes the place of made up facts: of those that the kind has.
    """
    made_up, stop = sample_of(kind, language), _NO_LINK if GROUP_OF[kind] in OFFERED else ""
    greeted = {"greeted": said["name"]} if "name" in said else {}
    sample = {**made_up, **{name: value for name, value in {**said, **greeted}.items() if name in made_up}}
    words = stationery.words(kind, sample, language, stop)
    return Preview(
        subject=words.subject,
        text=stationery.text(words),
        html=stationery.html(words),
        notice=stationery.headline(kind, sample, language)[0] if kind in NOTICED else "",
    )
