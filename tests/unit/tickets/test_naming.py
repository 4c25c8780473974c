"""Naming colleagues in notes, tags, links, the days of reopening."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sportello.config import topics
from sportello.foundation.core.errors import Refusal
from sportello.foundation.journal import actor
from sportello.foundation.journal.models import Event
from sportello.foundation.tenancy import clock
from sportello.records.accounts.actions.absences import mark_absent, withdraw
from sportello.records.accounts.models import User
from sportello.records.tickets import absences, mentions
from sportello.records.tickets.actions import ending, handling, linking, messages, tagging
from sportello.records.tickets.actions.reopening import set_reopen_days
from sportello.records.tickets.models import Link, Mention, Note, Tag, Ticket, TicketTag
from sportello.records.tickets.queries import Filters, list_page
from sportello.records.tickets.queries.work_lists import counts
from sportello.records.tickets.words import Words
from tests.cast import Cast
from tests.unit.live.test_topics import about


def named(ticket: Ticket) -> set[str]:
    return set(Mention.objects.filter(ticket=ticket).values_list("member__user__name", flat=True))


def test_a_note_names_colleagues_who_have_it_in_their_list(cast: Cast) -> None:
    ticket, anna = cast.ticket(), cast.member("Anna")
    messages.note(ticket, anna, "@Bruno Prova può guardare? Scrive mensa@scuola.example, 3@ al kg.\n@anna è già qui. (@CARLA)")
    assert named(ticket) == {"Bruno Prova", "Carla Prova"}
    assert Event.objects.get(verb="ticket.mentioned").payload["member_ids"] == sorted(
        [cast.member("Bruno").pk, cast.member("Carla").pk])
    bruno = cast.person("Bruno")
    assert counts(bruno)["mentioned"] == 1 and [row.is_named_unread for row in list_page(bruno, "mentioned").rows] == [True]
    told = topics.tell_lists(topics.page().viewer(cast.users["Bruno"]), about(ticket))
    assert told is not None and '"entered":["mentioned"]' in told.data
    assert topics.tell_lists(topics.page().viewer(cast.users["Hugo"]), about(ticket)).data.count("mentioned") == 0
    assert mentions.unread_of(bruno).count() == 1
    mentions.read(ticket, cast.member("Bruno"), clock.now(cast.borgo))
    assert counts(bruno)["mentioned"] == 0 and [row.is_named_unread for row in list_page(bruno, "mentioned").rows] == [False]
    assert counts(cast.person("Anna"))["mentioned"] == 0, "nobody names themselves"


def test_only_who_may_see_it_is_named_and_a_name_of_two_is_asked_about(cast: Cast) -> None:
    ticket, anna = cast.ticket(), cast.member("Anna")
    with pytest.raises(Refusal, match="Dario Prova"):
        messages.note(ticket, anna, "@Dario Prova, guarda")  # a specialist of another team
    with pytest.raises(Refusal):
        messages.note(ticket, anna, "Lo chiedo a @Dario")
    assert not Note.objects.exists() and not Mention.objects.exists(), "nothing of it was written"
    messages.note(ticket, anna, "@Elena e @Leo non lavorano sulle pratiche, @nessuno nemmeno")
    assert named(ticket) == set()
    User.objects.filter(pk=cast.users["Hugo"].pk).update(name="Bruno D'Este")
    with pytest.raises(Refusal, match=r"hugo@sportello\.test"):
        messages.note(ticket, anna, "@Bruno?")
    messages.note(ticket, anna, "@bruno d’este!")
    assert named(ticket) == {"Bruno D'Este"}
    handling.change_sensitivity(ticket, "named", named=[cast.member("Carla")], by=anna)
    assert mentions.unread_of(cast.person("Hugo")).count() == 0, "what they may not see any more names them no more"
    assert counts(cast.person("Hugo"))["mentioned"] == 0 and list_page(cast.person("Hugo"), "mentioned").rows == []


def test_tags_are_made_by_use_and_filter_the_lists(cast: Cast) -> None:
    ticket, other, anna = cast.ticket(), cast.ticket("Altro"), cast.member("Anna")
    assert tagging.names_in(" Mensa, #rimborso;mensa ,, ") == ["Mensa", "rimborso"]
    tagging.set_tags(ticket, ["Mensa", "rimborso"], by=anna)
    tagging.set_tags(other, ["MENSA"], by=anna)
    assert sorted(Tag.objects.values_list("name", flat=True)) == ["Mensa", "rimborso"], "one word, however written"
    rows = list_page(cast.person("Anna"), "all", filters=Filters(tag=" MENSA")).rows
    assert {row.id for row in rows} == {ticket.pk, other.pk}
    version = ticket.version
    tagging.set_tags(ticket, ["mensa", "Rimborso"], by=anna)
    assert ticket.version == version, "nothing to do writes nothing"
    assert tagging.change_tags(ticket, by=anna, add=["urgente"], remove=["MENSA"]) == (["urgente"], ["Mensa"])
    assert sorted(TicketTag.objects.filter(ticket=ticket).values_list("tag__name", flat=True)) == ["rimborso", "urgente"]
    with pytest.raises(Refusal):
        tagging.names_in("x" * 41)
    with pytest.raises(Refusal):
        tagging.set_tags(ticket, [f"t{n}" for n in range(21)], by=anna)


def test_links_by_hand_once_and_taken_away(cast: Cast) -> None:
    ticket, other, anna = cast.ticket(), cast.ticket("Altro"), cast.member("Anna")
    made = linking.link(ticket, other, Link.Kind.CAUSED_BY, by=anna)
    assert linking.link(ticket, other, Link.Kind.CAUSED_BY, by=anna).pk == made.pk
    same = linking.link(ticket, other, Link.Kind.SAME_EVENT, by=anna)
    assert linking.link(other, ticket, Link.Kind.SAME_EVENT, by=anna).pk == same.pk, "as good the other way round"
    shop = cast.ticket("Ordine", organisation=cast.bottega, kind="order")
    for wrong, kind in ((ticket, "related"), (shop, "related"), (other, "perhaps")):
        with pytest.raises(Refusal):
            linking.link(ticket, wrong, kind, by=anna)
    linking.unlink(made, by=anna)
    linking.unlink(made, by=anna)
    assert list(Link.objects.values_list("kind", flat=True)) == ["same_event"]


def writes(ticket: Ticket) -> None:
    messages.receive(ticket, Words(text="Allora?"), channel="email", customer=ticket.customer,
                     actor=actor.customer(ticket.customer_id))


def test_what_waits_is_not_left_with_who_is_away(cast: Cast) -> None:
    anna, bruno, carla = cast.member("Anna"), cast.member("Bruno"), cast.member("Carla")
    waits, answered, by_hand = cast.ticket("Aspetta"), cast.ticket("Risposta"), cast.ticket("Data a mano")
    for ticket in (waits, answered, by_hand):
        handling.take(ticket, anna)
    messages.answer(answered, anna, "Ecco.", base_position=answered.last_public_position)
    today = clock.local(cast.borgo, clock.now(cast.borgo)).date()
    with pytest.raises(Refusal):
        mark_absent(anna, today, today - timedelta(days=1), by=carla)
    with pytest.raises(Refusal):
        mark_absent(anna, today - timedelta(days=9), today - timedelta(days=8), by=carla)
    absence = mark_absent(anna, today + timedelta(days=1), today + timedelta(days=5), by=carla)
    with pytest.raises(Refusal):
        mark_absent(anna, today + timedelta(days=5), today + timedelta(days=7), by=carla)
    assert absences.work() == 0, "not yet"
    clock.move_to(cast.borgo, absence.starts_at + timedelta(hours=9))
    handling.assign(by_hand, None, by=carla, expected_owner_id=anna.pk)
    handling.assign(by_hand, anna, by=carla, expected_owner_id=None)  # knowing that she is away
    assert absences.work() == 1 and absences.work() == 0
    owners = {one.subject: one.owner_id for one in Ticket.objects.all()}
    assert owners == {"Aspetta": None, "Risposta": anna.pk, "Data a mano": anna.pk}
    assert waits.reasons.get(about="assigned").code == "owner_away"
    writes(answered)
    writes(by_hand)
    owners = {one.subject: one.owner_id for one in Ticket.objects.all()}
    assert owners["Risposta"] is None, "the customer wrote: it is offered to the team"
    assert owners["Data a mano"] == anna.pk, "given by hand meanwhile: it stays"
    # back earlier: what was given away is not taken back, and nothing more goes
    withdraw(absence, by=carla)
    handling.assign(answered, anna, by=bruno, expected_owner_id=None)
    writes(answered)
    answered.refresh_from_db()
    assert answered.owner_id == anna.pk


def test_one_only_the_absent_may_see_is_not_lost(cast: Cast) -> None:
    anna, ticket = cast.member("Anna"), cast.ticket()
    handling.take(ticket, anna)
    handling.change_sensitivity(ticket, "named", by=anna)
    today = clock.local(cast.borgo, clock.now(cast.borgo)).date()
    absence = mark_absent(anna, today, today + timedelta(days=2), by=cast.member("Carla"))
    clock.move_to(cast.borgo, clock.now(cast.borgo) + timedelta(hours=1))
    Ticket.objects.filter(pk=ticket.pk).update(opened_at=absence.starts_at)
    ticket.entries.filter(event__code="taken").update(happened_at=absence.starts_at - timedelta(days=1))
    absences.begin(absence)
    ticket.refresh_from_db()
    assert ticket.owner_id == anna.pk and ticket.reasons.get(about="assigned").code == "away_alone"


def test_the_organisations_days_of_reopening(cast: Cast) -> None:
    ticket, anna = cast.ticket(), cast.member("Anna")
    ending.close(ticket, by=anna, outcome="solved", reason="Fatto.")
    closing = ticket.notices.get(moment="closed").message
    assert closing is not None and "30 giorni" in closing.text
    set_reopen_days(cast.borgo, 3, actor.SYSTEM)
    ticket = Ticket.objects.get(pk=ticket.pk)
    clock.move_to(cast.borgo, clock.now(cast.borgo) + timedelta(days=4))
    ticket = Ticket.objects.get(pk=ticket.pk)
    with pytest.raises(messages.TooLate):
        writes(ticket)
    with pytest.raises(Refusal):
        ending.reopen(ticket, reason="Non va.")
    set_reopen_days(cast.borgo, None, actor.SYSTEM)
    writes(Ticket.objects.get(pk=ticket.pk))
    assert not Ticket.objects.get(pk=ticket.pk).is_closed
    with pytest.raises(Refusal):
        set_reopen_days(cast.borgo, 400, actor.SYSTEM)
