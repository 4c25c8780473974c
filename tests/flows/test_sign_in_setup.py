"""An administrator sets up sign-in with the accounts of their own body in a page; it opens that body's doors, no others."""

from __future__ import annotations

import re
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from allauth.socialaccount.models import SocialAccount, SocialApp
from django.test import Client

from sportello.foundation.journal.models import Event
from sportello.records.accounts.actions import outside
from sportello.records.accounts.models import OutsideProvider, User
from tests import oidc
from tests.cast import Cast
from tests.flows.test_desk import signed_in, text

pytestmark = pytest.mark.django_db
PAGE = "/desk/borgo/setup/sign-in/"


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Iterator[oidc.Provider]:
    monkeypatch.setenv("SPORTELLO_SIGN_IN_HOSTS", "127.0.0.1")
    with oidc.running() as one:
        yield one


def body(provider: oidc.Provider, **more: str) -> dict[str, str]:
    return {"name": "Identità di Borgo", "server_url": provider.url + "/", "client_id": provider.client,
            "secret": provider.secret, "domains": "sportello.test\n@Comune.Borgo.example", **more}  # fmt: skip


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


def come_in(client: Client, code: str = "borgo") -> Any:
    """From the sign-in page through the provider and back, as a browser goes."""
    assert "Accedi con Identità di Borgo" in text(client.get("/accounts/login/"))
    going = text(client.post(f"/accounts/outside/{code}/"))
    to = re.search(r'<a href="(http://127\.0\.0\.1:\d+/authorize[^"]+)"', going)
    assert to, going
    try:
        urllib.request.build_opener(_Stay).open(to[1].replace("&amp;", "&"))
    except urllib.error.HTTPError as answer:
        back = answer.headers["Location"]
    return client.get(back.split("testserver", 1)[1], follow=True)


def is_in(client: Client) -> bool:
    return "login" not in client.get("/desk/").headers.get("Location", "")


def test_from_the_page_to_the_desk(cast: Cast, provider: oidc.Provider) -> None:
    elena = signed_in(cast, "Elena")
    answer = elena.post(PAGE, body(provider), follow=True)
    assert answer.status_code == 200 and "/accounts/outside/borgo/callback/" in text(answer)
    assert "risponde come deve" in text(elena.post(PAGE + "trial/", follow=True))
    row = OutsideProvider.objects.get()
    assert provider.secret not in row.secret and outside.secret_of(row) == provider.secret
    assert (row.server_url, row.domains) == (provider.url, ["sportello.test", "comune.borgo.example"])
    assert provider.secret not in text(elena.get(PAGE)), "never shown again"
    assert not SocialApp.objects.exists(), "allauth's own table would hold it as it is"
    provider.person = {"sub": "u-1", "email": cast.users["Anna"].email.upper(), "email_verified": True}
    anna = Client()
    assert come_in(anna).status_code == 200 and is_in(anna)
    assert SocialAccount.objects.get().user == cast.users["Anna"]
    # kept without typing the secret again; by another issuer nobody is known any more
    elena.post(PAGE, body(provider, secret="", name="Identità di Borgo"))
    assert outside.secret_of(OutsideProvider.objects.get()) == provider.secret and SocialAccount.objects.exists()
    elena.post(PAGE, body(provider, server_url="http://127.0.0.1:1"))
    assert not SocialAccount.objects.exists()
    assert "non risponde" in text(elena.post(PAGE + "trial/", follow=True))
    assert Client().post("/accounts/outside/borgo/").status_code == 403, "said kindly"
    # taken away: no button, no secret, and the same code is given to no other
    elena.post(PAGE + "ending/")
    assert "Accedi con" not in text(Client().get("/accounts/login/")).replace("Accedi con una passkey", "")
    assert Client().post("/accounts/outside/borgo/").status_code == 404
    assert OutsideProvider.objects.get().secret == "" and elena.post(PAGE + "ending/").status_code == 404
    elena.post(PAGE, body(provider))
    assert OutsideProvider.objects.get(ended_at__isnull=True).code == "borgo-2"
    again = Client()
    assert come_in(again, "borgo-2").status_code == 200 and is_in(again)
    verbs = list(Event.objects.filter(verb__startswith="outside_provider").order_by("id").values_list("verb", flat=True))
    assert verbs == ["outside_provider.set"] * 3 + ["outside_provider.ended", "outside_provider.set"]


@pytest.mark.parametrize(("who", "says"), [
    ("Hugo", "non lavora anche altrove"),  # in the shop too: its administrator must not be let in by the town's, nor the other way
    ("Irene", "non lavora anche altrove"), ("Root", "non lavora anche altrove"), ("Leo", "non lavora anche altrove"),
    ("stranger@sportello.test", "non lavora nessuno"),
])
def test_it_opens_nobody_elses_door(cast: Cast, provider: oidc.Provider, who: str, says: str) -> None:
    signed_in(cast, "Elena").post(PAGE, body(provider))
    address = cast.users[who].email if who in cast.users else who
    provider.person = {"sub": "u-9", "email": address, "email_verified": True}
    client = Client()
    answer = come_in(client)
    assert answer.status_code == 403 and says in text(answer) and not is_in(client)
    assert not SocialAccount.objects.exists()


def test_rights_are_asked_at_every_sign_in(cast: Cast, provider: oidc.Provider) -> None:
    """Known since long, and then: works elsewhere too; has an address of another domain; is not verified."""
    elena = signed_in(cast, "Elena")
    elena.post(PAGE, body(provider))
    provider.person = {"sub": "u-1", "email": cast.users["Anna"].email}
    assert come_in(Client()).status_code == 403, "the service does not say that the address is verified"
    elena.post(PAGE, body(provider, trusts_addresses="on"))
    assert come_in(Client()).status_code == 200
    there = cast.member("Irene", cast.bottega)
    there.pk, there.user = None, cast.users["Anna"]
    there.save()
    assert come_in(Client()).status_code == 403
    there.delete()
    elena.post(PAGE, body(provider, trusts_addresses="on", domains="comune.borgo.example"))
    assert come_in(Client()).status_code == 403
    User.objects.filter(pk=cast.users["Anna"].pk).update(email="anna@comune.borgo.example")
    assert come_in(Client()).status_code == 200


def test_what_an_administrator_writes_reaches_nothing_inside(
    cast: Cast, provider: oidc.Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither the issuer nor what the issuer names; only a host who runs the installation wrote down."""
    elena = signed_in(cast, "Elena")
    elena.post(PAGE, body(provider))
    monkeypatch.setenv("SPORTELLO_SIGN_IN_HOSTS", "idp.example")
    assert "rete interna" in text(elena.post(PAGE + "trial/", follow=True))
    assert Client().post("/accounts/outside/borgo/").status_code == 403
    for wrong, says in (
        ({"server_url": provider.url}, "https://"), ({"server_url": "https://idp.example/.well-known/x"}, "emittente"),
        ({"server_url": "https://me@idp.example"}, "emittente"), ({"server_url": "ftp://idp.example"}, "emittente"),
        ({"domains": "sportello test!"}, "non è la fine"), ({"domains": " , "}, "domini"), ({"name": ""}, ""), ({"client_id": ""}, ""),
    ):  # fmt: skip
        answer = elena.post(PAGE, body(provider, **wrong))
        assert answer.status_code == 422 and says in text(answer), wrong
    assert OutsideProvider.objects.get().server_url == provider.url


def test_only_who_sets_up_this_organisation_has_the_page(cast: Cast, provider: oidc.Provider) -> None:
    for name in ("Anna", "Carla", "Irene", "Root"):
        client = signed_in(cast, name)
        assert client.get(PAGE).status_code == client.post(PAGE, body(provider)).status_code == 404, name
    assert not OutsideProvider.objects.exists()


def test_days_of_opening_again_are_set_in_the_organisations_page(cast: Cast) -> None:
    elena, address = signed_in(cast, "Elena"), "/desk/borgo/setup/organisation/"
    form = elena.get(address).context["form"]
    sent = {name: value for name, value in form.initial.items() if value is not None}
    assert elena.post(address, {**sent, "reopen_days": "7"}).status_code == 302
    cast.borgo.refresh_from_db()
    assert cast.borgo.reopen_days == 7 and 'value="7"' in text(elena.get(address))
    assert elena.post(address, {**sent, "reopen_days": "400"}).status_code == 422
    elena.post(address, {**sent, "reopen_days": ""})
    cast.borgo.refresh_from_db()
    assert cast.borgo.reopen_days is None
    assert [one.payload["days"] for one in Event.objects.filter(verb="organisation.reopening_set").order_by("id")] == [7, None]
