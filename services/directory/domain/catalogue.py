"""Tags and categories as things of their own: names, labels, and what a rename does to who has them. Pure.

A tag is its normalised name. A category has beside it the label that people see ("Cafés & bars" over `cafés-&-bars`).
"""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from services.directory.domain.errors import FieldsInvalid
from services.directory.domain.values import Entity, EntityChange, Tag
from services.directory.words import TAG_MAX_LENGTH, fold, normal_tag

Kind = Literal["tags", "categories"]
KINDS: tuple[Kind, ...] = ("tags", "categories")
CATEGORY_MAX = 100
MERGED_AT_ONCE = 50
OTHER_LETTERS = "#"

Aliases = Mapping[str, str | None]
"""What a name is called now; None: it is gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A tag or a category. `term_id` stays through renames; times are RFC 3339, empty when it never happened."""

    term_id: str
    name: str
    label: str
    created_at: str
    updated_at: str
    offer_added_at: str = ""
    want_added_at: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Propagation:
    """A rename (`to` a name) or a removal (`to` None) that has yet to reach everybody who has the name."""

    position: int
    """Of its event: they are carried out in this order."""
    kind: Kind
    name: str
    to: str | None


def label_of(kind: Kind, text: str) -> tuple[str, str]:
    """Normalised name and label of what an administrator typed. Raises FieldsInvalid."""
    label = " ".join(unicodedata.normalize("NFC", text).split())
    name, most = normal_tag(label), CATEGORY_MAX if kind == "categories" else TAG_MAX_LENGTH
    if not name:
        raise FieldsInvalid({"name": ["Write at least one letter or digit."]})
    if len(name) > most or len(label) > most:
        raise FieldsInvalid({"name": [f"At most {most} characters."]})
    return name, label if kind == "categories" else name


def plain_label(name: str) -> str:
    """The label of a category of which nothing but the name was given: `car-repair` → Car repair."""
    words = name.replace("-", " ")
    return words[:1].upper() + words[1:]


def letter_of(name: str) -> str:
    """Under which letter a name stands, A to Z without accents; `#` for all other beginnings."""
    first = fold(name)[:1].upper()
    return first if "A" <= first <= "Z" else OTHER_LETTERS


def touches(name: str, to: str | None, running: Iterable[Propagation]) -> bool:
    """Whether a change must wait for one that still goes on: no name is renamed twice at the same time.

    So the order in which the running ones reach a member makes no difference, and each is done when nobody has its
    old name any more.
    """
    return any(name in (each.name, each.to) or to == each.name for each in running)


def retagged(tags: Sequence[Tag], aliases: Aliases) -> tuple[Tag, ...]:
    """Tags under their names of now: no duplicates, the first place, and the earliest time of those that fall together.

    The matcher has the same rule (services/matcher/domain.py), so that both come to the same tags.
    """
    kept: dict[str, Tag] = {}
    for tag in tags:
        name = aliases.get(tag.name, tag.name)
        if name is not None:
            known = kept.get(name)
            kept[name] = Tag(name, min(tag.added_at, known.added_at) if known else tag.added_at)
    return tuple(kept.values())


def renamed(names: Iterable[str], aliases: Aliases) -> tuple[str, ...]:
    """Names of now, without duplicates."""
    current = (aliases.get(name, name) for name in names)
    return tuple(dict.fromkeys(name for name in current if name is not None))


def settled(entity: Entity, aliases: Mapping[Kind, Aliases]) -> Entity:
    """A business under the names of now."""
    tags, categories = aliases["tags"], aliases["categories"]
    return replace(
        entity,
        offers=retagged(entity.offers, tags),
        wants=retagged(entity.wants, tags),
        categories=renamed(entity.categories, categories),
    )


def settled_change(change: EntityChange, aliases: Mapping[Kind, Aliases]) -> EntityChange:
    """What is asked for under the names of now: an old name typed while its rename goes on means the new."""
    tags, categories = aliases["tags"], aliases["categories"]
    return replace(
        change,
        offers=None if change.offers is None else renamed(change.offers, tags),
        wants=None if change.wants is None else renamed(change.wants, tags),
        categories=None if change.categories is None else renamed(change.categories, categories),
    )
