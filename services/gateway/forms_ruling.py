"""What administrators type about money: transfers on behalf of others, reversals, and the network's own rules."""

from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from flask_babel import gettext, lazy_gettext
from wtforms import BooleanField, Form, HiddenField, IntegerField, SelectField, StringField
from wtforms.validators import InputRequired, NumberRange, StopValidation

from services.gateway.forms import AmountField, KeyedForm, Needed, TextField, at_most, choices, more_than_zero
from services.gateway.network import UNIT, in_unit

REASON_MOST = 500
MOST_RULES = 10
ALL_BASIS_POINTS = 10_000
POLICY = ("default_max_negative", "default_max_positive", "expires_after_days", "reminder_days", "warning_percent")
_AMOUNTS = POLICY[:2]


class WhyForm(KeyedForm):
    """Why a transfer is ended or reversed: those who take part are told."""

    reason = TextField(lazy_gettext("Reason"), [Needed(), at_most(REASON_MOST)])


class OnBehalfForm(KeyedForm):
    """Move credits between two businesses, whom nobody asks."""

    payer = TextField(lazy_gettext("From"), [Needed(), at_most(100)])
    payee = TextField(lazy_gettext("To"), [Needed(), at_most(100)])
    amount = AmountField(in_unit(lazy_gettext("Amount in %(unit)s", unit=UNIT)), [Needed(), more_than_zero])
    description = TextField(lazy_gettext("What is it for?"), [Needed(), at_most(REASON_MOST)])
    settle = BooleanField(lazy_gettext("Frozen accounts may take part"))


def _whole(label: Any, least: int, most: int) -> IntegerField:
    sentence = lazy_gettext("A whole number from %(least)s to %(most)s, please.", least=least, most=most)
    return IntegerField(label, [InputRequired(sentence), NumberRange(least, most, sentence)])


class PolicyForm(KeyedForm):
    """How accounts and proposals begin. `confirmed`: the person has read what will change."""

    default_max_negative = AmountField(lazy_gettext("May go below zero by"), [Needed()])
    default_max_positive = AmountField(lazy_gettext("May hold at most"), [Needed()])
    expires_after_days = _whole(lazy_gettext("Days until it expires"), 1, 366)
    reminder_days = _whole(lazy_gettext("Reminder days before (0: none)"), 0, 30)
    warning_percent = _whole(lazy_gettext("Near a limit, from this percentage of it on"), 1, 100)
    reason = TextField(lazy_gettext("Reason"), [Needed(), at_most(REASON_MOST)], id="policy-reason")
    confirmed = HiddenField()

    @classmethod
    def showing(cls, policy: Mapping[str, Any]) -> "PolicyForm":
        """With what holds now."""
        return cls(formdata=None, data={name: policy[name] for name in POLICY})

    @property
    def wanted(self) -> dict[str, int]:
        """Every setting, amounts in minor units."""
        return {name: self[name].minor if name in _AMOUNTS else self[name].data for name in POLICY}


class PercentField(StringField):
    """A share with at most two decimals; `points` are hundredths of a per cent."""

    points: int = 0

    def __init__(self, label: Any, **kwargs: Any) -> None:
        super().__init__(label, **kwargs)  # type: ignore[no-untyped-call]

    def pre_validate(self, form: Form) -> None:  # noqa: ARG002 -- WTForms passes it
        """Raises StopValidation."""
        text = (self.data or "").strip().removesuffix("%").strip()
        if not text:
            return
        whole, _, decimals = text.partition(".")
        digits = f"{whole}{decimals.ljust(2, '0')}"
        if not (whole and digits.isascii() and digits.isdigit() and len(decimals) <= 2 and len(whole) <= 3):
            raise StopValidation(gettext("Write the percentage with at most two decimals, like 1 or 0.5."))
        self.points = int(digits)
        if self.points > ALL_BASIS_POINTS:
            raise StopValidation(gettext("At most 100 per cent, please."))


class FeeRow(Form):
    """One rule of the fees; a row with nothing in it is none."""

    account = TextField(lazy_gettext("Goes to"), [at_most(100)])
    side = SelectField(
        lazy_gettext("Paid by"),
        choices=choices({"payer": lazy_gettext("who pays"), "payee": lazy_gettext("who is paid")}),
        default="payer",
    )
    fixed = AmountField(in_unit(lazy_gettext("Fixed part in %(unit)s", unit=UNIT)))
    percent = PercentField(lazy_gettext("Share of the amount"))

    def __init__(self, number: int, sent: Any = None, **values: Any) -> None:
        super().__init__(sent, prefix=f"rule-{number}-", **values)  # type: ignore[no-untyped-call]

    @property
    def is_blank(self) -> bool:
        """Whether it says nothing; the side always says something."""
        return not any((self[name].data or "") for name in ("account", "fixed", "percent"))

    @property
    def rule(self) -> dict[str, Any]:
        """As the ledger takes it, once its account is a number."""
        return {
            "account": self.account.data,
            "side": self.side.data,
            "fixed": self.fixed.minor,
            "basis_points": self.percent.points,
        }

    def validate(self, extra_validators: Any = None) -> bool:
        """Whether the row will do."""
        if self.is_blank:
            return True
        fine = bool(super().validate(extra_validators))  # type: ignore[no-untyped-call]
        if not self.account.data:
            self.account.errors = (*self.account.errors, gettext("Whose account do these fees go to?"))
            return False
        if fine and not (self.fixed.minor or self.percent.points):
            self.fixed.errors = (*self.fixed.errors, gettext("Write a fixed part, a percentage, or both."))
            return False
        return fine


class FeesForm(KeyedForm):
    """Why the fees change; its rows are `FeeRow`s beside it. `confirmed`: the person has read what will change."""

    reason = TextField(lazy_gettext("Reason"), [Needed(), at_most(REASON_MOST)], id="fees-reason")
    confirmed = HiddenField()


def rows_of(sent: Any) -> list[FeeRow]:
    """The rows that were sent, as many as there may be."""
    return [FeeRow(number, sent) for number in range(MOST_RULES)]


def rows_showing(rules: Sequence[Mapping[str, Any]]) -> list[FeeRow]:
    """Rows with what holds now, and blank ones."""
    known = [
        {
            "account": rule["account"],
            "side": rule["side"],
            "fixed": rule["fixed"] or None,
            "percent": percent_text(rule["basis_points"]) if rule["basis_points"] else None,
        }
        for rule in rules
    ]
    blank: list[dict[str, Any]] = [{} for _ in range(MOST_RULES - len(known))]
    return [FeeRow(number, data=data) for number, data in enumerate([*known, *blank])]


def percent_text(points: int) -> str:
    """`0.5` for 50 hundredths of a per cent."""
    return f"{(Decimal(points) / 100).normalize():f}"


def fee_on(rule: Mapping[str, Any], amount: int) -> int:
    """What a rule takes of an amount, in minor units: rounded half-even, as the ledger does (docs/ledger.md)."""
    share = Decimal(amount * rule["basis_points"]) / ALL_BASIS_POINTS
    return int(rule["fixed"]) + int(share.quantize(Decimal(1), ROUND_HALF_EVEN))
