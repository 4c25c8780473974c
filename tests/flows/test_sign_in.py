"""From the invitation to the desk, and out again."""

import re

import pytest
from django.conf import settings
from django.core import mail
from django.core.cache import cache
from django.http import HttpResponse
from django.test import override_settings
from django.urls import include, path

from sportello.foundation.journal import actor
from sportello.records.accounts import guard
from sportello.records.accounts.actions.invitations import invite
from sportello.records.accounts.actions.members import end_member
from sportello.records.accounts.models import Membership, User
from tests.unit.accounts.people import PASSWORD, employ, team, town, user


@guard.serves_here
def desk(request, person):
    return HttpResponse(f"the desk of {person.user.name}")


# the desk of this walk: sign-in is looked at without what stands behind it
urlpatterns = [
    path("accounts/", include("sportello.records.accounts.urls")),
    path("ui/", include("sportello.foundation.ui.urls")),
    path("desk/", desk),
    path("", lambda request: HttpResponse("the portal")),
]

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]


@pytest.fixture(autouse=True)
def no_attempts_yet():
    cache.clear()


def link(letter):
    (address,) = re.findall(r"^https?://\S+$", letter.body, re.M)
    assert address.startswith(settings.PUBLIC_URL)
    return address.removeprefix(settings.PUBLIC_URL)


def sign_in(client, password=PASSWORD, address="anna@desk.example", **more):
    return client.post("/accounts/login/", {"login": address, "password": password, **more})


def test_anna_is_invited_signs_in_reads_in_her_language_and_loses_her_role(
    client, django_capture_on_commit_callbacks
):
    comune = town()
    elena = employ(user("Elena Riva"), comune, "administrator")
    with django_capture_on_commit_callbacks(execute=True):
        invite(comune, "anna@desk.example", "operator", [team(comune)], elena)
    page = link(mail.outbox[0])

    shown = client.get(page, headers={"Accept-Language": "en"})
    assert "Elena Riva" in shown.text and "Make my account" in shown.text and "no-store" in shown["Cache-Control"]
    refused = client.post(page, {"name": "Anna Bianchi", "password": "breve"})
    assert refused.status_code == 422 and "Anna Bianchi" in refused.text
    assert "breve" not in refused.text and "troppo corta" in refused.text
    made = client.post(page, {"name": "Anna Bianchi", "password": PASSWORD}, headers={"Accept-Language": "en"})
    assert made.status_code == 302 and made["Location"] == "/desk/"
    assert client.get("/desk/").text == "the desk of Anna Bianchi"
    assert client.get(page).status_code == 410

    assert client.post("/accounts/logout/").status_code == 302
    assert client.get("/desk/")["Location"] == "/accounts/login/?next=%2Fdesk%2F"
    assert sign_in(client, next="/desk/?x=1")["Location"] == "/desk/?x=1"

    # she accepted in English; the browser says Italian; her choice wins, and so does a new one
    me = client.get("/accounts/me/", headers={"Accept-Language": "it"})
    assert "Your account" in me.text and comune.name in me.text
    saved = client.post("/accounts/me/", {"name": "Anna B. Bianchi", "language": "it"}, follow=True)
    assert "Il suo account" in saved.text and "Anna B. Bianchi" in saved.text

    end_member(Membership.objects.get(user__email="anna@desk.example"), actor.SYSTEM)
    assert client.get("/desk/").status_code == 404
    assert "non ha" in client.get("/accounts/me/").text


def test_a_switched_off_account_is_out_at_the_next_request(client):
    anna = user()
    employ(anna, town())
    sign_in(client)
    assert client.get("/desk/").status_code == 200
    User.objects.filter(pk=anna.pk).update(is_active=False)
    assert client.get("/desk/")["Location"].startswith("/accounts/login/")
    assert sign_in(client, address="anna@desk.example").status_code in (200, 302)
    assert client.get("/desk/").status_code == 302


def test_a_wrong_password_is_said_plainly_and_the_address_stays(client):
    user()
    for address in ("anna@desk.example", "nobody@desk.example"):
        answer = client.post("/accounts/login/", {"login": address, "password": "wrong"},
                             headers={"Accept-Language": "en"})
        assert "Address and password do not go together" in answer.text
        assert f'value="{address}"' in answer.text


def test_after_five_wrong_passwords_even_the_right_one_waits(client):
    user()
    for _ in range(5):
        sign_in(client, "wrong")
    answer = sign_in(client)
    assert "_auth_user_id" not in client.session
    assert answer.status_code in (200, 429)


def test_who_has_no_place_anywhere_lands_on_their_own_page(client):
    user()
    assert sign_in(client)["Location"] == "/accounts/me/"


def test_a_forgotten_password_is_chosen_anew(client):
    anna = user(language="en")
    employ(anna, town())
    answer = client.post("/accounts/password/reset/", {"email": "ANNA@desk.example"}, HTTP_HOST="evil.example")
    assert answer["Location"] == "/accounts/password/reset/done/"
    (letter,) = mail.outbox
    assert letter.to == ["anna@desk.example"] and "evil.example" not in letter.body
    assert letter.subject == "Choose a new password"
    form = client.get(link(letter), follow=True)
    address = form.redirect_chain[-1][0]
    new = "quattro parole del tutto nuove"
    assert "10" in client.post(address, {"password1": "corta", "password2": "corta"}).text
    assert client.post(address, {"password1": new, "password2": new})["Location"] == (
        "/accounts/password/reset/key/done/")
    assert client.get("/accounts/password/reset/key/done/").status_code == 200
    assert sign_in(client, new)["Location"] == "/desk/"
    client.logout()
    used = client.get(link(letter), follow=True, headers={"Accept-Language": "en"})
    assert "does not work any more" in used.text


def test_nobody_is_written_to_who_has_no_account_and_the_page_says_the_same(client):
    answer = client.post("/accounts/password/reset/", {"email": "stranger@example.org"})
    assert answer["Location"] == "/accounts/password/reset/done/"
    assert mail.outbox == []
    assert client.get("/accounts/password/reset/done/").status_code == 200


def test_a_mail_server_that_is_away_does_not_tell_who_has_an_account(client, settings):
    settings.EMAIL_BACKEND = "tests.unit.accounts.people.NoServer"
    user()
    answer = client.post("/accounts/password/reset/", {"email": "anna@desk.example"})
    assert answer["Location"] == "/accounts/password/reset/done/"


def test_a_new_password_ends_the_sessions_elsewhere(client):
    anna = user()
    employ(anna, town())
    elsewhere = client.__class__()
    sign_in(client)
    sign_in(elsewhere)
    new = "quattro parole del tutto nuove"
    answer = client.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert answer["Location"] == "/accounts/me/"
    assert client.get("/desk/").status_code == 200
    assert elsewhere.get("/desk/").status_code == 302


def test_an_invitation_for_somebody_else_is_not_taken(client, django_capture_on_commit_callbacks):
    comune = town()
    anna, bruno = user(language="en"), user("Bruno Sala", language="en")
    employ(anna, comune)
    with django_capture_on_commit_callbacks(execute=True):
        invite(comune, bruno.email, "operator", [], None)
    page = link(mail.outbox[0])
    assert "Sign in" in client.get(page, headers={"Accept-Language": "en"}).text
    sign_in(client)
    assert "another address" in client.get(page).text
    client.post(page)
    assert not Membership.objects.filter(user=bruno).exists()
    assert client.post("/accounts/logout/", {"next": page})["Location"] == page
    sign_in(client, address=bruno.email)
    assert "Accept the invitation" in client.get(page).text
    assert client.post(page)["Location"] == "/desk/"
    assert Membership.objects.get(user=bruno).role == "operator"


@pytest.mark.parametrize("page", [
    "login", "signup", "inactive", "password/reset", "password/reset/done", "password/reset/key/1-x-y",
    "password/reset/key/done", "invitation/nothing",
])
def test_every_page_before_sign_in_opens(client, page):
    answer = client.get(f"/accounts/{page}/", headers={"Accept-Language": "en"})
    assert answer.status_code in (200, 410)
    assert "<h1>" in answer.text


@pytest.mark.parametrize("page", ["logout", "password/change", "reauthenticate", "me"])
def test_every_page_behind_sign_in_opens(client, page):
    client.force_login(user(language="en"))
    answer = client.get(f"/accounts/{page}/")
    assert answer.status_code == 200 and "<h1>" in answer.text
    assert client.get("/accounts/email/")["Location"] == "/accounts/me/"


@override_settings(ACCOUNT_RATE_LIMITS={"login": "1/m/ip"})
def test_too_many_sign_ins_get_a_page_in_plain_words(client):
    sign_in(client, "wrong")
    answer = client.post("/accounts/login/", {"login": "a@b.example", "password": "x"},
                         headers={"Accept-Language": "en"})
    assert answer.status_code == 429 and "Too many attempts" in answer.text
