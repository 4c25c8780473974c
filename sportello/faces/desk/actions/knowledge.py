"""What we know, changed a language at a time. A text that did not change is not journalled."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.text import slugify

from sportello.foundation.core.ids import token
from sportello.foundation.journal.actions import record
from sportello.foundation.journal.actor import Actor
from sportello.foundation.tenancy import clock
from sportello.foundation.tenancy.models import Organisation
from sportello.records.accounts.models import Team
from sportello.records.knowledge.models import SavedReply, SavedReplyText, ServiceSheet, ServiceSheetText


@transaction.atomic
def write_reply(reply: SavedReply, language: str, actor: Actor, *, title: str, body: str) -> bool:
    """The reply's text in `language`; False when it said this already."""
    locked = SavedReply.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=reply.pk)
    known = SavedReplyText.objects.filter(reply=locked, language=language).first()
    text = known or SavedReplyText(organisation_id=locked.organisation_id, reply=locked, language=language)
    if known is not None and (known.title, known.body) == (title, body):
        return False
    text.title, text.body = title, body
    text.save()
    record(locked.organisation, "saved_reply.changed", locked, actor, language=language)
    return True


@transaction.atomic
def add_reply(organisation: Organisation, team: Team | None, language: str, actor: Actor, *, title: str,
              body: str) -> SavedReply:
    """A new reply with its first text; its slug comes from the title."""
    slug = slugify(title)[:50] or "reply"
    if SavedReply.objects.filter(organisation=organisation, slug=slug).exists():
        slug = f"{slug}-{token()[:8]}"
    reply = SavedReply.objects.create(organisation=organisation, slug=slug, team=team)
    write_reply(reply, language, actor, title=title, body=body)
    return reply


@transaction.atomic
def write_sheet(sheet: ServiceSheet, language: str, actor: Actor, given: dict[str, Any]) -> bool:
    """The sheet's text in `language`: whoever saves it has read it, so it counts as reviewed now."""
    locked = ServiceSheet.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=sheet.pk)
    known = ServiceSheetText.objects.filter(sheet=locked, language=language).first()
    text = known or ServiceSheetText(organisation_id=locked.organisation_id, sheet=locked, language=language)
    changed = known is None or any(getattr(text, name) != value for name, value in given.items())
    for name, value in given.items():
        setattr(text, name, value)
    text.reviewed_at = clock.now(locked.organisation)
    text.save()
    if changed:
        record(locked.organisation, "service_sheet.changed", locked, actor, language=language)
    return changed
