"""More than a password: codes of an app, codes on paper, a passkey in a real browser, the account of one's body."""

from __future__ import annotations

import re
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import generate_totp_secret, hotp_value, yield_hotp_counters_from_time
from allauth.socialaccount.models import SocialAccount
from django.core import mail
from django.core.cache import cache
from django.test import Client
from playwright.sync_api import expect

from sportello.records.accounts.models import User
from tests import oidc
from tests.cast import PASSWORD, Cast
from tests.chromium import chromium

pytestmark = [pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def no_attempts_yet() -> None:
    cache.clear()


def code_now(secret: str) -> str:
    counter = next(iter(yield_hotp_counters_from_time()))
    return f"{hotp_value(secret, counter):06d}"


def sign_in(client: Client, user: User) -> Any:
    return client.post("/accounts/login/", {"login": user.email, "password": PASSWORD}, follow=True)


def test_anna_sets_up_an_app_and_comes_in_with_its_codes_or_with_paper(client: Client, cast: Cast) -> None:
    anna = cast.users["Anna"]
    assert sign_in(client, anna).status_code == 200
    asked_again = client.get("/accounts/second/app/", follow=True)
    assert "Confermi che è lei" in asked_again.content.decode(), "a desk left open changes no door"
    page = client.post(asked_again.redirect_chain[-1][0], {"password": PASSWORD}, follow=True).content.decode()
    secret = re.search(r"<code>([A-Z2-7]{16,})</code>", page)
    assert secret
    wrong = client.post("/accounts/second/app/", {"code": "000000"})
    assert "non va bene" in wrong.content.decode() and not Authenticator.objects.exists()

    done = client.post("/accounts/second/app/", {"code": code_now(secret[1])}, follow=True)
    paper = re.findall(r"<li><code>(\w+)</code>", done.content.decode())
    assert len(paper) == 10
    assert mail.outbox[-1].to == [anna.email] and secret[1] not in mail.outbox[-1].body
    shown_again = client.get("/accounts/second/paper/").content.decode()
    assert not set(paper) & set(re.findall(r"\w+", shown_again))
    kept = Authenticator.objects.get(type=Authenticator.Type.TOTP).data["secret"]
    assert secret[1] not in kept, "a copy of the database holds no secret that signs in"

    other = Client()
    asked = sign_in(other, anna)
    assert asked.redirect_chain[-1][0].endswith("/accounts/second/asked/")
    assert "login" in other.get("/desk/").headers["Location"], "the password alone does not open the desk"
    assert "non va bene" in other.post("/accounts/second/asked/", {"code": "123456"}).content.decode()
    assert other.post("/accounts/second/asked/", {"code": paper[0]}, follow=True).status_code == 200
    assert other.get("/desk/").headers["Location"] == "/desk/lists/mine/"
    third = Client()
    sign_in(third, anna)
    assert "non va bene" in third.post("/accounts/second/asked/", {"code": paper[0]}).content.decode(), "once"


def test_who_guesses_codes_is_stopped(client: Client, cast: Cast) -> None:
    anna = cast.users["Anna"]
    from allauth.mfa.totp.internal.auth import TOTP

    TOTP.activate(anna, generate_totp_secret())
    sign_in(client, anna)
    said = [client.post("/accounts/second/asked/", {"code": f"{n:06d}"}).content.decode() for n in range(8)]
    assert "Trop" in said[-1] and "login" in client.get("/desk/").headers["Location"]


@pytest.mark.browser
def test_anna_adds_a_passkey_and_comes_in_without_typing(live_server: Any, cast: Cast) -> None:
    anna = cast.users["Anna"]
    home = live_server.url.replace("127.0.0.1", "localhost")
    with chromium() as browser:
        context = browser.new_context(locale="it-IT", viewport={"width": 390, "height": 844})
        page = context.new_page()
        tools = context.new_cdp_session(page)
        tools.send("WebAuthn.enable")
        tools.send("WebAuthn.addVirtualAuthenticator", {"options": {
            "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
            "isUserVerified": True, "automaticPresenceSimulation": True,
        }})
        page.goto(f"{home}/accounts/login/")
        page.get_by_label("Indirizzo e-mail").fill(anna.email)
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url("**/desk/**")
        page.goto(f"{home}/accounts/second/passkeys/new/")
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.keyboard.press("Enter")
        page.get_by_label("Nome della passkey").fill("Computer dello sportello")
        page.get_by_role("button", name="Aggiungi").click()
        page.wait_for_url("**/second/paper/")
        page.goto(f"{home}/accounts/second/")
        expect(page.get_by_text("Computer dello sportello").first).to_be_visible()

        context.clear_cookies()
        page.goto(f"{home}/accounts/login/")
        page.get_by_role("button", name="Accedi con una passkey").click()
        page.wait_for_url("**/desk/**")


# ---- the account of one's own body


@pytest.fixture
def provider(settings: Any) -> Iterator[oidc.Provider]:
    with oidc.running() as one:
        settings.SOCIALACCOUNT_PROVIDERS = one.apps()
        yield one


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


def by_provider(client: Client) -> Any:
    """From the sign-in page through the provider and back, as a browser goes."""
    assert "Accedi con Ente di prova" in client.get("/accounts/login/").content.decode()
    going = client.post("/accounts/outside/ente/").content.decode()
    to = re.search(r'<a href="(http://127\.0\.0\.1:\d+/authorize[^"]+)"', going)
    assert to, going
    try:
        urllib.request.build_opener(_Stay).open(to[1].replace("&amp;", "&"))
    except urllib.error.HTTPError as answer:
        back = answer.headers["Location"]
    return client.get(back.split("testserver", 1)[1], follow=True)


def test_anna_comes_in_with_the_account_of_her_body(client: Client, cast: Cast, provider: oidc.Provider) -> None:
    provider.person = {"sub": "u-1", "email": cast.users["Anna"].email.upper(), "email_verified": True}
    assert by_provider(client).status_code == 200
    assert client.get("/desk/").headers["Location"] == "/desk/lists/mine/"
    assert SocialAccount.objects.get().user == cast.users["Anna"]
    # known from now on, whatever address the other service writes later
    provider.person["email"] = "anna.nuova@elsewhere.example"
    again = Client()
    by_provider(again)
    assert again.get("/desk/").headers["Location"] == "/desk/lists/mine/"


@pytest.mark.parametrize(("person", "says"), [
    ({"sub": "u-2", "email": "stranger@elsewhere.example", "email_verified": True}, "non lavora nessuno"),
    ({"sub": "u-3", "email": "ANNA", "email_verified": False}, "non garantisce"),
    ({"sub": "u-4"}, "non garantisce"),
])
def test_an_account_of_elsewhere_opens_no_door_that_no_invitation_made(
    client: Client, cast: Cast, provider: oidc.Provider, person: dict[str, Any], says: str
) -> None:
    people = User.objects.count()
    if person.get("email") == "ANNA":
        person["email"] = cast.users["Anna"].email
    provider.person = person
    answer = by_provider(client)
    assert answer.status_code == 403 and says in answer.content.decode()
    assert "login" in client.get("/desk/").headers["Location"]
    assert User.objects.count() == people and not SocialAccount.objects.exists()


def test_a_colleague_switched_off_stays_out(client: Client, cast: Cast, provider: oidc.Provider) -> None:
    User.objects.filter(pk=cast.users["Anna"].pk).update(is_active=False)
    provider.person = {"sub": "u-1", "email": cast.users["Anna"].email, "email_verified": True}
    assert by_provider(client).status_code == 403
    assert "login" in client.get("/desk/").headers["Location"]


def test_a_forged_answer_and_a_silent_provider_are_said_kindly(
    client: Client, cast: Cast, provider: oidc.Provider
) -> None:
    forged = client.get("/accounts/outside/ente/callback/?code=x&state=y", follow=True)
    assert forged.status_code == 403 and "non l’ha fatta entrare" in forged.content.decode()
    provider.fails = True
    assert client.post("/accounts/outside/ente/").status_code == 403
    assert client.get("/accounts/outside/other/callback/").status_code == 404
