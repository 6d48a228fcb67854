"""Whatever bytes are sent, the API answers in its envelope, never with 500 (`fuzz_rest.py` calls by the document)."""

from typing import Any

from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

_IN_A_PATH = some.characters(exclude_characters="/?#", exclude_categories=("Cs",))
"""No lone surrogates: a client can't send them."""
_BYTES = settings(max_examples=40, derandomize=True, database=None, suppress_health_check=list(HealthCheck))


@given(content=some.binary(max_size=60))
@_BYTES
def test_no_bytes_break_the_reading(content: bytes, client: FlaskClient, ann: dict[str, str]) -> None:
    _holds(client.post("/api/v1/transfers", data=content, headers=ann, content_type="application/json"))


@given(identifier=some.text(alphabet=_IN_A_PATH, min_size=1, max_size=20))
@_BYTES
def test_no_id_breaks_a_path(identifier: str, client: FlaskClient, ann: dict[str, str]) -> None:
    for path in ("entities", "transfers", "password-reset"):
        answered = client.get(f"/api/v1/{path}/{identifier}", headers=ann)
        assert answered.status_code in (308, 400, 404, 405, 503)


def _holds(answered: Any) -> None:
    document = answered.get_json()
    assert answered.status_code != 500
    assert ("data" in document) == (answered.status_code == 200)
    assert ("errors" in document) == (answered.status_code != 200)
