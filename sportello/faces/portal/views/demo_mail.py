"""The demo's outgoing mail: what customers would find in their mailboxes. Only where the demo runs."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from sportello.foundation.files.actions import read
from sportello.foundation.tenancy import clock
from sportello.service.channels.mailkit.parse import parse
from sportello.service.channels.models import OutTrayMail

_PAGE = 50


def only_demo(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    @wraps(view)
    def wrapped(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if not settings.DEMO:
            raise Http404
        response = view(request, *args, **kwargs)
        response["Cache-Control"] = "no-store"
        return response

    return wrapped


@require_safe
@only_demo
def mails(request: HttpRequest) -> HttpResponse:
    """Newest first, by part of a recipient's address; paged by key."""
    to = request.GET.get("to", "").strip().lower()[:200]
    found = _addressed(to)
    before = request.GET.get("before", "")
    if before.isdecimal():
        found = found.filter(pk__lt=int(before[:18]))
    page = list(found.select_related("organisation")[: _PAGE + 1])
    shown = page[:_PAGE]
    older = f"?{urlencode({'to': to, 'before': str(shown[-1].pk)})}" if len(page) > _PAGE else ""
    newest = f"?{urlencode({'to': to})}" if before else ""
    return render(request, "portal/demo_mails.html", {
        "mails": [(mail, clock.now(mail.organisation)) for mail in shown], "to": to, "older": older, "newest": newest,
    })


def _addressed(to: str) -> QuerySet[OutTrayMail]:
    found = OutTrayMail.objects.order_by("-pk")
    if to:
        found = found.annotate(to_whom=Cast("recipients", TextField())).filter(to_whom__icontains=to)
    return found


@require_safe
@only_demo
def mail(request: HttpRequest, mail_id: int) -> HttpResponse:
    """One message as its reader would see it; its text only, with what our own parser makes of it."""
    found = get_object_or_404(OutTrayMail.objects.select_related("organisation", "raw"), pk=mail_id)
    return render(request, "portal/demo_mail.html", {
        "mail": found, "record": parse(read(found.raw)), "now": clock.now(found.organisation),
        "back": reverse("portal:demo_mails"),
    })


@require_safe
@only_demo
def raw(request: HttpRequest, mail_id: int) -> HttpResponse:
    """Byte for byte, as `.eml`."""
    found = get_object_or_404(OutTrayMail.objects.select_related("raw"), pk=mail_id)
    response = HttpResponse(read(found.raw), content_type="message/rfc822")
    response["Content-Disposition"] = f'attachment; filename="sportello-{found.pk}.eml"'
    response["X-Content-Type-Options"] = "nosniff"
    return response
