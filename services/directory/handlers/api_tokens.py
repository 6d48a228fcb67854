"""Use cases around personal API tokens: make, list, revoke, and log a program in by one."""

from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any

from events.directory import SecurityNotice
from services.chassis.clock import rfc3339
from services.directory.domain import IdempotencyKeyReused, UnknownUser
from services.directory.domain import api_tokens as rules
from services.directory.domain.api_tokens import ApiToken, DayLimitReached, TooManyApiTokens, UnknownApiToken
from services.directory.domain.audit import Entry
from services.directory.domain.security import needs_two_factor
from services.directory.domain.service_accounts import is_one
from services.directory.handlers import service_accounts
from services.directory.handlers.logins import entities_of
from services.directory.handlers.writing import By, Directory, Done, append, once
from services.directory.store import Store
from services.directory.views import View, session_view

_INVALID = "This token is not valid: it has expired, or was revoked."


def create(
    directory: Directory, by: By, user_id: str, *, name: str, scopes: list[str], days: int, day_limit: int | None = None
) -> Done:
    """A new token: ApiToken with its `token`, which nobody is told again: a repeat under the key has none.

    Raises UnknownUser, FieldsInvalid, TooManyApiTokens.
    """
    now, secret, token_id = directory.now(), rules.token_of(directory.new_secret()), directory.new_id()

    def work(store: Store) -> Done:
        user = store.users.find(user_id)
        if user is None:
            raise UnknownUser("There is no such user.")
        made = ApiToken(
            token_id=token_id,
            user_id=user_id,
            name=name,
            scopes=rules.check_scopes(user.kind, scopes),
            created_at=rfc3339(now),
            expires_at=rfc3339(rules.expiry(now, days)),
            day_limit=rules.check_day_limit(scopes, day_limit),
        )
        if len(store.api_tokens.of_user(user_id)) >= rules.MOST_TOKENS:
            raise TooManyApiTokens(f"You have {rules.MOST_TOKENS} tokens: revoke one that is not used any more first.")
        store.api_tokens.add(secret, made)
        notice = SecurityNotice(user_id=user_id, what="api-token-created")
        position = append(directory, store, by, [notice], directory.clock())
        store.users.touched(user_id, position)
        entry = Entry(action="api-token.created", subject=f"user/{user_id}", after=rules.told(made))
        return Done(api_token_view(made), position, (entry,))

    # Those made without one are told apart as before there were any.
    limit = [] if day_limit is None else [day_limit]
    # The outcome is stored for repeats, and so has no secret in it.
    done = once(directory, by, ["create_api_token", user_id, name, sorted(scopes), days, *limit], work)
    return Done({**done.document, "token": None if done.repeated else secret}, done.position, repeated=done.repeated)


def listed(directory: Directory, user_id: str) -> list[View]:
    """A user's tokens, newest first: [ApiToken]."""
    return [api_token_view(token) for token in directory.store.api_tokens.of_user(user_id)]


def revoke(directory: Directory, by: By, user_id: str, token_id: str) -> None:
    """End a token at once, everywhere. Raises UnknownApiToken."""

    def work(store: Store) -> Done:
        token = store.api_tokens.revoke(user_id, token_id)
        if token is None:
            raise UnknownApiToken("There is no such token: it was revoked before, or never was.")
        return Done({}, 0, (Entry(action="api-token.revoked", subject=f"user/{user_id}", before=rules.told(token)),))

    once(directory, by, ["revoke_api_token", user_id, token_id], work)


def session_of(directory: Directory, secret: str) -> View:
    """Whom a program acts for: a Session with `scopes`, for this request alone.

    Raises UnknownApiToken, TokenBelowTwoFactor.
    Looked up at each request, so a token that was revoked, or whose user may not log in any more, is dead at once.
    """
    token = directory.store.api_tokens.find(secret) if rules.is_well_formed(secret) else None
    if token is None or not token.lives(directory.now()):
        raise UnknownApiToken(_INVALID)
    if is_one(token.user_id):
        return service_accounts.session_of(directory, token)
    user = directory.store.users.find(token.user_id)
    if user is None or not user.has_access(directory.now()):
        raise UnknownApiToken(_INVALID)
    if needs_two_factor(directory.require_two_factor, user.kind):
        factor = directory.store.factors.find(user.user_id)
        rules.hold_to_two_factor(token, factor["since"] if factor else None)
    directory.store.api_tokens.used(token, directory.now())
    entities = entities_of(directory.store, user.user_id)
    # No session has such an id: what asks for a login verified lately refuses it.
    session = session_view(f"token-{token.token_id}", user, entities, token.expires_at)
    limit = {} if token.day_limit is None else {"day_limit": token.day_limit}
    return {**session, "scopes": list(token.scopes), "token_id": token.token_id, "token_name": token.name, **limit}


def reserve(directory: Directory, by: By, token_id: str, *, amount: int, key: str) -> Done:
    """Count what a token is about to move out, before it moves: `{left, resets_at}`.

    Once per key: a repeat counts nothing. Two at the same time can't both have what is left: they change the same
    document, and MongoDB makes one of them look again. Raises UnknownApiToken, DayLimitReached, IdempotencyKeyReused.
    """
    now = directory.now()
    day, resets_at = rules.day_of(now), rfc3339(rules.day_end(now))

    def work(store: Store) -> Done:
        token, moved = store.api_tokens.counted(token_id, day)
        if token is None or not token.lives(now):
            raise UnknownApiToken(_INVALID)
        limit = token.day_limit or 0
        known = store.api_tokens.payment(token_id, key)
        if known and known["asked"] != amount:
            raise IdempotencyKeyReused("This key was used for another amount. Use a new key for a new payment.")
        if known is None or not known["kept"]:
            if moved + amount > limit:
                raise DayLimitReached(limit, max(0, limit - moved), resets_at)
            store.api_tokens.add_moved(token_id, day, amount)
            store.api_tokens.keep_payment(token_id, key, {"day": day, "asked": amount, "kept": amount}, now)
            moved += amount
        return Done({"left": max(0, limit - moved), "resets_at": resets_at}, 0)

    return _counted(directory, by, work)


def settle(directory: Directory, by: By, token_id: str, *, kept: int, key: str) -> None:
    """Of what was counted under a key, no more than `kept` is moved: the ledger refused the rest. Repeatable."""
    now = directory.now()

    def work(store: Store) -> Done:
        known = store.api_tokens.payment(token_id, key)
        if known is None or known["kept"] <= kept:
            return Done({}, 0)
        # A day that is over counts no more.
        if known["day"] == rules.day_of(now):
            store.api_tokens.add_moved(token_id, known["day"], kept - known["kept"])
        payment = {"day": known["day"], "asked": known["asked"], "kept": kept}
        store.api_tokens.keep_payment(token_id, key, payment, now)
        return Done({}, 0)

    _counted(directory, by, work)


def _counted(directory: Directory, by: By, work: Callable[[Store], Done]) -> Done:
    # By a key of the token's own, not the caller's, who is the gateway; the ledger's log says what was moved.
    return once(directory, replace(by, key=None), None, work)


def api_token_view(token: ApiToken) -> dict[str, Any]:
    """ApiToken: all but its secret."""
    return {**asdict(token), "scopes": list(token.scopes)}
