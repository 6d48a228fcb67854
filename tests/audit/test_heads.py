"""Signed heads: only what a known key signed as a head is one."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ledger.audit.heads import BadKey, BadSignature, Keys, jws_of, verified
from tests.audit.books import SIGNER, a_ledger
from tests.audit.writing import Signer, base64url, compact

LEDGER = a_ledger()
KEYS = Keys([SIGNER.jwk])
JWS = LEDGER.head(5)
PAYLOAD = LEDGER.payload(5)


def test_head_says_what_was_signed():
    head = verified(JWS, KEYS)
    assert (head.book, head.number, head.size, head.sum) == ("test", 1, 5, 0)
    assert (head.root.hex(), head.hash.hex(), head.jws) == (PAYLOAD["root"], PAYLOAD["hash"], JWS)
    assert head.kid == SIGNER.jwk["kid"]


@given(st.integers(0, len(JWS) - 1), st.integers(1, 127))
def test_any_changed_character_is_found(place: int, flip: int):
    changed = JWS[:place] + chr(ord(JWS[place]) ^ flip) + JWS[place + 1 :]
    with pytest.raises(BadSignature):
        verified(changed, KEYS)


def unsigned() -> str:
    header = base64url(compact({"alg": "none", "kid": SIGNER.jwk["kid"], "typ": "mccs-head+jwt"}))
    return f"{header}.{base64url(compact(PAYLOAD))}."


FORGED = {
    "foreign key": (lambda: Signer().sign(PAYLOAD), "a key that is not known"),
    "foreign key by our name": (lambda: Signer().sign(PAYLOAD, kid=SIGNER.jwk["kid"]), "not signed by the key"),
    "key inside": (lambda: SIGNER.sign(PAYLOAD, kid=None, jwk=SIGNER.jwk), "a key that is not known"),
    "another kid": (lambda: SIGNER.sign(PAYLOAD, kid="x"), "a key that is not known"),
    "no list as a kid": (lambda: SIGNER.sign(PAYLOAD, kid=[1]), "a key that is not known"),
    "none": (unsigned, "is no head: alg 'none'"),
    "other algorithm": (lambda: SIGNER.sign(PAYLOAD, alg="HS256"), "is no head: alg 'HS256'"),
    "other type": (lambda: SIGNER.sign(PAYLOAD, typ="JWT"), "is no head"),
    "critical header": (lambda: SIGNER.sign(PAYLOAD, crit=["b64"], b64=False), "is no head"),
    "two parts": (lambda: JWS.rpartition(".")[0], "is no JWS"),
    "no signature": (lambda: JWS.rpartition(".")[0] + ".", "not signed by the key"),
    "no book": (lambda: SIGNER.sign({name: PAYLOAD[name] for name in PAYLOAD if name != "book"}), "no head in it"),
    "other ledger": (lambda: SIGNER.sign(PAYLOAD | {"iss": "/ledger/other"}), "the ledger of another one"),
    "short root": (lambda: SIGNER.sign(PAYLOAD | {"root": "00"}), "no sound head"),
    "size of nothing": (lambda: SIGNER.sign(PAYLOAD | {"size": 0}), "no sound head"),
    "size of a half": (lambda: SIGNER.sign(PAYLOAD | {"size": 5.5}), "no sound head"),
    "a list": (lambda: SIGNER.sign([1]), "no head in it"),
}


@pytest.mark.parametrize("name", FORGED)
def test_forged_head_is_refused(name: str):
    make, sentence = FORGED[name]
    with pytest.raises(BadSignature, match=sentence):
        verified(make(), KEYS)


def test_keys_of_a_document():
    other = Signer().jwk
    assert list(Keys.of_document(compact({"keys": [SIGNER.jwk, other]}))) == [SIGNER.jwk["kid"], other["kid"]]
    assert len(Keys.of_document(compact([other]))) == 1


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (b"", "no JSON"),
        (b"{}", "no JWKS"),
        (b'{"keys":[1]}', "no JWKS"),
        (b'{"keys":[{"kty":"RSA"}]}', "not an Ed25519"),
        (b'{"keys":[{"kty":"OKP","crv":"Ed25519","x":"AA"}]}', "can't be read"),
        (b'{"keys":[{"kty":"OKP","crv":"Ed25519","x":"!"}]}', "can't be read"),
    ],
)
def test_what_is_no_key_is_refused(text: bytes, sentence: str):
    with pytest.raises(BadKey, match=sentence):
        Keys.of_document(text)


def test_heads_are_found_in_whatever_was_kept():
    document = {"book": "test", "size": 5, "jws": JWS}
    for kept in (
        JWS,
        f"{JWS}\n\n{JWS}\n",
        json.dumps(document),
        json.dumps(document) + "\n" + json.dumps(document),
        json.dumps({"heads": [document, document], "next": None}),
        json.dumps({"books": [{"book": "test", "head": document}, {"book": "other", "head": None}], "keys": []}),
        json.dumps({"head": JWS}),
        json.dumps([JWS]),
    ):
        assert set(jws_of(kept.encode())) == {JWS}
    assert jws_of(b"{}") == []
    with pytest.raises(ValueError, match="neither a JWS nor"):
        jws_of(b"hello world")
