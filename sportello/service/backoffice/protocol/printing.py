"""The register of a day as a PDF, printed once, the day after (DPR 445/2000 art. 53; DPCM 3 December 2013 art. 7)."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from pathlib import Path
from typing import Any, Final

from django.db import transaction
from django.utils import formats, translation
from django.utils.translation import gettext as _

from sportello.foundation.files.actions import keep
from sportello.foundation.journal.actions import record
from sportello.foundation.journal.actor import SYSTEM
from sportello.foundation.paper.typesetting import typeset
from sportello.foundation.tenancy import clock
from sportello.foundation.tenancy.models import Organisation
from sportello.records.tickets.models import Ticket

from ..models import ProtocolCounter, ProtocolEntry, ProtocolSettings, RegisterPrint

_TEMPLATE: Final = Path(__file__).with_name("register.typ")


def work() -> int:
    """Print one day of one organisation that is over and not printed; how many were. For the schedule."""
    for setting in ProtocolSettings.objects.select_related("organisation").order_by("pk"):
        day = next_day(setting.organisation)
        if day is not None and print_day(setting, day):
            return 1
    return 0


def next_day(organisation: Organisation) -> date | None:
    """The oldest day before today on which something was registered or annulled and that has no print."""
    today = clock.local(organisation, clock.now(organisation)).date()
    last = RegisterPrint.objects.filter(organisation=organisation).order_by("-day").first()
    after = last.day if last else date.min
    days = []
    for name in ("registered_on", "annulled_on"):
        rows = ProtocolEntry.objects.filter(**{f"{name}__gt": after, f"{name}__lt": today}, organisation=organisation)
        days.append(rows.order_by(name).values_list(name, flat=True).first())
    return min((day for day in days if day is not None), default=None)


def print_day(setting: ProtocolSettings, day: date) -> RegisterPrint | None:
    """The print of `day`, with the digest of the one before; None when another made it. All of it or nothing: cut
    anywhere, the next round does it."""
    with transaction.atomic():
        # one printer an organisation; whoever waited finds the day printed
        ProtocolSettings.objects.select_for_update().get(pk=setting.pk)
        organisation = setting.organisation
        # a registration of that day's last second that is still being written is waited for
        list(ProtocolCounter.objects.select_for_update().filter(organisation=organisation, year=day.year))
        if RegisterPrint.objects.filter(organisation=organisation, day=day).exists():
            return None
        rows = ProtocolEntry.objects.filter(organisation=organisation).select_related("ticket", "annulled_by__user")
        entries = list(rows.filter(registered_on=day).order_by("id"))
        annulled = list(rows.filter(annulled_on=day).order_by("annulled_at", "id"))
        before = RegisterPrint.objects.filter(organisation=organisation, day__lt=day).order_by("-day").first()
        pdf = _paper(setting, day, entries, annulled, before.sha256 if before else "")
        blob = keep(organisation, pdf)
        made = RegisterPrint.objects.create(
            organisation=organisation, day=day, blob=blob, sha256=blob.sha256,
            previous_sha256=before.sha256 if before else "", entries=len(entries), annulments=len(annulled),
            first_number=entries[0].number if entries else "", last_number=entries[-1].number if entries else "",
            printed_at=clock.now(organisation),
        )  # fmt: skip
        record(organisation, "protocol.printed", made, SYSTEM, entries=len(entries), digest=blob.sha256)
    return made


def line_digest(entry: ProtocolEntry) -> str:
    """SHA-256 over the whole line as registered: what a print keeps of a line it must not show."""
    line = {
        "number": entry.shown, "registered_at": entry.registered_at.isoformat(), "direction": entry.direction,
        "correspondents": entry.correspondents, "subject": entry.subject, "digest": entry.digest,
        "attachments": entry.attachments, "happened_at": entry.happened_at.isoformat(),
        "sender": [entry.sender_number, entry.sender_date, entry.sender_office],
    }  # fmt: skip
    return hashlib.sha256(json.dumps(line, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _paper(setting: ProtocolSettings, day: date, entries: list[ProtocolEntry], annulled: list[ProtocolEntry],
           previous: str) -> bytes:  # fmt: skip
    organisation = setting.organisation
    language = organisation.first_language
    with translation.override(language):
        title = _("Daily register of protocol, %(day)s") % {"day": formats.date_format(day, "SHORT_DATE_FORMAT")}
        codes = " ".join(filter(None, (setting.administration, setting.office, setting.register)))
        numbers = f"{entries[0].number}–{entries[-1].number}" if entries else "–"
        facts = [(_("Register"), codes), (_("Day"), formats.date_format(day, "DATE_FORMAT").lower()),
                 (_("Entries"), str(len(entries))), (_("Numbers"), numbers),
                 (_("Digest of the print before"), previous or _("this is the first"))]  # fmt: skip
        data: dict[str, Any] = {
            "sender": organisation.name, "footer": title, "flipped": True,
            "facts": [list(row) for row in facts if row[1]],
            # a digest in two halves: it has no place of its own to break at
            "rows": [[*row, f"{digest[:32]}\n{digest[32:]}"] for *row, digest in map(_row, entries)],
            "annulled": [_annulled(entry) for entry in annulled],
            "words": {
                "entries": _("Registered on this day"),
                "head": [_("Number"), _("Registered at"), _("Way"), _("From or to"), _("Subject and attachments"),
                         _("SHA-256")],
                "annulled": _("Annulled on this day"),
                "annulled_head": [_("Number"), _("Annulled by, at"), _("Why"), _("Act")],
                "note": _("DPR 445/2000, articles 53 and 54. Of restricted matters the subject and the names are left "
                          "out; the digest of their whole line stands instead."),
            },
        }  # fmt: skip
        return typeset(_TEMPLATE, data, title=title, language=language, at=clock.now(organisation)).pdf


def _row(entry: ProtocolEntry) -> list[str]:
    at = clock.local(entry.organisation, entry.registered_at)
    way = _("incoming") if entry.direction == ProtocolEntry.Direction.IN else _("outgoing")
    if entry.ticket.sensitivity != Ticket.Sensitivity.NORMAL:
        return [entry.number, f"{at:%H:%M:%S}", way, _("restricted"), _("restricted"), line_digest(entry)]
    files = "; ".join(f"{one['name']} ({one['sha256'][:12]}…)" for one in entry.attachments)
    subject = f"{entry.subject}\n{files}" if files else entry.subject
    sender = f"\n{entry.sender_office} {entry.sender_number}, {entry.sender_date}" if entry.sender_number else ""
    return [entry.number, f"{at:%H:%M:%S}", way, names_of(entry) + sender, subject, entry.digest]


def names_of(entry: ProtocolEntry) -> str:
    """Senders or recipients on one line."""
    found = (f"{one.get('name', '')} <{one['address']}>" if one.get("address") else str(one.get("name", ""))
             for one in entry.correspondents)  # fmt: skip
    return ", ".join(one.strip() for one in found if one.strip())


def _annulled(entry: ProtocolEntry) -> list[str]:
    who = entry.annulled_by.user.name if entry.annulled_by else ""
    at = clock.local(entry.organisation, entry.annulled_at) if entry.annulled_at else None
    restricted = entry.ticket.sensitivity != Ticket.Sensitivity.NORMAL
    why = _("restricted") if restricted else entry.annulled_why
    return [entry.shown, f"{who}, {at:%H:%M}" if at else who, why, entry.annulled_act]
