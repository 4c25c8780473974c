"""Colleagues are told what concerns them, by the way they chose, and why it came; never of their own acts, never of what
they may not see; mail and browser say nothing that anybody wrote."""

from __future__ import annotations

import threading
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connections, transaction

from sportello.config import topics
from sportello.foundation.files.actions import read
from sportello.foundation.journal import actor
from sportello.foundation.journal.models import Event
from sportello.foundation.journal.reader import Position, Read
from sportello.foundation.live.page import Change
from sportello.foundation.tenancy import clock
from sportello.records.accounts.actions.absences import mark_absent
from sportello.records.accounts.actions.members import end_member
from sportello.records.tickets import tick
from sportello.records.tickets.actions import handling, messages, snoozing
from sportello.records.tickets.models import Named, Ticket
from sportello.service.backoffice.approvals import asking
from sportello.service.backoffice.approvals.rules import Approver
from sportello.service.backoffice.complaints import limits, remedies
from sportello.service.backoffice.models import Office
from sportello.service.backoffice.offices import answering, forwarding
from sportello.service.channels import waiting
from sportello.service.channels.mailkit import tokens
from sportello.service.channels.mailkit.parse import parse
from sportello.service.channels.models import Mailbox, OutTrayMail
from sportello.service.notifications import choices, mailing, pushing, queries, sweeping, telling
from sportello.service.notifications.choices import Wanted
from sportello.service.notifications.models import Browser, Choice, Notification, NotificationMail, Push, PushKey
from sportello.service.notifications.reasons import CHANNELS, REASONS
from tests import push_service
from tests.cast import Cast
from tests.flows.mail_fixtures import URP, arrive, letter, send_by, sink, ticket_of, tray
from tests.flows.test_desk import HTMX, at, maria_writes, signed_in, text
from tests.reacting import react
from tests.unit.backoffice.complaints_scene import complaint_of
from tests.unit.channels.test_intake import bounce
from tests.waiting import LIMIT

pytestmark = pytest.mark.django_db

ROME = ZoneInfo("Europe/Rome")
#: A Wednesday morning, in the middle of the opening hours.
MORNING = datetime(2026, 11, 25, 10, 0, tzinfo=ROME)


@pytest.fixture(autouse=True)
def morning(cast: Cast) -> None:
    set_clock(cast, MORNING)


def set_clock(cast: Cast, instant: datetime) -> None:
    clock.move_to(cast.borgo, instant)
    for member in cast.members.values():
        member.organisation.refresh_from_db()


def fresh(ticket: Ticket) -> Ticket:
    return Ticket.objects.select_related("organisation").get(pk=ticket.pk)


def annas(cast: Cast, subject: str = "Mensa: addebito doppio") -> Ticket:
    """A ticket Carla gave to Anna, who was told and has read it."""
    ticket = cast.ticket(subject)
    handling.assign(fresh(ticket), cast.member("Anna"), by=cast.member("Carla"), expected_owner_id=None)
    react()
    Notification.objects.update(read_at=MORNING, mail_at=None, push_at=None)
    return ticket


def told() -> list[tuple[str, str]]:
    """Who was told what, oldest first."""
    rows = Notification.objects.order_by("pk").values_list("member__user__name", "what")
    return [(name.removesuffix(" Prova"), what) for name, what in rows]


def want(cast: Cast, name: str, **more: Any) -> None:
    """All reasons by all ways, never quiet, unless `more` says otherwise."""
    every = {reason: frozenset(CHANNELS) for reason in REASONS}
    given = {"channels": every, "quiet_from": None, "quiet_to": None, **more}
    choices.choose(cast.users[name], Wanted(**given))


def letters() -> list[Any]:
    return [parse(read(one.raw)) for one in OutTrayMail.objects.order_by("pk").select_related("raw")
            if one.recipients[0].endswith("@sportello.test")]


# ---- who is told what, and why


def test_colleagues_are_told_what_concerns_them_and_why(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    ticket = cast.ticket()
    react()
    assert told() == [], "a new ticket nobody has: only who follows the team is told"
    handling.assign(fresh(ticket), cast.member("Anna"), by=cast.member("Carla"), expected_owner_id=None)
    messages.note(fresh(ticket), cast.member("Anna"), "@Bruno Prova puoi guardare?")
    react()
    maria_writes(fresh(ticket), "Ci sono novità?")
    react()
    assert told() == [("Anna", "assigned_by"), ("Bruno", "mentioned"), ("Anna", "answered")]
    lines = [(line.what, line.why) for about in queries.page(cast.person("Anna"), "it").abouts for line in about.lines]
    assert lines == [("Il cliente ha scritto", "perché la pratica è affidata a Lei"),
                     ("Carla Prova Le ha affidato la pratica", "perché Le è stata affidata")]  # fmt: skip
    ((line,),) = [about.lines for about in queries.page(cast.person("Bruno"), "it").abouts]
    assert (line.what, line.why) == ("Anna Prova La cita in una nota", "perché Anna Prova ha scritto il Suo nome")
    # nobody is told of what they did themselves, and nobody twice by a reader that begins again
    before = told()
    handling.take(fresh(cast.ticket("Altra")), cast.member("Anna"))
    for event in Event.objects.order_by("id"):
        telling.follow(event)  # type: ignore[arg-type]  # a row has what a reader's line has
    assert told() == before
    # what is old news rings no bells: a first start on an old journal
    maria_writes(fresh(ticket), "E ora?")
    monkeypatch.setattr(telling, "NEWS", timedelta(0))
    react()
    assert told() == before


def test_terms_and_snoozes_ring_for_the_owner(cast: Cast) -> None:
    ticket = annas(cast)
    Notification.objects.all().delete()
    due = fresh(ticket).next_promise_at
    assert due is not None
    snoozing.snooze(fresh(ticket), by=cast.member("Anna"), until=MORNING + timedelta(days=1), reason="Attendo.")
    set_clock(cast, MORNING + timedelta(days=1, minutes=1))
    tick.work()
    react()
    assert told() == [("Anna", "woken")]
    set_clock(cast, due + timedelta(hours=1))
    tick.work()
    react()
    assert ("Anna", "due") in told() and ("Anna", "overdue") in told()
    assert {name for name, _what in told()} == {"Anna"}


def test_who_follows_a_team_hears_of_what_nobody_has(cast: Cast) -> None:
    """By choice: it is off where nobody chose, and on for this reason alone where they did."""
    want(cast, "Hugo", channels={"new": frozenset({"desk"})})
    want(cast, "Bruno", channels={"new": frozenset({"desk"})})  # of another team
    cast.ticket()
    react()
    assert told() == [("Hugo", "new")]
    ((line,),) = [about.lines for about in queries.page(cast.person("Hugo"), "it").abouts]
    assert line.why == "perché segue il gruppo Sportello"


def lately() -> list[tuple[str, str]]:
    """What was told since this was last asked."""
    react()
    found = told()
    Notification.objects.all().delete()
    return found


def test_approvals_questions_and_remedies_go_to_whose_turn_it_is(cast: Cast) -> None:
    anna, bruno, carla = cast.member("Anna"), cast.member("Bruno"), cast.member("Carla")
    ticket = annas(cast)
    lately()
    steps = [Approver(member=bruno), Approver()]
    draft = asking.Draft(outcome="solved", reason="Spiegato.")
    approval = asking.ask(fresh(ticket), draft, by=anna, steps=steps)
    assert lately() == [("Bruno", "approval_waits")]
    asking.send_back(approval, 1, "Più chiaro.", by=bruno)
    assert lately() == [("Anna", "approval_sent_back")]
    asking.reword(approval, asking.Draft(outcome="solved", reason="Spiegato meglio."), by=anna)
    assert lately() == [("Bruno", "approval_waits")]
    asking.approve(approval, 2, by=bruno)
    assert lately() == [("Carla", "approval_waits")], "any supervisor"
    asking.approve(approval, 2, by=carla)
    assert lately() == [("Anna", "approval_given")]
    altra = annas(cast, "Altra")
    lately()
    team_one = asking.ask(fresh(altra), draft, by=anna, steps=[Approver(team=cast.team("taxes"))])
    assert lately() == [("Bruno", "team_approval_waits")], "Dario is in the team and may not see the ticket"
    assert team_one.is_open
    office = Office.objects.create(organisation=cast.borgo, name="Tributi", channel="inside", address="", days=5,
                                   team=cast.team("taxes"))  # fmt: skip
    other = annas(cast, "Tassa")
    lately()
    asked = forwarding.Asked(topic="Tassa", question="Quanto deve?", days=2)
    one = forwarding.forward(fresh(other), office, asked, by=anna)
    assert lately() == [("Bruno", "question_waits")]
    answering.answer_inside(one, "Trenta euro.", by=bruno)
    assert lately() == [("Anna", "office_answered")]
    complaint = complaint_of(cast)
    limits.set_limit(cast.borgo, by=cast.member("Elena"), amount=5000, role="operator")
    limits.set_limit(cast.borgo, by=cast.member("Elena"), amount=20000, role="supervisor")
    lately()
    remedy = remedies.offer(complaint, sort="refund", cost=9000, text="", reason="Doppio addebito.", by=anna)
    assert lately() == [("Carla", "remedy_waits")]
    remedies.refuse(remedy, by=carla, reason="Troppo.")
    assert ("Anna", "remedy_refused") in lately()


def test_what_did_not_leave_or_did_not_arrive_is_told(cast: Cast) -> None:
    anna = cast.member("Anna")
    ticket = ticket_of(arrive(letter()))
    handling.assign(fresh(ticket), anna, by=cast.member("Carla"), expected_owner_id=None)
    answer = messages.answer(fresh(ticket), anna, "Ecco.", base_position=fresh(ticket).last_public_position)
    tray()
    lately()
    address = tokens.reply_address(URP, answer.token)
    arrive(bounce(address, "maria@example.org"), address, envelope_from="")
    assert lately() == [("Anna", "undelivered")]
    waiting.send(fresh(ticket), anna, waiting.Reply("Poi", fresh(ticket).last_public_position, [("", "maria@example.org")]),
                 at=clock.now(cast.borgo) + timedelta(days=1))  # fmt: skip
    maria_writes(fresh(ticket), "Intanto…")
    waiting.work()
    assert sorted(lately()) == [("Anna", "answered"), ("Anna", "reply_held")]


# ---- what may not be seen


def test_what_is_not_theirs_to_see_any_more_is_told_by_no_way(cast: Cast) -> None:
    want(cast, "Anna")
    ticket = annas(cast)
    maria_writes(fresh(ticket), "Una cosa delicata.")
    react()
    anna = cast.person("Anna")
    assert queries.unread(anna) == 1
    Ticket.objects.filter(pk=ticket.pk).update(sensitivity=Ticket.Sensitivity.NAMED, owner=cast.member("Anna"))
    Named.objects.create(organisation=cast.borgo, ticket=ticket, member=cast.member("Carla"))
    assert queries.unread(anna) == 0 and queries.page(anna, "it").abouts == ()
    client = signed_in(cast, "Anna")
    assert ticket.number not in text(client.get("/desk/notifications/"))
    set_clock(cast, MORNING + timedelta(hours=1))
    mailing.work()
    pushing.work()
    assert letters() == [] and NotificationMail.objects.get().state == "dropped" and not Push.objects.exists()
    # nor is anybody told afresh
    maria_writes(fresh(ticket), "Ancora.")
    react()
    assert told()[-1] == ("Anna", "answered") and Notification.objects.filter(what="answered").count() == 1


def test_the_bell_says_how_many_to_nobody_else_and_follows_rights(cast: Cast) -> None:
    ticket = annas(cast)
    maria_writes(fresh(ticket), "Ci siete?")
    react()
    anna, bruno = topics.page().viewer(cast.users["Anna"]), topics.page().viewer(cast.users["Bruno"])
    page = topics.page()
    assert page.admit(anna, ["bell"]) == {"bell": {"unread": 1}} and page.admit(bruno, ["bell"]) == {"bell": {"unread": 0}}
    assert page.admit(topics.page().viewer(cast.users["Elena"]), ["bell"]) == {}, "who serves nobody has none"
    topic = next(one for one in page.topics if one.pattern.fullmatch("bell"))

    def heard(hearer: Any, verb: str) -> Any:
        event = Event.objects.filter(verb=verb).latest("id")
        line = Read(event.id, Position(event.epoch), event.at, event.happened_at, event.organisation_id, event.actor_kind,
                    event.actor_id, event.verb, event.subject_kind, event.subject_id, event.payload)  # fmt: skip
        (about,) = page.gather([Change(line, line)])
        assert topic.name(about) == "bell" and all(one.name(about) == "" for one in page.topics if one is not topic)
        return topic.tell(hearer, about)

    assert heard(anna, "notification.made").data == '{"unread":1}' and heard(bruno, "notification.made") is None
    # opening the ticket reads what was told of it, with one statement where there is nothing
    client = signed_in(cast, "Anna")
    client.get(at(ticket, "?fragment=side"), **HTMX)
    assert heard(anna, "notification.read").data == '{"unread":0}'
    assert not Notification.objects.filter(read_at__isnull=True).exists()
    maria_writes(fresh(ticket), "Allora?")
    react()
    Ticket.objects.filter(pk=ticket.pk).update(sensitivity=Ticket.Sensitivity.NAMED)
    assert heard(anna, "notification.made").data == '{"unread":0}'


# ---- the page


def test_the_page_groups_by_ticket_and_reads_one_or_all(cast: Cast, django_assert_max_num_queries: Any) -> None:
    one, other = annas(cast), annas(cast, "Residenza")
    Notification.objects.all().delete()
    for words in ("A", "B"):
        maria_writes(fresh(one), words)
        maria_writes(fresh(other), words)
        react()
    client = signed_in(cast, "Anna")
    with django_assert_max_num_queries(12):
        page = text(client.get("/desk/notifications/"))
    assert page.count('class="page-part"') == 2 and page.count("perché la pratica è affidata a Lei") == 4
    client.post(at(one, "reading/"))
    unread = text(client.get("/desk/notifications/?which=unread"))
    assert other.number in unread and one.number not in unread
    assert signed_in(cast, "Dario").post(at(one, "reading/")).status_code == 404, "not theirs to see"
    client.post("/desk/notifications/reading/")
    assert "Ha letto tutto" in text(client.get("/desk/notifications/?which=unread"))
    assert queries.unread(cast.person("Anna")) == 0
    # far more than a page holds: by key, and nothing is left out or shown twice
    Notification.objects.all().delete()
    Notification.objects.bulk_create(
        Notification(organisation=cast.borgo, member=cast.member("Anna"), ticket=one, what="answered", event_id=n,
                     happened_at=MORNING, made_at=MORNING) for n in range(130)
    )  # fmt: skip
    found, before = [], 0
    while True:
        shown = queries.page(cast.person("Anna"), "it", before=before)
        found += [line.id for about in shown.abouts for line in about.lines]
        before = shown.older
        if not before:
            break
    assert len(found) == len(set(found)) == 130
    assert queries.unread(cast.person("Anna")) == queries.MOST, "counted no further than the bell shows"


def test_somebody_chooses_what_they_are_told_and_when(cast: Cast) -> None:
    client = signed_in(cast, "Anna")
    address = "/desk/notifications/choices/"
    page = text(client.get(address))
    assert page.count('type="checkbox"') == len(REASONS) * 3 + 7
    body = {"answered-mail": "on", "new-desk": "on", "mail_minutes": "60", "quiet_from": "19:00", "quiet_to": "08:00",
            "quiet_days": ["0", "5"], "timezone": "Europe/Lisbon"}  # fmt: skip
    assert client.post(address, body).status_code == 302
    chosen = choices.of_user(cast.users["Anna"])
    assert chosen.ways("answered") == {"mail"} and chosen.ways("new") == {"desk"} and chosen.ways("assigned") == frozenset()
    assert (chosen.quiet_from, chosen.quiet_to, chosen.quiet_days) == (time(19), time(8), {0, 5})
    assert (chosen.timezone, chosen.mail_minutes) == ("Europe/Lisbon", 60)
    answer = client.post(address, {**body, "quiet_to": ""})
    assert answer.status_code == 422 and "un inizio e di una fine" in text(answer)
    for wrong in ({"mail_minutes": "7"}, {"timezone": "Mars/Olympus"}, {"quiet_days": ["9"]}):
        assert client.post(address, {**body, **wrong}).status_code == 422
    # by mail alone: nothing at the bell, a mail all the same
    ticket = annas(cast)
    maria_writes(fresh(ticket), "Ci siete?")
    react()
    assert queries.unread(cast.person("Anna")) == 0
    assert "Il cliente ha scritto" not in text(client.get("/desk/notifications/"))
    client.post("/desk/notifications/reading/")
    set_clock(cast, MORNING + timedelta(minutes=61))
    mailing.work()
    assert len(letters()) == 1
    assert Choice.objects.get().user == cast.users["Anna"]


# ---- by mail


def test_one_mail_gathers_what_came_and_says_nothing_anybody_wrote(cast: Cast) -> None:
    want(cast, "Anna")
    one, other = annas(cast, "Parola d'ordine"), annas(cast, "Residenza")
    maria_writes(fresh(one), "segretissimo")
    react()
    set_clock(cast, MORNING + timedelta(minutes=10))
    messages.note(fresh(other), cast.member("Carla"), "@Anna Prova segretissimo anche questo")
    react()
    mailing.work()
    assert letters() == [], "it gathers for a quarter of an hour"
    set_clock(cast, MORNING + timedelta(minutes=16))  # the clock runs on while a busy machine works
    assert mailing.work() == 1 and mailing.work() == 0
    (letter,) = letters()
    raw = read(OutTrayMail.objects.get(recipients=["anna@sportello.test"]).raw)
    assert b"Auto-Submitted: auto-generated" in raw and b"Content-Language: it" in raw
    assert letter.subject == "Sportello: 2 notifiche" and letter.to[0].address == "anna@sportello.test"
    for said in (one.number, other.number, "Il cliente ha scritto, perché la pratica è affidata a Lei.",
                 "Carla Prova La cita in una nota, perché Carla Prova ha scritto il Suo nome.",
                 f"/desk/borgo/tickets/{one.number}/", "/desk/notifications/choices/"):  # fmt: skip
        assert said in letter.text, said
    for kept in ("segretissimo", "Parola", "Residenza", "Maria", "Popescu", "maria@example.org"):
        assert kept not in letter.subject + letter.text and kept.encode() not in raw
    set_clock(cast, MORNING + timedelta(hours=2))
    assert mailing.work() == 0, "what was in one mail is in no other"


def test_what_was_read_in_the_desk_and_who_is_away_get_no_mail(cast: Cast) -> None:
    want(cast, "Anna")
    ticket = annas(cast)
    maria_writes(fresh(ticket), "A")
    react()
    signed_in(cast, "Anna").get(at(ticket, "?fragment=side"), **HTMX)
    set_clock(cast, MORNING + timedelta(hours=1))
    assert mailing.work() == 0
    messages.note(fresh(ticket), cast.member("Carla"), "@Anna Prova guarda")
    react()
    mark_absent(cast.member("Anna"), MORNING.date(), MORNING.date(), by=cast.member("Carla"))
    set_clock(cast, MORNING + timedelta(hours=2))
    mailing.work()
    pushing.work()
    assert letters() == [] and not Push.objects.exists() and queries.unread(cast.person("Anna")) == 1, "the desk has it"
    # and who left is told nothing, even of what was gathered before
    Notification.objects.update(mail_at=MORNING)
    end_member(cast.member("Anna"), actor.SYSTEM)
    set_clock(cast, MORNING + timedelta(days=2))
    mailing.work()
    assert letters() == []


def test_quiet_hours_hold_mail_and_push_and_deliver_them_in_one(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPORTELLO_PUSH_HOSTS", "127.0.0.1")
    want(cast, "Anna", quiet_from=time(20), quiet_to=time(7))
    ticket = annas(cast)
    with push_service.running() as service:
        browser = push_service.OurBrowser(service, "anna")
        signed_in(cast, "Anna").post("/desk/notifications/browsers/", {"subscription": browser.subscription})
        for minutes in (0, 5, 30):
            set_clock(cast, MORNING.replace(hour=21, minute=minutes))
            maria_writes(fresh(ticket), f"Alle 21 e {minutes}")
            react()
            mailing.work()
            pushing.work()
        set_clock(cast, MORNING.replace(hour=6, minute=59) + timedelta(days=1))
        mailing.work()
        pushing.work()
        assert letters() == [] and service.taken == []
        set_clock(cast, MORNING.replace(hour=7, minute=0, second=1) + timedelta(days=1))
        mailing.work()
        pushing.work()
        assert [one.subject for one in letters()] == ["Sportello: 3 notifiche"]
        assert [one["title"] for one in browser.shown] == ["3 notifiche"]


def test_a_mail_whose_process_dies_leaves_once_or_again_under_the_same_name(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the out-tray exactly once; with a server, a try whose end nobody saw is repeated with the same Message-ID."""
    want(cast, "Anna")
    ticket = annas(cast)

    class Killed(BaseException):
        pass

    def die(*_args: Any) -> None:
        raise Killed

    def news(minutes: int) -> None:
        set_clock(cast, MORNING + timedelta(minutes=minutes))
        maria_writes(fresh(ticket), "Novità")
        react()
        set_clock(cast, MORNING + timedelta(minutes=minutes + 16))

    news(0)
    with monkeypatch.context() as patch:
        patch.setattr(mailing.own, "put_in_tray", die)
        with pytest.raises(Killed):
            mailing.work()
    assert letters() == [] and mailing.work() == 0, "claimed: nobody else takes it while its process may live"
    NotificationMail.objects.update(next_attempt_at=clock.server_now())
    assert mailing.work() == 1 and len(letters()) == 1 and mailing.work() == 0
    with sink() as server:
        mailbox = send_by(server)
        assert Mailbox.objects.filter(organisation=cast.borgo, is_default=True).get() == mailbox
        news(60)
        with monkeypatch.context() as patch:
            patch.setattr(mailing, "_settle", die)
            with pytest.raises(Killed):
                mailing.work()
        NotificationMail.objects.filter(state="waiting").update(next_attempt_at=clock.server_now())
        mailing.work()
        ids = [next(line for line in raw.split(b"\r\n") if line.startswith(b"Message-ID:")) for _f, _t, raw in server.taken]
    assert len(ids) == 2 and ids[0] == ids[1]
    # a server that is away is tried again, and given up in the end
    news(120)
    Mailbox.objects.filter(pk=mailbox.pk).update(smtp_port=1)
    for _try in range(mailing.ATTEMPTS):
        NotificationMail.objects.filter(state="waiting").update(next_attempt_at=clock.server_now())
        mailing.work()
    assert sorted(NotificationMail.objects.values_list("state", flat=True)) == ["failed", "sent", "sent"]


# ---- by the browser


def test_a_browser_is_told_and_what_its_service_says_is_obeyed(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPORTELLO_PUSH_HOSTS", "127.0.0.1")
    want(cast, "Anna")
    ticket = annas(cast, "Parola d'ordine")
    anna = signed_in(cast, "Anna")

    def news() -> None:
        maria_writes(fresh(ticket), "segretissimo")
        react()
        Push.objects.filter(state="waiting").update(next_attempt_at=clock.server_now())
        pushing.work()

    with push_service.running() as service:
        browser = push_service.OurBrowser(service, "anna")
        agent = {"HTTP_USER_AGENT": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}
        assert anna.post("/desk/notifications/browsers/", {"subscription": browser.subscription}, **agent).status_code == 302
        assert "Firefox, Linux" in text(anna.get("/desk/notifications/choices/"))
        news()
        (said,) = browser.shown
        assert said == {"title": "Il cliente ha scritto", "body": f"Pratica {ticket.number}, perché la pratica è affidata a Lei.",
                        "tag": ticket.number, "url": said["url"]}  # fmt: skip
        assert said["url"].endswith(f"/desk/borgo/tickets/{ticket.number}/")
        (_path, headers, body) = service.taken[0]
        assert headers["content-encoding"] == "aes128gcm" and headers["ttl"] == "86400" and headers["urgency"] == "normal"
        assert headers["authorization"].startswith("vapid t=") and b"segretissimo" not in body and b"Pratica" not in body
        # told to wait: all that is for this browser waits, and leaves afterwards
        service.answers = [(429, {"Retry-After": "3600"})]
        news()
        assert Push.objects.filter(state="waiting").count() == 1
        held = Browser.objects.get().held_until
        assert held is not None and timedelta(minutes=59) < held - clock.server_now() < timedelta(minutes=61)
        news()
        assert len(service.taken) == 2, "nothing while it asked to be left alone"
        Browser.objects.update(held_until=clock.server_now())
        Push.objects.filter(state="waiting").update(next_attempt_at=clock.server_now())
        pushing.work()
        assert len(browser.shown) == 4 and set(Push.objects.values_list("state", flat=True)) == {"sent"}
        # a service that fails is asked again later, one that refuses is not
        service.answers = [(503, {})]
        news()
        assert Push.objects.get(state="waiting").answer == 503
        service.answers = [(201, {}), (413, {})]
        news()
        assert sorted(Push.objects.values_list("state", flat=True).distinct()) == ["failed", "sent"]
        # nobody there any more: the browser is forgotten
        service.answers = [(410, {})]
        news()
        assert not Browser.objects.exists() and not Push.objects.exists()
        news()
        assert len(service.taken) == 8, "and called no more"
    keys = PushKey.objects.get()
    assert "PRIVATE" not in keys.sealed, "the key does not stand in the database as it is"


def test_a_browser_is_one_persons_and_may_lie_only_in_the_open_network(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A form must not make us call what only this machine reaches: refused when it is told, and again when it is called."""
    service = push_service.Service(url="http://127.0.0.1:1")
    ours = push_service.OurBrowser(service, "x").subscription
    anna, bruno = signed_in(cast, "Anna"), signed_in(cast, "Bruno")
    address = "/desk/notifications/browsers/"
    for said in (ours, ours.replace("http://", "https://"), ours.replace("127.0.0.1:1", "[::1]"),
                 ours.replace("http://127.0.0.1:1", "https://169.254.169.254"), ours.replace("http:", "file:"),
                 "", "{}", "[]", "null", ours.replace('"auth": "', '"auth": "x'), "[" * 9_000):  # fmt: skip
        assert anna.post(address, {"subscription": said}).status_code == 422, said[:90]
    assert not Browser.objects.exists()
    monkeypatch.setenv("SPORTELLO_PUSH_HOSTS", "127.0.0.1")
    anna.post(address, {"subscription": ours})
    bruno.post(address, {"subscription": ours})
    browser = Browser.objects.get()
    assert browser.user == cast.users["Bruno"], "who said yes last in it"
    assert "127.0.0.1" not in browser.sealed and "p256dh" not in browser.sealed
    assert anna.post(f"{address}{browser.pk}/removal/").status_code == 404
    monkeypatch.delenv("SPORTELLO_PUSH_HOSTS")
    want(cast, "Bruno")
    messages.note(fresh(cast.ticket()), cast.member("Anna"), "@Bruno Prova guarda")
    react()
    pushing.work()
    assert not Browser.objects.exists(), "an address that may not be called is not kept"


# ---- what is old


def test_old_notifications_go_with_the_mails_that_told_them(cast: Cast) -> None:
    want(cast, "Anna")
    ticket = annas(cast)
    maria_writes(fresh(ticket), "A")
    react()
    set_clock(cast, MORNING + timedelta(hours=1))
    mailing.work()
    set_clock(cast, MORNING + timedelta(days=89))
    assert sweeping.work() == 0
    set_clock(cast, MORNING + timedelta(days=91))
    assert sweeping.work() > 0 and not Notification.objects.exists() and not NotificationMail.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_send_one_mail(cast: Cast) -> None:
    want(cast, "Anna")
    with transaction.atomic():
        ticket = annas(cast)
        maria_writes(fresh(ticket), "A")
        react()
    set_clock(cast, MORNING + timedelta(hours=1))
    start = threading.Barrier(4)

    def worker() -> None:
        start.wait(LIMIT)
        try:
            mailing.work()
        finally:
            connections.close_all()

    threads = [threading.Thread(target=worker) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LIMIT)
    assert len(letters()) == 1 and NotificationMail.objects.get().state == "sent"
