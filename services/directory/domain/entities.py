"""What is decided about businesses: sign-up, changes, the trading application. Pure.

Decisions take the entity as it is and give the entity as it will be, with the events that say so.
Texts arrive checked and normalised (schemas); time, ids and randomness are arguments.
"""

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from typing import Any

from events.directory import (
    CategoriesChanged,
    EntityProfileChanged,
    EntityRegistered,
    EntityStatusChanged,
    MembershipChanged,
    OffersWantsChanged,
    PreferencesChanged,
    Profile,
    TradingApplicationSubmitted,
)
from events.envelope import Event
from services.directory.domain import statuses
from services.directory.domain.errors import ApplicationIncomplete, FieldsInvalid, WrongStatus
from services.directory.domain.statuses import MAY_APPLY, MEMBER, Application, StatusDecision
from services.directory.domain.users import TRADING_USER_FIELDS, user_registered
from services.directory.domain.values import Entity, EntityChange, Tag, User, names

TRADING_FIELDS = ("inc_type", "description", "address", "city", "region", "postal_code", "country")
"""What a trading member must say of its business, beside its name (behaviour.md P8)."""
_PROFILE_FIELDS = frozenset(item.name for item in fields(Profile))

Decision = tuple[Entity, list[Event]]


def sign_up(user: User, entity: Entity) -> list[Event]:
    """The events of a new member with a new entity."""
    return [
        user_registered(user),
        EntityRegistered(
            entity_id=entity.entity_id,
            account=entity.account,
            status=entity.status,
            profile=entity.profile,
            offers=names(entity.offers),
            wants=names(entity.wants),
            categories=entity.categories,
        ),
        MembershipChanged(entity_id=entity.entity_id, user_id=user.user_id, role="owner"),
        _preferences_changed(entity),
    ]


def change_entity(entity: Entity, change: EntityChange, now: str) -> Decision:
    """Everything that `change` asks for, in the order of the events.

    Raises FieldsInvalid, StatusNotAllowed, StatusDecided.
    """
    events: list[Event] = []
    for step in (
        _change_profile,
        _change_untold,
        _change_tags,
        _change_categories,
        _change_preferences,
        _change_status,
    ):
        entity, happened = step(entity, change, now)
        events += happened
    return entity, events


def apply_for_trading(entity: Entity, user: User, now: str, terms_version: str = "", actor: str = "") -> Decision:
    """A listed member asks to trade: it waits for a decision. Raises WrongStatus, ApplicationIncomplete."""
    if entity.status not in MAY_APPLY:
        raise WrongStatus("Only a member that is listed, and neither trades nor waits for it, can apply to trade.")
    missing = [name for name in TRADING_FIELDS if not getattr(entity.profile, name)]
    missing += [name for name in TRADING_USER_FIELDS if not getattr(user, name)]
    if missing:
        raise ApplicationIncomplete({name: ["This is needed of a trading member."] for name in missing})
    submitted = TradingApplicationSubmitted(entity_id=entity.entity_id, user_id=user.user_id)
    change = EntityChange(status="tradingPending", role=MEMBER, actor=actor or f"user:{user.user_id}")
    entity, events = _change_status(entity, change, now)
    applied = Application(user_id=user.user_id, at=now, terms_version=terms_version)
    return replace(entity, application=applied), [submitted, *events]


def _change_profile(entity: Entity, change: EntityChange, _: str) -> Decision:
    before = {name: getattr(entity.profile, name) for name in change.profile if name in _PROFILE_FIELDS}
    differing = {name: value for name, value in change.profile.items() if value != before[name]}
    if not differing:
        return entity, []
    if entity.status == "tradingAccepted":
        _refuse_clearing(differing)
    event = EntityProfileChanged(
        entity_id=entity.entity_id,
        before=_given({name: before[name] for name in differing}),
        after=_given(differing),
    )
    return replace(entity, profile=replace(entity.profile, **differing)), [event]


def _change_untold(entity: Entity, change: EntityChange, _: str) -> Decision:
    """What events don't tell: an event without fields says that something changed."""
    changed = replace(
        entity,
        exact_place=change.exact_place if "place" in change.profile else entity.exact_place,
        visibility={**entity.visibility, **change.visibility},
        picture=entity.picture if change.picture is None else change.picture,
    )
    if changed == entity:
        return entity, []
    return changed, [EntityProfileChanged(entity_id=entity.entity_id, before={}, after={})]


def _refuse_clearing(differing: Mapping[str, Any]) -> None:
    cleared = [name for name in TRADING_FIELDS if name in differing and not differing[name]]
    if cleared:
        raise FieldsInvalid({name: ["A trading member can't leave this empty."] for name in cleared})


def _given(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in ("", None)}


def _change_tags(entity: Entity, change: EntityChange, now: str) -> Decision:
    offers = _retagged(entity.offers, change.offers, now)
    wants = _retagged(entity.wants, change.wants, now)
    if (offers, wants) == (entity.offers, entity.wants):
        return entity, []
    event = OffersWantsChanged(
        entity_id=entity.entity_id,
        offers=names(offers),
        wants=names(wants),
        offers_added=_without(offers, entity.offers),
        offers_removed=_without(entity.offers, offers),
        wants_added=_without(wants, entity.wants),
        wants_removed=_without(entity.wants, wants),
    )
    return replace(entity, offers=offers, wants=wants), [event]


def _retagged(tags: tuple[Tag, ...], wanted: tuple[str, ...] | None, now: str) -> tuple[Tag, ...]:
    if wanted is None:
        return tags
    since = {tag.name: tag.added_at for tag in tags}
    return tuple(Tag(name, since.get(name, now)) for name in wanted)


def _without(tags: Sequence[Tag], others: Sequence[Tag]) -> tuple[str, ...]:
    return tuple(name for name in names(tags) if name not in names(others))


def _change_categories(entity: Entity, change: EntityChange, _: str) -> Decision:
    if change.categories is None or change.categories == entity.categories:
        return entity, []
    changed = replace(entity, categories=change.categories)
    return changed, [CategoriesChanged(entity_id=entity.entity_id, categories=change.categories)]


def _change_preferences(entity: Entity, change: EntityChange, _: str) -> Decision:
    changed = replace(entity, preferences=replace(entity.preferences, **change.preferences))
    return (entity, []) if changed == entity else (changed, [_preferences_changed(changed)])


def _preferences_changed(entity: Entity) -> PreferencesChanged:
    return PreferencesChanged(
        entity_id=entity.entity_id,
        daily_match_mail=entity.preferences.daily_match_mail,
        matches_since_last_login=entity.preferences.matches_since_last_login,
        contact_mail=entity.preferences.contact_mail,
    )


def _change_status(entity: Entity, change: EntityChange, now: str) -> Decision:
    """As the table allows; the same again is no event. Tags count as new when a member becomes listed."""
    if change.status is None or (change.status == entity.status and change.expected_status in (None, entity.status)):
        return entity, []
    statuses.check(
        entity.status, change.status, role=change.role, reason=change.reason, expected=change.expected_status
    )
    started = now if change.status == "tradingAccepted" else None
    decision = StatusDecision(
        previous=entity.status, status=change.status, at=now, by=change.actor, reason=change.reason
    )
    changed = replace(
        entity,
        status=change.status,
        member_started_at=entity.member_started_at or started,
        decisions=(*entity.decisions, decision)[-statuses.DECISIONS_KEPT :],
    )
    if changed.listed and not entity.listed:
        changed = replace(changed, offers=_added(changed.offers, now), wants=_added(changed.wants, now))
    event = EntityStatusChanged(
        entity_id=entity.entity_id,
        account=entity.account,
        previous=entity.status,
        status=change.status,
        reason=change.reason,
    )
    return changed, [event]


def _added(tags: tuple[Tag, ...], now: str) -> tuple[Tag, ...]:
    return tuple(Tag(tag.name, now) for tag in tags)
