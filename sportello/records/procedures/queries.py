"""Definitions as others ask for them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sportello.foundation.tenancy.models import Organisation

from .definition import OpenValue
from .models import Kind, NoticeTemplate, OfficeCalendar, Procedure
from .notice_texts import TEXTS


@dataclass(frozen=True)
class NoticeText:
    """A notice's text before its variables are filled; `version` 0 is the text the product ships."""

    subject: str
    body: str
    version: int = 0


def kinds(organisation: Organisation) -> list[Kind]:
    return list(Kind.objects.filter(organisation=organisation, retired_at__isnull=True))


def kinds_for_portal(organisation: Organisation) -> list[Kind]:
    return [kind for kind in kinds(organisation) if kind.on_portal]


def default_kind(organisation: Organisation) -> Kind:
    """What a message is until someone says; LookupError when the organisation is not set up."""
    kind = Kind.objects.filter(organisation=organisation, is_default=True).first()
    if kind is None:
        raise LookupError(f"organisation {organisation.pk} has no default kind")
    return kind


def procedure_for(kind: Kind, day: date) -> Procedure:
    """The version of `kind`'s procedure in force on `day`, with its calendar; LookupError when there is none."""
    procedure = (
        Procedure.objects.filter(kind=kind, is_on=True, valid_from__lte=day)
        .exclude(valid_to__lt=day)
        .select_related("calendar")
        .order_by("-version")
        .first()
    )
    if procedure is None:
        raise LookupError(f"kind {kind.pk} has no procedure in force on {day}")
    return procedure


def notice_text(organisation: Organisation, moment: str, language: str) -> NoticeText:
    """The office's newest text for `moment` in `language`, else the product's, else the product's in English."""
    own = (
        NoticeTemplate.objects.filter(organisation=organisation, moment=moment, language=language)
        .order_by("-version")
        .first()
    )
    if own is not None:
        return NoticeText(own.subject, own.body, own.version)
    shipped = TEXTS[moment]
    subject, body = shipped.get(language) or shipped["en"]
    return NoticeText(subject, body)


def first_calendar(organisation: Organisation) -> OfficeCalendar | None:
    return OfficeCalendar.objects.filter(organisation=organisation).order_by("-is_default", "id").first()


def unconfirmed(procedure: Procedure) -> list[OpenValue]:
    """The values of confidence C or M nobody has answered for."""
    given = set(procedure.confirmations.values_list("key", flat=True))
    return [each for each in procedure.defined.open_values() if each.key not in given]


@dataclass(frozen=True)
class ProcedureRow:
    """A line of the list: one kind, the version in force, one that waits."""

    kind: Kind
    in_force: Procedure | None
    newest: Procedure
    to_confirm: int
    versions: int


def procedure_rows(organisation: Organisation, day: date) -> list[ProcedureRow]:
    """Every kind that has a procedure, by name of the kind's place; two queries."""
    found = (
        Procedure.objects.filter(organisation=organisation)
        .select_related("kind", "calendar")
        .prefetch_related("confirmations")
        .order_by("kind__position", "kind_id", "version")
    )
    by_kind: dict[int, list[Procedure]] = {}
    for procedure in found:
        by_kind.setdefault(procedure.kind_id, []).append(procedure)
    rows = []
    for versions in by_kind.values():
        newest = versions[-1]
        in_force = [
            each for each in versions
            if each.is_on and each.valid_from <= day and (each.valid_to is None or day <= each.valid_to)
        ]
        given = {each.key for each in newest.confirmations.all()}
        waiting = [each for each in newest.defined.open_values() if each.key not in given]
        rows.append(ProcedureRow(newest.kind, in_force[-1] if in_force else None, newest, len(waiting), len(versions)))
    return rows


def latest_versions(organisation: Organisation) -> list[Procedure]:
    """The newest version of every procedure, for export."""
    found = Procedure.objects.filter(organisation=organisation).select_related("kind").order_by("kind_id", "version")
    return list({each.kind_id: each for each in found}.values())
