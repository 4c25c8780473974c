"""Elena sets Borgo up in pages: words, colour, teams, branches, kinds, hours; customers see it at once."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client

from sportello.foundation.journal.models import Event
from sportello.foundation.tenancy import clock
from sportello.foundation.tenancy.models import Organisation
from sportello.records.accounts.models import Branch, Team
from sportello.records.procedures.models import Kind, OfficeCalendar
from sportello.records.tickets.models import Term
from tests.cast import Cast

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 64


@pytest.fixture
def elena(cast: Cast) -> Client:
    client = Client()
    client.force_login(cast.users["Elena"])
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    return client


def page(answer: HttpResponse, status: int = 200) -> str:
    assert answer.status_code == status, (answer.status_code, answer.content.decode()[:600])
    return answer.content.decode()


def test_the_index_names_everything_and_nobody_else_has_it(cast: Cast, elena: Client) -> None:
    whole = page(elena.get("/desk/setup/", follow=True))
    for where in ("organisation", "appearance", "teams", "branches", "kinds", "hours"):
        assert f"/desk/borgo/setup/{where}/" in whole
    carla = Client()
    carla.force_login(cast.users["Carla"])
    page(carla.get("/desk/borgo/setup/"), 404)


def test_words_and_links_are_on_the_portal_at_once(cast: Cast, elena: Client) -> None:
    sent = {
        "name": "Comune di Borgo Lieto", "owner_line": "Regione Immaginaria", "languages": ["it", "en"],
        "timezone": "Europe/Rome", "contact_it": "Via Roma 1", "contact_en": "1 Roma street",
        "privacy_it": "Usiamo i dati per rispondere.", "privacy_en": "",
        "links": "Amministrazione trasparente | Transparent administration | https://borgo.example/trasparente\n"
                 "Note legali | https://borgo.example/note",
    }  # fmt: skip
    page(elena.post("/desk/borgo/setup/organisation/", sent, follow=True))
    shown = page(Client(headers={"accept-language": "it"}).get("/o/borgo/"))
    assert "Regione Immaginaria" in shown and "Amministrazione trasparente" in shown and "Via Roma 1" in shown
    assert 'href="https://borgo.example/note"' in shown
    again = page(elena.get("/desk/borgo/setup/organisation/"))
    assert "Transparent administration | https://borgo.example/trasparente" in again
    event = Event.objects.filter(verb="organisation.described").get()
    assert "footer_links" in event.payload["parts"] and "Regione" not in str(event.payload)


def test_a_link_that_would_run_is_refused_and_nothing_typed_is_lost(cast: Cast, elena: Client) -> None:
    sent = {"name": "Borgo", "languages": ["it", "en"], "timezone": "Europe/Rome",
            "links": "Note | javascript:alert(1)", "contact_it": "Via nuova 7"}  # fmt: skip
    whole = page(elena.post("/desk/borgo/setup/organisation/", sent), 422)
    assert "is not the address of a page" in whole and "Via nuova 7" in whole
    cast.borgo.refresh_from_db()
    assert cast.borgo.name == "Comune di Borgo Lieto"


def test_colour_and_logo(cast: Cast, elena: Client) -> None:
    portal = Client()
    page(portal.get("/o/borgo/logo/"), 404)
    logo = SimpleUploadedFile("stemma.png", PNG)
    page(elena.post("/desk/borgo/setup/appearance/", {"accent": "#ffee00", "logo": logo}, follow=True))
    cast.borgo.refresh_from_db()
    assert cast.borgo.accent == "#ffee00"
    assert portal.get("/o/borgo/logo/").content == PNG
    assert "/o/borgo/logo/" in page(portal.get("/o/borgo/"))
    # yellow cannot be read on white: the page says what is used instead, and how well that reads
    assert "#ffee00" in (whole := page(elena.get("/desk/borgo/setup/appearance/"))) and "Contrast (4.5" in whole
    evil = SimpleUploadedFile("stemma.svg", b"<svg onload='alert(1)'></svg>")
    assert "Choose a picture" in page(elena.post("/desk/borgo/setup/appearance/", {"accent": "#ffee00", "logo": evil}), 422)
    page(elena.post("/desk/borgo/setup/appearance/", {"accent": "#ffee00", "no_logo": "on"}, follow=True))
    page(portal.get("/o/borgo/logo/"), 404)


def test_a_team_is_made_and_ends_only_when_nothing_points_at_it(cast: Cast, elena: Client) -> None:
    page(elena.post("/desk/borgo/setup/teams/new/", {"name_it": "Anagrafe", "name_en": "Registry"}, follow=True))
    made = Team.objects.get(slug="anagrafe")
    page(elena.post(f"/desk/borgo/setup/teams/{made.pk}/", {"name_it": "Anagrafe e stato civile", "is_office": "on"},
                    follow=True))  # fmt: skip
    made.refresh_from_db()
    assert made.names == {"it": "Anagrafe e stato civile"} and made.is_office
    ticket = cast.ticket()
    front = cast.team("front")
    assert ticket.team_id == front.pk
    refused = page(elena.post(f"/desk/borgo/setup/teams/{front.pk}/ending/"), 422)
    assert "one open ticket" in refused
    page(elena.post(f"/desk/borgo/setup/teams/{made.pk}/ending/", follow=True))
    made.refresh_from_db()
    assert not made.is_active


def test_a_branch_with_its_hours_is_found_on_the_portal(cast: Cast, elena: Client) -> None:
    clock.move_to(cast.borgo, datetime(2026, 11, 30, 10, 0, tzinfo=ZoneInfo("Europe/Rome")))  # a Monday
    page(elena.post("/desk/borgo/setup/branches/new/",
                    {"name_it": "Sede di via Roma", "address": "Via Roma 1\n00100 Borgo Lieto", "phone": "06 1234567",
                     "position": "0"}, follow=True))  # fmt: skip
    branch = Branch.objects.get()
    shown = page(elena.get(f"/desk/borgo/setup/branches/{branch.pk}/hours/"))
    assert "08:30–13:00, 14:30–17:00" in shown
    page(elena.post(f"/desk/borgo/setup/branches/{branch.pk}/hours/",
                    {"mon": "9.00-12.00", "sat": "9:00-11:30", "country": "on"}, follow=True))  # fmt: skip
    portal = page(Client(headers={"accept-language": "it"}).get("/o/borgo/"))
    assert "Sede di via Roma" in portal and "09:00–12:00" in portal and "aperto ora" in portal
    assert "Da martedì a venerdì" in portal
    page(elena.post(f"/desk/borgo/setup/branches/{branch.pk}/ending/", follow=True))
    assert "Sede di via Roma" not in page(Client().get("/o/borgo/"))


def test_new_hours_count_for_new_tickets_and_rewrite_no_date(cast: Cast, elena: Client) -> None:
    before = cast.ticket()
    told = Term.objects.filter(ticket=before).values_list("due_at", flat=True).order_by("pk")
    kept = list(told)
    hours = {"mon": "08:30-13:00, 14:30-17:00", "wed": "22:00-26:00", "country": "on", "local_days": "07/12",
             "holidays": "04/01/2027", "special": "24/12/2026 09:00-12:00\n31/12/2026"}  # fmt: skip
    page(elena.post("/desk/borgo/setup/hours/", hours, follow=True))
    data = OfficeCalendar.objects.get(organisation=cast.borgo, is_default=True).data
    assert data["hours"] == {"mon": [["08:30", "13:00"], ["14:30", "17:00"]], "wed": [["22:00", "26:00"]]}
    assert data["local_days"] == ["12-07"] and data["holidays"] == ["2027-01-04"]
    assert data["special"] == {"2026-12-24": [["09:00", "12:00"]], "2026-12-31": []}
    assert list(told.all()) == kept
    assert page(elena.get("/desk/borgo/setup/hours/")).count("22:00–26:00") >= 1


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("mon", "8.30", "are no hours"),
        ("mon", "25:00-26:00", "are no hours"),
        ("local_days", "31/02", "is no day of the year"),
        ("holidays", "24-12-2026", "is no day"),
        ("special", "24/12/2026 morning", "are no hours"),
        ("mon", "", "at least one opening"),
    ],
)
def test_hours_that_cannot_be_read_are_shown_again(elena: Client, field: str, typed: str, sentence: str) -> None:
    whole = page(elena.post("/desk/borgo/setup/hours/", {field: typed}), 422)
    assert sentence in whole and typed in whole


def test_a_kind_of_their_own_is_offered_retired_and_ordered(cast: Cast, elena: Client) -> None:
    page(elena.post("/desk/borgo/setup/kinds/new/",
                    {"name_it": "Segnalazione buche", "name_en": "Potholes", "hint_it": "Una strada rotta",
                     "family": "fault", "on_portal": "on", "days": "20", "hours": "8"}, follow=True))  # fmt: skip
    kind = Kind.objects.get(slug="segnalazione-buche")
    assert kind.retired_at is None
    assert "Segnalazione buche" in page(Client(headers={"accept-language": "it"}).get("/o/borgo/request/", follow=True))
    ticket = cast.ticket(kind="segnalazione-buche")
    main = Term.objects.filter(ticket=ticket).order_by("-due_at").first()
    assert main is not None
    assert timedelta(days=19) < main.due_at - ticket.opened_at < timedelta(days=24)
    first = Kind.objects.filter(organisation=cast.borgo).first()
    page(elena.post(f"/desk/borgo/setup/kinds/{kind.pk}/place/", follow=True))
    page(elena.post(f"/desk/borgo/setup/kinds/{kind.pk}/place/", follow=True))
    assert Kind.objects.filter(organisation=cast.borgo).first() == kind != first
    page(elena.post(f"/desk/borgo/setup/kinds/{kind.pk}/default/", follow=True))
    page(elena.post(f"/desk/borgo/setup/kinds/{kind.pk}/retire/"), 422)
    page(elena.post(f"/desk/borgo/setup/kinds/{first.pk}/default/", follow=True))
    page(elena.post(f"/desk/borgo/setup/kinds/{kind.pk}/retire/", follow=True))
    kind.refresh_from_db()
    assert kind.retired_at is not None
    page(elena.post(f"/desk/borgo/setup/kinds/{kind.pk}/return/", follow=True))
    kind.refresh_from_db()
    assert kind.retired_at is None


def test_a_language_is_taken_away_and_the_order_of_the_rest_stays(cast: Cast, elena: Client) -> None:
    page(elena.post("/desk/borgo/setup/organisation/",
                    {"name": "Borgo", "languages": ["en"], "timezone": "Europe/Rome"}, follow=True))  # fmt: skip
    assert Organisation.objects.get(pk=cast.borgo.pk).languages == ["en"]
