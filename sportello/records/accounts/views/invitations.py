"""The page an invitation's address opens."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render, resolve_url
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from sportello.foundation.core.errors import Refusal

from ..actions.invitations import accept, accept_as, find_invitation
from ..forms import InvitationForm
from ..models import Invitation, User

_BACKEND = "django.contrib.auth.backends.ModelBackend"


@require_http_methods(["GET", "POST"])
@never_cache
@sensitive_post_parameters("password")
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Make the account, or add the place to the account somebody has. Open to all: the token is the right."""
    try:
        invited = find_invitation(token)
    except Refusal as refusal:
        return render(request, "accounts/invitation_closed.html", {"sentence": refusal.sentence}, status=410)
    if isinstance(request.user, User):
        return _join(request, token, invited, request.user)
    if User.objects.filter(email=invited.email).exists():
        return _page(request, invited, sign_in=True)
    return _make_account(request, token, invited)


def _join(request: HttpRequest, token: str, invited: Invitation, user: User) -> HttpResponse:
    if user.email != invited.email:
        return _page(request, invited, other=user)
    if request.method == "POST":
        accept_as(token, user)
        return HttpResponseRedirect(resolve_url(settings.LOGIN_REDIRECT_URL))
    return _page(request, invited, join=True)


def _make_account(request: HttpRequest, token: str, invited: Invitation) -> HttpResponse:
    form = InvitationForm(request.POST or None, initial={"name": invited.name})
    if form.is_valid():
        try:
            user = accept(token, form.cleaned_data["name"], form.cleaned_data["password"],
                          language=get_language() or "")
        except Refusal as refusal:
            form.add_error(refusal.field or None, str(refusal.sentence))
        else:
            login(request, user, backend=_BACKEND)
            return HttpResponseRedirect(resolve_url(settings.LOGIN_REDIRECT_URL))
    return _page(request, invited, form=form)


def _page(request: HttpRequest, invited: Invitation, *, form: InvitationForm | None = None, join: bool = False,
          sign_in: bool = False, other: User | None = None) -> HttpResponse:
    context = {"invitation": invited, "form": form, "join": join, "sign_in": sign_in, "other": other}
    return render(request, "accounts/invitation.html", context, status=422 if form and form.errors else 200)
