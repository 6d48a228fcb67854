"""What people type about other businesses: notes, messages, names of tags and categories."""

from flask_babel import lazy_gettext
from wtforms import BooleanField, HiddenField, TextAreaField

from services.gateway.forms import KeyedForm, Needed, TextField, at_most


class NoteForm(KeyedForm):
    text = TextAreaField(lazy_gettext("Note"), [at_most(2_000)])


class MessageForm(KeyedForm):
    body = TextAreaField(lazy_gettext("Your message"), [Needed(), at_most(2_000)])
    copy_to_me = BooleanField(lazy_gettext("Send a copy to my business"))


class NameForm(KeyedForm):
    """A name of a tag or category. `confirmed` says that the person has read what will happen."""

    name = TextField(lazy_gettext("Name"), [Needed(), at_most(100)])
    confirmed = HiddenField()


class ConfirmForm(KeyedForm):
    """Something that was named is to be done."""

    confirmed = HiddenField()
