"""The gateway's side of the directory's HTTP interface, for tests."""

import secrets
from dataclasses import dataclass, field
from typing import Any

from flask.testing import FlaskClient

from services.chassis.tokens import Caller, Signer

PASSWORD = "correct-horse-1"
SERVICE = Caller(subject="gateway", roles=frozenset({"service"}))
ADMIN = Caller(subject="an-admin", roles=frozenset({"admin"}))
PUBLIC = Caller()


@dataclass
class Gateway:
    """One method per HTTP method; answers come as (status, document), headers of the last one in `headers`."""

    client: FlaskClient
    signer: Signer
    headers: dict[str, str] = field(default_factory=dict)

    def get(self, path: str, caller: Caller = PUBLIC, **query: Any) -> tuple[int, Any]:
        return self._call("GET", path, caller, {}, query_string=query)

    def post(self, path: str, document: Any, caller: Caller = PUBLIC, **headers: str) -> tuple[int, Any]:
        return self._call("POST", path, caller, headers, json=document)

    def patch(self, path: str, document: Any, caller: Caller = ADMIN, **headers: str) -> tuple[int, Any]:
        return self._call("PATCH", path, caller, headers, json=document)

    def put(self, path: str, document: Any, caller: Caller = ADMIN, **headers: str) -> tuple[int, Any]:
        return self._call("PUT", path, caller, headers, json=document)

    def delete(self, path: str, caller: Caller = SERVICE) -> tuple[int, Any]:
        return self._call("DELETE", path, caller, {})

    def sign_up(self, **changes: Any) -> "Member":
        status, answered = self.post("/signup", a_sign_up(**changes))
        assert status == 200, answered
        return Member(answered)

    def _call(self, method: str, path: str, caller: Caller, headers: dict[str, str], **options: Any) -> tuple[int, Any]:
        token = self.signer.token(caller, "directory")
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        response = self.client.open(path, method=method, headers={"Authorization": f"Bearer {token}"} | sent, **options)
        self.headers = dict(response.headers)
        return response.status_code, response.get_json(force=True)


@dataclass
class Member:
    """Somebody who signed up."""

    answered: Any

    @property
    def session_id(self) -> str:
        return str(self.answered["session"]["session_id"])

    @property
    def email(self) -> str:
        return str(self.answered["session"]["email"])

    @property
    def entity_id(self) -> str:
        return str(self.answered["entity_id"])

    @property
    def user_id(self) -> str:
        return str(self.answered["user_id"])

    @property
    def account(self) -> str:
        return str(self.answered["account"])

    @property
    def caller(self) -> Caller:
        return Caller(
            subject=self.user_id,
            roles=frozenset({"member"}),
            accounts=frozenset({self.account}),
            entities=frozenset({self.entity_id}),
            session=self.session_id,
        )


def an_email() -> str:
    return f"{secrets.token_hex(6)}@dev.null"


def a_sign_up(**changes: Any) -> dict[str, Any]:
    """A valid sign-up; `name`, `offers`, `wants` go to the entity, `email`, `password` to the user."""
    user = {"email": changes.pop("email", an_email()), "password": changes.pop("password", PASSWORD)}
    place = {name: changes.pop(name) for name in ("address", "device", "agent") if name in changes}
    return {"user": user, "entity": {"name": "Green Grocers"} | changes, "address": "192.0.2.1"} | place


def a_login(member_or_email: "Member | str", password: str = PASSWORD, **changes: Any) -> dict[str, Any]:
    email = member_or_email if isinstance(member_or_email, str) else member_or_email.email
    return {"email": email, "password": password, "kind": "member", "address": "192.0.2.1"} | changes
