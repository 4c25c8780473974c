"""A procedure names forms and checklists: they stand on its tickets, for the colleague and for the customer."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.urls import reverse
from django.utils import translation

from sportello.faces.desk import timeline_lines
from sportello.records.procedures import packs
from sportello.records.tickets import blockers
from sportello.records.tickets.actions import classifying, completing
from sportello.records.tickets.models import Message, StepDone, Ticket
from sportello.records.tickets.queries.timeline import timeline
from sportello.service.backoffice.archive import dossier, paper
from sportello.service.backoffice.checklists import ticking
from sportello.service.backoffice.forms import of_steps, publishing
from sportello.service.backoffice.models import Checklist, ChecklistItem, FilledForm
from sportello.service.backoffice.offices import answering
from tests.cast import Cast
from tests.reacting import react
from tests.unit.backoffice.test_offices import forwarded, inside
from tests.unit.backoffice.test_offices import opened as opened_ticket
from tests.unit.tickets.terms_scene import RULES, Scene

pytestmark = pytest.mark.django_db

ASKS: dict[str, Any] = {
    **RULES,
    "steps": [
        {"code": "request_form", "names": {"it": "Domanda completa", "en": "Complete request"}, "role": "customer",
         "form": "accesso-generalizzato"},
        {"code": "site", "names": {"it": "Sopralluogo", "en": "Visit"}, "form": "verbale", "mandatory": False},
    ],
    "checklists": [{
        "code": "limits", "names": {"it": "Limiti", "en": "Limits"},
        "items": [{"names": {"it": "Esclusioni esaminate", "en": "Exclusions examined"}},
                  {"names": {"it": "Copia in archivio", "en": "Copy filed"}, "mandatory": False}],
    }],
}  # fmt: skip


def taken_over(cast: Cast) -> None:
    """The ready-made form, published."""
    ready = [one for one in publishing.shipped(cast.borgo) if one.code == "accesso-generalizzato"]
    for form in publishing.bring_in(cast.borgo, cast.member("Elena"), ready):
        publishing.publish(form, cast.member("Elena"))


def test_checklists_of_the_procedure_hang_on_its_tickets_and_block(cast: Cast) -> None:
    scene, anna = Scene(cast), cast.member("Anna")
    ticket = scene.opened("2026-09-01 10:00", ASKS)
    wanted = "Esclusioni esaminate"
    assert any(wanted in one.name for one in blockers.missing(ticket)), "also before the worker has hung it"
    react()
    hung = Checklist.objects.get(ticket=ticket)
    assert (hung.rule, hung.name, hung.items.count()) == ("limits", "Limiti", 2)
    named = [one.name for one in blockers.missing(ticket) if one.code == "checklist"]
    assert len(named) == 1 and wanted in named[0]
    ticking.tick(ChecklistItem.objects.get(text=wanted), by=anna)
    assert not [one for one in blockers.missing(ticket) if one.code == "checklist"]
    # one that was something else at the door gets them when it is recognised, once
    other = cast.ticket("Una domanda")
    react()
    assert not Checklist.objects.filter(ticket=other).exists()
    classifying.classify(other, ticket.kind, by=anna, reason="Chiede documenti.")
    react()
    assert Checklist.objects.filter(ticket=other, rule="limits").count() == 1


def test_the_form_of_a_step_is_filled_in_by_who_does_it(cast: Cast, client: Any) -> None:
    scene = Scene(cast)
    scene.now("2026-09-01 10:00")
    scene.under(ASKS)
    taken_over(cast)
    opened = cast.opened("Accesso", kind="complaint")
    ticket = opened.ticket
    assert [(one.code, one.version is not None) for one in of_steps.forms_of(ticket)] == [
        ("accesso-generalizzato", True), ("verbale", False)]  # fmt: skip
    # the colleague: from the step
    client.force_login(cast.users["Bruno"])
    side = client.get(reverse("desk:context", args=["borgo", ticket.number])).content.decode()
    assert f"filling/?ticket={ticket.number}" in side and "verbale" in side, "one to fill in, one that is not set up"
    client.logout()
    # the customer: on the page of their request
    client.post(reverse("portal:follow", args=["borgo"]), {"number": ticket.number, "code": opened.code})
    page = client.get(reverse("portal:ticket", args=["borgo", ticket.number])).content.decode()
    begin = reverse("portal:step_form", args=["borgo", ticket.number, "request_form"])
    assert begin in page
    home = reverse("portal:ticket", args=["borgo", ticket.number])
    assert client.post(reverse("portal:step_form", args=["borgo", ticket.number, "site"])).url == home, "a colleague's"
    answer = client.post(begin)
    assert answer.status_code == 302
    assert client.post(answer.url, {"q-wanted": ""}).status_code == 422
    sent = client.post(answer.url, {"q-wanted": "I verbali del 2025", "q-medium": "file"})
    assert sent.status_code == 302 and sent.url == reverse("portal:ticket", args=["borgo", ticket.number])
    assert client.post(answer.url, {"q-wanted": "I verbali del 2025", "q-medium": "file"}).status_code == 302
    filled = FilledForm.objects.get(ticket=ticket)
    assert filled.by_member is None and filled.answers["wanted"] == "I verbali del 2025"
    said = Message.objects.filter(entry__ticket=ticket, direction="in").order_by("-id")[0]
    assert "I verbali del 2025" in said.text and said.entry.attachments.count() == 1
    step = StepDone.objects.get(ticket=ticket)
    assert (step.code, step.by_member) == ("request_form", None)
    page = client.get(reverse("portal:ticket", args=["borgo", ticket.number])).content.decode()
    assert begin not in page
    assert not [one for one in blockers.missing(Ticket.objects.get(pk=ticket.pk)) if one.code == "step"]


def test_nobody_fills_in_on_a_request_they_do_not_follow(cast: Cast, client: Any) -> None:
    scene = Scene(cast)
    scene.now("2026-09-01 10:00")
    scene.under(ASKS)
    taken_over(cast)
    mine, other = cast.opened("Mia", kind="complaint"), cast.opened("Altrui", kind="complaint", address="x@example.org")
    client.post(reverse("portal:follow", args=["borgo"]), {"number": mine.ticket.number, "code": mine.code})
    begun = client.post(reverse("portal:step_form", args=["borgo", mine.ticket.number, "request_form"])).url
    client.post(reverse("portal:leaving", args=["borgo", mine.ticket.number]))
    assert "follow/?number" in client.get(begun).url
    client.post(reverse("portal:follow", args=["borgo"]), {"number": other.ticket.number, "code": other.code})
    elsewhere = client.post(begun.replace(mine.ticket.number, other.ticket.number), {"q-wanted": "x", "q-medium": "file"})
    assert elsewhere.status_code == 410 and reverse("portal:ticket", args=["borgo", other.ticket.number]) in elsewhere.text
    assert not FilledForm.objects.exists()


def test_forms_that_packs_name_are_shipped_and_read(cast: Cast) -> None:
    named = {step.form for pack in packs.shipped() for each in pack.procedures for step in each.steps if step.form}
    ready = {one.code for one in publishing.shipped(cast.borgo)}
    assert named - ready == {"withdrawal"}, "which has a page of its own, with its dates"


def test_a_step_is_told_by_its_title_in_the_readers_language(cast: Cast, client: Any) -> None:
    scene, anna = Scene(cast), cast.member("Anna")
    scene.now("2026-09-01 10:00")
    scene.under(ASKS)
    opened = cast.opened("Accesso", kind="complaint")
    completing.step_done(opened.ticket, "site", by=anna)
    ticket = Ticket.objects.get(pk=opened.ticket.pk)
    item = [one for one in timeline(cast.person("Anna"), ticket) if one.event_code == "step_done"]
    for tongue, said in (("it", "Sopralluogo"), ("en", "Visit")):
        with translation.override(tongue):
            line = timeline_lines.lines(ticket, item)[0].sentence
            assert said in line and "site" not in line
            names = dossier.data_of(ticket, notes=False)
            text = json.dumps(paper._sections(names, ticket.organisation, tongue), ensure_ascii=False, default=str)
            assert said in text
    client.post(reverse("portal:follow", args=["borgo"]), {"number": ticket.number, "code": opened.code})
    assert "Sopralluogo" in client.get(reverse("portal:ticket", args=["borgo", ticket.number])).content.decode()
    # recognised as something else: what was done before keeps its title
    classifying.classify(ticket, cast.ticket().kind, by=anna, reason="Era altro.")
    ticket = Ticket.objects.get(pk=ticket.pk)
    with translation.override("it"):
        assert "Sopralluogo" in timeline_lines.lines(ticket, item)[0].sentence


def test_the_dossier_has_what_offices_said_and_notes_by_choice(cast: Cast) -> None:
    scene = Scene(cast)
    ticket = opened_ticket(scene)
    one = forwarded(scene, ticket, inside(cast))
    answering.answer_inside(one, "I conti tornano.", by=cast.member("Bruno"))
    for notes in (False, True):
        data = dossier.data_of(Ticket.objects.get(pk=ticket.pk), notes=notes)
        said = {row["message"]["direction"]: row["message"]["text"] for row in data["entries"] if "message" in row}
        assert said["told"] == "I conti tornano." and "ask" in said
        assert any("note" in row for row in data["entries"]) is notes
        assert ("pappagallo" in json.dumps([row for row in data["entries"] if "note" in row])) is notes
