"""Which refusal becomes which HTTP status and stable code: one table."""

from services.directory.domain import (
    AccessEnded,
    ApplicationIncomplete,
    DirectoryError,
    EmailTaken,
    EntityNotYours,
    FieldsInvalid,
    IdempotencyKeyReused,
    LoginFailed,
    LoginLocked,
    PasswordWrong,
    ResetInvalid,
    StepUpNeeded,
    UnknownEntity,
    UnknownSession,
    UnknownUser,
    WrongStatus,
)

ERRORS: dict[type[DirectoryError], tuple[int, str]] = {
    EmailTaken: (409, "user.email_taken"),
    UnknownUser: (404, "user.unknown"),
    UnknownEntity: (404, "entity.unknown"),
    EntityNotYours: (403, "entity.not_yours"),
    LoginFailed: (401, "login.failed"),
    LoginLocked: (429, "login.locked"),
    AccessEnded: (403, "login.expired"),
    StepUpNeeded: (403, "auth.step_up_needed"),
    PasswordWrong: (403, "auth.wrong"),
    UnknownSession: (404, "session.unknown"),
    ResetInvalid: (404, "reset.invalid"),
    IdempotencyKeyReused: (409, "idempotency.key_reused"),
    ApplicationIncomplete: (422, "trading_application.incomplete"),
    FieldsInvalid: (400, "request.invalid"),
    WrongStatus: (409, "trading_application.wrong_status"),
}
