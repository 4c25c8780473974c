"""What we know, changed a language at a time. A text that did not change is not journalled."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.text import slugify

from sportello.foundation.core.ids import token
from sportello.foundation.journal.actions import record
from sportello.foundation.journal.actor import Actor
from sportello.foundation.journal.actor import person as actor_of
from sportello.foundation.tenancy import clock
from sportello.foundation.tenancy.models import Organisation
from sportello.records.accounts.models import Membership, Team
from sportello.records.knowledge.models import (
    SavedReply,
    SavedReplyText,
    ServiceSheet,
    ServiceSheetText,
    ServiceSheetVersion,
)


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
              body: str, member: Membership | None = None) -> SavedReply:
    """A new reply with its first text, of a team, of `member` alone, or of everybody; its slug comes from the title."""
    slug = slugify(title)[:50] or "reply"
    if SavedReply.objects.filter(organisation=organisation, slug=slug).exists():
        slug = f"{slug}-{token()[:8]}"
    reply = SavedReply.objects.create(organisation=organisation, slug=slug, team=team, member=member)
    write_reply(reply, language, actor, title=title, body=body)
    return reply


@transaction.atomic
def archive_reply(reply: SavedReply, actor: Actor, *, back: bool = False) -> None:
    """Out of use, its counts stay; `back` takes it into use again. Twice is once."""
    locked = SavedReply.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=reply.pk)
    if (locked.retired_at is None) is not back:
        locked.retired_at = None if back else clock.now(locked.organisation)
        locked.save(update_fields=["retired_at"])
        record(locked.organisation, "saved_reply.restored" if back else "saved_reply.archived", locked, actor)


@transaction.atomic
def write_sheet(sheet: ServiceSheet, language: str, by: Membership, given: dict[str, Any]) -> bool:
    """The sheet's text in `language`: whoever saves it has read it, so it counts as reviewed now. What it said before
    stays as a version."""
    locked = ServiceSheet.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=sheet.pk)
    now = clock.now(locked.organisation)
    known = ServiceSheetText.objects.filter(sheet=locked, language=language).first()
    text = known or ServiceSheetText(organisation_id=locked.organisation_id, sheet=locked, language=language)
    changed = known is None or any(getattr(text, name) != value for name, value in given.items())
    if changed:
        _keep_version(locked, known, language, by, given, now)
    for name, value in given.items():
        setattr(text, name, value)
    text.reviewed_at = now
    text.save()
    if changed:
        record(locked.organisation, "service_sheet.changed", locked, actor_of(by.user_id), language=language)
    return changed


def _keep_version(sheet: ServiceSheet, known: ServiceSheetText | None, language: str, by: Membership,
                  given: dict[str, Any], now: datetime) -> None:
    """What it says from now; and the first time, what it said before versions were kept."""
    last = ServiceSheetVersion.objects.filter(sheet=sheet, language=language).order_by("-number").first()
    number = last.number if last else 0
    if known is not None and last is None:
        before = {name: getattr(known, name) for name in given}
        number = 1
        ServiceSheetVersion.objects.create(
            organisation_id=sheet.organisation_id, sheet=sheet, language=language, number=1, said=before,
            written_at=known.reviewed_at or now,
        )
    ServiceSheetVersion.objects.create(
        organisation_id=sheet.organisation_id, sheet=sheet, language=language, number=number + 1, said=given,
        written_by=by, written_at=now,
    )


@transaction.atomic
def sign(teams: Iterable[tuple[Team, dict[str, str]]]) -> None:
    """The signatures of teams, by language."""
    for team, texts in teams:
        Team.objects.filter(pk=team.pk).update(signatures=texts)
