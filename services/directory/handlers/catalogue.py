"""Use cases around tags and categories: administrators create, rename, merge and remove them.

A rename, merge or removal is one command and one event for each name that goes; all who have it follow by propagation.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, replace

from events.directory import CategoryRemoved, CategoryRenamed, TagRemoved, TagRenamed
from events.envelope import Event
from services.directory.domain.audit import Entry
from services.directory.domain.catalogue import Kind, Propagation, Term, label_of, letter_of, touches
from services.directory.domain.errors import FieldsInvalid, TermTaken, UnknownTerm
from services.directory.handlers.propagation import IN_A_REQUEST, rewrite_all
from services.directory.handlers.writing import By, Directory, Done, append, once
from services.directory.store import Store
from services.directory.store.catalogue import Usage, Wanted, new_term_id
from services.directory.views import View

_SUBJECTS: dict[Kind, str] = {"tags": "tag", "categories": "category"}


class CatalogueBusy(Exception):
    """Another change of the same name is still on its way to everybody: for a moment."""


def terms(store: Store, kind: Kind, wanted: Wanted) -> tuple[list[View], int]:
    """A page of tags or categories by name, with how many listed businesses have each, and how many there are."""
    found, total = store.catalogue.page(kind, wanted)
    usage = store.catalogue.usage(kind, [each.name for each in found])
    return [view(each, usage[each.name]) for each in found], total


def term(store: Store, kind: Kind, term_id: str) -> View:
    """One, with `holders`: how many businesses of all statuses a change would touch. Raises UnknownTerm."""
    found = _known(store, kind, term_id)
    holders = store.catalogue.holders(kind, found.name)
    return {**view(found, store.catalogue.usage(kind, [found.name])[found.name]), "holders": holders}


def view(found: Term, usage: Usage) -> View:
    """A tag or category as it is answered."""
    dates = {side: getattr(found, side) or None for side in ("offer_added_at", "want_added_at")}
    return {**asdict(found), **dates, "letter": letter_of(found.name), **asdict(usage)}


def create(directory: Directory, by: By, kind: Kind, text: str) -> Done:
    """A new tag or category: its view. Raises TermTaken, FieldsInvalid, CatalogueBusy."""
    name, label = label_of(kind, text)

    def work(store: Store) -> Done:
        _wait_for_others(store, kind, name, None)
        if store.catalogue.named(kind, name):
            raise TermTaken(f"“{label}” is there already.")
        now = directory.clock()
        made = Term(term_id=new_term_id(), name=name, label=label, created_at=now, updated_at=now)
        store.catalogue.add(kind, made)
        entry = Entry(action=f"{_SUBJECTS[kind]}.created", subject=_subject(kind, name), after={"label": label})
        return Done(view(made, Usage()), 0, (entry,))

    return once(directory, by, ["create", kind, name, label], work)


def rename(directory: Directory, by: By, kind: Kind, term_id: str, text: str) -> Done:
    """Another name, or the name of another one: then both become that one. Its view with `touched` and `merged`.

    Raises UnknownTerm, FieldsInvalid, CatalogueBusy.
    """
    name, label = label_of(kind, text)

    def work(store: Store) -> Done:
        before = _known(store, kind, term_id)
        target = store.catalogue.named(kind, name)
        if target and target.term_id != term_id:
            return _merge(directory, store, by, kind, [before], target)
        after = replace(before, name=name, label=label, updated_at=directory.clock())
        if before.name == name:
            return _relabel(store, kind, before, after)
        _wait_for_others(store, kind, before.name, name)
        store.catalogue.remove(kind, before.name)
        store.catalogue.add(kind, after)
        touched = store.catalogue.holders(kind, before.name)
        position = _begin(directory, store, by, kind, [before.name], name)
        entry = Entry(
            action=f"{_SUBJECTS[kind]}.renamed",
            subject=_subject(kind, before.name),
            before={"name": before.name, "label": before.label, "businesses": touched},
            after={"name": name, "label": label, "businesses": touched},
            concerns=(_subject(kind, name),),
        )
        return Done({**view(after, Usage()), "touched": touched, "merged": 0}, position, (entry,))

    return _carried_out(directory, by, ["rename", kind, term_id, name, label], work)


def merge(directory: Directory, by: By, kind: Kind, term_ids: Sequence[str], into_id: str) -> Done:
    """Several become one: its view with `touched` and `merged`. Raises UnknownTerm, FieldsInvalid, CatalogueBusy."""

    def work(store: Store) -> Done:
        target = _known(store, kind, into_id)
        sources = [_known(store, kind, each) for each in dict.fromkeys(term_ids) if each != into_id]
        if not sources:
            raise FieldsInvalid({"term_ids": ["Choose at least one other than the one that stays."]})
        return _merge(directory, store, by, kind, sources, target)

    return _carried_out(directory, by, ["merge", kind, list(term_ids), into_id], work)


def remove(directory: Directory, by: By, kind: Kind, term_id: str) -> Done:
    """Take one away from the list and from everybody who has it: its view with `touched`.

    Raises UnknownTerm, CatalogueBusy.
    """

    def work(store: Store) -> Done:
        gone = _known(store, kind, term_id)
        _wait_for_others(store, kind, gone.name, None)
        touched = store.catalogue.holders(kind, gone.name)
        store.catalogue.remove(kind, gone.name)
        position = _begin(directory, store, by, kind, [gone.name], None)
        before = {"label": gone.label, "businesses": touched}
        after = {"businesses": 0}
        action = f"{_SUBJECTS[kind]}.removed"
        entry = Entry(action=action, subject=_subject(kind, gone.name), before=before, after=after)
        return Done({**view(gone, Usage()), "touched": touched}, position, (entry,))

    return _carried_out(directory, by, ["remove", kind, term_id], work)


def _merge(directory: Directory, store: Store, by: By, kind: Kind, sources: Sequence[Term], target: Term) -> Done:
    both = [*sources, target]
    merged = replace(
        target,
        updated_at=directory.clock(),
        offer_added_at=max(each.offer_added_at for each in both),
        want_added_at=max(each.want_added_at for each in both),
    )
    counts: dict[str, int] = {}
    for source in sources:
        _wait_for_others(store, kind, source.name, target.name)
        counts[source.name] = store.catalogue.holders(kind, source.name)
        store.catalogue.remove(kind, source.name)
    store.catalogue.save(kind, merged)
    position = _begin(directory, store, by, kind, list(counts), target.name)
    entries = [
        Entry(
            action=f"{_SUBJECTS[kind]}.merged",
            subject=_subject(kind, name),
            before={"name": name, "businesses": touched},
            after={"name": target.name, "businesses": store.catalogue.holders(kind, target.name) + touched},
            concerns=(_subject(kind, target.name),),
        )
        for name, touched in counts.items()
    ]
    document = {**view(merged, Usage()), "touched": sum(counts.values()), "merged": len(counts)}
    return Done(document, position, tuple(entries))


def _relabel(store: Store, kind: Kind, before: Term, after: Term) -> Done:
    """Only what people see of a category changes: nobody else needs to know."""
    document = {**view(after, Usage()), "touched": 0, "merged": 0}
    if before.label == after.label:
        return Done({**document, "updated_at": before.updated_at}, 0)
    store.catalogue.save(kind, after)
    was, is_ = {"label": before.label}, {"label": after.label}
    action = f"{_SUBJECTS[kind]}.renamed"
    return Done(document, 0, (Entry(action=action, subject=_subject(kind, after.name), before=was, after=is_),))


def _begin(directory: Directory, store: Store, by: By, kind: Kind, names: Sequence[str], to: str | None) -> int:
    """The events, and a propagation for each: the position of the last."""
    position = 0
    for name in names:
        position = append(directory, store, by, [_event(kind, name, to)], directory.clock())
        store.propagations.begin(Propagation(position=position, kind=kind, name=name, to=to), directory.clock())
    return position


def _event(kind: Kind, name: str, to: str | None) -> Event:
    if kind == "tags":
        return TagRemoved(name=name) if to is None else TagRenamed(name=name, to=to)
    return CategoryRemoved(name=name) if to is None else CategoryRenamed(name=name, to=to)


def _carried_out(directory: Directory, by: By, asked: object, work: Callable[[Store], Done]) -> Done:
    """The command, after what goes on already, and as much of its consequences as fits into a request."""
    rewrite_all(directory, by, lambda: None, IN_A_REQUEST)
    done = once(directory, by, asked, work)
    rewrite_all(directory, by, lambda: None, IN_A_REQUEST)
    return done


def _wait_for_others(store: Store, kind: Kind, name: str, to: str | None) -> None:
    running = [each for each in store.propagations.running() if each.kind == kind]
    if touches(name, to, running):
        raise CatalogueBusy("A change of this name is still on its way to all businesses. Try again in a moment.")


def _known(store: Store, kind: Kind, term_id: str) -> Term:
    found = store.catalogue.find(kind, term_id)
    if found is None:
        raise UnknownTerm(f"There is no such {_SUBJECTS[kind]}.")
    return found


def _subject(kind: Kind, name: str) -> str:
    return f"{_SUBJECTS[kind]}/{name}"
