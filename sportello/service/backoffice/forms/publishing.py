"""Setting forms up: written in a version of their own, looked at, published. A published version is never changed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Final

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from sportello.foundation.core.errors import Refusal, Stale
from sportello.foundation.journal.actions import record
from sportello.foundation.journal.actor import person
from sportello.foundation.tenancy import clock
from sportello.foundation.tenancy.models import Organisation
from sportello.records.accounts.models import Membership
from sportello.records.procedures.models import Kind

from ..models import Form, FormVersion
from . import files
from .definition import Definition, FormFault, read

_SHIPPED: Final = Path(__file__).with_name("shipped")


def forms(organisation: Organisation) -> list[Form]:
    """Those in use, with their kinds."""
    rows = Form.objects.filter(organisation=organisation, retired_at__isnull=True).select_related("kind")
    return list(rows.prefetch_related("versions"))


def in_force(form: Form) -> FormVersion | None:
    """The newest published version; None where none is."""
    return FormVersion.objects.filter(form=form, version__isnull=False).order_by("-version").first()


def form_of(kind: Kind) -> FormVersion | None:
    """The version to fill in for a new request of `kind`; None where the kind asks nothing of its own."""
    rows = FormVersion.objects.filter(form__kind=kind, form__retired_at__isnull=True, version__isnull=False)
    return rows.select_related("form").order_by("-version").first()


def of_portal(organisation: Organisation) -> list[tuple[Form, FormVersion]]:
    """What customers can fill in, by name of the kind's place: two queries."""
    rows = (
        FormVersion.objects.filter(
            form__organisation=organisation, form__retired_at__isnull=True, version__isnull=False,
            form__kind__on_portal=True, form__kind__retired_at__isnull=True,
        )
        .select_related("form__kind")
        .order_by("form__kind__position", "form_id", "version")
    )  # fmt: skip
    newest = {row.form_id: row for row in rows}
    return [(row.form, row) for row in newest.values()]


def forms_to_fill(organisation: Organisation) -> list[Form]:
    """Those with a version in use, by code."""
    rows = Form.objects.filter(organisation=organisation, retired_at__isnull=True, versions__version__isnull=False)
    return list(rows.select_related("kind").distinct().order_by("code"))


def being_written(form: Form) -> FormVersion:
    """The version being written; begun from the newest one where there is none."""
    row = FormVersion.objects.filter(form=form, version__isnull=True).first()
    if row is not None:
        return row
    newest = in_force(form)
    data = newest.definition if newest else _blank(form)
    row, _made = FormVersion.objects.get_or_create(
        form=form, version=None, defaults={"organisation": form.organisation, "definition": data}
    )
    return row


def _blank(form: Form) -> dict[str, object]:
    kind = form.kind.slug if form.kind else ""
    return {"code": form.code, "kind": kind, "names": form.names, "intro": {}, "pages": []}


def begin(organisation: Organisation, member: Membership, definition: Definition) -> Form:
    """A form with a version to write on; Refusal where the code is taken."""
    try:
        with transaction.atomic():
            form = Form.objects.create(
                organisation=organisation, code=definition.code, names=definition.names,
                kind=_kind(organisation, definition.kind), made_at=clock.now(organisation),
            )  # fmt: skip
            FormVersion.objects.create(organisation=organisation, form=form, definition=definition.to_data())
            record(organisation, "form.written", form, person(member.user_id))
    except IntegrityError:
        raise Refusal(_("There is a form with this code, or this kind has one already."), field="code") from None
    return form


def _kind(organisation: Organisation, slug: str) -> Kind | None:
    if not slug:
        return None
    kind = Kind.objects.filter(organisation=organisation, slug=slug).first()
    if kind is None:
        raise Refusal(_("There is no kind of request called “%(slug)s” here.") % {"slug": slug}, field="kind")
    return kind


def write(form: Form, definition: Definition, member: Membership, edits: int) -> FormVersion:
    """Keep the version being written. Stale when somebody else changed it since `edits`."""
    if definition.code != form.code:
        raise FormFault([_("The code of a form stays as it is.")])
    _kind(form.organisation, definition.kind)
    row = being_written(form)
    with transaction.atomic():
        changed = FormVersion.objects.filter(pk=row.pk, version__isnull=True, edits=edits).update(
            definition=definition.to_data(), edits=edits + 1
        )
        if not changed:
            raise Stale(_("Somebody else changed this form meanwhile: look at it again, then make your change."))
        record(form.organisation, "form.written", form, person(member.user_id))
    row.definition, row.edits = definition.to_data(), edits + 1
    return row


def publish(form: Form, member: Membership) -> FormVersion:
    """From now on this is what is filled in; what was begun by an older version is finished by it."""
    with transaction.atomic():
        locked = Form.objects.select_for_update().get(pk=form.pk)
        row = FormVersion.objects.select_for_update().filter(form=form, version__isnull=True).first()
        if row is None:
            raise Refusal(_("Nothing was changed since the version in use."))
        definition = read(row.definition)
        if definition.is_empty:
            raise Refusal(_("A form asks at least one thing: add a field."))
        newest = FormVersion.objects.filter(form=form).aggregate(most=Max("version"))["most"] or 0
        row.version, row.published_at, row.published_by = newest + 1, clock.now(form.organisation), member
        row.save()
        locked.names, locked.kind = definition.names, _kind(form.organisation, definition.kind)
        try:
            with transaction.atomic():
                locked.save(update_fields=["names", "kind"])
        except IntegrityError:
            raise Refusal(_("Another form is in use for this kind: retire it first.")) from None
        record(form.organisation, "form.published", form, person(member.user_id), version=row.version)
    return row


def retire(form: Form, member: Membership) -> None:
    """Nobody fills it in any more; what was filled in stays."""
    with transaction.atomic():
        rows = Form.objects.filter(pk=form.pk, retired_at__isnull=True)
        if rows.update(retired_at=clock.now(form.organisation)):
            record(form.organisation, "form.retired", form, person(member.user_id))


def bring_in(organisation: Organisation, member: Membership, definitions: list[Definition]) -> list[Form]:
    """Forms of a file: a new one, or the next version of one here, to be looked at and published. All or none."""
    found = []
    with transaction.atomic():
        for definition in definitions:
            known = Form.objects.filter(organisation=organisation, code=definition.code)
            form = known.select_related("organisation").first()
            if form is None:
                found.append(begin(organisation, member, definition))
            else:
                Form.objects.filter(pk=form.pk).update(retired_at=None)
                write(form, definition, member, being_written(form).edits)
                found.append(form)
    return found


def shipped(organisation: Organisation) -> list[Definition]:
    """Ready-made forms the organisation does not have; one whose kind is not here is filled in on a ticket."""
    have = set(Form.objects.filter(organisation=organisation).values_list("code", flat=True))
    kinds = set(Kind.objects.filter(organisation=organisation).values_list("slug", flat=True))
    found = [one for path in sorted(_SHIPPED.glob("*.yaml")) for one in files.read_file(path.read_bytes())]
    return [one if one.kind in kinds else replace(one, kind="") for one in found if one.code not in have]
