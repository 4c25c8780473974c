"""The card of keys: to read, to print, and to choose one's own."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from sportello.foundation.core.errors import Refusal
from sportello.records.accounts.guard import serves_here
from sportello.records.accounts.people import Person

from .. import keys, nav
from .handling import asks


@serves_here
@asks
def card(request: HttpRequest, person: Person) -> HttpResponse:
    refused = ""
    if request.method == "POST":
        try:
            keys.choose(person, is_off="is_off" in request.POST, changed=keys.changed_in(request.POST))
        except Refusal as refusal:
            refused = str(refusal.sentence)
        else:
            messages.success(request, _("Your keys are kept; they hold on every device."))
            return HttpResponseRedirect(reverse("desk:keys"))
    context = {"groups": keys.groups(person), "is_off": keys.choice_of(person).is_off, "refused": refused}
    if request.GET.get("paper") == "1":
        return render(request, "desk/keys_paper.html", {**context, "organisation": person.serving[0].organisation})
    whole = nav.page(request, person, "", counted=None, organisation=None, **context)
    return render(request, "desk/keys.html", whole, status=422 if refused else 200)
