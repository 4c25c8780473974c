"""The HTML of a mail, in a sandboxed frame from its own address, under its own policy.

It was sanitised when it came in; here pictures that came with it are put in as `data:` (the sandbox sends no
cookie), and those on other servers stay held back: fetching one would tell its sender that and when we read.
"""

from __future__ import annotations

import base64
import re

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import escape
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from sportello.foundation.files.actions import read
from sportello.foundation.files.models import Blob
from sportello.foundation.files.serving import download
from sportello.foundation.ui.policy import MAIL_FRAME_POLICY
from sportello.records.accounts.guard import serves_here
from sportello.records.accounts.people import Person
from sportello.records.tickets.access import entries_for, get_ticket
from sportello.records.tickets.models import Attachment, Entry
from sportello.service.channels.models import IncomingMail

#: Pictures put into one page, all together: a frame is not a download.
LARGEST = 6 * 1024 * 1024
_PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp")
_EMBEDDED = re.compile(r' data-cid="([^"]*)"')
_REMOTE = re.compile(r' data-remote-src="[^"]*"')


@serves_here
@require_GET
def mail_html(request: HttpRequest, person: Person, slug: str, number: str, position: int) -> HttpResponse:
    """The document of the frame."""
    ticket = get_ticket(person, slug, number)
    entry = (
        entries_for(person, ticket).filter(position=position, kind=Entry.Kind.MESSAGE).select_related("message").first()
    )
    if entry is None or not entry.message.html:
        raise Http404
    body, held = document(entry, entry.message.html)
    # sanitised when it was received, and without scripts, forms or a way out by the frame's own policy
    response = render(request, "desk/mail_frame.html", {"body": mark_safe(body), "held": held})  # noqa: S308
    response.content_policy = MAIL_FRAME_POLICY  # type: ignore[attr-defined]  # read by the policy's middleware
    response["X-Frame-Options"] = "SAMEORIGIN"
    return response


@serves_here
@require_GET
def mail_raw(request: HttpRequest, person: Person, slug: str, number: str, position: int) -> HttpResponse:
    """The bytes as they came, whatever of them the page shows."""
    ticket = get_ticket(person, slug, number)
    entries = entries_for(person, ticket).filter(position=position, kind=Entry.Kind.MESSAGE)
    came = IncomingMail.objects.filter(message__entry__in=entries, state=IncomingMail.State.TICKETED)
    mail = came.select_related("raw").order_by("pk").first()
    if mail is None:
        raise Http404
    return download(mail.raw, f"{ticket.number}-{position}.eml")


def document(entry: Entry, html: str) -> tuple[str, int]:
    """`html` with its own pictures in it, and how many of other servers were held back."""
    pictures = _pictures(entry) if "data-cid=" in html else {}
    body = _EMBEDDED.sub(lambda match: _source(pictures, match[1]), html)
    held = len(_REMOTE.findall(body))
    return _REMOTE.sub(lambda match: f' alt="{escape(_("picture held back"))}"', body), held


def _source(pictures: dict[str, str], content_id: str) -> str:
    found = pictures.get(content_id.strip("<>"))
    return f' src="{found}"' if found else f' alt="{escape(_("picture missing"))}"'


def _pictures(entry: Entry) -> dict[str, str]:
    """Content-ID → `data:` address, for pictures that cannot run and no virus was found in."""
    found: dict[str, str] = {}
    room = LARGEST
    attached = Attachment.objects.filter(entry=entry).exclude(content_id="").select_related("blob").order_by("id")
    for one in attached:
        blob: Blob = one.blob
        if blob.content_type not in _PICTURES or blob.is_infected or blob.size > room:
            continue
        room -= blob.size
        found[one.content_id.strip("<>")] = f"data:{blob.content_type};base64,{base64.b64encode(read(blob)).decode()}"
    return found
