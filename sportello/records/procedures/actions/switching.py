"""Confirming what is not sure, switching a procedure on and off."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sportello.foundation.core.errors import Refusal
from sportello.foundation.core.text import clean
from sportello.foundation.journal.actions import record
from sportello.foundation.journal.actor import Actor
from sportello.foundation.tenancy import clock
from sportello.records.accounts.models import Membership

from ..definition_parts import plain
from ..models import Confirmation, Procedure
from ..queries import unconfirmed
from .publishing import turn

NOTE_LENGTH = 2_000


def confirm(procedure: Procedure, key: str, note: str, by: Membership, actor: Actor) -> Confirmation:
    """`by` answers for the value at `key`, on the ground told in `note`. Once confirmed it stays as confirmed.

    Refusal: no ground given, or the value does not wait for a confirmation.
    """
    ground = clean(note)[:NOTE_LENGTH]
    if not ground:
        raise Refusal(_("Say on what ground you confirm it: the act, the charter, who decided."), field="note")
    organisation = procedure.organisation
    with transaction.atomic():
        locked = Procedure.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=procedure.pk)
        found = next((each for each in unconfirmed(locked) if each.key == key), None)
        if found is None:
            raise Refusal(_("This value waits for no confirmation: somebody may have confirmed it meanwhile."))
        given = Confirmation.objects.create(
            organisation=organisation, procedure=locked, key=key, value=plain(found.value), note=ground, by=by,
            at=clock.now(organisation),
        )
        record(organisation, "procedure.confirmed", locked, actor, key=key)
    return given


def switch_on(procedure: Procedure, actor: Actor) -> bool:
    """Tickets of its kind begin under it from now on; False: it was on. Refusal while a value is not confirmed."""
    with transaction.atomic():
        locked = _locked(procedure)
        if locked.is_on:
            return False
        waiting = len(unconfirmed(locked))
        if waiting:
            raise Refusal(
                ngettext(
                    "One value is not sure: confirm it first.",
                    "%(count)s values are not sure: confirm them first.",
                    waiting,
                )
                % {"count": waiting}
            )
        turn(locked, True, actor)
    return True


def switch_off(procedure: Procedure, actor: Actor) -> bool:
    """No ticket begins under it any more; those that run keep it. False: it was off.

    Refusal where the kind of whatever nobody has named yet would be left without a procedure.
    """
    with transaction.atomic():
        locked = _locked(procedure)
        if not locked.is_on:
            return False
        others = Procedure.objects.filter(kind=locked.kind, is_on=True).exclude(pk=locked.pk)
        if locked.kind.is_default and not others.exists():
            raise Refusal(_("Every message begins with this kind: it needs a procedure."))
        turn(locked, False, actor)
    return True


def _locked(procedure: Procedure) -> Procedure:
    return Procedure.objects.select_for_update(of=("self",)).select_related("organisation", "kind").get(pk=procedure.pk)
