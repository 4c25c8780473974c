"""Signed and sealed wrappings: S/MIME (RFC 8551), PGP/MIME (RFC 3156), and PGP between the lines of a text (RFC 9580).

Content is made readable, nothing is verified here: the record says "signed, not checked" and no more than that.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from typing import Final

from sportello.service.channels.mailkit import limits
from sportello.service.channels.mailkit.defects import Defects
from sportello.service.channels.mailkit.mime import Part
from sportello.service.channels.mailkit.record import SignatureKind, SignatureState

P7M_TYPES: Final = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})
_SIGNATURES: Final = {
    "application/pkcs7-signature": "smime",
    "application/x-pkcs7-signature": "smime",
    "application/pgp-signature": "pgp",
}
_ENTITY: Final = re.compile(rb"\s*(?:content-[a-z-]{2,30}|mime-version|from|to|subject|date)[ \t]*:", re.IGNORECASE)
_CLEAR_MARK: Final = "-----BEGIN PGP SIGNED MESSAGE-----"
_SEALED_MARK: Final = "-----BEGIN PGP MESSAGE-----"
_SIGNATURE_MARK: Final = "-----BEGIN PGP SIGNATURE-----"
_END_MARK: Final = "-----END PGP SIGNATURE-----"
_ARMOUR_FIELD: Final = re.compile(r"[A-Za-z-]{1,40}: ")


@dataclass(slots=True)
class Seal:
    """What is known of a message's signature; the outermost wrapping speaks."""

    state: SignatureState = ""
    kind: SignatureKind = ""

    def note(self, state: SignatureState, kind: SignatureKind) -> None:
        """Remember the first wrapping met; a seal that hides the words outweighs a signature."""
        if not self.state or (state == "encrypted" and self.state != "encrypted"):
            self.state, self.kind = state, kind


def note_container(part: Part, seal: Seal) -> None:
    """A multipart that says it is signed or sealed."""
    if part.content_type == "multipart/signed":
        protocol = part.params.get("protocol", "").strip().lower()
        inside = [_SIGNATURES.get(child.content_type, "") for child in part.children[1:]]
        kind = _SIGNATURES.get(protocol) or next(filter(None, inside), "")
        seal.note("signed_not_checked", "pgp" if kind == "pgp" else "smime")
    elif part.content_type == "multipart/encrypted":
        seal.note("encrypted", "pgp")


@dataclass(frozen=True, slots=True)
class Opened:
    """What a p7m holds: nothing readable (sealed), a MIME entity (a mail), or a file."""

    is_sealed: bool = False
    content: bytes = b""

    @property
    def is_mail(self) -> bool:
        return bool(_ENTITY.match(self.content[:200]))


def open_p7m(content: bytes, defects: Defects) -> Opened | None:
    """The content of a CMS structure in DER, BER or base64; None when it is none or holds nothing. Never raises."""
    if len(content) > limits.P7M:
        defects.add("p7m_cut")
        return None
    from asn1crypto import cms  # here: what most processes never use is not in their memory

    try:
        info = cms.ContentInfo.load(_der(content))
        sort = info["content_type"].native
        if sort in ("enveloped_data", "authenticated_enveloped_data", "encrypted_data"):
            return Opened(is_sealed=True)
        if sort != "signed_data":
            return None
        held = info["content"]["encap_content_info"]["content"].native
    except Exception:  # the library raises what it likes on hostile input; the p7m itself stays a file
        defects.add("p7m_broken")
        return None
    return Opened(content=held) if isinstance(held, bytes) and held else None


def _der(content: bytes) -> bytes:
    if content[:1] == b"\x30":
        return content
    from asn1crypto import pem  # here: what most processes never use is not in their memory

    if pem.detect(content[:100]):
        return bytes(pem.unarmor(content)[2])
    try:
        return base64.b64decode(content)
    except (binascii.Error, ValueError):
        return content


def without_armour(text: str, seal: Seal) -> str:
    """The words of a text signed by PGP between its lines; the signature can be checked in the raw message."""
    if _SEALED_MARK in text:
        seal.note("encrypted", "pgp")
    if _CLEAR_MARK not in text:
        return text
    lines = text.split("\n")
    out: list[str] = []
    at = 0
    while at < len(lines):
        signed = _signed_words(lines, at) if lines[at].rstrip() == _CLEAR_MARK else None
        if signed is None:
            out.append(lines[at])
            at += 1
            continue
        words, at = signed
        out.extend(words)
        seal.note("signed_not_checked", "pgp")
    return "\n".join(out)


def _signed_words(lines: list[str], at: int) -> tuple[list[str], int] | None:
    """The words between the mark at `at` and their signature, and where what follows begins; None without a signature.

    A mark that has none is looked for once only, up to the next mark: each line is read a bounded number of times.
    """
    begins = at + 1
    while begins < len(lines) and _ARMOUR_FIELD.match(lines[begins]):
        begins += 1
    for index in range(begins, len(lines)):
        line = lines[index].rstrip()
        if line == _CLEAR_MARK:
            return None
        if line == _SIGNATURE_MARK:
            words = [word.removeprefix("- ") for word in lines[begins:index]]
            while words and not words[0].strip():
                words.pop(0)
            return words, _after_signature(lines, index)
    return None


def _after_signature(lines: list[str], at: int) -> int:
    """Behind the signature's last line; an unfinished one ends before the first line that is no base64."""
    for index in range(at + 1, len(lines)):
        line = lines[index].rstrip()
        if line == _END_MARK:
            return index + 1
        if " " in line and not _ARMOUR_FIELD.match(line):
            return index
    return len(lines)
