"""Signs that a program wrote the message (RFC 3834), or that no program may answer it.

The signs are tried in order of strength; the first that fits is the one shown under "why?".
"""

from __future__ import annotations

import re
from typing import Final

from sportello.service.channels.mailkit import charsets, pec
from sportello.service.channels.mailkit.headers import Headers
from sportello.service.channels.mailkit.mime import Part
from sportello.service.channels.mailkit.record import Address, MachineKind, MachineSign

_VENDOR: Final[tuple[tuple[str, str], ...]] = (
    # Header, and how its value must begin; an empty string means that its presence is enough.
    ("x-autoreply", ""),
    ("x-autorespond", ""),
    ("x-autoresponder", ""),
    ("x-autoreply-from", ""),
    ("x-mail-autoreply", ""),
    ("x-fc-machinegenerated", "true"),
    ("x-post-messageclass", "9;"),
    ("x-cron-env", ""),
    ("x-ms-exchange-inbox-rules-loop", ""),
    ("preference", "auto_reply"),
    ("delivered-to", "autoresponder"),
)
_AUTOMATIC_SUBJECT: Final = re.compile(
    r"(?:risposta automatica|automatic reply|auto(?:matic)?[- ]?reply|autoreply|auto response|"
    r"out of (?:the )?office|"
    r"fuori (?:sede|ufficio)|assenza dall.ufficio|automatische antwort|abwesenheitsnotiz|"
    r"r[ée]ponse automatique|"
    r"respuesta autom[áa]tica|resposta autom[áa]tica|r[ăa]spuns automat)\b",
    re.IGNORECASE,
)
_NO_REPLY: Final = re.compile(
    r"(?:no|do[._-]?not|non)[._-]?(?:reply|rispondere|risponda|answer)|nepasrepondre|noresponder",
    re.IGNORECASE,
)
_ROBOTS: Final = re.compile(r"(?:mailer-daemon|mail-daemon|maildaemon)@", re.IGNORECASE)


def sign(
    headers: Headers, root: Part, sender: Address, subject: str, return_path: str | None, pec_kind: str | None
) -> MachineSign | None:
    """The strongest sign there is, or None: a person wrote, and may be answered by a program."""
    if pec.is_receipt(pec_kind):
        return _made("pec_receipt", "report", "x-ricevuta", pec_kind or "")
    return (
        _report(root)
        or _declared(headers)
        or _vendor(headers)
        or _envelope(headers, sender, subject, return_path)
        or _quiet(headers, sender)
    )


def writes_itself(found: MachineSign | None) -> bool:
    """Whether the sign means that no person wrote it."""
    return found is not None and found.kind in ("auto_reply", "bulk", "report")


def _made(code: str, kind: MachineKind, header: str, value: str) -> MachineSign:
    return MachineSign(code, kind, header, charsets.clean_line(value)[:200])


def _report(root: Part) -> MachineSign | None:
    if root.content_type != "multipart/report":
        return None
    wanted = root.params.get("report-type", "").strip().lower()
    codes = {
        "disposition-notification": "read_receipt",
        "feedback-report": "feedback",
        "delivery-status": "bounce",
    }
    code = codes.get(wanted)
    return _made(code, "report", "content-type", wanted) if code else None


def _declared(headers: Headers) -> MachineSign | None:
    submitted = headers.raw("auto-submitted", 200)
    word = submitted.partition(";")[0].partition("(")[0].strip().lower()
    if word and word != "no":
        # Exchange sends its absence notes as "auto-generated"; what answers something is a reply all the same.
        alone = word == "auto-generated" and "in-reply-to" not in headers
        return _made("auto_submitted", "bulk" if alone else "auto_reply", "auto-submitted", submitted)
    precedence = headers.raw("precedence", 200).strip().lower()
    if precedence in ("auto_reply", "auto-reply", "autoreply"):
        return _made("precedence", "auto_reply", "precedence", precedence)
    if precedence in ("bulk", "junk"):
        return _made("precedence", "bulk", "precedence", precedence)
    for name in ("list-id", "list-post", "x-mailing-list"):
        if name in headers:
            return _made("list", "list", name, headers.raw(name, 500))
    if precedence == "list":
        return _made("list", "list", "precedence", precedence)
    return None


def _vendor(headers: Headers) -> MachineSign | None:
    for name, beginning in _VENDOR:
        value = headers.raw(name, 500).strip()
        if name in headers and value.lower().startswith(beginning) and value.lower() not in ("no", "false"):
            return _made("vendor", "auto_reply", name, value)
    return None


def _envelope(headers: Headers, sender: Address, subject: str, return_path: str | None) -> MachineSign | None:
    if return_path == "":
        return _made("no_return_path", "auto_reply", "return-path", "<>")
    if _ROBOTS.match(sender.address + "@"):
        return _made("vendor", "report", "from", sender.address)
    # A subject proves nothing by itself: a customer may well write about an automatic reply. With a second
    # sign it does.
    second = "x-auto-response-suppress" in headers or _NO_REPLY.match(sender.address)
    if second and _AUTOMATIC_SUBJECT.match(subject):
        return _made("auto_subject", "auto_reply", "subject", subject)
    return None


def _quiet(headers: Headers, sender: Address) -> MachineSign | None:
    """Web forms are sent like this with a person's words inside: read them, but let no program answer."""
    suppress = headers.raw("x-auto-response-suppress", 200).strip()
    if suppress and suppress.lower() != "none":
        return _made("suppressed", "quiet", "x-auto-response-suppress", suppress)
    if _NO_REPLY.search(sender.address.partition("@")[0]):
        return _made("no_reply_sender", "quiet", "from", sender.address)
    if "list-unsubscribe" in headers:
        return _made("list", "quiet", "list-unsubscribe", headers.raw("list-unsubscribe", 500))
    return None
