"""Shapes of the notifier's HTTP interface (docs/internal-api.md)."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import available_timezones

from marshmallow import Schema, ValidationError, fields, post_load, validate

from services.chassis.clock import rfc3339
from services.notifier.domain import STATES, Channel
from services.notifier.languages import LANGUAGES
from services.notifier.notices import Notice
from services.notifier.preferences import Group, Preference
from services.notifier.previews import Kind, Preview
from services.notifier.rules import OFFERED

_CLOCK = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"


def _groups(channel: Channel) -> fields.String:
    return fields.String(validate=validate.OneOf([group for group in OFFERED if channel in OFFERED[group]]))


class Cursor(fields.String):
    """Where a page ended: a `next`."""

    def _deserialize(self, value: Any, *arguments: Any, **options: Any) -> Any:
        at, _, notice_id = str(super()._deserialize(value, *arguments, **options)).partition("/")
        try:
            ended = datetime.fromisoformat(at).astimezone(UTC)
        except (ValueError, OverflowError) as error:
            raise ValidationError(_NO_CURSOR) from error
        if not notice_id:
            raise ValidationError(_NO_CURSOR)
        return ended, notice_id


_NO_CURSOR = "Not a `next` of this list."


class Listing(Schema):
    """The query of GET /messages."""

    state = fields.String(load_default=None, validate=validate.OneOf(STATES))
    page = fields.Integer(load_default=1, validate=validate.Range(min=1, max=100_000))
    page_size = fields.Integer(load_default=10, validate=validate.Range(min=1, max=100))
    after = Cursor(load_default=None)


class SignedEvents(Schema):
    """The body of POST /sendgrid/events: what came, in base64, and how it is signed."""

    payload = fields.String(required=True)
    signature = fields.String(required=True, validate=validate.Length(max=500))
    timestamp = fields.String(required=True, validate=validate.Length(max=20))


class SuppressionQuery(Schema):
    """The body of POST /suppressions/search."""

    address = fields.String(load_default="", validate=validate.Length(max=320))
    page = fields.Integer(load_default=1, validate=validate.Range(min=1, max=100_000))
    page_size = fields.Integer(load_default=20, validate=validate.Range(min=1, max=100))


class PreviewQuery(Schema):
    """The query of GET /kinds/{kind}/preview."""

    language = fields.String(load_default="", validate=validate.OneOf(["", *LANGUAGES]))
    name = fields.String(load_default=None, validate=validate.Length(max=100))
    reason = fields.String(load_default=None, validate=validate.Length(max=500))
    previous = fields.String(load_default=None, validate=validate.Length(max=30))


def following(records: Sequence[Mapping[str, Any]], size: int, field: str) -> str | None:
    """The `next` of a page of `size`, when more than that was found; `field`: the time that the list goes by."""
    return f"{rfc3339(records[size - 1][field])}/{records[size - 1]['_id']}" if len(records) > size else None


def window(asked: Mapping[str, Any]) -> dict[str, Any]:
    """What the store is asked for: one more than the page, which tells whether there is a page after it."""
    size, after = asked["page_size"], asked["after"]
    return {"skip": 0 if after else (asked["page"] - 1) * size, "limit": size + 1, "after": after}


class NoticeListing(Schema):
    """The query of GET /notices."""

    page = fields.Integer(load_default=1, validate=validate.Range(min=1, max=100_000))
    page_size = fields.Integer(load_default=20, validate=validate.Range(min=1, max=100))
    after = Cursor(load_default=None)


class ReadAll(Schema):
    """The body of POST /notices/read-all."""

    until = fields.AwareDateTime(load_default=None, format="iso", default_timezone=None)


class _Hours(Schema):
    begins = fields.String(required=True, data_key="from", validate=validate.Regexp(_CLOCK))
    ends = fields.String(required=True, data_key="to", validate=validate.Regexp(_CLOCK))


class Chosen(Schema):
    """The body of PUT /entities/{id}/preferences."""

    mail = fields.Dict(keys=_groups("mail"), values=fields.Boolean(), required=True)
    notice = fields.Dict(keys=_groups("notice"), values=fields.Boolean(), required=True)
    quiet_hours = fields.Nested(_Hours, required=True, allow_none=True)
    digest_hour = fields.Integer(required=True, strict=True, validate=validate.Range(min=0, max=23))
    time_zone = fields.String(required=True, validate=validate.OneOf(available_timezones(), error="No such time zone."))
    language = fields.String(validate=validate.OneOf(LANGUAGES, error="No such language."))
    """Absent: it stays as it was."""

    @post_load
    def as_kept(self, chosen: dict[str, Any], **_: Any) -> dict[str, Any]:
        """As the store keeps it."""
        hours = chosen["quiet_hours"]
        return chosen | {"quiet_hours": hours and {"from": hours["begins"], "to": hours["ends"]}}


class Stopping(Schema):
    """The body of POST /unsubscriptions/{token}."""

    all = fields.Boolean(load_default=False)


def preference_view(preference: Preference, language: str) -> dict[str, Any]:
    """What a business wants; `null` where a channel has nothing of a group. `language`: the one that holds."""
    quiet = preference.quiet
    return {
        "groups": [
            {"group": group} | {each: _wants(preference, each, group) for each in ("mail", "notice")}
            for group in OFFERED
        ],
        "quiet_hours": quiet and {"from": f"{quiet.begins:%H:%M}", "to": f"{quiet.ends:%H:%M}"},
        "digest_hour": preference.digest_hour,
        "time_zone": preference.zone,
        "language": language,
    }


def _wants(preference: Preference, channel: Channel, group: Group) -> bool | None:
    return (channel, group) not in preference.off if channel in OFFERED[group] else None


def notice_view(notice: Notice) -> dict[str, Any]:
    """A notice for whom it is for."""
    return {
        "notice_id": notice.notice_id,
        "kind": notice.kind,
        "text": notice.text,
        "path": notice.path,
        "entity_id": notice.entity_id or None,
        "at": rfc3339(notice.at),
        "read": notice.read,
    }


def told_view(record: dict[str, Any]) -> dict[str, Any]:
    """A message record for whom it is about: with its facts; who else got it is not told."""
    sent_at = record.get("sent_at")
    return {
        "message_id": record["_id"],
        "kind": record["kind"],
        "channel": record["channel"],
        "to_you": record["own"],
        "state": record["state"],
        "tries": record["tries"],
        "created_at": rfc3339(record["created_at"]),
        "sent_at": rfc3339(sent_at) if sent_at else None,
        "facts": record["facts"],
    }


def message_view(record: dict[str, Any]) -> dict[str, Any]:
    """A message record without address and text; `error` is why its last try failed, in codes."""
    state, spent = record["state"], bool(record.get("spent"))
    return {
        "message_id": record["_id"],
        "kind": record["kind"],
        "entity_id": record["entity_id"],
        "state": state,
        "tries": record["tries"],
        "error": record["error"],
        "created_at": rfc3339(record["created_at"]),
        "sent_at": _time(record.get("sent_at")),
        "died_at": _time(record.get("died_at")),
        "due_at": _time(record.get("due_at")) if state in ("queued", "failed") else None,
        "may_retry": state in ("dead", "failed") and not spent,
        "may_discard": state in ("dead", "failed", "queued"),
        "spent": spent,
    }


def _time(value: datetime | None) -> str | None:
    return rfc3339(value) if value else None


def kind_view(kind: Kind) -> dict[str, Any]:
    """A kind of message."""
    return {"kind": kind.kind, "group": kind.group, "channels": list(kind.channels), "to": kind.to}


def preview_view(preview: Preview) -> dict[str, Any]:
    """How a kind reads."""
    return {name: getattr(preview, name) for name in Preview.__slots__}
