"""One's own page: name, language, password, where one works."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from sportello.foundation.core.errors import Refusal

from ..actions.profile import change_profile, undo_seconds
from ..forms import ProfileForm
from ..guard import PersonRequest, signed_in
from ..people import Person


@require_http_methods(["GET", "POST"])
@signed_in
def me(request: PersonRequest, person: Person) -> HttpResponse:
    """Show and change; a changed language is that of the answer."""
    user = person.user
    form = ProfileForm(request.POST or None, initial={
        "name": user.name, "language": user.language, "undo_seconds": undo_seconds(user),
    })
    if form.is_valid():
        try:
            change_profile(user, **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(refusal.field or None, str(refusal.sentence))
        else:
            with translation.override(user.language):
                messages.success(request, _("Saved."))
            response = HttpResponseRedirect(reverse("account_me"))
            # a language chosen in this browser before would win over the one chosen now
            response.delete_cookie(settings.LANGUAGE_COOKIE_NAME)
            return response
    return render(request, "accounts/me.html", {"form": form, "person": person}, status=422 if form.errors else 200)
