"""Use cases around service accounts: make, change, stop and delete them, and the tokens that they act by."""

from dataclasses import asdict, replace
from typing import Any

from services.chassis.clock import rfc3339
from services.directory.domain import api_tokens as tokens
from services.directory.domain import service_accounts as rules
from services.directory.domain.api_tokens import ApiToken, TooManyApiTokens, UnknownApiToken
from services.directory.domain.audit import Entry, differing
from services.directory.domain.service_accounts import ServiceAccount, ServiceAccountDisabled, UnknownServiceAccount
from services.directory.handlers.writing import By, Directory, Done, once
from services.directory.store import Store
from services.directory.views import View


def listed(directory: Directory) -> View:
    """`{service_accounts: [ServiceAccount]}`, by name."""
    return {"service_accounts": _views(directory.store, directory.store.service_accounts.all())}


def one(directory: Directory, account_id: str) -> View:
    """ServiceAccount with its tokens. Raises UnknownServiceAccount."""
    return _views(directory.store, [_known(directory.store, account_id)])[0]


def create(directory: Directory, by: By, *, made_by: str, name: str, purpose: str, scopes: list[str]) -> Done:
    """A new one, without a token: ServiceAccount.

    Raises FieldsInvalid, ServiceAccountNameTaken, TooManyServiceAccounts.
    """
    account = ServiceAccount(
        service_account_id=f"{rules.PREFIX}{directory.new_id()}",
        name=name,
        purpose=purpose,
        scopes=tokens.check_scopes(rules.KIND, scopes),
        made_by=made_by,
        created_at=rfc3339(directory.now()),
    )

    def work(store: Store) -> Done:
        others = store.service_accounts.all()
        rules.require_room(others)
        rules.require_other_name(others, name)
        store.service_accounts.save(account)
        return _done(store, account, _entry("created", account, after=rules.told(account)))

    return once(directory, by, ["create_service_account", name, purpose, sorted(scopes)], work)


def change(directory: Directory, by: By, account_id: str, changes: dict[str, Any]) -> Done:
    """Another `name`, `purpose` or `scopes`, at once for all its tokens; `disabled` ends them: ServiceAccount.

    Raises UnknownServiceAccount, FieldsInvalid, ServiceAccountNameTaken.
    """

    def work(store: Store) -> Done:
        before = _known(store, account_id)
        after = _changed(directory, before, changes)
        if rules.name_key(after.name) != rules.name_key(before.name):
            rules.require_other_name(store.service_accounts.all(), after.name)
        entries = _told_changes(before, after)
        if entries:
            store.service_accounts.save(after)
        if after.disabled_at:
            store.api_tokens.revoke_all(account_id)
        return _done(store, after, *entries)

    return once(directory, by, ["change_service_account", account_id, changes], work)


def remove(directory: Directory, by: By, account_id: str) -> Done:
    """It is gone with its tokens; what it did stays told under its id: `{}`. Raises UnknownServiceAccount."""

    def work(store: Store) -> Done:
        account = _known(store, account_id)
        store.api_tokens.revoke_all(account_id)
        store.service_accounts.remove(account_id)
        return Done({}, 0, (_entry("deleted", account, before=rules.told(account)),))

    return once(directory, by, ["remove_service_account", account_id], work)


def create_token(directory: Directory, by: By, account_id: str, *, name: str, days: int | None) -> Done:
    """A token with its `token`, which nobody is told again; without `days` it lives until it is revoked.

    Raises UnknownServiceAccount, ServiceAccountDisabled, TooManyApiTokens.
    """
    now, secret, token_id = directory.now(), tokens.token_of(directory.new_secret()), directory.new_id()

    def work(store: Store) -> Done:
        account = _known(store, account_id)
        if account.disabled_at:
            raise ServiceAccountDisabled("This service account is disabled: enable it first.")
        if sum(token.lives(now) for token in store.api_tokens.of_user(account_id)) >= rules.MOST_TOKENS_OF_ONE:
            raise TooManyApiTokens(
                f"This service account has {rules.MOST_TOKENS_OF_ONE} tokens: revoke one that is not used any more."
            )
        made = ApiToken(
            token_id=token_id,
            user_id=account_id,
            name=name,
            scopes=account.scopes,
            created_at=rfc3339(now),
            expires_at=None if days is None else rfc3339(tokens.expiry(now, days)),
        )
        store.api_tokens.add(secret, made)
        return Done(_token_view(made), 0, (_entry("token-created", account, after=tokens.told(made)),))

    # The outcome is stored for repeats, and so has no secret in it.
    done = once(directory, by, ["create_service_account_token", account_id, name, days], work)
    return Done({**done.document, "token": None if done.repeated else secret}, done.position, repeated=done.repeated)


def revoke_token(directory: Directory, by: By, account_id: str, token_id: str) -> None:
    """End one at once, everywhere. Raises UnknownServiceAccount, UnknownApiToken."""

    def work(store: Store) -> Done:
        account = _known(store, account_id)
        token = store.api_tokens.revoke(account_id, token_id)
        if token is None:
            raise UnknownApiToken("There is no such token: it was revoked before, or never was.")
        return Done({}, 0, (_entry("token-revoked", account, before=tokens.told(token)),))

    once(directory, by, ["revoke_service_account_token", account_id, token_id], work)


def session_of(directory: Directory, token: ApiToken) -> View:
    """As whom a program with this token acts: a Session without a person. Raises UnknownApiToken."""
    account = directory.store.service_accounts.find(token.user_id)
    if account is None or account.disabled_at:
        raise UnknownApiToken("This token is not valid: its service account was disabled or deleted.")
    now = directory.now()
    directory.store.api_tokens.used(token, now)
    directory.store.service_accounts.used(account, now)
    return {
        "session_id": f"token-{token.token_id}",
        "user_id": account.service_account_id,
        "kind": rules.KIND,
        "roles": [rules.KIND],
        "email": "",
        "first_name": "",
        "last_name": account.name,
        "terms_version": "",
        "entities": [],
        "previous_login": None,
        "expires_at": token.expires_at,
        "two_factor": False,
        "position": 0,
        # What the account may do now, whatever it might when the token was made.
        "scopes": list(account.scopes),
        "token_id": token.token_id,
        "token_name": token.name,
        "service_account": True,
    }


def _changed(directory: Directory, before: ServiceAccount, changes: dict[str, Any]) -> ServiceAccount:
    plain = {name: changes[name] for name in ("name", "purpose") if name in changes}
    after = replace(before, **plain)
    if "scopes" in changes:
        after = replace(after, scopes=tokens.check_scopes(rules.KIND, changes["scopes"]))
    if "disabled" not in changes or changes["disabled"] == bool(before.disabled_at):
        return after
    return replace(after, disabled_at=rfc3339(directory.now()) if changes["disabled"] else None)


def _told_changes(before: ServiceAccount, after: ServiceAccount) -> tuple[Entry, ...]:
    was, is_ = differing(rules.told(before), rules.told(after))
    changed = [_entry("changed", after, before=was, after=is_)] if is_ else []
    if bool(before.disabled_at) == bool(after.disabled_at):
        return tuple(changed)
    return (*changed, _entry("disabled" if after.disabled_at else "enabled", after))


def _entry(what: str, account: ServiceAccount, **told: Any) -> Entry:
    return Entry(action=f"service-account.{what}", subject=f"service-account/{account.service_account_id}", **told)


def _done(store: Store, account: ServiceAccount, *entries: Entry) -> Done:
    return Done(_views(store, [account])[0], 0, entries)


def _known(store: Store, account_id: str) -> ServiceAccount:
    account = store.service_accounts.find(account_id)
    if account is None:
        raise UnknownServiceAccount("There is no such service account.")
    return account


def _views(store: Store, accounts: list[ServiceAccount]) -> list[View]:
    """By two more questions, however many there are."""
    makers = store.users.of_ids(sorted({account.made_by for account in accounts}))
    names = {user.user_id: f"{user.first_name} {user.last_name}".strip() or user.email for user in makers}
    theirs: dict[str, list[View]] = {account.service_account_id: [] for account in accounts}
    for token in store.api_tokens.of_users(list(theirs)):
        theirs[token.user_id].append(_token_view(token))
    return [
        {
            **asdict(account),
            "scopes": list(account.scopes),
            "made_by_name": names.get(account.made_by, ""),
            "tokens": theirs[account.service_account_id],
        }
        for account in accounts
    ]


def _token_view(token: ApiToken) -> View:
    names = ("token_id", "name", "created_at", "expires_at", "last_used_at")
    return {name: getattr(token, name) for name in names}
