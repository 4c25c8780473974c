"""Delivery reports and receipts of reading: RFC 3464, RFC 8098, and what Exim, qmail, Postfix, Exchange and the large
providers write instead."""

from __future__ import annotations

import re
from typing import Final

from sportello.service.channels.mailkit import addresses, charsets, feedback, headers, ids, limits
from sportello.service.channels.mailkit.bodies import Found
from sportello.service.channels.mailkit.defects import Defects
from sportello.service.channels.mailkit.headers import Headers
from sportello.service.channels.mailkit.mime import Part
from sportello.service.channels.mailkit.record import Address, Bounce, BouncedRecipient, BounceReason

_STATUS: Final = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
_REPLY_CODE: Final = re.compile(r"(?<![\d.:-])([45]\d\d)[ :-]")
_ROBOT: Final = re.compile(
    r"(?:mailer-daemon|mail-daemon|maildaemon|postmaster|mdaemon|mailsupport)(?:@|$)", re.IGNORECASE
)
_SUBJECT: Final = re.compile(
    r"undeliver|non recapitabile|mancato recapito|mancata consegna|impossibile recapitare|"
    r"notifica (?:di )?(?:stato|mancat)|"
    r"delivery (?:status|failure|has failed|notification|delayed|problem)|mail delivery|message delivery|"
    r"failure notice|"
    r"returned (?:to sender|mail)|messaggio (?:restituito|non consegnato)|unzustellbar|non remis|"
    r"no se puede entregar|"
    r"mail system error|could not be delivered|warning: (?:message|could not send)",
    re.IGNORECASE,
)
_ADDRESS_LINE: Final = re.compile(r"<?([^\s<>()\[\]:;,\"']{1,64}@[A-Za-z0-9.-]{1,255}\.[A-Za-z0-9-]{2,63})>?", re.ASCII)
_COPY_BEGINS: Final = re.compile(
    r"-{3,} ?(?:Below this line|This is a copy|Original message)|"
    r"(?:Received|Return-Path|From|Message-ID|DKIM-Signature):|Original message headers",
    re.IGNORECASE,
)
_MESSAGE_ID: Final = re.compile(r"^[> \t]{0,20}Message-ID:\s{0,9}(<[^<>\s]{1,998}>)", re.IGNORECASE | re.MULTILINE)
_DELAYED: Final = re.compile(
    r"will (?:be retried|continue to|keep trying)|still (?:being )?retr|not yet been delivered|"
    r"delivery (?:is )?delayed|no action is required|riprover|warning message only", re.IGNORECASE
)  # fmt: skip
_WORDS: Final[tuple[tuple[BounceReason, re.Pattern[str]], ...]] = (
    ("mailbox_full", re.compile(r"over ?quota|quota exceeded|mailbox (?:is )?full|full mailbox|"
                                r"casella (?:\w+ )?piena|"
                                r"insufficient (?:disk|storage)|exceeded storage", re.I)),
    ("size", re.compile(r"too (?:large|big)|size limit|exceed(?:s|ed) (?:[\w']+ ){0,4}size|"
                        r"dimensioni", re.I)),
    ("bad_address", re.compile(r"user unknown|unknown user|no such (?:user|recipient|mailbox)|does not exist|"
                               r"doesn't exist|mailbox (?:not found|unavailable)|invalid recipient|"
                               r"address rejected|"
                               r"recipient (?:not found|unknown)|utente sconosciuto|inesistente|"
                               r"account .{0,40}disabled|casella (?:disabilitata|inattiva|sospesa)|"
                               r"not listed in|recip(?:ient)?notfound|"
                               r"address (?:couldn.t be|could not be|was not) found|indirizzo non (?:è stato )?trovat|"
                               r"account .{0,60}(?:non esiste|does not exist)|have an? .{0,20}account|"
                               r"host or domain name not found|domain not found|no mailbox here", re.I)),
    ("policy", re.compile(r"spam|blocked|blacklist|blocklist|policy|not authori[sz]ed|access denied|"
                          r"rejected due|dmarc|"
                          r"spf|reputation|prohibited", re.I)),
    ("temporary", re.compile(r"try again|temporar|greylist|timed? ?out|connection refused|deferred", re.I)),
)  # fmt: skip


def read(
    raw: bytes,
    top: Headers,
    root: Part,
    found: Found,
    text: str,
    sender: Address,
    subject: str,
    null_sender: bool,
) -> Bounce | None:
    """The report in this message, or None when it is no report of delivery."""
    defects = Defects()  # what is broken inside a report is no defect of the message
    standard = [part for part in found.reports if part.content_type.endswith("delivery-status")]
    complaint = [part for part in found.reports if part.content_type == "message/feedback-report"]
    if complaint:
        return feedback.read(raw, complaint[0], found, _original_ids(raw, top, found, text, defects), defects)
    seen = [part for part in found.reports if part.content_type == "message/disposition-notification"]
    if seen:
        return feedback.read_receipt(raw, seen[0], _original_ids(raw, top, found, text, defects), defects)
    if standard and (_holds_report(root) or null_sender or _ROBOT.match(sender.address)):
        recipients = _standard_recipients(raw, standard[0], defects)
    elif _is_other_report(root) or not _is_informal(top, sender, subject, null_sender):
        return None
    else:
        recipients = _informal_recipients(top, text, sender, defects)
    if not recipients and not (standard and _holds_report(root)):
        return None
    return Bounce(_original_ids(raw, top, found, text, defects), recipients, any(who.hard for who in recipients))


def _holds_report(root: Part) -> bool:
    return any(part.content_type == "multipart/report" for part in (root, *root.children))


def _is_other_report(root: Part) -> bool:
    kind = root.params.get("report-type", "").strip().lower()
    return root.content_type == "multipart/report" and kind in ("disposition-notification", "feedback-report")


def _is_informal(top: Headers, sender: Address, subject: str, null_sender: bool) -> bool:
    if "x-failed-recipients" in top:
        return True
    robot = bool(_ROBOT.match(sender.address)) or null_sender
    return robot and bool(_SUBJECT.search(subject))


# RFC 3464 ------------------------------


def _standard_recipients(raw: bytes, part: Part, defects: Defects) -> tuple[BouncedRecipient, ...]:
    """Groups of fields divided by empty lines; the first group speaks of the message, each other of one
    recipient."""
    data = part.content(raw, defects, limits.REPORT_BYTES)
    data = data.replace(b"\r\n", b"\n").strip(b"\n") + b"\n"
    found: list[BouncedRecipient] = []
    position = 0
    while position < len(data) and len(found) < limits.REPORT_RECIPIENTS:
        fields, after = headers.read_block(data, position, len(data), defects)
        recipient = _standard_recipient(fields)
        if recipient is not None:
            found.append(recipient)
        position = max(after, position + 1)
    return tuple(found)


def _standard_recipient(fields: Headers) -> BouncedRecipient | None:
    typed = fields.raw("original-recipient", 2_000) or fields.raw("final-recipient", 2_000)
    if not typed:
        return None
    address = typed.rpartition(";")[2].strip().strip("<>")
    action = fields.raw("action", 200).partition("(")[0].strip().lower()[:20]
    diagnostic = charsets.clean_line(fields.raw("diagnostic-code", 4_000).partition(";")[2])
    # Some programs write 5.0.0 in Status and the true code in the server's words.
    written = _STATUS.search(fields.raw("status", 200))
    spoken = _STATUS.search(diagnostic)
    status = written.group(1) if written else ""
    if spoken and (not status or status.endswith(".0.0")):
        status = spoken.group(1)
    return _judged(address, action, status, diagnostic)


# The others ------------------------------


def _informal_recipients(top: Headers, text: str, sender: Address, defects: Defects) -> tuple[BouncedRecipient, ...]:
    """Addresses named in the words, each with what is said wherever it is named."""
    text = text[: limits.REPORT_BYTES]
    named = [entry.address for value in top.raw_all("x-failed-recipients") for entry in addresses.parse(value, defects)]
    us = [entry for value in top.raw_all("to")[:5] for entry in addresses.parse(value[:20_000], defects)]
    ours = {entry.address.lower() for entry in (sender, *us)}
    said = _said_of(text, ours - {address.lower() for address in named})
    action = "delayed" if _DELAYED.search(text) else "failed"
    wanted = {address.lower(): address for address in (*named, *(() if named else said))}
    found: list[BouncedRecipient] = []
    for address in tuple(wanted.values())[: limits.REPORT_RECIPIENTS]:
        diagnostic = charsets.clean_line(" ".join(said.get(address.lower(), ())))[:1_000]
        if len(wanted) == 1 and not _STATUS.search(diagnostic) and not _REPLY_CODE.search(diagnostic + " "):
            diagnostic = charsets.clean_line(f"{diagnostic} {_before_the_copy(text)}")[:1_000]
        status = _STATUS.search(diagnostic)
        found.append(_judged(address, action, status.group(1) if status else "", diagnostic))
    return tuple(found)


def _before_the_copy(text: str) -> str:
    """The report's own words, without the letter that comes back below them."""
    lines: list[str] = []
    for line in text.split("\n")[:400]:
        if _COPY_BEGINS.match(line.strip()):
            break
        lines.append(line)
    return "\n".join(lines)


def _said_of(text: str, ours: set[str]) -> dict[str, list[str]]:
    """Addresses that begin a line, or else any, with the lines that follow each. In lower case."""
    words = _before_the_copy(text)
    for furthest in (30, 500):
        found: dict[str, list[str]] = {}
        current: list[str] = []
        for line in words.split("\n"):
            stripped = line.strip()
            match = _ADDRESS_LINE.search(stripped[:500])
            address = match.group(1).rstrip(".").lower() if match else ""
            if match and match.start() <= furthest and address not in ours:
                current = found.setdefault(address, [])
                before = stripped[: match.start()].strip()
                current.append(stripped if before else stripped[match.end() :].lstrip(":> "))
            elif stripped and found and len(current) < 12:
                current.append(stripped)
        if found:
            return found
    return {}


def _original_ids(raw: bytes, top: Headers, found: Found, text: str, defects: Defects) -> tuple[str, ...]:
    """Ids of the message that came back: from its copy, then from what the report refers to."""
    ordered: dict[str, None] = {}
    for part, _ in found.files:
        if part.content_type in (
            "message/rfc822",
            "text/rfc822-headers",
            "message/global",
            "message/rfc822-headers",
        ):
            data = part.content(raw, defects, limits.REPORT_BYTES)
            inner, _ = headers.read_block(data, 0, len(data), defects)
            for message_id in ids.several(inner.raw("message-id"), defects):
                ordered[message_id] = None
    for match in _MESSAGE_ID.finditer(text[: limits.REPORT_BYTES]):
        ordered[match.group(1)] = None
    for name in ("x-ms-exchange-parent-message-id", "in-reply-to", "references"):
        for message_id in reversed(ids.several(top.raw(name), defects)):
            ordered[message_id] = None
    return tuple(ordered)[: limits.REFERENCES]


# Judgement ------------------------------


def _judged(address: str, action: str, status: str, diagnostic: str) -> BouncedRecipient:
    """Reason by the enhanced code (RFC 3463), else by the server's words. Hard: sending again will not
    help."""
    reply = _REPLY_CODE.search(diagnostic + " ")
    if not status and reply:
        status = f"{reply.group(1)[0]}.0.0"
    reason = _reason(status, diagnostic)
    lasting = action not in ("delayed", "delivered", "relayed", "expanded") and not status.startswith(("2.", "4."))
    hard = lasting and reason in ("bad_address", "other")
    return BouncedRecipient(address[: limits.ADDRESS], action, status, diagnostic[:1_000], reason, hard)


def _reason(status: str, diagnostic: str) -> BounceReason:
    subject, _, detail = status[2:].partition(".")
    if status and subject != "0":
        if (subject, detail) in (("2", "2"), ("2", "3"), ("3", "4")):
            return "mailbox_full" if detail == "2" else "size"
        if subject == "7":
            return "bad_address" if _WORDS[2][1].search(diagnostic) else "policy"
        if (subject == "1" and detail not in ("7", "8")) or (subject, detail) in (("2", "1"), ("4", "4")):
            return "temporary" if status.startswith("4") else "bad_address"
    for reason, pattern in _WORDS:
        if pattern.search(diagnostic):
            # "Recipient address rejected: greylisted" rejects no address.
            return "temporary" if reason == "bad_address" and status.startswith("4") else reason
    return "temporary" if status.startswith("4") else "other"
