"""Keeping a list as a view, and letting it go."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from sportello.foundation.core.errors import Refusal
from sportello.foundation.core.text import clean
from sportello.foundation.tenancy import clock
from sportello.records.accounts.models import Team
from sportello.records.accounts.people import Person

from ..models import SavedView
from ..places import ListPlace


def keep(person: Person, place: ListPlace, name: str, team: Team | None) -> SavedView:
    """A view under `name`; the same name again replaces what it was. Shared with `team`, one of theirs, or private."""
    called = clean(name)[: SavedView._meta.get_field("name").max_length]
    if not called:
        raise Refusal(_("Give the view a name."), field="name")
    where = person.place_in(team.organisation_id) if team else person.serving[0]
    if where is None or (team is not None and team.pk not in person.team_ids):
        raise Refusal(_("A view is shared with a team of yours."), field="team")
    with transaction.atomic():
        mine = SavedView.objects.filter(member=where.membership)
        if mine.count() >= SavedView.MOST and not mine.filter(name=called).exists():
            raise Refusal(_("You have kept as many views as there is room for. Remove one first."))
        view, _made = SavedView.objects.update_or_create(
            organisation=where.organisation,
            member=where.membership,
            name=called,
            defaults={
                "team": team,
                "list_name": place.name,
                "words": place.words,
                "made_at": clock.now(where.organisation),
            },
        )
    return view


def remove(person: Person, view_id: int) -> str:
    """The list the view was of; empty when there is no such view of theirs."""
    view = SavedView.objects.filter(pk=view_id, member_id__in=sorted(person.membership_ids)).first()
    if view is None:
        return ""
    view.delete()
    return view.list_name
