"""Accounts, and the rules of the book: open, limits, standing, consent, fees, policy."""

from collections.abc import Sequence

from events.ledger import (
    AccountConsentChanged,
    AccountLimitsChanged,
    AccountOpened,
    AccountStandingChanged,
    BookPolicyChanged,
    ConsentRule,
    FeeRule,
    FeeRulesChanged,
    Limits,
)
from services.ledger.decisions.checks import NO_LONGER_TRADING, cancelled, require_admin, require_amount
from services.ledger.decisions.deciding import FEE_RULES, POLICY, Decision, Moment
from services.ledger.domain import (
    AccountNotTrading,
    Authority,
    Book,
    LedgerEvent,
    MalformedCommand,
    NotAuthorised,
    OpenAccount,
    Policy,
    SameAccount,
    SetConsent,
    SetFeeRules,
    SetLimits,
    SetPolicy,
    SetStanding,
)

MOST_CONSENT_RULES = 100
MOST_FEE_RULES = 10
ALL_BASIS_POINTS = 10_000
_RANGES = {"expires_after_days": (1, 366), "reminder_days": (0, 30), "warning_percent": (1, 100)}


def open_account(book: Book, command: OpenAccount, _: Authority, __: Moment) -> Decision:
    """A second opening changes nothing."""
    if command.account in book.accounts:
        return Decision(command.account)
    policy = book.policy
    event = AccountOpened(
        account=command.account,
        entity_id=command.entity_id,
        max_negative=policy.default_max_negative if command.max_negative is None else command.max_negative,
        max_positive=policy.default_max_positive if command.max_positive is None else command.max_positive,
        standing=command.standing,
    )
    return Decision(command.account, (event,))


def set_limits(book: Book, command: SetLimits, authority: Authority, _: Moment) -> Decision:
    """The balance may lie outside the new ones: then only moves back towards them pass."""
    for limit in (command.max_negative, command.max_positive):
        if limit is not None:
            require_amount(limit, least=0, what="A limit")
    account = book.account(command.account)
    require_admin(authority, "Only an administrator sets limits.")
    previous = Limits(max_negative=account.max_negative, max_positive=account.max_positive)
    limits = Limits(
        max_negative=previous.max_negative if command.max_negative is None else command.max_negative,
        max_positive=previous.max_positive if command.max_positive is None else command.max_positive,
    )
    if limits == previous:
        return Decision(account.account)
    event = AccountLimitsChanged(
        account=account.account,
        max_negative=limits.max_negative,
        max_positive=limits.max_positive,
        previous=previous,
        reason=command.reason,
    )
    return Decision(account.account, (event,))


def set_standing(book: Book, command: SetStanding, _: Authority, __: Moment) -> Decision:
    """Also ends what is pending when the account may no longer trade."""
    account = book.account(command.account)
    standing, reason = command.standing, command.reason
    closing = standing == "closed" and account.balance != 0
    if closing:
        # A closed account has balance zero: this one is frozen until it is settled.
        standing, reason = "frozen", f"{reason} (not closed: its balance is not zero)".strip()
    changes: tuple[LedgerEvent, ...] = ()
    if (standing, closing) != (account.standing, account.closing):
        changed = AccountStandingChanged(
            account=account.account,
            standing=standing,
            previous=account.standing,
            reason=reason,
            closing=closing or None,
        )
        changes = (changed,)
    pending = () if standing == "trading" else book.pending_of(account.account)
    ended = (cancelled(t, kind="system", code="account_not_trading", reason=NO_LONGER_TRADING) for t in pending)
    return Decision(account.account, (*changes, *ended))


def set_consent(book: Book, command: SetConsent, authority: Authority, _: Moment) -> Decision:
    """Only those who act for the account say what it consents to."""
    _require_sound_consent(command.rules)
    account = book.account(command.account)
    named = [rule.party for rule in command.rules if rule.party != "any"]
    for number in named:
        book.account(number)
    if account.account in named:
        raise SameAccount("An account does not trade with itself.")
    if account.account not in authority.accounts or account.account in authority.operated:
        raise NotAuthorised("Only an owner of the business says what it consents to.")
    if command.rules == account.consent:
        return Decision(account.account)
    return Decision(account.account, (AccountConsentChanged(account=account.account, rules=command.rules),))


def set_fee_rules(book: Book, command: SetFeeRules, authority: Authority, _: Moment) -> Decision:
    """Proposals that are open keep the fees they were made with."""
    _require_sound_fees(command.rules)
    accounts = [book.account(rule.account) for rule in command.rules]
    require_admin(authority, "Only an administrator sets fees.")
    if stopped := [account.account for account in accounts if account.standing != "trading"]:
        errors = {"rules": [f"{number} is not a trading member." for number in stopped]}
        raise AccountNotTrading("Fees go to trading members.", errors=errors)
    if command.rules == book.fee_rules:
        return Decision(FEE_RULES)
    return Decision(FEE_RULES, (FeeRulesChanged(rules=command.rules, reason=command.reason),))


def set_policy(book: Book, command: SetPolicy, authority: Authority, _: Moment) -> Decision:
    """What new accounts and new proposals begin with, and where the warning level is."""
    wished = {name: getattr(command, name) for name in Policy.__slots__}
    for name in ("default_max_negative", "default_max_positive"):
        if wished[name] is not None:
            require_amount(wished[name], least=0, what="A limit")
    for name, (least, most) in _RANGES.items():
        if wished[name] is not None and not least <= wished[name] <= most:
            raise MalformedCommand(f"`{name}` is between {least} and {most}.")
    require_admin(authority, "Only an administrator sets the book's policy.")
    policy = Policy(**{name: getattr(book.policy, name) if value is None else value for name, value in wished.items()})
    if policy == book.policy:
        return Decision(POLICY)
    settings = {name: getattr(policy, name) for name in Policy.__slots__}
    return Decision(POLICY, (BookPolicyChanged(reason=command.reason, **settings),))


def _require_sound_consent(rules: Sequence[ConsentRule]) -> None:
    if len(rules) > MOST_CONSENT_RULES:
        raise MalformedCommand(f"At most {MOST_CONSENT_RULES} rules.")
    if len({(rule.party, rule.direction) for rule in rules}) < len(rules):
        raise MalformedCommand("One rule for each business and direction.")
    for rule in rules:
        if rule.max_amount is not None:
            require_amount(rule.max_amount)
        if rule.direction == "request" and (rule.party == "any" or rule.max_amount is None):
            raise MalformedCommand("Requests are accepted at once from named businesses only, up to an amount.")


def _require_sound_fees(rules: Sequence[FeeRule]) -> None:
    if len(rules) > MOST_FEE_RULES:
        raise MalformedCommand(f"At most {MOST_FEE_RULES} rules.")
    for rule in rules:
        require_amount(rule.fixed, least=0, what="A fee")
        if not 0 <= rule.basis_points <= ALL_BASIS_POINTS or rule.fixed + rule.basis_points == 0:
            raise MalformedCommand(f"A fee is fixed, or 1 to {ALL_BASIS_POINTS} basis points, or both.")
    if sum(rule.basis_points for rule in rules if rule.side == "payee") >= ALL_BASIS_POINTS and rules:
        raise MalformedCommand("The fees of the payee would take all of an amount.")
