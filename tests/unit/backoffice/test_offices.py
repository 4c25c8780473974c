"""Anna asks the technical office: it sees what she chose and nothing else, and its answer is no customer's word."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from sportello.foundation.core.errors import Refusal
from sportello.foundation.files.actions import keep, read
from sportello.foundation.journal import actor, consumers
from sportello.records.customers.models import Customer, Identity
from sportello.records.tickets import blockers, terms
from sportello.records.tickets.actions import ending, messages
from sportello.records.tickets.models import (
    Attachment,
    Message,
    Moment,
    Notice,
    Participant,
    Reason,
    ServiceLevel,
    Term,
    Ticket,
)
from sportello.records.tickets.standing import standing
from sportello.records.tickets.words import File, Words
from sportello.service.backoffice.models import ForwardedItem, Forwarding, Office
from sportello.service.backoffice.offices import answering, forwarding
from sportello.service.backoffice.offices.forwarding import Asked
from sportello.service.channels.mailkit.parse import parse
from sportello.service.channels.models import IncomingMail, OutTrayMail
from tests.cast import Cast, assemble
from tests.flows.mail_fixtures import arrive, letter, tray
from tests.reacting import react
from tests.unit.tickets.terms_scene import Scene, day, rule, term_of, tick_all

WORKS = "lavori@provincia.test"
SECRET = "pappagallo"


@pytest.fixture
def scene(cast: Cast) -> Scene:
    return Scene(cast)


def office(cast: Cast, **more: Any) -> Office:
    return Office.objects.create(
        **{"organisation": cast.borgo, "name": "Lavori pubblici", "channel": "email", "address": WORKS, "days": 5, **more}
    )


def inside(cast: Cast) -> Office:
    return office(cast, name="Tributi", channel="inside", address="", team=cast.team("taxes"))


def asked(**more: Any) -> Asked:
    return Asked(**{"topic": "Buca in via Garibaldi", "question": "Potete dirci quando la riparate?", "days": 5, **more})


def opened(scene: Scene, at: str = "2026-09-01 10:00", **rules: Any) -> Ticket:
    """A ticket with words of the customer, a note, a second message with two files, and a reply of ours."""
    ticket = scene.opened(at, rule(**rules))
    anna = scene.cast.member("Anna")
    messages.note(ticket, anna, f"Nota interna: {SECRET}.", files=[File("nota.txt", keep(scene.cast.borgo, SECRET.encode()))])
    messages.receive(
        ticket,
        Words(
            text="La buca è davanti al civico 12.", quoted=f"citazione {SECRET}", signature=f"Maria, tel. {SECRET}",
            sender_name="Maria Popescu", sender_address="maria@example.org", rfc_id=f"<{SECRET}@example.org>",
            files=(File("foto.txt", keep(scene.cast.borgo, b"la buca")),
                   File("privato.txt", keep(scene.cast.borgo, f"privato {SECRET}".encode()))),
        ),
        channel="email", customer=ticket.customer, actor=actor.customer(ticket.customer_id),
    )  # fmt: skip
    messages.answer(ticket, anna, f"Grazie, guardiamo. {SECRET}", base_position=ticket.last_public_position)
    ticket.refresh_from_db()
    tray()
    OutTrayMail.objects.all().delete()
    return ticket


def chosen(ticket: Ticket) -> dict[str, Any]:
    """Her second message, without its files but one."""
    message = Message.objects.get(entry__ticket=ticket, text__startswith="La buca")
    return {"messages": [message.pk], "attachments": [Attachment.objects.get(filename="foto.txt").pk]}


def forwarded(scene: Scene, ticket: Ticket, where: Office | None = None, **more: Any) -> Forwarding:
    return forwarding.forward(ticket, where or office(scene.cast), asked(**more), by=scene.cast.member("Anna"))


def to_office() -> bytes:
    tray()
    mails = [one for one in OutTrayMail.objects.order_by("pk").select_related("raw") if one.recipients == [WORKS]]
    return read(mails[-1].raw)


def answer_mail(raw: bytes, text: str = "La ripariamo lunedì.", **more: Any) -> IncomingMail:
    """What the office's program makes of "Reply" to our letter."""
    import email
    from email import policy

    ours = email.message_from_bytes(raw, policy=policy.default)
    return arrive(
        letter(text, sender=f"Ufficio Lavori <{WORKS}>", to=str(ours["Reply-To"].addresses[0].addr_spec),
               subject=f"Re: {ours['Subject']}", In_Reply_To=str(ours["Message-ID"]), **more),
        to=str(ours["Reply-To"].addresses[0].addr_spec), envelope_from=WORKS,
    )  # fmt: skip


def test_the_office_outside_gets_what_was_chosen_and_nothing_else_to_the_byte(scene: Scene) -> None:
    """T12: the letter is the question, one message and one file; no note, no other word, no address, no id."""
    ticket = opened(scene)
    forwarded(scene, ticket, **chosen(ticket))
    raw = to_office()
    whole = raw.decode("utf-8", "replace")
    mail = parse(raw)
    assert "Potete dirci quando la riparate?" in mail.text and "La buca è davanti al civico 12." in mail.text
    assert [(one.filename, one.content) for one in mail.attachments] == [("foto.txt", b"la buca")]
    for hidden in (SECRET, "maria@example.org", "Popescu", "Grazie, guardiamo", "Buongiorno, scrivo per", "privato"):
        assert hidden not in whole, hidden
        assert hidden not in mail.text and hidden not in mail.html
    assert mail.in_reply_to == "" and not mail.references, "not even the ids of the customer's letters leave"
    assert [one.address for one in mail.to] == [WORKS] and not mail.cc
    assert ForwardedItem.objects.count() == 2


def test_who_asks_is_sent_only_when_chosen(scene: Scene) -> None:
    ticket = opened(scene)
    forwarded(scene, ticket, with_customer=True)
    text = parse(to_office()).text
    assert "Maria Popescu" in text and "maria@example.org" in text


def test_notes_and_their_files_cannot_be_chosen(scene: Scene) -> None:
    ticket = opened(scene)
    note = Attachment.objects.get(filename="nota.txt")
    with pytest.raises(Refusal, match="non è per gli occhi di altri"):
        forwarded(scene, ticket, attachments=[note.pk])
    receipt = Message.objects.get(entry__ticket=ticket, notice_moment="receipt")
    with pytest.raises(Refusal):
        forwarded(scene, ticket, office(scene.cast, name="Altro"), messages=[receipt.pk])
    assert not Forwarding.objects.exists() and not Term.objects.filter(kind="office").exists()


def test_the_customer_is_told_and_where_it_stands_shows_it(scene: Scene) -> None:
    ticket = opened(scene)
    one = forwarded(scene, ticket)
    ticket.refresh_from_db()
    assert day(one.expected_at) == "2026-09-08", "five working days after 1 September"
    notice = Notice.objects.get(ticket=ticket, moment="forwarded")
    assert notice.state == "given" and "Lavori pubblici" in notice.message.text
    assert "martedì 8 settembre 2026" in notice.message.text
    said = standing(ticket, "it")
    assert "Abbiamo chiesto a Lavori pubblici: aspettiamo la risposta entro martedì 8 settembre 2026." in said.sentence
    assert [(stage.code, stage.at) for stage in said.stages if stage.code == "office"] == [("office", one.expected_at)]
    assert ticket.team_id == cast_team(scene) and ticket.next_promise_at == term_of(ticket).due_at


def cast_team(scene: Scene) -> int:
    return scene.cast.team("taxes").pk


def test_its_answer_is_the_offices_and_wakes_nothing_of_the_customers(scene: Scene) -> None:
    """T13: the office's mail joins by its own token; no customer is added, no clock moves, nobody is told."""
    ticket = opened(scene, service_levels=[{"code": "next_answer", "value": 8}])
    one = forwarded(scene, ticket)
    raw = to_office()
    Ticket.objects.filter(pk=ticket.pk).update(status="waiting_customer")
    ticket.refresh_from_db()
    before = (ticket.unanswered_since, ticket.status, ticket.last_public_position, ticket.next_promise_at)
    people = (Customer.objects.count(), Identity.objects.count(), Participant.objects.count(), Notice.objects.count())
    levels = list(ServiceLevel.objects.order_by("pk").values())
    mail = answer_mail(raw)
    assert (mail.state, mail.cause) == ("ticketed", "by_token_of_office")
    ticket.refresh_from_db()
    assert (ticket.unanswered_since, ticket.status, ticket.last_public_position, ticket.next_promise_at) == before
    assert (Customer.objects.count(), Identity.objects.count(), Participant.objects.count(), Notice.objects.count()) == people
    assert list(ServiceLevel.objects.order_by("pk").values()) == levels
    message = mail.message
    assert (message.direction, message.entry.visibility, message.text) == ("told", "internal", "La ripariamo lunedì.")
    one.refresh_from_db()
    assert one.state == "answered" and one.answer == message
    assert not one.term.is_running or Term.objects.get(pk=one.term_id).met_at == one.answered_at
    assert not Moment.objects.filter(term=one.term_id, next_moment_at__isnull=False).exists(), "no reminder is left"
    assert Reason.objects.filter(ticket=ticket, code="by_token_of_office").exists()


def test_nothing_of_it_is_on_the_customers_pages(scene: Scene, client: Any) -> None:
    from sportello.records.tickets import codes
    from sportello.records.tickets.queries.timeline import public_timeline

    ticket = opened(scene)
    forwarded(scene, ticket)
    answer_mail(to_office(), "Parere riservato: ombrellone.")
    ticket.refresh_from_db()
    shown = " ".join(item.message.text for item in public_timeline(ticket) if item.message)
    assert "ombrellone" not in shown and "Potete dirci" not in shown
    assert codes.code_of(ticket)


def test_a_colleague_says_whether_it_is_the_answer(scene: Scene) -> None:
    ticket = opened(scene)
    one = forwarded(scene, ticket)
    answer_mail(to_office(), "Abbiamo ricevuto, vi faremo sapere.")
    one.refresh_from_db()
    scene.now("2026-09-02 10:00")
    forwarding.not_yet(one, by=scene.cast.member("Anna"), text="Ci serve la data.")
    assert one.state == "awaited" and Term.objects.get(pk=one.term_id).is_running
    assert Moment.objects.filter(term=one.term_id, next_moment_at__isnull=False).count() == 5, "reminded as before"
    assert "Ci serve la data." in parse(to_office()).text
    answer_mail(to_office(), "Il 14 settembre.")
    forwarding.accept(one, by=scene.cast.member("Anna"))
    ticket.refresh_from_db()
    assert one.state == "accepted" and ticket.open_asides == 0
    assert Notice.objects.filter(ticket=ticket, moment="office_answered", state="given").count() == 1
    assert "Lavori pubblici" not in standing(ticket, "it").sentence


def test_it_never_ends_after_our_own_term_without_saying_so(scene: Scene) -> None:
    """Our term ends on 1 October (30 days); the safe end is what counts."""
    ticket = opened(scene)
    with pytest.raises(Refusal, match="dopo la fine del nostro termine") as refused:
        forwarded(scene, ticket, days=30)
    assert refused.value.field == "beyond"
    one = forwarded(scene, ticket, Office.objects.first(), days=30, beyond="Serve un sopralluogo in quota.")
    assert one.beyond_reason == "Serve un sopralluogo in quota." and one.expected_at > term_of(ticket).safe_at


def test_it_is_counted_by_the_offices_own_calendar(scene: Scene) -> None:
    from sportello.records.procedures.models import OfficeCalendar
    from tests.cast import HOURS

    hours = {"mon": [["09:00", "12:00"]], "thu": [["09:00", "12:00"]]}
    two_days = OfficeCalendar.objects.create(
        organisation=scene.cast.borgo, slug="works", data={**HOURS, "country": "IT", "hours": hours}
    )
    one = forwarded(scene, opened(scene), office(scene.cast, calendar=two_days), days=2)
    assert day(one.expected_at) == "2026-09-07", "from Tuesday 1: Thursday 3 and Monday 7"


def test_reminders_come_by_the_tick_once_each(scene: Scene) -> None:
    """Two working days before, and one after: a letter each, though the worker looks often."""
    ticket = opened(scene)
    one = forwarded(scene, ticket)
    tray()
    OutTrayMail.objects.all().delete()
    for at, letters in (("2026-09-03 10:00", 0), ("2026-09-04 10:00", 1), ("2026-09-08 10:00", 1), ("2026-09-10 10:00", 2)):
        scene.now(at)
        for _ in range(2):
            tick_all()
            react()
        tray()
        sent = [mail for mail in OutTrayMail.objects.all() if mail.recipients == [WORKS]]
        assert len(sent) == letters, at
    assert b"Auto-Submitted: auto-generated" in to_office()
    assert one.reminders.count() == 2
    assert Moment.objects.filter(term=one.term_id, whom="owner", done_at__isnull=False).exists(), "and we hear of it"


class Killed(BaseException):
    """The process is gone: no handler of ours may catch it."""


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_while_it_reminds_neither_skips_nor_repeats(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tick's event and the cursor that hears it: cut after the letter was written and before the commit."""
    scene = Scene(assemble())
    one = forwarded(scene, scene.opened("2026-09-01 10:00"))
    for _ in range(500):  # the journal of the tests before is read a page at a time
        if not consumers.work():
            break
    scene.now("2026-09-04 10:00")
    assert tick_all() == 1
    real = answering.asides.ask

    def dies(*given: Any, **named: Any) -> Message:
        real(*given, **named)
        raise Killed

    monkeypatch.setattr(answering.asides, "ask", dies)
    with pytest.raises(Killed):
        consumers.work()
    assert one.reminders.count() == 0 and not Message.objects.filter(direction="ask", is_machine=True).exists()
    monkeypatch.setattr(answering.asides, "ask", real)
    for _ in range(3):
        consumers.work()
    assert one.reminders.count() == 1 and Message.objects.filter(direction="ask", is_machine=True).count() == 1


def test_an_office_inside_sees_what_was_sent_and_answers_on_its_page(scene: Scene) -> None:
    ticket = opened(scene)
    one = forwarded(scene, ticket, inside(scene.cast), **chosen(ticket))
    assert not [mail for mail in tray() if "Potete dirci" in mail.text], "nothing leaves"
    scene.now("2026-09-04 10:00")
    tick_all()
    react()
    reminded = Moment.objects.get(term=one.term_id, whom="office", done_at__isnull=False)
    assert reminded.to_team == scene.cast.team("taxes")
    said = answering.answer_inside(one, "Rifacciamo l'asfalto il 14.", by=scene.cast.member("Dario"))
    one.refresh_from_db()
    assert one.state == "answered" and said.entry.visibility == "internal"


def test_an_answer_by_phone_is_written_down_in_the_offices_name(scene: Scene) -> None:
    one = forwarded(scene, opened(scene))
    with pytest.raises(Refusal):
        answering.record_answer(one, "Il 14.", how="pigeon", by=scene.cast.member("Anna"))
    said = answering.record_answer(one, "Il 14.", how="phone", by=scene.cast.member("Anna"))
    assert (said.sender_name, said.channel) == ("Lavori pubblici", "phone")


def test_more_time_has_a_reason_the_customer_reads(scene: Scene) -> None:
    ticket = opened(scene)
    one = forwarded(scene, ticket)
    with pytest.raises(Refusal):
        forwarding.extend(one, 3, by=scene.cast.member("Anna"), reason=" ")
    scene.now("2026-09-07 10:00")
    forwarding.extend(one, 3, by=scene.cast.member("Anna"), reason="Manca il tecnico.")
    assert day(one.expected_at) == "2026-09-11"
    told = Notice.objects.get(ticket=ticket, moment="office_later").message.text
    assert "Manca il tecnico." in told and "venerdì 11 settembre 2026" in told
    assert Term.objects.filter(ticket=ticket, kind="office", ended_at__isnull=True).count() == 1
    assert "venerdì 11 settembre 2026" in parse(to_office()).text


def test_recalled_it_is_awaited_no_more(scene: Scene) -> None:
    ticket = opened(scene)
    one, other = forwarded(scene, ticket), forwarded(scene, ticket, inside(scene.cast))
    ticket.refresh_from_db()
    assert ticket.open_asides == 2, "several at once"
    forwarding.recall(one, by=scene.cast.member("Anna"), reason="Ha riparato il Comune.")
    ticket.refresh_from_db()
    assert (one.state, other.state, ticket.open_asides) == ("recalled", "awaited", 1)
    assert "Ha riparato il Comune." in parse(to_office()).text
    scene.now("2026-09-20 10:00")
    tick_all()
    react()
    assert one.reminders.count() == 0


def test_the_ticket_is_not_closed_while_an_office_works_on_it(scene: Scene) -> None:
    ticket = opened(scene)
    one = forwarded(scene, ticket)
    ticket.refresh_from_db()
    assert [missing.code for missing in blockers.missing(ticket, "solved")] == ["office"]
    with pytest.raises(Refusal, match="Lavori pubblici"):
        ending.close(ticket, by=scene.cast.member("Anna"), outcome="solved", reason="Fatto.")
    forwarding.recall(one, by=scene.cast.member("Anna"), reason="Non serve più.")
    ending.close(ticket, by=scene.cast.member("Anna"), outcome="solved", reason="Fatto.")
    mail = answer_mail(to_office(), "In ritardo, ma ecco.")
    ticket.refresh_from_db()
    assert ticket.is_closed and mail.message.entry.ticket == ticket, "what comes late is kept, and opens nothing again"


def test_an_automatic_reply_of_the_office_is_no_answer(scene: Scene) -> None:
    ticket = opened(scene)
    one = forwarded(scene, ticket)
    mail = answer_mail(to_office(), "Sono in ferie.", Auto_Submitted="auto-replied")
    one.refresh_from_db()
    assert mail.message.direction == "told" and mail.message.is_machine
    assert one.state == "awaited" and mail.message.entry.visibility == "internal"


def test_a_letter_that_comes_back_brings_the_ticket_to_us_not_to_the_customer(scene: Scene) -> None:
    from sportello.service.channels import undelivered
    from sportello.service.channels.models import Dispatch

    ticket = opened(scene)
    one = forwarded(scene, ticket)
    dispatch = Dispatch.objects.get(message=one.question)
    undelivered.bring_back(one.question, dispatch, "came_back")
    ticket.refresh_from_db()
    assert ticket.unanswered_since is None
    assert ticket.entries.filter(event__code="office_undelivered").exists()


def test_who_is_no_office_answers_by_reference_only_from_its_address(scene: Scene) -> None:
    """Without our token: the reference counts only from the office's own address."""
    ticket = opened(scene)
    one = forwarded(scene, ticket)
    to_office()
    Message.objects.filter(pk=one.question_id).update(rfc_id="<numero@altro.test>")
    raw = letter("Eccoci.", sender=f"Ufficio <{WORKS}>", In_Reply_To="<numero@altro.test>")
    assert arrive(raw, envelope_from=WORKS).cause == "by_reference_of_office"
    stranger = letter("Anch'io.", sender="Ugo <ugo@example.org>", In_Reply_To="<numero@altro.test>")
    assert arrive(stranger, envelope_from="ugo@example.org").cause == "opened"


def test_asking_needs_a_mailbox_an_office_in_use_and_words(scene: Scene) -> None:
    ticket = opened(scene)
    with pytest.raises(Refusal, match="nessuna casella"):
        forwarded(scene, ticket, office(scene.cast, channel="pec", address="lavori@pec.test"))
    gone = office(scene.cast, name="Chiuso", retired_at=ticket.opened_at + timedelta(days=1))
    with pytest.raises(Refusal, match="non è più in uso"):
        forwarded(scene, ticket, gone)
    with pytest.raises(Refusal):
        forwarded(scene, ticket, question="  ")
    assert terms.running_conclusion(ticket) is not None


def test_by_pec_with_receipts_as_proof_and_an_answer_from_its_box(scene: Scene) -> None:
    """A letter to a PEC box leaves from ours, its receipts are kept with it, and what comes back from that box by
    reference to our Message-ID is the office's answer."""
    from sportello.service.channels import outbox
    from tests.flows.pec_fixtures import PecBox

    ticket = opened(scene)
    box = PecBox(scene.cast)
    where = office(scene.cast, channel="pec", address="protocollo@pec.provincia.test")
    one = forwarded(scene, ticket, where)
    outbox.work()
    people = [(where.address, "certificato")]
    for kind in ("accettazione", "avvenuta-consegna"):
        more = {"recipient": where.address, "form": "completa"} if kind == "avvenuta-consegna" else {}
        box.receipt(one.question, kind, recipients=people, **more)
    assert box.deliveries(one.question) == {where.address: "delivered"}
    one.question.refresh_from_db()
    raw = letter("Confermiamo.", sender=f"Provincia <{where.address}>", to="protocollo@pec.borgo.test",
                 subject="Re: Buca", In_Reply_To=one.question.rfc_id)  # fmt: skip
    mail = box.comes(box.provider.envelope(raw, where.address, ["protocollo@pec.borgo.test"], at=box.now))
    one.refresh_from_db()
    assert mail.cause == "by_token_of_office" and one.state == "answered"
    assert not Customer.objects.filter(identities__value=where.address).exists()


def test_an_erasure_by_law_reaches_every_word_of_the_back_office(
    scene: Scene, django_capture_on_commit_callbacks: Any
) -> None:
    """GDPR art. 17: letters to an office and its answers, wordings and verdicts, lists by hand, cases; what was done,
    when and by whom stays."""
    from sportello.records.customers.actions.erasing import erase
    from sportello.service.backoffice.approvals import asking
    from sportello.service.backoffice.approvals.rules import Approver
    from sportello.service.backoffice.checklists import ticking
    from sportello.service.backoffice.unknown_cases import handling
    from tests.unit.customers.test_leaving_the_house import _whole_database_without

    mark = "pappagallino"
    cast, anna = scene.cast, scene.cast.member("Anna")
    ticket = opened(scene)
    file = File(f"{mark}.txt", keep(cast.borgo, mark.encode()))
    one = forwarded(scene, ticket, topic=mark, question=mark, days=40, beyond=mark)
    answer_mail(to_office(), mark)
    one.refresh_from_db()
    forwarding.extend(one, 1, by=anna, reason=mark, beyond=mark)
    forwarding.recall(one, by=anna, reason=mark)
    wanted = asking.Draft(mark, ticket.last_public_position, [(mark, "maria@example.org")], files=[file])
    approval = asking.ask(ticket, wanted, by=anna, steps=[Approver(member=cast.member("Hugo"))])
    asking.send_back(approval, 1, mark, by=cast.member("Hugo"))
    checklist = ticking.write(ticket, mark, [ticking.Item(mark)], by=anna)
    ticking.take_off(checklist, by=anna, reason="Altro.")
    case = handling.flag(ticket, cast.team("taxes"), by=anna, case=mark, needed=mark, meanwhile=mark)
    handling.decline(case, mark, by=anna)
    tray()
    ending.close(ticket, by=anna, outcome="solved", reason="Fatto.")
    tray()
    react()
    customer = Customer.objects.get(pk=ticket.customer_id)
    erase(customer, cast.member("Carla"), ground="GDPR art. 17, prot. 9/2026")
    with django_capture_on_commit_callbacks(execute=True):
        react()
    assert _whole_database_without(mark) == []
    one.refresh_from_db()
    assert (one.state, one.office.name) == ("recalled", "Lavori pubblici") and approval.texts.count() == 1
