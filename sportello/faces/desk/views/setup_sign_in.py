"""Setting up sign-in with the accounts people have elsewhere (OpenID Connect): what the service asks for and gives."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from sportello.foundation.core.errors import Refusal
from sportello.foundation.tenancy.models import Organisation
from sportello.records.accounts.actions import outside
from sportello.records.accounts.guard import administers_here
from sportello.records.accounts.models import OutsideProvider
from sportello.records.accounts.people import Person

from ..forms.sign_in import SignInForm
from .asking import ask, asks
from .setup import page


@administers_here
@asks
def sign_in(request: HttpRequest, person: Person, slug: str) -> HttpResponse:
    """One service an organisation; the secret that is kept is never shown again."""
    here = person.organisation(slug)
    row = outside.provider_of(here)
    form = SignInForm(request.POST or None, provider=row)

    def act() -> None:
        outside.set_up(here, form.wanted(), person.actor)

    callback = settings.PUBLIC_URL + reverse("openid_connect_callback", args=[row.code]) if row is not None else ""
    context = page(request, person, here, _("Signing in"), provider=row, callback=callback)
    said = _("Kept: the sign-in page offers it. Try it out, then register the callback address at the service.")
    return ask(request, form, act, said, _back(here), "desk/setup/sign_in.html", context)


@administers_here
@require_POST
def trial(request: HttpRequest, person: Person, slug: str) -> HttpResponse:
    """Ask the service what it says of itself."""
    here, row = _in_use(person, slug)
    try:
        outside.try_out(row)
    except Refusal as refusal:
        messages.error(request, str(refusal.sentence))
    else:
        messages.success(request, _("The service answers as it should. Now sign in with it once, in another browser."))
    return HttpResponseRedirect(_back(here))


@administers_here
@require_POST
def ending(request: HttpRequest, person: Person, slug: str) -> HttpResponse:
    here, row = _in_use(person, slug)
    outside.end(row, person.actor)
    messages.success(request, _("People sign in with their password or passkey again."))
    return HttpResponseRedirect(_back(here))


def _in_use(person: Person, slug: str) -> tuple[Organisation, OutsideProvider]:
    here = person.organisation(slug)
    row = outside.provider_of(here)
    if row is None:
        raise Http404
    return here, row


def _back(here: Organisation) -> str:
    return reverse("desk:setup_sign_in", args=[here.slug])
