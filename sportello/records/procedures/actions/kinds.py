"""Kinds of request as an organisation names and orders them. How one is handled is its procedure's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from sportello.foundation.core.errors import Refusal
from sportello.foundation.core.text import in_language
from sportello.foundation.journal.actions import record
from sportello.foundation.journal.actor import Actor
from sportello.foundation.tenancy import clock
from sportello.foundation.tenancy.models import Organisation

from ..definition import Definition
from ..models import Kind, Procedure
from .publishing import publish

#: What the page changes; the slug stays, since procedures and packs name it.
CHANGEABLE = ("names", "hints", "family", "on_portal")


def add_kind(organisation: Organisation, values: Mapping[str, Any], days: int, hours: int, actor: Actor) -> Kind:
    """A kind with a house procedure of its own: an answer within `hours` of opening, an end within `days`.

    `values` as CHANGEABLE. Refusal without a name.
    """
    names = values["names"]
    if not any(names.values()):
        raise Refusal(_("Give it a name in at least one language."), field="name_it")
    day = clock.local(organisation, clock.now(organisation)).date()
    with transaction.atomic():
        slug = _free_slug(organisation, in_language(names, organisation.first_language))
        kind = Kind.objects.create(
            organisation=organisation, slug=slug, position=Kind.objects.filter(organisation=organisation).count(),
            retired_at=clock.now(organisation),  # its procedure brings it into use
            **{name: values[name] for name in CHANGEABLE},
        )
        record(organisation, "kind.added", kind, actor, family=kind.family)
        house = Definition.from_data({
            "code": slug, "names": {code: text for code, text in names.items() if text}, "kind": slug,
            "family": kind.family, "valid_from": day.isoformat(), "source": "House rule", "confidence": "H",
            "term": {"value": days, "unit": "calendar_days"},
            "service_levels": [{"code": "first_answer", "value": hours, "unit": "open_hours"}],
        })
        publish(organisation, house, actor, kind=kind, on=True)
    kind.refresh_from_db()
    return kind


def change_kind(kind: Kind, values: Mapping[str, Any], actor: Actor) -> None:
    """Other words, family or place on the portal; tickets keep their terms. Refusal without a name."""
    if not any(values["names"].values()):
        raise Refusal(_("Give it a name in at least one language."), field="name_it")
    with transaction.atomic():
        locked = _locked(kind)
        changed = [name for name in CHANGEABLE if getattr(locked, name) != values[name]]
        if not changed:
            return
        for name in changed:
            setattr(locked, name, values[name])
        locked.save(update_fields=changed)
        record(locked.organisation, "kind.changed", locked, actor, parts=changed)


def make_default(kind: Kind, actor: Actor) -> None:
    """What a message is until somebody says. Refusal for one that is not in use."""
    with transaction.atomic():
        Organisation.objects.select_for_update(no_key=True).get(pk=kind.organisation_id)
        locked = _locked(kind)
        if locked.is_default:
            return
        if locked.retired_at is not None:
            raise Refusal(_("This kind is not in use: bring it back first."))
        Kind.objects.filter(organisation=locked.organisation, is_default=True).update(is_default=False)
        locked.is_default = True
        locked.save(update_fields=["is_default"])
        record(locked.organisation, "kind.changed", locked, actor, parts=["is_default"])


def retire(kind: Kind, actor: Actor) -> None:
    """No request begins as this kind any more; open tickets keep it. Refusal for the one every message begins with."""
    with transaction.atomic():
        locked = _locked(kind)
        if locked.retired_at is not None:
            return
        if locked.is_default:
            raise Refusal(_("Every message begins with this kind: let another be the usual one first."))
        locked.retired_at = clock.now(locked.organisation)
        locked.save(update_fields=["retired_at"])
        record(locked.organisation, "kind.retired", locked, actor)


def bring_back(kind: Kind, actor: Actor) -> None:
    """In use again. Refusal while no procedure of it is on: a ticket without a term would be silent."""
    with transaction.atomic():
        locked = _locked(kind)
        if locked.retired_at is None:
            return
        if not Procedure.objects.filter(kind=locked, is_on=True).exists():
            raise Refusal(_("Switch a procedure of this kind on first: a request needs a term."))
        locked.retired_at = None
        locked.save(update_fields=["retired_at"])
        record(locked.organisation, "kind.returned", locked, actor)


def order_kinds(organisation: Organisation, kind_ids: Sequence[int], actor: Actor) -> None:
    """The order in which the portal and every list of choices show them; kinds not named come after."""
    with transaction.atomic():
        rows = {row.pk: row for row in Kind.objects.select_for_update().filter(organisation=organisation)}
        wanted = [rows[pk] for pk in kind_ids if pk in rows]
        named = {row.pk for row in wanted}
        wanted += [row for row in sorted(rows.values(), key=lambda row: (row.position, row.pk)) if row.pk not in named]
        moved = [row for place, row in enumerate(wanted) if row.position != place]
        for place, row in enumerate(wanted):
            row.position = place
        if moved:
            Kind.objects.bulk_update(moved, ["position"])
            record(organisation, "kinds.ordered", organisation, actor, kind_ids=[row.pk for row in wanted])


def _locked(kind: Kind) -> Kind:
    return Kind.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=kind.pk)


def _free_slug(organisation: Organisation, name: str) -> str:
    base = slugify(name)[:34] or "kind"
    taken = set(Kind.objects.filter(organisation=organisation, slug__startswith=base).values_list("slug", flat=True))
    return base if base not in taken else next(
        f"{base}-{n}" for n in range(2, len(taken) + 3) if f"{base}-{n}" not in taken
    )
