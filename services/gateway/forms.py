"""What people type into pages: fields, limits and the sentences that say what to correct.

The services decide; these checks only answer sooner. Lengths: behaviour.md 1.2.
"""

import re
import unicodedata
import uuid
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar
from urllib.parse import urlsplit

from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    EmailField,
    Field,
    Form,
    HiddenField,
    PasswordField,
    RadioField,
    SelectChoice,
    SelectField,
    StringField,
    TelField,
    TextAreaField,
    URLField,
)
from wtforms.validators import (
    EqualTo,
    InputRequired,
    Length,
    Optional,
    Regexp,
    StopValidation,
    ValidationError,
)

from services.gateway.amounts import MAX_MINOR
from services.gateway.amounts import text as plain_figure
from services.gateway.network import UNIT, in_unit
from services.gateway.presenting import INC_TYPES, STATUS_WORDS

MAX_TAGS = 10
MAX_TAG_LENGTH = 50
_AMOUNT = re.compile(r"([0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,12})(?:\.([0-9]{1,2}))?")
EMAIL = r"^[^@\s,;<>\"]+@[^@\s,;<>\"]+$"
COUNTRIES = ("England", "Northern Ireland", "Scotland", "Wales")


class Needed:
    """Must be given; the sentence names the field."""

    field_flags: ClassVar[dict[str, Any]] = {"required": True}

    def __call__(self, _: Form, field: Field) -> None:
        if not field.data or (isinstance(field.data, str) and not field.data.strip()):
            label = str(field.label.text)
            asked = gettext("Please answer: %(question)s", question=label)
            raise StopValidation(asked if label.endswith("?") else gettext("Please fill in: %(field)s.", field=label))


def at_most(most: int) -> Length:
    """No longer than `most` characters."""
    return Length(max=most, message=lazy_gettext("At most %(most)s characters, please.", most=most))


class GoodPassword:
    """8 to 100 characters with a letter, a number and a sign (behaviour.md P1), counted as the directory does."""

    def __call__(self, _: Form, field: Field) -> None:
        text = field.data or ""
        if not 8 <= len(unicodedata.normalize("NFC", text)) <= 100:
            raise ValidationError(gettext("Use 8 to 100 characters."))
        kinds = (str.isalpha, str.isdigit, lambda sign: unicodedata.category(sign)[0] in "PS")
        if not all(any(kind(sign) for sign in text) for kind in kinds):
            raise ValidationError(gettext("Use at least one letter, one number and one sign such as ! or -."))


def _stripped(text: str | None) -> str | None:
    return text.strip() if text else text


class TextField(StringField):
    """One line, without the blanks around it."""

    def __init__(self, label: Any, validators: Sequence[Any] = (), **kwargs: Any) -> None:
        super().__init__(label, validators, filters=[_stripped], **kwargs)  # type: ignore[no-untyped-call]


class TagsField(StringField):
    """Offers or wants: a comma list; the directory normalises."""

    def __init__(self, label: Any, validators: Sequence[Any] = (), **kwargs: Any) -> None:
        super().__init__(label, validators, **kwargs)  # type: ignore[no-untyped-call]

    def _value(self) -> str:
        return self.data if isinstance(self.data, str) else ", ".join(self.data or ())

    @property
    def tags(self) -> list[str]:
        """What was typed, split at commas."""
        text = self.data if isinstance(self.data, str) else ",".join(self.data or ())
        return list(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))

    def pre_validate(self, form: Form) -> None:  # noqa: ARG002 -- WTForms passes it
        """Raises ValidationError."""
        if self.data and not self.tags:
            raise ValidationError(gettext("Write at least one word."))
        if len(self.tags) > MAX_TAGS:
            raise ValidationError(gettext("At most %(most)s, please: leave some out.", most=MAX_TAGS))
        if any(len(tag) > MAX_TAG_LENGTH for tag in self.tags):
            raise ValidationError(gettext("Each at most %(most)s characters; commas go between.", most=MAX_TAG_LENGTH))


class AmountField(StringField):
    """Credits as people write them: `25`, `25.5`, `1,250.00`. `minor` is the integer of the smallest unit."""

    minor: int = 0

    def __init__(self, label: Any, validators: Sequence[Any] = (), **kwargs: Any) -> None:
        super().__init__(label, validators, **kwargs)  # type: ignore[no-untyped-call]

    def _value(self) -> str:
        return plain_figure(self.data) if isinstance(self.data, int) else (self.data or "")

    def pre_validate(self, form: Form) -> None:  # noqa: ARG002 -- WTForms passes it
        """Raises StopValidation: no more than one sentence about an amount."""
        text = self._value().strip()
        if text:
            amount = amount_typed(text)
            if amount is None:
                raise StopValidation(
                    gettext("Write the amount as figures with at most two decimals, like 25 or 25.00.")
                )
            self.minor = amount
            if self.minor > MAX_MINOR:
                raise StopValidation(gettext("At most 999,999,999.99, please."))


def amount_typed(text: str) -> int | None:
    """Minor units of what people write, `1,250.00`; None when it is no such figure."""
    found = _AMOUNT.fullmatch(text)
    if not found:
        return None
    whole, decimals = found.groups()
    return int(whole.replace(",", "")) * 100 + int((decimals or "0").ljust(2, "0"))


def more_than_zero(_: Form, field: AmountField) -> None:
    """Raises ValidationError."""
    if field.minor == 0:
        raise ValidationError(gettext("The amount must be more than zero."))


def web_address(_: Form, field: Field) -> None:
    """Only http and https: anything else could run code when clicked. Raises ValidationError."""
    if field.data:
        parts = urlsplit(field.data)
        if parts.scheme not in ("http", "https") or not parts.netloc:
            raise ValidationError(gettext("Start with https:// or http://, like https://www.example.org."))


def choices(words: Mapping[str, Any]) -> list[SelectChoice]:
    """Values and their labels, for a select."""
    return [SelectChoice(value, label) for value, label in words.items()]


_NOTHING = {"": lazy_gettext("Please choose")}
_LEGAL_FORMS = choices({**_NOTHING, **INC_TYPES})
_COUNTRIES = choices({**_NOTHING, **{name: name for name in COUNTRIES}})


_AS_SENT: Any = object()


class PageForm(FlaskForm):
    """FlaskForm with types, and with refusals of the services beside its fields."""

    def __init__(self, formdata: Any = _AS_SENT, **values: Any) -> None:
        given = {} if formdata is _AS_SENT else {"formdata": formdata}
        super().__init__(**given, **values)  # type: ignore[no-untyped-call]

    def validate(self, extra_validators: Any = None) -> bool:
        """Whether all that was typed will do."""
        return bool(super().validate(extra_validators))  # type: ignore[no-untyped-call]

    @property
    def sent(self) -> bool:
        """Whether this request sends the form."""
        return bool(self.is_submitted())  # type: ignore[no-untyped-call]

    def blame(self, name: str, message: str) -> bool:
        """Put a sentence beside a field; False when there is no such field."""
        if name not in self:
            return False
        self[name].errors = (*self[name].errors, message)
        return True


class KeyedForm(PageForm):
    """A form whose write may be sent twice: the hidden key makes the second one a repeat."""

    key = HiddenField(default=lambda: uuid.uuid4().hex, validators=[Optional(), Regexp(r"^[!-~]{1,200}$")])


class LoginForm(PageForm):
    email = EmailField(lazy_gettext("Email"), [Needed(), at_most(100)])
    password = PasswordField(lazy_gettext("Password"), [Needed(), at_most(100)])
    next = HiddenField()


class LostPasswordForm(PageForm):
    email = EmailField(
        lazy_gettext("Email"),
        [Needed(), at_most(100), Regexp(EMAIL, message=lazy_gettext("Write an address like you@example.org."))],
    )
    kind = HiddenField(default="member")


class ResetForm(PageForm):
    password = PasswordField(lazy_gettext("New password"), [Needed(), GoodPassword()])
    again = PasswordField(
        lazy_gettext("New password again"),
        [Needed(), EqualTo("password", message=lazy_gettext("The two passwords are not the same."))],
    )


def same_address(form: Form, field: Field) -> None:
    """The address once more, in capitals or not: a slip would lock somebody out. Raises ValidationError."""
    if field.data.casefold() != (form["email"].data or "").strip().casefold():
        raise ValidationError(gettext("The two addresses are not the same. Look for a slip in either, and correct it."))


class SignUpForm(KeyedForm):
    name = TextField(lazy_gettext("Name of your business"), [Needed(), at_most(100)])
    offers = TagsField(lazy_gettext("What you offer"), [Needed(), at_most(500)])
    wants = TagsField(lazy_gettext("What you want"), [Needed(), at_most(500)])
    email = EmailField(
        lazy_gettext("Email"),
        [Needed(), at_most(100), Regexp(EMAIL, message=lazy_gettext("Write an address like you@example.org."))],
    )
    confirm_email = EmailField(lazy_gettext("Email again"), [Needed(), same_address], filters=[_stripped])
    password = PasswordField(lazy_gettext("Password"), [Needed(), GoodPassword()])
    again = PasswordField(
        lazy_gettext("Password again"),
        [Needed(), EqualTo("password", message=lazy_gettext("The two passwords are not the same."))],
    )
    terms = BooleanField(
        lazy_gettext("I may speak for this business, and I agree that its name, offers and wants are public."),
        [InputRequired(lazy_gettext("Please agree, or we can't list your business."))],
    )


class _BusinessFields(Form):
    name = TextField(lazy_gettext("Name of the business"), [Needed(), at_most(100)])
    inc_type = SelectField(lazy_gettext("Legal form"), choices=_LEGAL_FORMS, validators=[Optional()])
    company_number = TextField(lazy_gettext("Company number"), [at_most(20)])
    description = TextAreaField(lazy_gettext("Description"), [at_most(500)], filters=[_stripped])
    website = URLField(lazy_gettext("Website"), [at_most(100), web_address], filters=[_stripped])
    telephone = TelField(lazy_gettext("Telephone"), [at_most(25)], filters=[_stripped])
    address = TextField(lazy_gettext("Street and number"), [at_most(255)])
    city = TextField(lazy_gettext("Town or city"), [at_most(50)])
    region = TextField(lazy_gettext("County or region"), [at_most(50)])
    postal_code = TextField(lazy_gettext("Postcode"), [at_most(10)])
    country = SelectField(lazy_gettext("Country"), choices=_COUNTRIES, validators=[Optional()])

    BUSINESS = (
        "name", "inc_type", "company_number", "description", "website", "telephone",
        "address", "city", "region", "postal_code", "country",
    )  # fmt: skip


class KeptBusinessForm(KeyedForm, _BusinessFields):
    """What a business says of itself, whoever keeps it."""

    email = EmailField(
        lazy_gettext("Email of the business"),
        [
            Optional(),
            at_most(100),
            Regexp(EMAIL, message=lazy_gettext("Write an address like you@example.org.")),
        ],
    )
    offers = TagsField(lazy_gettext("What you offer"), [Needed(), at_most(500)])
    wants = TagsField(lazy_gettext("What you want"), [Needed(), at_most(500)])


class ProfileForm(KeptBusinessForm):
    """By its own people, with what they are told."""

    daily_match_mail = BooleanField(lazy_gettext("Mail me once a day when new matches turn up"))
    contact_mail = BooleanField(lazy_gettext("Other members may write to me from my page; they don't see my address"))


class PersonForm(KeyedForm):
    first_name = TextField(lazy_gettext("First name"), [at_most(100)])
    last_name = TextField(lazy_gettext("Last name"), [at_most(100)])
    telephone = TelField(lazy_gettext("Your telephone"), [at_most(25)], filters=[_stripped])


class TradingForm(KeyedForm, _BusinessFields):
    """All that trading members must give (behaviour.md P8)."""

    inc_type = SelectField(lazy_gettext("Legal form"), choices=_LEGAL_FORMS, validators=[Needed()])
    description = TextAreaField(lazy_gettext("Description"), [Needed(), at_most(500)], filters=[_stripped])
    address = TextField(lazy_gettext("Street and number"), [Needed(), at_most(255)])
    city = TextField(lazy_gettext("Town or city"), [Needed(), at_most(50)])
    region = TextField(lazy_gettext("County or region"), [Needed(), at_most(50)])
    postal_code = TextField(lazy_gettext("Postcode"), [Needed(), at_most(10)])
    country = SelectField(lazy_gettext("Country"), choices=_COUNTRIES, validators=[Needed()])
    first_name = TextField(lazy_gettext("Your first name"), [Needed(), at_most(100)])
    last_name = TextField(lazy_gettext("Your last name"), [Needed(), at_most(100)])
    person_telephone = TelField(lazy_gettext("Your telephone"), [Needed(), at_most(25)], filters=[_stripped])
    authorised = BooleanField(
        lazy_gettext("I am authorised to enter into the membership agreement for this business."),
        [InputRequired(lazy_gettext("Please confirm, or we can't take the application."))],
    )


class TransferForm(KeyedForm):
    direction = RadioField(
        lazy_gettext("What would you like to do?"),
        choices=choices({"pay": lazy_gettext("Pay"), "request": lazy_gettext("Ask for payment")}),
        default="pay",
        validators=[InputRequired(lazy_gettext("Choose one."))],
    )
    counterparty = TextField(lazy_gettext("With whom"), [Needed(), at_most(100)])
    amount = AmountField(in_unit(lazy_gettext("Amount in %(unit)s", unit=UNIT)), [Needed(), more_than_zero])
    description = TextField(lazy_gettext("What is it for?"), [at_most(500)])


class LinkForm(PageForm):
    """What a link for being paid says. Its words are few: they must go into a square code."""

    amount = AmountField(in_unit(lazy_gettext("Amount in %(unit)s", unit=UNIT)), [Optional(), more_than_zero])
    text = TextField(lazy_gettext("What is it for?"), [at_most(100)])


class AnswerForm(KeyedForm):
    """Accept, decline or withdraw a transfer."""

    reason = TextField(lazy_gettext("Reason"), [at_most(255)])


class StatusForm(KeyedForm):
    status = SelectField(lazy_gettext("Status"), choices=choices(STATUS_WORDS), validators=[InputRequired()])
    expected_status = HiddenField()
    reason = TextField(lazy_gettext("Reason"), [at_most(255)])


class LimitsForm(KeyedForm):
    max_negative = AmountField(lazy_gettext("May go below zero by"), [Needed()])
    max_positive = AmountField(lazy_gettext("May hold at most"), [Needed()])
    reason = TextField(lazy_gettext("Reason"), [at_most(255)])
