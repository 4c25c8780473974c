"""What a push service carries: sealed by RFC 8291, signed by RFC 8292; held against the vectors and another library."""

from __future__ import annotations

import struct

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from sportello.service.notifications.push import encryption
from sportello.service.notifications.push.vapid import SECONDS, authorization, decoded, encoded

#: RFC 8291, section 5 and Appendix A.
WORDS = b"When I grow up, I want to be a watermelon"
OURS = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
THEIRS = "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"
BROWSER_KEY = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
SECRET = "BTBZMqHH6r4Tts7J_aSIgg"
SALT = "DGv6ra1nlYgDCS1FRnbzlw"
BODY = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_"
    "yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)


def private(words: str) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(decoded(words), "big"), ec.SECP256R1())


def opened(body: bytes, key: ec.EllipticCurvePrivateKey, secret: bytes) -> bytes:
    """As the browser does: one record, its padding taken off (RFC 8188, section 2)."""
    salt, (record, length) = body[:16], struct.unpack("!LB", body[16:21])
    sender = body[21 : 21 + length]
    assert length == 65 and len(body) <= record
    shared = key.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender))
    content, nonce = encryption.keys(shared, secret, encryption.point(key.public_key()), sender, salt)
    plain = AESGCM(content).decrypt(nonce, body[21 + length :], None).rstrip(b"\0")
    assert plain[-1:] == b"\x02", "the last record says so"
    return plain[:-1]


def test_the_vector_of_the_rfc() -> None:
    body = encryption.encrypt(WORDS, decoded(BROWSER_KEY), decoded(SECRET), own=private(OURS), salt=decoded(SALT))
    assert encoded(body) == BODY
    assert opened(body, private(THEIRS), decoded(SECRET)) == WORDS


def test_every_message_has_its_own_key_and_the_longest_fits_one_record() -> None:
    key, secret = ec.generate_private_key(ec.SECP256R1()), b"s" * 16
    public = encryption.point(key.public_key())
    one, other = (encryption.encrypt(b"x" * encryption.MOST_BYTES, public, secret) for _ in range(2))
    assert one != other and len(one) == encryption.RECORD
    assert opened(one, key, secret) == opened(other, key, secret) == b"x" * encryption.MOST_BYTES


@pytest.mark.parametrize(("words", "key", "secret"), [
    (b"x" * (encryption.MOST_BYTES + 1), decoded(BROWSER_KEY), decoded(SECRET)),
    (b"x", decoded(BROWSER_KEY)[:-1], decoded(SECRET)), (b"x", b"\x04" + b"\1" * 64, decoded(SECRET)),
    (b"x", decoded(BROWSER_KEY), b"short"),
])
def test_what_cannot_be_sealed_is_refused(words: bytes, key: bytes, secret: bytes) -> None:
    with pytest.raises(ValueError):
        encryption.encrypt(words, key, secret)


def test_who_sends_is_signed_for_this_service_and_half_a_day() -> None:
    """RFC 8292, sections 2 and 3; read by PyJWT, which knows nothing of ours."""
    key = ec.generate_private_key(ec.SECP256R1())
    header = authorization(key, "https://push.example.org:8443/send/abc?x=1", "https://desk.example.org", 1_800_000_000)
    scheme, _, rest = header.partition(" ")
    said = dict(part.strip().split("=", 1) for part in rest.split(","))
    assert scheme == "vapid" and said["k"] == encoded(encryption.point(key.public_key()))
    claims = jwt.decode(said["t"], key.public_key(), algorithms=["ES256"], audience="https://push.example.org:8443",
                        options={"verify_exp": False})  # fmt: skip
    assert claims == {"aud": "https://push.example.org:8443", "exp": 1_800_000_000 + SECONDS, "sub": "https://desk.example.org"}
    with pytest.raises(jwt.InvalidSignatureError):
        jwt.decode(said["t"], ec.generate_private_key(ec.SECP256R1()).public_key(), algorithms=["ES256"],
                   options={"verify_exp": False, "verify_aud": False})  # fmt: skip
