"""The dossier on paper: PDF/UA-1 with PDF/A-2a, in the language that is asked; the same data as its JSON."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any, Final

from django.utils.formats import date_format
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from sportello.foundation.core.text import in_language
from sportello.foundation.paper.typesetting import Paper, typeset
from sportello.foundation.tenancy import clock
from sportello.foundation.tenancy.models import Organisation
from sportello.records.procedures.explaining import date_in_words
from sportello.records.procedures.models import NoticeTemplate
from sportello.records.tickets.models import Closure, Notice, Term, Ticket
from sportello.service.channels.models import Delivery
from sportello.service.channels.pec.words import kind_word

from . import dossier

_TEMPLATE: Final = Path(__file__).with_name("dossier.typ")


def pdf_of(ticket: Ticket, data: dict[str, Any]) -> Paper:
    """`data` is `dossier.data_of`; in the active language, dated when the ticket closed: equal data, equal bytes."""
    language = (get_language() or "it").split("-")[0]
    house = ticket.organisation
    at = ticket.closed_at or ticket.moved_at
    title = _("Dossier of ticket %(number)s") % {"number": ticket.number}
    content = {
        "sender": house.name,
        "footer": f"{house.name} · {ticket.number}",
        "facts": _facts(data, house, language),
        "sections": [one for one in _sections(data, house, language) if one.get("rows") or one.get("entries")],
        "hashes": _hashes(data),
        "hashes_title": _("Files and mail, with their SHA-256"),
        "note": _(
            "The dossier as data (JSON) holds more than this page: facts of every event, steps of every count."
            " Its SHA-256 is %(digest)s."
        ) % {"digest": dossier.digest(data)},
    }  # fmt: skip
    return typeset(_TEMPLATE, content, title=title, language=language, at=at)


def _facts(data: dict[str, Any], house: Organisation, language: str) -> list[list[str]]:
    ticket, customer, filing = data["ticket"], data["customer"], data["filing"]
    rows = [
        [_("Number"), ticket["number"]],
        [_("Subject"), ticket["subject"]],
        [_("Kind"), in_language(ticket["kind_names"], language)],
        [_("Customer"), customer["name"] if customer else ""],
        [_("Team"), in_language(ticket["team_names"], language)],
        [_("Opened"), _instant(house, ticket["opened_at"])],
        [_("Closed"), _instant(house, ticket["closed_at"])],
    ]
    if filing:
        rows.append([_("Class"), f"{filing['code']} {in_language(filing['titles'], language)}"])
        rows.append([_("Kept until"), _day(filing["keep_until"]) or _("for ever")])
    return [row for row in rows if row[1]]


def _sections(data: dict[str, Any], house: Organisation, language: str) -> list[dict[str, Any]]:
    since, due = pgettext("dossier", "From"), pgettext("dossier", "Due")
    until, given = pgettext("dossier", "Until"), pgettext("dossier", "Given")
    outcomes, moments = dict(Closure.Outcome.choices), dict(NoticeTemplate.Moment.choices)
    return [
        {"title": _("What was said"), "entries": [one for row in data["entries"] if (one := _entry(row, house))]},
        {
            "title": _("How it ended"), "head": [_("Closed"), _("Outcome"), _("Reason")],
            "rows": [[_instant(house, one["closed_at"]), str(outcomes.get(one["outcome"], one["outcome"])),
                      one["reason"]] for one in data["closures"]],
        },
        {
            "title": _("Terms"), "head": [_("Term"), since, due, _("Met"), _("Source")],
            "rows": [[str(dict(Term.Kind.choices).get(one["kind"], one["kind"])), _instant(house, one["starts_at"]),
                      _instant(house, one["due_at"]), _instant(house, one["met_at"]) or "–", one["source"] or "–"]
                     for one in data["terms"]["terms"]],
        },
        {
            "title": _("Stops and extensions"), "head": [since, until, _("Reason"), _("Document")],
            "rows": [[_instant(house, one["began_at"]), _instant(house, one["ended_at"] or one["until_at"]),
                      one["reason"], one["document"] or "–"] for one in data["terms"]["suspensions"]]
            + [[_instant(house, one["from"]), _instant(house, one["to"]), one["reason"], one["document"] or "–"]
               for one in data["terms"]["extensions"]],
        },
        {
            "title": _("Notices"), "head": [_("Notice"), due, given, _("How"), _("Proof")],
            "rows": [[str(moments.get(one["moment"], one["moment"])), _instant(house, one["due_at"]),
                      _instant(house, one["given_at"]) or _state(one["state"]), one["how"] or "–", one["proof"] or "–"]
                     for one in data["notices"]],
        },
        {
            "title": _("What became of what was sent"), "head": [_("Address"), _("State"), _("When")],
            "rows": [[one["address"], str(dict(Delivery.State.choices).get(one["state"], one["state"])),
                      _instant(house, one["at"])] for one in data["proofs"]["deliveries"]],
        },
        {
            "title": _("What certified-mail providers prove"), "head": [_("Legal time"), _("What"), _("About")],
            "rows": [[_instant(house, one["certified_at"]) or "–", kind_word(one["kind"]), one["about"] or "–"]
                     for one in data["proofs"]["certified"]],
        },
    ]  # fmt: skip


def _state(code: str) -> str:
    return str(dict(Notice.State.choices).get(code, code))


def _entry(row: dict[str, Any], house: Organisation) -> dict[str, Any] | None:
    """One entry in words; an event only where somebody gave a reason for it: the rest stands in the JSON."""
    who = row["name"] or (_("Customer") if row["by"] == "customer" else "Sportello")
    head, text, mark = f"{who} · {_instant(house, row['at'])}", "", None
    if "message" in row:
        message = row["message"]
        name, address = message["from"]
        if message["direction"] == "in" and (name or address):
            head = f"{name or address} · {_instant(house, row['at'])}"
        addresses = ", ".join(one[2] for one in message["to"])
        head = f"{head} · {message['channel']}" + (f" → {addresses}" if addresses else "")
        text = message["text"]
        if message["direction"] in ("ask", "told"):
            mark = pgettext("dossier", "with an office")
    elif "note" in row:
        text, mark = row["note"], pgettext("dossier", "internal")
    elif "contact" in row:
        text, mark = row["contact"]["summary"], None
        head = f"{head} · {row['contact']['channel']}"
    elif row["event"]["code"] == "step_done":
        names = row["event"].get("step_names", {})
        step = in_language(names, get_language() or "it") or str(row["event"]["facts"].get("step", ""))
        text = _("Step done: %(step)s") % {"step": step}
    elif row["event"]["reason"]:
        text = row["event"]["reason"]
    else:
        return None
    files = [f"{one['name']} ({one['size']} byte)" for one in row["files"]]
    return {"head": head, "text": text or "–", "files": files, **({"mark": mark} if mark else {})}


def _hashes(data: dict[str, Any]) -> list[list[str]]:
    found = [[file["name"], file["sha256"]] for row in data["entries"] for file in row["files"]]
    found += [[_("mail of %(at)s") % {"at": one["received_at"]}, one["sha256"]] for one in data["mail"]]
    return found


def _instant(house: Organisation, at: str | None) -> str:
    if not at:
        return ""
    local = clock.local(house, datetime.fromisoformat(at))
    return f"{date_format(local, 'SHORT_DATE_FORMAT')} {local:%H:%M}"


def _day(day: str | None) -> str:
    return date_in_words(datetime.fromisoformat(day), get_language() or "it") if day else ""
