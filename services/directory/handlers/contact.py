"""Use cases around mail between businesses: write to one whose address is hidden, report what came."""

from typing import Any

import orjson

from events.directory import ContactMessageSent, OneTimeMessage
from services.chassis.clock import rfc3339
from services.directory.domain import Entity, ResetInvalid
from services.directory.domain.audit import Entry
from services.directory.domain.contact import LIFETIME, check, check_limit
from services.directory.domain.errors import UnknownUser
from services.directory.handlers.members import known_entity
from services.directory.handlers.writing import By, Directory, Done, append, once
from services.directory.store import Store
from services.directory.store.contacts import Contact
from services.directory.store.outbox import MESSAGES


def write(
    directory: Directory, by: By, sender_id: str, receiver_id: str, *, body: str, copy: bool, user_id: str
) -> Done:
    """Mail `body` to a business from another one: `{message_id}`. What is kept says that, never what was written.

    Raises UnknownEntity, FieldsInvalid, ContactNotAccepted, ContactSwitchedOff, ContactTooOften.
    """
    message_id, token = directory.new_id(), directory.new_secret()

    def work(store: Store) -> Done:
        sender = known_entity(store, sender_id)
        receiver = check(sender, store.entities.find(receiver_id))
        contact = Contact(
            message_id=message_id, sender=sender_id, user=user_id, receiver=receiver_id, at=directory.now()
        )
        _within_limits(directory, store, contact)
        store.contacts.add(contact, token)
        sealed = {"body": body, "sender": sender.profile.name, "token": token}
        mail = {**sealed, "reply_to": _reply_to(store, sender, user_id)}
        messages = [_message(directory, "contact", contact, receiver_id, mail)]
        if copy:
            told = {"body": body, "receiver": receiver.profile.name}
            messages.append(_message(directory, "contact-copy", contact, sender_id, told))
        append(directory, store, by, messages, directory.clock(), MESSAGES)
        sent = ContactMessageSent(message_id=message_id, user_id=user_id, sender=sender_id, receiver=receiver_id)
        position = append(directory, store, by, [sent], directory.clock())
        return Done({"message_id": message_id}, position, (_sent(contact, len(body), copy),))

    asked = ["contact", sender_id, receiver_id, body, copy]
    return once(directory, by, asked, work)


def report(directory: Directory, by: By, token: str) -> Done:
    """Who got a message says that it is abuse: administrators see it in the audit log. A repeat changes nothing.

    Raises ResetInvalid for a token that nobody has.
    """

    def work(store: Store) -> Done:
        found = store.contacts.of_token(token)
        if found is None:
            raise ResetInvalid("This link is not known, or its message was sent too long ago.")
        contact, reported = found
        if reported:
            return Done({"reported": True}, 0)
        store.contacts.report(contact.message_id)
        after = {"sender": contact.sender, "user": contact.user}
        # Not among who it concerns: the sender is not told who complained.
        receiver = (f"entity/{contact.receiver}",)
        entry = Entry(
            action="contact.reported", subject=f"contact/{contact.message_id}", after=after, concerns=receiver
        )
        return Done({"reported": True}, 0, (entry,))

    return once(directory, by, None, work)


def _within_limits(directory: Directory, store: Store, contact: Contact) -> None:
    for limit in directory.contact_limits.all:
        check_limit(limit, store.contacts.newest(limit.of, contact, limit.most), contact.at)


def _reply_to(store: Store, sender: Entity, user_id: str) -> str:
    """Where an answer goes: to the business, or to the user who writes if it has no address."""
    user = None if sender.profile.email else store.users.find(user_id)
    if user is None and not sender.profile.email:
        raise UnknownUser("There is no such user.")
    return sender.profile.email or (user.email if user else "")


def _message(directory: Directory, kind: Any, contact: Contact, to_entity: str, told: dict[str, str]) -> OneTimeMessage:
    return OneTimeMessage(
        message_id=contact.message_id if kind == "contact" else directory.new_id(),
        kind=kind,
        user_id=contact.user,
        to_entity=to_entity,
        ciphertext=directory.encrypt(orjson.dumps(told)),
        expires_at=rfc3339(contact.at + LIFETIME),
    )


def _sent(contact: Contact, length: int, copy: bool) -> Entry:
    return Entry(
        action="contact.sent",
        subject=f"entity/{contact.sender}",
        after={"message_id": contact.message_id, "receiver": contact.receiver, "length": length, "copy": copy},
        concerns=(f"entity/{contact.receiver}", f"user/{contact.user}"),
    )
