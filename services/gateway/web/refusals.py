"""Refusals of the services in words: what happened, why, what to do next; beside the field concerned."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from flask import flash, redirect
from flask_babel import gettext, lazy_gettext
from werkzeug.wrappers import Response

from services.gateway.clients import PartDown, Refused
from services.gateway.forms import PageForm
from services.gateway.presenting import money
from services.gateway.web.blueprint import new_key


def words_for_down(down: PartDown) -> str:
    """Which part of the page is missing, for people."""
    if down.code in _DOWN:
        return str(_DOWN[down.code])
    match down.service:
        case "ledger":
            return gettext("Balances and transfers can't be reached at the moment. Nothing is lost; try again shortly.")
        case "matcher":
            return gettext("Leads and suppliers can't be reached at the moment. Everything else works.")
        case "notifier":
            return gettext("The mail queue can't be reached at the moment. Mails wait and are sent later.")
    if down.code == "search.unavailable":
        return gettext("The search can't be reached at the moment. Everything else works; try again shortly.")
    return gettext("The directory can't be reached at the moment. Try again shortly.")


_DOWN = {
    "webhooks.off": lazy_gettext("This network has no webhooks: its operator has set no key for them."),
    "head.not_signed": lazy_gettext(
        "No new head was signed in time. The part that signs may be busy or stopped: try again in a minute, and tell "
        "the operator if it stays so. Heads that are signed hold as before."
    ),
    "proof.building": lazy_gettext(
        "The ledger is still building the tree that proofs come from. Try again in a minute."
    ),
    "export.busy": lazy_gettext("Others are downloading all events at the moment. Try again in a minute."),
    "statement.disagrees": lazy_gettext(
        "The entries do not add up to what the ledger says of them, so no file was made. Tell the administrators."
    ),
}
"""Of services that answer, but not with what was wanted."""


def words_for_unknown_outcome(down: PartDown) -> str:
    """A write got no answer: it may be sent again, because its key makes the second one a repeat."""
    why = words_for_down(down)
    return gettext("%(why)s What you typed is kept: press the button again, it will not be done twice.", why=why)


_WORDS = {
    "notifier.not_waiting": lazy_gettext("This mail is on its way or has ended meanwhile: look at its state below."),
    "notifier.nothing_left": lazy_gettext(
        "What this mail said is deleted, so it can't be sent any more. Who asked for it can ask again."
    ),
    "login.failed": lazy_gettext("This email and password do not go together. Check both, or have a new one mailed."),
    "auth.wrong": lazy_gettext("This is not right. Try again; a lost password can be replaced by mail."),
    "login.code_failed": lazy_gettext(
        "This code does not fit, or was used already. Wait for the next one, or use a recovery code; after five "
        "minutes log in anew."
    ),
    "two_factor.state": lazy_gettext("This was changed meanwhile, or begun too long ago. Look below how it is now."),
    "login.locked": lazy_gettext("Too many wrong passwords. Wait 15 minutes, or have a new password mailed."),
    "user.email_taken": lazy_gettext("This email has a login here already. Log in, or have a new password mailed."),
    "transfer.counterparty_limit": lazy_gettext(
        "The other side's limit does not allow that much. Try less, or talk to them."
    ),
    "transfer.fee_exceeds_amount": lazy_gettext("The fees would take all of that. Try a larger amount."),
    "transfer.fee_account": lazy_gettext(
        "The account that fees go to can't take the fee at the moment. Tell the administrators, and try again later."
    ),
    "transfer.not_completed": lazy_gettext("Nothing was paid by this transfer, so there is nothing to reverse."),
    "transfer.not_reversible": lazy_gettext("A reversal can't be reversed. Make a new transfer instead."),
    "transfer.already_reversed": lazy_gettext("This transfer was reversed before; this page shows by which."),
    "transfer.same_account": lazy_gettext("That is your own account. Choose another business."),
    "transfer.already_closed": lazy_gettext("This transfer has ended meanwhile; this page says how."),
    "account.unknown": lazy_gettext("There is no such account. Check the number, or write the name of the business."),
    "account.not_trading": lazy_gettext("That business does not trade at the moment. Choose another one."),
    "email_change.too_often": lazy_gettext("You asked for this too often lately. Wait an hour, and try again."),
    "api_token.too_many": lazy_gettext("There are as many tokens as there may be: revoke one that is not used first."),
    "api_token.unknown": lazy_gettext("That token was revoked before."),
    "membership.last_owner": lazy_gettext(
        "This is the last owner of the business, and somebody must be. Make another person an owner first."
    ),
    "membership.exists": lazy_gettext("This person belongs to the business already: change what they may do instead."),
    "invitation.invalid": lazy_gettext(
        "This invitation was used, was taken back, or has expired. Ask whoever invited you for a new one."
    ),
    "invitation.other_address": lazy_gettext(
        "This invitation was sent to another address. Log in with that one, or ask for an invitation to yours."
    ),
    "staff.last_admin": lazy_gettext(
        "This is the last administrator whose access does not end. Make another one first."
    ),
    "staff.not_yourself": lazy_gettext("You can't change your own access. Ask another administrator."),
    "import.started_already": lazy_gettext("This file was started or stopped before; this page says what came of it."),
    "code.unknown": lazy_gettext("No statement has this code. Compare it with the paper, letter by letter."),
    "request.too_broad": lazy_gettext(
        "That would take the ledger too long. Narrow it: a shorter time, fewer positions, a larger sum."
    ),
    "head.none": lazy_gettext("Nothing is signed yet. The first head follows within a minute after the first event."),
    "user.belongs_to_open_entities": lazy_gettext(
        "You belong to a business that is open: close or leave it first, or hand it over."
    ),
    "entity.owners_only": lazy_gettext("Only an owner may do that: ask one."),
    "idempotency.key_reused": lazy_gettext(
        "This form was sent before with other contents. Look what came of it, or send this one anew."
    ),
    "status.not_allowed": lazy_gettext("That step is not possible from here; the list has those that are."),
    "status.decided_already": lazy_gettext(
        "Somebody decided meanwhile. This page shows what the status is now: look again before you decide."
    ),
    "trading_application.wrong_status": lazy_gettext(
        "You can't apply at the moment: see on your home page where you stand."
    ),
}


def words(refused: Refused) -> str:
    """The sentence for a refusal; the service's own when we have none that is better."""
    most = refused.extra.get("max_possible")
    if refused.code == "transfer.limit_exceeded" and isinstance(most, int):
        return gettext("Your limit does not allow that much. At most %(most)s are possible.", most=money(most))
    if refused.code == "account.not_trading" and "initiator" in refused.errors:
        return gettext("Your business does not trade at the moment. Ask the administrators.")
    if refused.code == "account.amount_not_allowed" and isinstance(refused.extra.get("most"), int):
        return gettext(
            "You may move at most %(most)s for this business in one transfer. Ask one of its owners to do it.",
            most=money(refused.extra["most"]),
        )
    ours = _WORDS.get(refused.code)
    return str(ours or refused.detail or gettext("That was refused. Go back and try again."))


def then(work: Callable[[], object], done: str, back: str, *, refused_to: str = "") -> Response:
    """Do what a button stands for, and go back with `done`, or with why not; to `refused_to` then, if that differs."""
    try:
        work()
    except Refused as refused:
        flash(words(refused), "bad")
        return redirect(refused_to or back)
    flash(done, "done")
    return redirect(back)


def blame(form: PageForm, refused: Refused, fields: Mapping[str, str] | None = None) -> str:
    """Put a refusal beside the fields that it names, and give the form a fresh key.

    `fields` maps codes, and names of the service's fields, to names of the form's. Answers the sentence for the whole
    form; empty when a field has it.
    """
    known = fields or {}
    if "key" in form:
        # The refusal is remembered under the old key: the corrected form is another wish.
        form["key"].data = new_key()
    if refused.code in known:
        form.blame(known[refused.code], words(refused))
        return ""
    placed = [form.blame(known.get(name, name), message) for name, message in _messages(refused.errors)]
    return "" if placed and all(placed) else words(refused)


def _messages(errors: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Field and message of each innermost entry: `{"entity": {"name": ["..."]}}` names `name`."""
    for name, inside in errors.items():
        if isinstance(inside, Mapping):
            # Lists report by index: `{"offers": {"0": [...]}}` is about `offers`.
            yield from ((name if key.isdigit() else key, message) for key, message in _messages(inside))
        else:
            yield from ((name, str(message)) for message in ([inside] if isinstance(inside, str) else inside))
