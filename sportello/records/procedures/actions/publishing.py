"""A new version of a procedure: loaded from a pack, imported, or written on its page. Versions are never changed."""

from __future__ import annotations

import dataclasses
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from sportello.foundation.core.errors import Refusal
from sportello.foundation.journal.actions import record
from sportello.foundation.journal.actor import Actor
from sportello.foundation.tenancy import clock
from sportello.foundation.tenancy.models import Organisation

from ..definition import Definition
from ..definition_parts import plain
from ..models import Confirmation, Kind, OfficeCalendar, Procedure
from ..queries import first_calendar, unconfirmed


def publish(
    organisation: Organisation,
    definition: Definition,
    actor: Actor,
    *,
    calendar: OfficeCalendar | None = None,
    kind: Kind | None = None,
    on: bool = False,
) -> Procedure:
    """The next version of `definition`'s procedure, its kind made where there is none of that name.

    It is switched on at once when `on` and nothing in it waits for a confirmation: one given to the same value in an
    earlier version holds on. Otherwise it waits, and the version in force stays. Refusal: no calendar, kind of another
    procedure.
    """
    with transaction.atomic():
        calendar = calendar or first_calendar(organisation)
        if calendar is None:
            raise Refusal(_("Set the opening hours first: a procedure counts by them."))
        kind = kind or _kind(organisation, definition)
        kind = Kind.objects.select_for_update(of=("self",)).get(pk=kind.pk)
        previous = Procedure.objects.filter(kind=kind).order_by("-version").first()
        if previous is not None and previous.code and previous.code != definition.code:
            raise Refusal(
                _("The kind “%(kind)s” is already handled by the procedure “%(code)s”: give this one another kind.")
                % {"kind": kind.slug, "code": previous.code}
            )
        procedure = Procedure.objects.create(
            organisation=organisation, kind=kind, calendar=calendar, is_on=False,
            version=previous.version + 1 if previous else 1, **columns(definition),
        )
        if previous is not None:
            _carry_confirmations(previous, procedure)
        record(organisation, "procedure.published", procedure, actor, kind_id=kind.pk, version=procedure.version)
        if on and not unconfirmed(procedure):
            turn(procedure, True, actor)
    return procedure


def turn(procedure: Procedure, is_on: bool, actor: Actor) -> None:
    """Switch without asking: callers have asked. A kind takes requests as long as a version of it is on."""
    procedure.is_on = is_on
    procedure.save(update_fields=["is_on"])
    kind = procedure.kind
    served = is_on or Procedure.objects.filter(kind=kind, is_on=True).exists()
    if served and kind.retired_at is not None:
        Kind.objects.filter(pk=kind.pk).update(retired_at=None)
    elif not served and kind.retired_at is None:
        Kind.objects.filter(pk=kind.pk).update(retired_at=clock.now(procedure.organisation))
    record(procedure.organisation, "procedure.switched", procedure, actor, is_on=is_on)


def columns(definition: Definition) -> dict[str, Any]:
    """What lists and running terms ask of the rule without reading the whole."""
    first = next((each for each in definition.service_levels if each.code == "first_answer" and not each.priority
                  and each.unit == "open_hours"), None)
    return {
        "code": definition.code,
        "names": definition.names,
        "definition": definition.to_data(),
        "term_value": definition.term.value,
        "term_unit": definition.term.unit,
        "term_roll": definition.term.roll,
        "first_answer_hours": first.value if first else None,
        "source": definition.term.source[:300],
        "confidence": definition.term.confidence,
        "valid_from": definition.valid_from,
        "valid_to": definition.valid_to,
    }


def changed(definition: Definition, *, valid_from: date, **parts: Any) -> Definition:
    """The same procedure from another day on, with other parts; checked as any other."""
    later = dataclasses.replace(definition, valid_from=valid_from, valid_to=None, **parts)
    return Definition.from_data(later.to_data())


def _kind(organisation: Organisation, definition: Definition) -> Kind:
    kind, _made = Kind.objects.get_or_create(
        organisation=organisation,
        slug=definition.kind[:40],
        defaults={
            "names": definition.names, "hints": definition.hints, "family": definition.family,
            "position": Kind.objects.filter(organisation=organisation).count(),
            "on_portal": bool(definition.hints),
            "retired_at": clock.now(organisation),  # until a version of it is switched on
        },
    )
    return kind


def _carry_confirmations(previous: Procedure, procedure: Procedure) -> None:
    """What was confirmed stays so while the value itself is the same."""
    given = {each.key: each for each in Confirmation.objects.filter(procedure=previous)}
    for each in procedure.defined.open_values():
        found = given.get(each.key)
        if found is not None and found.value == plain(each.value):
            Confirmation.objects.create(
                organisation_id=procedure.organisation_id, procedure=procedure, key=each.key, value=found.value,
                note=found.note, by_id=found.by_id, at=found.at,
            )
