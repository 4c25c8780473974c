"""Something of everything, for the styleguide: invented, with the longest names we could think of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from sportello.foundation.ui.nav import Command, Link, NavEntry, Tab
from sportello.foundation.ui.theme.icons import NAMES

FACES = {
    "desk": "ui/styleguide.html", "list": "ui/styleguide_list.html", "portal": "ui/styleguide_portal.html",
    "plain": "ui/styleguide_plain.html", "paper": "ui/styleguide_paper.html",
    "receipt": "ui/styleguide_receipt.html",
}
#: A fixed instant: the page looks the same every time.
NOW = datetime(2026, 12, 2, 9, 30, tzinfo=UTC)


@dataclass(frozen=True)
class SampleStage:
    label: str
    state: Literal["done", "now", "next"]
    at: datetime | None


@dataclass(frozen=True)
class SampleStanding:
    sentence: str
    stages: tuple[SampleStage, ...]
    next_promise_at: datetime | None
    team: str
    to_do_by_customer: str = ""


class SampleForm(forms.Form):
    """A field of every sort."""

    kind = forms.ChoiceField(
        label=_("Kind of request"), choices=[("info", _("Information")), ("fault", _("Fault report")),
                                             ("complaint", _("Complaint"))], widget=forms.RadioSelect)
    service = forms.ChoiceField(label=_("Service"), choices=[("", "—"), ("mensa", "Mensa scolastica"),
                                                             ("tari", "Tassa sui rifiuti")])
    subject = forms.CharField(label=_("Subject"), max_length=80, help_text=_("A few words that say what it is about."))
    text = forms.CharField(label=_("Your request"), max_length=4000, widget=forms.Textarea)
    email = forms.EmailField(label="E-mail", widget=forms.EmailInput(attrs={"autocomplete": "email"}))
    phone = forms.CharField(label=_("Phone"), required=False, widget=forms.TextInput(attrs={"autocomplete": "tel"}))
    day = forms.DateField(label=_("Day"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    attachments = forms.FileField(label=_("Files"), required=False, help_text=_("At most 10 files of 15 MB."))
    channels = forms.MultipleChoiceField(label=_("How we may answer"), required=False,
                                         choices=[("mail", "E-mail"), ("phone", _("Phone")), ("letter", _("Letter"))],
                                         widget=forms.CheckboxSelectMultiple)
    privacy = forms.BooleanField(label=_("I have read how my data are used"))


def standing() -> SampleStanding:
    """A ticket half way."""
    return SampleStanding(
        sentence="L’Ufficio Tributi sta controllando il doppio addebito.",
        stages=(
            SampleStage("Ricevuta", "done", NOW - timedelta(days=2, hours=3)),
            SampleStage("Inviata all’ufficio competente", "done", NOW - timedelta(days=1, hours=1)),
            SampleStage("In istruttoria", "now", NOW - timedelta(minutes=12)),
            SampleStage("Risposta", "next", NOW + timedelta(days=1, hours=2)),
        ),
        next_promise_at=NOW + timedelta(days=1, hours=2), team="Ufficio Tributi",
        to_do_by_customer="Ci serve la ricevuta del secondo pagamento: può aggiungerla qui sotto.",
    )


def nav() -> list[NavEntry]:
    return [
        NavEntry("mine", _("Mine"), "#mine", "user", 7, hotkey="g m"),
        NavEntry("team", _("Team"), "#team", "team", 124, hotkey="g t"),
        NavEntry("us", _("Us"), "#us", "inbox", 24, current=True, hotkey="g n"),
        NavEntry("due", _("Due"), "#due", "due", 3, hotkey="g d"),
        NavEntry("all", _("All"), "#all", "list", hotkey="g a"),
        NavEntry("new", _("New"), "#new", "plus-circle", hotkey="c"),
        NavEntry("settings", _("Set-up"), "#settings", "settings", foot=True),
    ]


def rows() -> list[dict[str, Any]]:
    """Rows of a list, one with a very long name."""
    people = (
        ("Maria Popescu", "Mensa: addebito doppio di ottobre", "reclamo · e-mail", "2026-0004213", timedelta(hours=27)),
        ("Rossi", "Residenza: quali documenti servono", "informazione · sportello", "2026-0004198",
         timedelta(minutes=40)),
        ("Wolfeschlegelsteinhausenbergerdorff-Della Rovere di Montefeltro Ubaldo Massimiliano", "Buca in via Garibaldi",
         "segnalazione · telefono", "2026-0004102", timedelta(hours=-5)),
        ("Cooperativa Sociale Il Girasole", "Fattura non arrivata", "informazione · PEC", "2026-0003999",
         timedelta(days=3)),
        ("Anonimo", "Orari della biblioteca", "informazione · sportello", "2026-0003990", timedelta(days=9)),
    )
    return [{"customer": name, "subject": subject, "sub": sub, "number": number, "due": NOW + due,
             "current": not at, "fresh": at < 2} for at, (name, subject, sub, number, due) in enumerate(people)]


def context(request: HttpRequest, face: str) -> dict[str, Any]:
    """Everything the styleguide's templates use."""
    wrong = SampleForm({"subject": "", "email": "maria", "kind": "fault"}, auto_id="wrong_%s")
    return {
        "organisation": {"name": "Comune di Borgo San Lorenzo in Collina"}, "account_name": "Anna Bianchi",
        "now": NOW, "standing": standing(), "desk_nav": nav(), "rows": rows(), "form": SampleForm(),
        "wrong": wrong, "icons": sorted(NAMES), "face": face, "faces": FACES,
        "desk_home": "#home", "back_url": "#back",
        "desk_strip": [Tab("2026-0004213 Mensa: addebito doppio", "#a", current=True, close_url="/ui/theme/"),
                       Tab("2026-0004102 Buca in via Garibaldi", "#b", close_url="/ui/theme/")],
        "desk_commands": [Command(_("New ticket"), "#new", "plus", "c", "nuova pratica"),
                          Command(_("Anonymous question"), "#anon", "counter")],
        "tabs": [Tab(_("Open"), "#open", current=True, count=24), Tab(_("Closed"), "#closed")],
        "portal_nav": [Link(_("Write to us"), "#write", current=True), Link(_("Follow a request"), "#follow")],
        "portal_owner": "Unione dei Comuni della Valle Lunga", "portal_tagline": "Ufficio relazioni con il pubblico",
        "portal_contacts": "Piazza del Municipio 1, 50032 Borgo\n055 000 0000 · urp@example.org\nlunedì–venerdì 9–13",
        "portal_links": [Link(_("Privacy"), "#privacy"), Link(_("Accessibility statement"), "#accessibility")],
        "breadcrumb": [Link(_("Start"), "#start"), Link(_("Write to us"), "")],
        "step_labels": [_("Need"), _("Details"), _("Contact"), _("Summary")],
        "instants": [NOW - timedelta(seconds=20), NOW - timedelta(minutes=12), NOW - timedelta(hours=2),
                     NOW - timedelta(days=1), NOW - timedelta(days=4), NOW - timedelta(days=40),
                     NOW - timedelta(days=400)],
        "dues": [NOW + timedelta(minutes=25), NOW + timedelta(hours=4), NOW + timedelta(days=1),
                 NOW + timedelta(days=5), NOW + timedelta(days=60), NOW - timedelta(hours=5)],
    }
