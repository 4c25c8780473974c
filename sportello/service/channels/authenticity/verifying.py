"""DKIM (RFC 6376), SPF (RFC 7208) and DMARC (RFC 7489) asked by ourselves, over an injected resolver.

It tells, and decides nothing: whatever comes out, the message is received, read and answered.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any, Final

from sportello.service.channels.mailkit import spf
from sportello.service.channels.mailkit.authenticity import Authenticity, Checked
from sportello.service.channels.mailkit.spf import Names, TemporaryTrouble

log = logging.getLogger("sportello.authenticity")

#: Who checked, where it was we.
HERE: Final = "here"
#: Signatures of one message that are looked at.
SIGNATURES: Final = 5


@dataclass(frozen=True)
class Way:
    """How it came to our door: the peer's address (empty: not known, and SPF is not asked), HELO, MAIL FROM."""

    peer: str = ""
    helo: str = ""
    mail_from: str = ""


def verify(raw: bytes, way: Way, names: Names) -> Authenticity:
    """What the three say of a message. Never raises; `temperror` where the DNS did not answer."""
    asked = _Asked(names)
    sign = _dkim(raw, asked)
    sender = Checked()
    if way.peer:
        result, domain = spf.check(names, way.peer, way.mail_from, way.helo)
        sender = Checked(result, domain)
    return Authenticity(HERE, sign, sender, _dmarc(raw, sender, sign, asked))


class _Asked:
    """TXT records as the two libraries ask for them, and whether somebody did not answer."""

    def __init__(self, names: Names) -> None:
        self.names, self.failed = names, False

    def record(self, name: str, wanted: str = "") -> str:
        try:
            found = self.names.txt(name.rstrip(".").lower())
        except TemporaryTrouble:
            self.failed = True
            raise
        # RFC 6376 section 3.6.2.2 and RFC 7489 section 6.6.3: beside ours any other text may stand
        return next((one for one in found if one.startswith(wanted)), "")


def _dkim(raw: bytes, asked: _Asked) -> Checked:
    """The signature that says most: one that passed and is the author's own, one that passed, the first."""
    import dkim  # here: it brings cryptography, and most processes never ask

    try:
        message = dkim.DKIM(raw, timeout=5)
        count = sum(name.lower() == b"dkim-signature" for name, _value in message.headers)
        author = _author_domain(raw)
    except Exception as error:  # a library over hostile bytes: what it cannot read is not signed
        log.info("a message could not be read for its signatures: %s", type(error).__name__)
        return Checked("permerror")
    found = [_signature(message, number, asked) for number in range(min(count, SIGNATURES))]
    if not found:
        return Checked("none")
    passed = [one for one in found if one.result == "pass"]
    return next((one for one in passed if _near(one.domain, author)), (passed or found)[0])


def _signature(message: Any, number: int, asked: _Asked) -> Checked:
    import dkim

    domain = ""

    def key(name: bytes, timeout: int = 5) -> bytes:
        return asked.record(name.decode("ascii", "replace")).encode()

    try:
        sig, _headers, _all = message.verify_headerprep(number)
        domain = sig[b"d"].decode("ascii", "replace").lower()
        if b"l" in sig:
            return Checked("neutral", domain)  # whatever follows the counted bytes is nobody's
        return Checked("pass" if message.verify(number, dnsfunc=key) else "fail", domain)
    except TemporaryTrouble:
        return Checked("temperror", domain)
    except dkim.ValidationError:
        return Checked("fail", domain)
    except Exception as error:  # as above; a key of a made-up form, a field that is no list
        log.info("a signature could not be followed: %s", type(error).__name__)
        return Checked("permerror", domain)


def _dmarc(raw: bytes, sender: Checked, sign: Checked, asked: _Asked) -> Checked:
    """The author's domain's own policy; `none` where it has none."""
    import authheaders

    domain = _author_domain(raw)
    spf_said = authheaders.SPFAuthenticationResult(
        result=sender.result or "none", smtp_mailfrom=sender.domain or None
    )
    dkim_said = authheaders.DKIMAuthenticationResult(result=sign.result or "none", header_d=sign.domain or None)
    try:
        found = authheaders.check_dmarc(
            raw, spf_result=spf_said, dkim_result=dkim_said, dnsfunc=lambda name: asked.record(name, "v=DMARC1")
        )
    except TemporaryTrouble:
        return Checked("temperror", domain)
    except Exception as error:  # as above
        log.info("a policy could not be followed: %s", type(error).__name__)
        return Checked("permerror", domain)
    if found.result == "fail" and (asked.failed or "temperror" in (sender.result, sign.result)):
        return Checked("temperror", domain)
    return Checked(str(found.result), domain)


def _author_domain(raw: bytes) -> str:
    from sportello.service.channels.mailkit import addresses, headers
    from sportello.service.channels.mailkit.defects import Defects

    top, _body = headers.read_block(raw, 0, len(raw), Defects())
    found = addresses.parse(top.raw("from"), Defects())
    return found[0].address.rpartition("@")[2].lower() if found else ""


def _near(one: str, other: str) -> bool:
    return bool(one) and (one == other or one.endswith(f".{other}") or other.endswith(f".{one}"))
