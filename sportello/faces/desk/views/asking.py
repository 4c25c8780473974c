"""A page that is one form: asked, refused at the field, or done and on to the next page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from sportello.foundation.core.errors import Refusal

#: Both verbs of such a page.
asks = require_http_methods(["GET", "HEAD", "POST"])


def ask(
    request: HttpRequest,
    form: forms.Form,
    act: Callable[[], object],
    said: str,
    then: str,
    template: str,
    context: Mapping[str, Any],
) -> HttpResponse:
    """`act` when what was typed is good, then `said` on the page `then`; else the form again (422), nothing lost.

    A Refusal of `act` stands at its field where the form has it, else on top, under its own status.
    """
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                act()
            except Refusal as refusal:
                form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal.sentence))
                status = refusal.status
            else:
                messages.success(request, said)
                return HttpResponseRedirect(then)
    return render(request, template, {**context, "form": form}, status=status)
