"""smime.p7s of a certified message: is it whole, and did a provider we trust sign it (RFC 8551, RFC 5652)?

Integrity needs nothing but the message. Trust needs certificates somebody put there on purpose; without any, the answer
is "not checked", never "valid". No network: no revocation lists are fetched.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from sportello.service.channels.mailkit import mime, transfer
from sportello.service.channels.mailkit.defects import Defects

log = logging.getLogger(__name__)

State = Literal["valid", "not_checked", "untrusted", "broken", "missing"]

_TYPES: Final = ("application/pkcs7-signature", "application/x-pkcs7-signature")
_HASHES: Final[dict[str, hashes.HashAlgorithm]] = {
    # older messages of a box are signed with SHA-1; what is weaker proves nothing
    "sha1": hashes.SHA1(),  # noqa: S303 - read, never written
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}
_SIGNERS: Final = 5
_CERTIFICATES: Final = 20
_CHAIN: Final = 6
_LARGEST: Final = 2_000_000


@dataclass(frozen=True, slots=True)
class Signature:
    """What became of the check. `code` tells why it is not valid: not_signed, unreadable, changed, wrong_key,
    no_trusted_certificates, no_chain, out_of_date. `signer` and `issuer` are names as the certificate gives them."""

    state: State
    code: str = ""
    signer: str = ""
    issuer: str = ""


def check(raw: bytes, trusted: Sequence[x509.Certificate], at: datetime) -> Signature:
    """The signature of a whole message, as of the instant `at` (aware). Never raises, whatever the bytes."""
    try:
        signed = _signed(raw)
        if signed is None:
            return Signature("missing", "not_signed")
        return _check(*signed, trusted, at)
    except Exception as error:
        # the one place that may catch all: the decoder meets bytes of strangers, and a message must not be lost for it
        log.info("a signature could not be read: %s", type(error).__name__)
        return Signature("broken", "unreadable")


def certificates(content: bytes) -> list[x509.Certificate]:
    """The certificates of a file, PEM (one or many) or DER; none when it holds none."""
    try:
        if b"-----BEGIN" in content:
            return x509.load_pem_x509_certificates(content)
        return [x509.load_der_x509_certificate(content)]
    except ValueError:
        return []


# What was signed, and by what ------------------------------


def _signed(raw: bytes) -> tuple[bytes, bytes] | None:
    """The signed part byte for byte with its header fields, and the signature; None when the message has none."""
    root = mime.read(raw, Defects())
    if root.content_type != "multipart/signed" or len(root.children) < 2:
        return None
    part = next((one for one in root.children[1:] if one.content_type in _TYPES), None)
    boundary = root.params.get("boundary", "").rstrip().encode("utf-8", "replace")
    if part is None or not boundary:
        return None
    lines = list(_delimiters(raw, boundary, root.start, root.end))
    if len(lines) < 2:
        return None
    start, end = lines[0][1], lines[1][0]
    if raw[end - 1 : end] == b"\n":
        end -= 2 if raw[end - 2 : end - 1] == b"\r" else 1
    signature = transfer.decode(raw, part.start, part.end, part.encoding, Defects())
    return raw[start:end], signature[:_LARGEST]


def _delimiters(raw: bytes, boundary: bytes, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Where the first delimiter lines begin, and where the line after each does."""
    wanted, position = b"--" + boundary, start
    for _each in range(1_000):
        position = raw.find(wanted, position, end)
        if position < 0:
            return
        line_end = raw.find(b"\n", position, end)
        line_end = end if line_end < 0 else line_end
        rest = raw[position + len(wanted) : line_end].strip()
        if (position == start or raw[position - 1 : position] == b"\n") and rest in (b"", b"--"):
            yield position, line_end + 1
        position = line_end


def _check(content: bytes, signature: bytes, trusted: Sequence[x509.Certificate], at: datetime) -> Signature:
    from asn1crypto import cms  # here: what most processes never use is not in their memory

    data = cms.ContentInfo.load(signature)["content"]
    known = [
        x509.load_der_x509_certificate(one.chosen.dump())
        for one in list(data["certificates"])[:_CERTIFICATES]
        if one.name == "certificate"
    ]
    best = Signature("broken", "unreadable")
    for signer in list(data["signer_infos"])[:_SIGNERS]:
        certificate = _certificate_of(signer, known)
        if certificate is None:
            continue
        code = _problem(signer, certificate, content)
        names = (_name(certificate.subject), _name(certificate.issuer))
        if code:
            best = Signature("broken", code, *names)
            continue
        return _trust(certificate, known, trusted, at, names)
    return best


def _certificate_of(signer: Any, known: Sequence[x509.Certificate]) -> x509.Certificate | None:
    sid = signer["sid"]
    for one in known:
        if sid.name == "issuer_and_serial_number":
            if sid.chosen["serial_number"].native == one.serial_number and (
                sid.chosen["issuer"].dump() == one.issuer.public_bytes()
            ):
                return one
        else:
            digest = x509.SubjectKeyIdentifier.from_public_key(one.public_key()).digest
            if sid.chosen.native == digest or _key_identifier(one) == sid.chosen.native:
                return one
    return None


def _key_identifier(certificate: x509.Certificate) -> bytes:
    try:
        return certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
    except x509.ExtensionNotFound:
        return b""


# Integrity ------------------------------


def _problem(signer: Any, certificate: x509.Certificate, content: bytes) -> str:
    """Why the signature does not fit; empty when it does."""
    name = str(signer["digest_algorithm"]["algorithm"].native)
    if name not in _HASHES:
        return "weak_digest"
    attributes = signer["signed_attrs"]
    if not len(attributes):
        return "" if any(_fits(signer, certificate, name, each) for each in _forms(content)) else "wrong_key"
    digests = [one["values"][0].native for one in attributes if one["type"].native == "message_digest"]
    if len(digests) != 1 or not any(hashlib.new(name, each).digest() == digests[0] for each in _forms(content)):
        return "changed"
    # signed as a SET OF, written with the implicit tag [0] (RFC 5652 section 5.4)
    return "" if _fits(signer, certificate, name, attributes.untag().dump(force=True)) else "wrong_key"


def _forms(content: bytes) -> Iterator[bytes]:
    """As stored; and with the line ends of the wire, which a pipe may have taken away."""
    yield content
    wire = content.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    if wire != content:
        yield wire


def _fits(signer: Any, certificate: x509.Certificate, name: str, data: bytes) -> bool:
    key, signature, digest = certificate.public_key(), bytes(signer["signature"].native), _HASHES[name]
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, data, _padding(signer, digest), digest)
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, data, ec.ECDSA(digest))
        else:
            return False
    except (InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


def _padding(signer: Any, digest: hashes.HashAlgorithm) -> padding.PKCS1v15 | padding.PSS:
    if signer["signature_algorithm"].signature_algo == "rsassa_pss":
        return padding.PSS(padding.MGF1(digest), padding.PSS.AUTO)
    return padding.PKCS1v15()


# Trust ------------------------------


def _trust(
    certificate: x509.Certificate,
    known: Sequence[x509.Certificate],
    trusted: Sequence[x509.Certificate],
    at: datetime,
    names: tuple[str, str],
) -> Signature:
    if not trusted:
        return Signature("not_checked", "no_trusted_certificates", *names)
    current = certificate
    for _step in range(_CHAIN):
        if not current.not_valid_before_utc <= at <= current.not_valid_after_utc:
            return Signature("untrusted", "out_of_date", *names)
        if current in trusted or any(_issued(current, one) for one in trusted):
            return Signature("valid", "", *names)
        parent = next((one for one in known if one != current and _is_authority(one) and _issued(current, one)), None)
        if parent is None:
            break
        current = parent
    return Signature("untrusted", "no_chain", *names)


def _issued(certificate: x509.Certificate, by: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(by)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


def _is_authority(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False


def _name(name: x509.Name) -> str:
    return name.rfc4514_string()[:300]
