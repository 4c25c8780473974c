"""Teams and branches are made, renamed, ended. What ended stays: tickets of the past name it."""

from __future__ import annotations

from collections.abc import Mapping
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

from ..models import Branch, Team, TeamMembership

Texts = Mapping[str, str]


def add_team(organisation: Organisation, names: Texts, is_office: bool, actor: Actor) -> Team:
    """A team nobody is in yet. Refusal without a name."""
    with transaction.atomic():
        slug = _free_slug(Team, organisation, names)
        team = Team.objects.create(organisation=organisation, slug=slug, names=dict(names), is_office=is_office)
        record(organisation, "team.added", team, actor)
    return team


def change_team(team: Team, names: Texts, is_office: bool, actor: Actor) -> None:
    """Other words, or a competent office from now on. Refusal without a name, or when it ended meanwhile."""
    _named(names)
    with transaction.atomic():
        locked = Team.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=team.pk)
        if not locked.is_active:
            raise Refusal(_("This team was ended meanwhile."))
        if (locked.names, locked.is_office) == (dict(names), is_office):
            return
        locked.names, locked.is_office = dict(names), is_office
        locked.save(update_fields=["names", "is_office"])
        record(locked.organisation, "team.changed", locked, actor, is_office=is_office)


def end_team(team: Team, actor: Actor) -> None:
    """Nobody is in it any more and nothing new reaches it. Callers ask first what still points at it."""
    with transaction.atomic():
        locked = Team.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=team.pk)
        if not locked.is_active:
            return
        locked.ended_at = clock.now(locked.organisation)
        locked.save(update_fields=["ended_at"])
        TeamMembership.objects.filter(team=locked).delete()
        record(locked.organisation, "team.ended", locked, actor)


def save_branch(organisation: Organisation, branch: Branch | None, values: Mapping[str, Any], actor: Actor) -> Branch:
    """A new branch, or new words of one: names, address, phone, hints, position. Refusal without a name."""
    with transaction.atomic():
        if branch is None:
            slug = _free_slug(Branch, organisation, values["names"])
            made = Branch.objects.create(organisation=organisation, slug=slug, **values)
            record(organisation, "branch.added", made, actor)
            return made
        _named(values["names"])
        locked = Branch.objects.select_for_update().get(pk=branch.pk)
        changed = [name for name, value in values.items() if getattr(locked, name) != value]
        for name in changed:
            setattr(locked, name, values[name])
        if changed:
            locked.save(update_fields=changed)
            record(organisation, "branch.changed", locked, actor)
        return locked


def end_branch(branch: Branch, actor: Actor) -> None:
    """It is shown to nobody any more. Doing it twice is no error."""
    with transaction.atomic():
        locked = Branch.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=branch.pk)
        if locked.ended_at is None:
            locked.ended_at = clock.now(locked.organisation)
            locked.save(update_fields=["ended_at"])
            record(locked.organisation, "branch.ended", locked, actor)


def _named(names: Texts) -> None:
    if not any(names.values()):
        raise Refusal(_("Give it a name in at least one language."), field="name_it")


def _free_slug(model: type[Team] | type[Branch], organisation: Organisation, names: Texts) -> str:
    """A short name for addresses, from its words; with a number where it is taken."""
    _named(names)
    base = slugify(in_language(dict(names), organisation.first_language))[:34] or "x"
    taken = set(model._default_manager.filter(organisation=organisation, slug__startswith=base)
                .values_list("slug", flat=True))  # fmt: skip
    return base if base not in taken else next(f"{base}-{n}" for n in range(2, len(taken) + 3)
                                               if f"{base}-{n}" not in taken)  # fmt: skip
