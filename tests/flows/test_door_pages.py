"""Search and customers; what was held back, not sent, counted, silent; people who work here."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.test import Client
from django.utils import translation

from sportello.foundation.files.actions import keep
from sportello.foundation.tenancy import clock
from sportello.records.accounts.models import Invitation
from sportello.records.customers.models import Customer, Identity
from sportello.records.knowledge.models import SavedReply, ServiceSheet
from sportello.records.procedures.models import Kind
from sportello.records.tickets.actions.messages import note
from sportello.records.tickets.models import Message, Notice
from sportello.service.channels.models import Delivery, Dispatch, IncomingMail, Mailbox
from sportello.service.routing.actions import team_for
from sportello.service.routing.models import Route
from tests.cast import Cast

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_italian() -> Iterator[None]:
    with translation.override("it"):
        yield


def signed_in(cast: Cast, name: str) -> Client:
    client = Client(headers={"accept-language": "it"})
    client.force_login(cast.users[name], backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def anna(cast: Cast) -> Client:
    return signed_in(cast, "Anna")


def incoming(cast: Cast, state: str, cause: str = "", subject: str = "Offerta",
             raw: bytes = b"Subject: Offerta\r\n\r\nCiao", address: str = "urp@borgo.test") -> IncomingMail:
    mailbox = Mailbox.objects.select_related("organisation").get(address=address)
    return IncomingMail.objects.create(
        organisation=mailbox.organisation, mailbox=mailbox, raw=keep(mailbox.organisation, raw), door="smtp",
        sender="tizio@example.net", subject=subject, received_at=clock.now(mailbox.organisation),
        stored_at=clock.server_now(), state=state, cause=cause,
    )


# ---- search


def test_a_number_jumps_and_words_find(cast: Cast, anna: Client) -> None:
    ticket = cast.ticket("Mensa: addebito doppio")
    for number in (ticket.number, str(int(ticket.number[5:])), ticket.number.replace("-", "/")):
        assert anna.get("/desk/search/", {"q": number})["Location"] == f"/desk/borgo/tickets/{ticket.number}/"
    page = anna.get("/desk/search/", {"q": "addebit"}).content.decode()
    assert f'id="row-{ticket.pk}"' in page
    page = anna.get("/desk/search/", {"q": "pope"}).content.decode()
    assert f"/desk/borgo/customers/{ticket.customer_id}/" in page
    none = anna.get("/desk/search/", {"q": "<b>zzz"}).content.decode()
    assert "&lt;b&gt;zzz" in none and "<b>zzz" not in none
    assert anna.get("/desk/search/").status_code == 200


def test_search_keeps_to_what_one_may_see(cast: Cast, anna: Client) -> None:
    ticket = cast.ticket("Acquedotto rotto")
    cast.ticket("Acquedotto altrove", organisation=cast.bottega, address="piero@example.org")
    note(ticket, cast.member("Anna"), "Parola rarissima: ornitorinco.")
    assert f'id="row-{ticket.pk}"' in anna.get("/desk/search/", {"q": "ornitorinco"}).content.decode()
    assert 'class="row"' not in signed_in(cast, "Dario").get("/desk/search/", {"q": "acquedotto"}).content.decode()
    assert signed_in(cast, "Elena").get("/desk/search/", {"q": "acquedotto"}).status_code == 404
    hugo = signed_in(cast, "Hugo").get("/desk/search/", {"q": "acquedotto"}).content.decode()
    assert hugo.count('class="row"') == 2, "one person in both organisations finds both"


def test_the_palette_gets_options(cast: Cast, anna: Client) -> None:
    ticket = cast.ticket()
    for typed in (ticket.number, "mensa", "pope"):
        page = anna.get("/desk/palette/", {"q": typed}, headers={"HX-Request": "true"}).content.decode()
        assert 'class="palette-option" role="option"' in page and f"/desk/borgo/tickets/{ticket.number}/" in page
    assert f"/desk/borgo/customers/{ticket.customer_id}/" in page
    assert "data-search=\"/desk/palette/\"" in anna.get("/desk/search/").content.decode()


def test_it_says_when_only_the_newest_were_searched(cast: Cast, anna: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    from sportello.records.tickets import search

    for at in range(3):
        cast.ticket(f"Mensa {at}")
    for name, value in (("WINDOW", 1), ("_LOOK", 1), ("_FEW", -1), ("_RARE", -1)):
        monkeypatch.setattr(search, name, value)
    assert "list-foot" in anna.get("/desk/search/", {"q": "mensa"}).content.decode()


# ---- customers


def test_the_card_shows_every_channel_and_may_be_corrected(cast: Cast, anna: Client) -> None:
    ticket = cast.ticket()
    home = f"/desk/borgo/customers/{ticket.customer_id}/"
    assert home in anna.get("/desk/borgo/customers/", {"q": "maria@example.org"}).content.decode()
    page = anna.get(home).content.decode()
    assert ticket.number in page and "maria@example.org" in page
    anna.post(home, {"name": "Maria Ionela Popescu", "sort": "person", "language": "ro"})
    customer = Customer.objects.get()
    assert (customer.name, customer.language) == ("Maria Ionela Popescu", "ro")
    wrong = anna.post(home, {"name": " ", "sort": "person", "language": "ro"})
    assert wrong.status_code == 422 and 'href="#id_name"' in wrong.content.decode()


def test_identities_are_added_verified_and_marked(cast: Cast, anna: Client) -> None:
    customer = cast.ticket().customer
    assert customer is not None
    home = f"/desk/borgo/customers/{customer.pk}/"
    wrong = anna.post(home + "identities/", {"sort": "phone", "value": "boh"})
    assert wrong.status_code == 422 and 'href="#id_new_value"' in wrong.content.decode()
    anna.post(home + "identities/", {"sort": "phone", "value": "051 234 5678"})
    phone = Identity.objects.get(sort="phone")
    assert (phone.value, phone.verified) == ("+390512345678", "")
    anna.post(f"{home}identities/{phone.pk}/verification/", {"how": "by_document"})
    phone.refresh_from_db()
    assert phone.verified == "by_document"
    assert anna.post(f"{home}identities/{phone.pk}/verification/", {"how": "by_code"}).status_code == 422
    mail = Identity.objects.get(sort="email")
    anna.post(f"{home}identities/{mail.pk}/undeliverable/")
    mail.refresh_from_db()
    assert mail.undeliverable_at is not None


def test_customers_of_elsewhere_do_not_exist(cast: Cast, anna: Client) -> None:
    customer = cast.ticket(organisation=cast.bottega, address="piero@example.org").customer
    assert customer is not None
    identity = customer.identities.get()
    for slug in ("borgo", "bottega"):
        home = f"/desk/{slug}/customers/{customer.pk}/"
        assert anna.get(home).status_code == 404
        assert anna.post(home, {"name": "Mio", "sort": "person"}).status_code == 404
        assert anna.post(f"{home}identities/{identity.pk}/undeliverable/").status_code == 404
    mine = cast.ticket().customer
    assert mine is not None
    crossed = f"/desk/borgo/customers/{mine.pk}/identities/{identity.pk}/verification/"
    assert anna.post(crossed, {"how": "by_document"}).status_code == 404
    assert signed_in(cast, "Elena").get(f"/desk/borgo/customers/{mine.pk}/").status_code == 404


# ---- the mail door


def test_what_was_held_back_is_seen_released_read_again_and_set_aside(cast: Cast, anna: Client) -> None:
    causes = ("burst", "unreadable", "loop")
    mails = [incoming(cast, "quarantined", cause, subject=f"Messaggio {cause}") for cause in causes]
    assert anna.get("/desk/quarantine/")["Location"] == "/desk/borgo/quarantine/"
    page = anna.get("/desk/borgo/quarantine/").content.decode()
    assert all(mail.subject in page for mail in mails) and "tizio@example.net" in page
    home = "/desk/borgo/quarantine/"
    look = anna.get(f"{home}{mails[0].pk}/").content.decode()
    assert "Ciao" in look
    raw = anna.get(f"{home}{mails[0].pk}/raw/")
    assert raw.content == b"Subject: Offerta\r\n\r\nCiao" and raw["Content-Disposition"].startswith("attachment")
    verbs = (("release", "pending"), ("retry", "pending"), ("setting-aside", "machine"))
    for mail, (verb, state) in zip(mails, verbs, strict=True):
        assert anna.get(f"{home}{mail.pk}/{verb}/").status_code == 405
        assert anna.post(f"{home}{mail.pk}/{verb}/")["Location"] == home
        mail.refresh_from_db()
        assert mail.state == state and mail.released_by_id == cast.member("Anna").pk
    assert anna.post(f"{home}{mails[0].pk}/setting-aside/").status_code in (404, 409), "a colleague was first"


def test_what_is_held_elsewhere_does_not_exist(cast: Cast, anna: Client) -> None:
    mail = incoming(cast, "quarantined", "burst", address="aiuto@bottega.test")
    for slug in ("borgo", "bottega"):
        assert anna.get(f"/desk/{slug}/quarantine/{mail.pk}/raw/").status_code == 404
        assert anna.post(f"/desk/{slug}/quarantine/{mail.pk}/release/").status_code == 404
    assert signed_in(cast, "Elena").get("/desk/borgo/quarantine/").status_code == 404
    mail.refresh_from_db()
    assert mail.state == "quarantined"


def test_the_mail_adds_up(cast: Cast, anna: Client) -> None:
    for state, number in (("pending", 1), ("ticketed", 4), ("machine", 2), ("quarantined", 3), ("duplicate", 1)):
        for _each in range(number):
            incoming(cast, state)
    incoming(cast, "ticketed", address="tributi@borgo.test")
    incoming(cast, "ticketed", address="aiuto@bottega.test")
    page = anna.get("/desk/borgo/mail/").content.decode()
    figures = [int(one) for one in re.findall(r'<td class="figure">(\d+)</td>', page)]
    assert figures[:7] == [1, 5, 2, 3, 1, 12, 12]
    assert "badge-ok" in page and "tributi@borgo.test" in page


def test_what_did_not_leave_shows_the_servers_words(cast: Cast, anna: Client) -> None:
    ticket = cast.ticket()
    message = Message.objects.get(notice_moment="receipt")
    Delivery.objects.filter(dispatch__message=message).delete()
    Dispatch.objects.filter(message=message).delete()
    now = clock.now(cast.borgo)
    dispatch = Dispatch.objects.create(organisation=cast.borgo, message=message, channel="email", state="failed",
                                       attempts=3, queued_at=now, answer="no more attempts")
    Delivery.objects.create(organisation=cast.borgo, dispatch=dispatch, address="maria@example.org", state="failed",
                            status_code="5.1.1", answer="550 <maria@example.org> unknown", changed_at=now)
    page = anna.get("/desk/borgo/dispatches/").content.decode()
    assert ticket.number in page and "550 &lt;maria@example.org&gt; unknown" in page and "5.1.1" in page
    assert ticket.number not in signed_in(cast, "Dario").get("/desk/borgo/dispatches/").content.decode()
    Dispatch.objects.update(state="sent")
    Delivery.objects.update(state="sent")
    assert ticket.number not in anna.get("/desk/borgo/dispatches/").content.decode()


def test_silent_tickets_are_none_and_said(cast: Cast, anna: Client) -> None:
    ticket = cast.ticket()
    empty = anna.get("/desk/silent/").content.decode()
    assert ticket.number not in empty and 'class="empty"' in empty
    Notice.objects.filter(ticket=ticket).update(state="due", given_at=None)
    assert ticket.number in anna.get("/desk/silent/").content.decode()
    assert ticket.number not in signed_in(cast, "Dario").get("/desk/silent/").content.decode()


# ---- people


def test_who_administers_lands_on_people_and_sees_no_tickets(cast: Cast) -> None:
    elena = signed_in(cast, "Elena")
    page = elena.get("/desk/", follow=True)
    assert page.redirect_chain[-1][0] == "/desk/borgo/people/"
    text = page.content.decode()
    assert "Anna Prova" in text and "Leo Prova" not in text and "tributi@borgo.test" in text
    assert "/desk/lists/" not in text


def test_supervisors_read_and_do_not_change(cast: Cast, anna: Client) -> None:
    carla = signed_in(cast, "Carla")
    text = carla.get("/desk/people/", follow=True).content.decode()
    assert "Bruno Prova" in text and "invitations/" not in text and 'name="team"' not in text
    bruno = cast.member("Bruno").pk
    for path in ("invitations/", f"{bruno}/", f"{bruno}/ending/", "routes/0/"):
        assert carla.post(f"/desk/borgo/people/{path}", {}).status_code == 404
    assert anna.get("/desk/borgo/people/").status_code == 404
    assert anna.get("/desk/people/").status_code == 404
    assert signed_in(cast, "Elena").get("/desk/bottega/people/").status_code == 404


def test_elena_invites_and_withdraws(cast: Cast) -> None:
    elena = signed_in(cast, "Elena")
    form = {"email": "nuova@example.org", "name": "Nuova", "language": "it", "role": "operator",
            "teams": [cast.team("front").pk]}
    wrong = elena.post("/desk/borgo/people/invitations/", {**form, "email": "anna@sportello.test"})
    assert wrong.status_code == 422 and 'id="id_email-error"' in wrong.content.decode()
    assert elena.post("/desk/borgo/people/invitations/", form)["Location"] == "/desk/borgo/people/"
    invitation = Invitation.objects.get()
    assert "nuova@example.org" in elena.get("/desk/borgo/people/").content.decode()
    foreign = elena.post("/desk/borgo/people/invitations/", {**form, "teams": [cast.team("care").pk]})
    assert foreign.status_code == 422
    elena.post(f"/desk/borgo/people/invitations/{invitation.pk}/withdrawal/")
    invitation.refresh_from_db()
    assert invitation.withdrawn_at is not None


def test_elena_changes_a_place_and_ends_it(cast: Cast) -> None:
    elena, bruno = signed_in(cast, "Elena"), cast.member("Bruno")
    home = f"/desk/borgo/people/{bruno.pk}/"
    assert elena.get(home).status_code == 200
    elena.post(home, {"role": "specialist", "teams": [cast.team("front").pk]})
    bruno.refresh_from_db()
    assert bruno.role == "specialist" and [team.slug for team in bruno.teams.all()] == ["front"]
    elena.post(home + "ending/")
    bruno.refresh_from_db()
    assert bruno.ended_at is not None
    assert elena.get(home).status_code == 404
    alone = elena.post(f"/desk/borgo/people/{cast.member('Elena').pk}/", {"role": "operator"})
    assert alone.status_code == 422, "nobody else administers"
    assert elena.get(f"/desk/borgo/people/{cast.member('Irene', cast.bottega).pk}/").status_code == 404


def test_a_kind_goes_to_another_team_from_now_on(cast: Cast) -> None:
    elena = signed_in(cast, "Elena")
    kind = Kind.objects.get(organisation=cast.borgo, slug="complaint")
    elena.post(f"/desk/borgo/people/routes/{kind.pk}/", {"team": cast.team("front").pk})
    assert team_for(cast.borgo, kind).team == cast.team("front")
    elena.post("/desk/borgo/people/routes/0/", {"team": cast.team("taxes").pk})
    assert Route.objects.get(organisation=cast.borgo, kind=None).team == cast.team("taxes")
    foreign = {"team": cast.team("care").pk}
    assert elena.post(f"/desk/borgo/people/routes/{kind.pk}/", foreign).status_code == 422
    order = Kind.objects.get(organisation=cast.bottega, slug="order")
    assert elena.post(f"/desk/borgo/people/routes/{order.pk}/", {"team": cast.team("front").pk}).status_code == 404


# ---- what we know


def test_carla_writes_a_saved_reply_in_two_languages(cast: Cast, anna: Client) -> None:
    carla, home = signed_in(cast, "Carla"), "/desk/borgo/knowledge/"
    form = {"title": "Serve un documento", "body": "Ci mandi una copia.", "language": "it", "team": ""}
    assert carla.post(home + "replies/new/", {**form, "body": ""}).status_code == 422
    carla.post(home + "replies/new/", form)
    reply = SavedReply.objects.get()
    assert "(manca)" in carla.get(home).content.decode(), "English is missing, and said"
    english = f"{home}replies/{reply.slug}/in/en/"
    carla.post(english, {"title": "A document", "body": "Send us a copy."})
    carla.post(english, {"title": "A document", "body": "Send us one copy."})
    assert set(reply.texts.values_list("language", "body")) == {("it", "Ci mandi una copia."), ("en", "Send us one copy.")}
    read = anna.get(home).content.decode()
    assert "Serve un documento" in read and english not in read
    assert anna.post(english, {"title": "x", "body": "y"}).status_code == 404, "operators read"
    assert carla.get(f"{home}replies/{reply.slug}/in/xx/").status_code == 404
    assert signed_in(cast, "Irene").get(home).status_code == 404


def test_a_service_sheet_is_corrected_and_counts_as_reviewed(cast: Cast) -> None:
    sheet = ServiceSheet.objects.create(organisation=cast.borgo, slug="residenza")
    elena = signed_in(cast, "Elena")
    address = "/desk/borgo/knowledge/sheets/residenza/it/"
    assert elena.get(address).status_code == 200
    elena.post(address, {"title": "Cambio di residenza", "cost": "Gratuito", "documents_needed": "Carta d'identità"})
    text = sheet.texts.get()
    assert (text.title, text.cost) == ("Cambio di residenza", "Gratuito") and text.reviewed_at is not None
    assert "Cambio di residenza" in elena.get("/desk/borgo/knowledge/").content.decode()
