"""The verbs of a ticket on the desk: put aside, named, tagged, linked, merged, split, moved, printed; who is away."""

from __future__ import annotations

from datetime import timedelta

from django.test import Client

from sportello.config.explain import explain
from sportello.faces.desk.models import KeyChoice
from sportello.foundation.journal.models import Event
from sportello.foundation.tenancy import clock
from sportello.records.accounts.models import Absence
from sportello.records.tickets import absences
from sportello.records.tickets.models import Entry, Link, Mention, Ticket, TicketMerge, TicketTag
from tests.cast import Cast
from tests.flows.test_desk import HTMX, anna, at, maria_writes, signed_in, text

__all__ = ["anna"]


def rows(client: Client, name: str) -> str:
    """The rows of a list, without the strip of open tickets."""
    return text(client.get(f"/desk/lists/{name}/?fragment=rows"))


def entry_of(ticket: Ticket, words: str) -> Entry:
    return Entry.objects.get(ticket=ticket, message__text__contains=words)


def test_put_aside_and_taken_back(anna: Client, cast: Cast) -> None:
    ticket = cast.ticket()
    asked = text(anna.get(at(ticket, "snooze/")))
    assert "finché il cliente scrive" in asked and "Non oltre" in asked
    far = (clock.now(cast.borgo) + timedelta(days=300)).strftime("%Y-%m-%d")
    refused = anna.post(at(ticket, "snooze/"), {"when": "other", "day": far, "hour": "09:00"})
    assert refused.status_code == 422 and "Non oltre un termine" in text(refused)
    assert anna.post(at(ticket, "snooze/"), {"when": "other"}).status_code == 422
    assert anna.post(at(ticket, "snooze/"), {"when": "reply", "reason": "Attendo la scuola."}).status_code == 302
    page = text(anna.get(at(ticket)))
    assert "torna negli elenchi" in text(anna.get(at(ticket, "?fragment=side")))
    assert "Accantonata" in page and "waking/" in page and "Attendo la scuola." in page
    assert ticket.number in rows(anna, "snoozed") and ticket.number not in rows(anna, "waiting")
    maria_writes(ticket, "Ecco.")
    assert ticket.number in rows(anna, "waiting") and "il cliente ha scritto" in text(anna.get(at(ticket)))
    anna.post(at(ticket, "snooze/"), {"when": "reply"})
    assert anna.post(at(ticket, "waking/")).status_code == 302
    assert "perché il cliente ha scritto" in text(anna.get(at(ticket, "why/")))
    assert "woken_reply" in explain(ticket.number)


def test_named_in_a_note_read_when_opened(anna: Client, cast: Cast) -> None:
    ticket = cast.ticket()
    bruno = signed_in(cast, "Bruno")
    assert anna.get(at(ticket, "colleagues/")).json() == ["Bruno Prova", "Carla Prova", "Hugo Prova"]
    assert 'data-mentions="' in text(anna.get(at(ticket)))
    wrong = anna.post(at(ticket, "notes/"), {"text": "@Dario che dici?"})
    assert wrong.status_code == 422 and "Dario Prova" in text(wrong) and "@Dario che dici?" in text(wrong)
    anna.post(at(ticket, "notes/"), {"text": "@Bruno puoi guardare?"})
    rows = text(bruno.get("/desk/lists/mentioned/"))
    assert ticket.number in rows and "La nomina, non ancora letta" in rows
    bruno.get(at(ticket))
    assert Mention.objects.get().read_at is not None
    assert "non ancora letta" not in text(bruno.get("/desk/lists/mentioned/"))
    anna.post(at(ticket, "notes/"), {"text": "@Bruno ancora tu"})
    bruno.get(at(ticket))  # the tab was open already
    assert not Mention.objects.unread().exists()


def test_tags_one_by_one_and_many_at_once(anna: Client, cast: Cast) -> None:
    one, two = cast.ticket("Uno"), cast.ticket("Due")
    anna.post(at(one, "tags/"), {"tags": "Mensa, rimborso"})
    assert '<option value="Mensa">' in text(anna.get(at(two, "tags/")))
    side = text(anna.get(at(one, "?fragment=side")))
    tag = TicketTag.objects.get(tag__folded="mensa").tag
    assert "tag=Mensa" in side and '<option value="rimborso">' in text(anna.get("/desk/tags/"))
    shown = text(anna.get("/desk/lists/all/?tag=mensa"))
    assert one.number in shown and two.number not in shown
    names = [f"borgo/{one.number}", f"borgo/{two.number}"]
    done = anna.post("/desk/many/tag/", {"tickets": names, "tags": "mensa, Natale"})
    assert done.status_code == 200 and TicketTag.objects.filter(tag__name="Natale").count() == 2
    work = text(done).split('name="work" value="')[1].split('"')[0]
    anna.post("/desk/many/undoing/", {"work": work})
    assert not TicketTag.objects.filter(tag__name="Natale").exists()
    assert TicketTag.objects.filter(tag=tag).count() == 1, "what was there before stays"
    anna.post("/desk/many/untag/", {"tickets": names, "tags": "MENSA"})
    assert not TicketTag.objects.filter(tag=tag).exists()
    assert anna.post(at(one, "tags/"), {"tags": "x" * 60}).status_code == 422


def test_links_seen_from_both_ends_and_only_by_who_sees_both(anna: Client, cast: Cast) -> None:
    one, two = cast.ticket("Uno"), cast.ticket("Due")
    assert anna.post(at(one, "link/"), {"kind": "caused_by", "number": "2026-9999999"}).status_code == 422
    anna.post(at(one, "link/"), {"kind": "caused_by", "number": two.number.replace("-000", "-")})
    assert "Causata da" in text(anna.get(at(one, "context/"))) and "Causa di" in text(anna.get(at(two, "context/")))
    assert anna.post(at(two, f"links/{Link.objects.get().pk}/removal/")).status_code == 302
    assert not Link.objects.exists() and "tolto il legame" in text(anna.get(at(one)))


def test_merged_and_undone_from_the_old_page(anna: Client, cast: Cast) -> None:
    old, kept = cast.ticket("Vecchia"), cast.ticket("Buona")
    other = cast.ticket("Di John", address="john@example.org", name="John Baker")
    refused = anna.post(at(old, "merge/"), {"number": other.number}, **HTMX)
    assert refused.status_code == 422 and "altro cliente" in text(refused)
    going = anna.post(at(old, "merge/"), {"number": kept.number, "reason": "Due volte la stessa."}, **HTMX)
    assert going["HX-Redirect"] == at(kept)
    page, left = text(anna.get(at(kept))), text(anna.get(at(old)))
    assert f"arrivata qui dalla {old.number}" in page and f"la {old.number} è stata unita" in page
    assert f"Prosegue nella pratica {kept.number}" in left and "parting/" in left and "Vecchia." not in left
    assert "Unita a questa" in text(anna.get(at(kept, "?fragment=side")))
    assert anna.post(at(old, "reopening/"), {"reason": "Provo."}).status_code == 422
    assert anna.post(at(old, "parting/")).status_code == 302
    assert TicketMerge.objects.get().undone_at and "Vecchia" in text(anna.get(at(old)))
    assert "parting/" not in text(anna.get(at(old)))


def test_split_and_moved(anna: Client, cast: Cast) -> None:
    ticket, other = cast.ticket("Mensa"), cast.ticket("Rifiuti", address="john@example.org", name="John Baker")
    maria_writes(ticket, "E anche la tassa.")
    part = entry_of(ticket, "tassa")
    assert "E anche la tassa." in text(anna.get(at(ticket, "split/")))
    said = {"subject": "Tassa", "kind": ticket.kind_id, "team": cast.team("taxes").pk}
    assert anna.post(at(ticket, "split/"), said).status_code == 422
    went = anna.post(at(ticket, "split/"), {**said, "entries": [part.pk]})
    made = Ticket.objects.get(subject="Tassa")
    assert went["Location"] == at(made) and "E anche la tassa." in text(anna.get(at(made)))
    assert f"una parte prosegue come {made.number}" in text(anna.get(at(ticket)))
    went = anna.post(at(made, "passing/"), {"entries": [part.pk], "number": other.number})
    assert went["Location"] == at(other)
    chips = text(anna.get(at(other)))
    assert "E anche la tassa." in chips and 'value="John Baker' in chips, "an answer goes to this ticket's customer"
    assert "maria@example.org" not in chips.split('id="reply-to"')[1].split(">")[0]


def test_paper_by_choice_notes_on_purpose_and_kept_who_took_it(anna: Client, cast: Cast) -> None:
    ticket = cast.ticket()
    anna.post(at(ticket, "notes/"), {"text": "solo tra noi"})
    note = Entry.objects.get(ticket=ticket, kind="note")
    public = list(ticket.entries.filter(visibility="public").values_list("pk", flat=True))
    form = text(anna.get(at(ticket, "print/")))
    assert f'value="{note.pk}"' in form and f'value="{note.pk}" checked' not in " ".join(form.split())
    paper = anna.post(at(ticket, "print/"), {"entries": public, "terms": "on"})
    assert "solo tra noi" not in text(paper) and "Conclusione" in text(paper) and "no-store" in paper["Cache-Control"]
    paper = text(anna.post(at(ticket, "print/"), {"entries": public, "notes": [note.pk]}))
    assert "solo tra noi" in paper and "non per il cliente" in paper and "<strong>interno</strong>" in paper
    pdf = anna.post(at(ticket, "print/"), {"entries": public, "terms": "on", "how": "pdf"})
    assert pdf["Content-Type"] == "application/pdf" and pdf.content.startswith(b"%PDF-") and b"/StructTreeRoot" in pdf.content
    copies = list(Event.objects.filter(verb="ticket_copy.made").order_by("id").values_list("payload", flat=True))
    assert [one["how"] for one in copies] == ["paper", "paper", "pdf"]
    assert [one["notes"] for one in copies] == [False, True, False]


def test_who_leads_marks_an_absence(anna: Client, cast: Cast) -> None:
    carla, ticket = signed_in(cast, "Carla"), cast.ticket()
    anna.post(at(ticket, "taking/"), {"expected": ""})
    member = cast.member("Anna").pk
    address = f"/desk/borgo/people/{member}/absences/"
    assert anna.get(address).status_code == 404
    assert address in text(carla.get("/desk/borgo/people/"))
    day = clock.local(cast.borgo, clock.now(cast.borgo)).date() + timedelta(days=1)
    assert carla.post(address, {"first": f"{day}", "last": f"{day - timedelta(days=3)}"}).status_code == 422
    assert carla.post(address, {"first": f"{day}", "last": f"{day}"}).status_code == 302
    assert "Ritira" in text(carla.get(address))
    clock.move_to(cast.borgo, Absence.objects.get().starts_at + timedelta(hours=9))
    absences.work()
    assert "assente ora" in text(carla.get("/desk/borgo/people/"))
    assert ticket.number in text(anna.get("/desk/lists/unassigned/"))
    assert "è tornata al gruppo" in text(anna.get(at(ticket, "why/")))
    assert carla.post(f"/desk/borgo/people/absences/{Absence.objects.get().pk}/withdrawal/").status_code == 302
    assert "assente ora" not in text(carla.get("/desk/borgo/people/"))


def test_every_verb_has_its_key(anna: Client, cast: Cast) -> None:
    page = text(anna.get(at(cast.ticket())))
    assert all(f'data-hotkey="{key}"' in page for key in ("s", "e", "shift+o", "shift+l", "shift+i", "b", "shift+b", "h"))
    assert anna.post("/desk/keys/", {"key-s": "à"}).status_code == 302
    assert KeyChoice.objects.get().changed == {"s": "à"}
