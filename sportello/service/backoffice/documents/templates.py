"""Letters to begin from: those that come with the product, and the organisation's own; an edit is a new version."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

import yaml
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from sportello.foundation.core.errors import Refusal, Stale
from sportello.foundation.core.text import clean, one_line
from sportello.foundation.journal.actions import record
from sportello.foundation.journal.actor import person
from sportello.foundation.tenancy import clock
from sportello.foundation.tenancy.models import Organisation
from sportello.records.accounts.models import Membership

from ..models import DocumentSort, LetterTemplate


@cache
def _shipped() -> tuple[dict[str, Any], ...]:
    return tuple(yaml.safe_load(files(__package__).joinpath("shipped.yaml").read_text("utf-8")))


def ensure(organisation: Organisation) -> None:
    """Those that come with the product, where there is none yet; safe to call by many at once."""
    if LetterTemplate.objects.filter(organisation=organisation).exists():
        return
    LetterTemplate.objects.bulk_create(
        (LetterTemplate(organisation=organisation, version=1, made_at=clock.now(organisation), **row)
         for row in _shipped()), ignore_conflicts=True,
    )  # fmt: skip


def in_use(organisation: Organisation) -> list[LetterTemplate]:
    """The newest version of each code that is not retired, by sort and code."""
    ensure(organisation)
    newest: dict[str, LetterTemplate] = {}
    for row in LetterTemplate.objects.filter(organisation=organisation).order_by("version"):
        newest[row.code] = row
    order = list(DocumentSort.values)
    kept = [row for row in newest.values() if row.retired_at is None]
    return sorted(kept, key=lambda row: (order.index(row.sort), row.code))


def write(organisation: Organisation, member: Membership, *, code: str, sort: str, texts: dict[str, dict[str, str]],
          with_facts: bool, base_version: int = 0) -> LetterTemplate:  # fmt: skip
    """A new template (`base_version` 0) or the next version of one. Stale when somebody else wrote a newer one."""
    kept = {language: {"title": one_line(text.get("title", ""), 200), "body": clean(text.get("body", ""))[:20_000]}
            for language, text in texts.items()
            if text.get("title", "").strip() and text.get("body", "").strip()}  # fmt: skip
    if not kept:
        raise Refusal(_("Write title and text in at least one language."))
    if sort not in DocumentSort.values or sort == DocumentSort.FORM:
        raise Refusal(_("Choose what kind of document it is."), field="sort")
    with transaction.atomic():
        # one writer at a time for the codes of an organisation
        Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)
        rows = LetterTemplate.objects.filter(organisation=organisation, code=code)
        newest = rows.aggregate(most=Max("version"))["most"] or 0
        if newest != base_version:
            raise Stale(_("Somebody changed this template meanwhile. Read theirs, then write yours again."))
        row = LetterTemplate.objects.create(
            organisation=organisation, code=code, version=newest + 1, sort=sort, texts=kept, with_facts=with_facts,
            made_at=clock.now(organisation), made_by=member,
        )  # fmt: skip
        record(organisation, "letter_template.written", row, person(member.user_id), version=row.version)
    return row


def retire(row: LetterTemplate, member: Membership) -> None:
    """Take it off the list; documents made from it keep it."""
    with transaction.atomic():
        now = clock.now(row.organisation)
        rows = LetterTemplate.objects.filter(organisation=row.organisation, code=row.code, retired_at__isnull=True)
        if rows.update(retired_at=now):
            record(row.organisation, "letter_template.retired", row, person(member.user_id))
