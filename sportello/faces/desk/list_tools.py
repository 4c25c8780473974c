"""What stands above a list: its orders, filters, columns and saved views."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy

from sportello.foundation.core.questions import Asked, Question, at_once
from sportello.foundation.core.text import in_language
from sportello.foundation.tenancy.models import Organisation
from sportello.records.accounts.models import Membership, Team
from sportello.records.accounts.people import Person
from sportello.records.procedures.models import Kind
from sportello.records.tickets.models import Ticket
from sportello.records.tickets.queries import SORTS
from sportello.records.tickets.queries.lists import ME, NOBODY

from . import nav, sentences
from .models import SavedView
from .places import COLUMNS, ListPlace

SORT_WORDS: dict[str, Any] = {
    "due": gettext_lazy("due first"),
    "newest": gettext_lazy("newest first"),
    "oldest_waiting": gettext_lazy("waiting longest"),
    "opened": gettext_lazy("opened last"),
}
COLUMN_WORDS: dict[str, Any] = {
    "kind": gettext_lazy("Kind"),
    "channel": gettext_lazy("Channel"),
    "organisation": gettext_lazy("Organisation"),
    "number": gettext_lazy("Number"),
    "status": gettext_lazy("Status"),
    "team": gettext_lazy("Team"),
    "owner": gettext_lazy("Owner"),
    "opened": gettext_lazy("Opened"),
    "waiting": gettext_lazy("Waiting since"),
}


def tools(person: Person, place: ListPlace) -> dict[str, Any]:
    """Kinds, teams and colleagues are offered where they mean one organisation's."""
    return tools_of(person, place, at_once(*tools_asked(person, place)))


def tools_asked(person: Person, place: ListPlace) -> list[Asked]:
    """What `tools` asks, for who asks other things with it."""
    only = _only(person, place)
    ours = (KINDS, TEAMS, _COLLEAGUES)
    here = [Asked(one, (), {"organisation_id": only.pk}) for one in ours] if only else [Asked(_OWN_TEAMS, (person,))]
    return [Asked(_VIEWS, (person,)), nav.keys_asked(person), *here]


def _only(person: Person, place: ListPlace) -> Organisation | None:
    """The one organisation whose tickets are listed."""
    serving = person.serving
    chosen = next((one.organisation for one in serving if one.organisation.slug == place.filters.slug), None)
    return chosen or (serving[0].organisation if len(serving) == 1 else None)


def tools_of(person: Person, place: ListPlace, answers: Sequence[list[tuple[Any, ...]]]) -> dict[str, Any]:
    """`tools`, of the answers to `tools_asked`."""
    serving = person.serving
    filters, only = place.filters, _only(person, place)
    language = sentences.language_now()
    views, keys, *here = answers
    kinds, teams, colleagues = here if only else ([], [], [])
    named = tuple(_named(teams, language))
    # a view may be shared with one's own teams
    own = [one for one in named if one[0] in person.team_ids] if only else _named(here[0], language)
    selected = [filters.slug, filters.kind_id, filters.team_id, filters.channel, filters.status, filters.priority]
    return {
        "list_title": nav.list_title(place.name),
        "sorts": [(code, SORT_WORDS[code], place.sorted_by[code], code == place.sort) for code in SORTS],
        "sort_word": SORT_WORDS[place.sort],
        "organisations": tuple(
            [(one.organisation.slug, one.organisation.name) for one in serving] if len(serving) > 1 else ()
        ),
        "kinds": tuple([(pk, in_language(names, language)) for pk, names in kinds]),
        "teams": named,
        "owners": tuple([(str(pk), name) for pk, name in colleagues]),
        "columns": place.columns,
        "offered": _OFFERED,
        "filters_on": sum(map(bool, [*selected, filters.owner, filters.tag])),
        "saved_views": [SavedView(**dict(zip(_OF_VIEW, view, strict=True))) for view in views],
        "desk_keys": nav.keys_of(keys),
        "own_memberships": person.membership_ids,
        "view_teams": own,
    }


class _Offered:
    """What the filters of every list offer, whoever asks. One for all: what is drawn from it may be kept."""

    owners = ((ME, gettext_lazy("me")), (NOBODY, gettext_lazy("nobody")))
    channels = tuple((code, word) for code, word in sentences.CHANNELS.items() if code not in ("portal", "screen"))
    statuses = tuple(Ticket.Status.choices)
    priorities = tuple(Ticket.Priority.choices)
    columns = tuple((code, word) for code, word in COLUMN_WORDS.items() if code in COLUMNS)


_OFFERED = _Offered()


def _named(teams: Sequence[tuple[Any, ...]], language: str) -> list[tuple[int, str]]:
    return [(pk, in_language(names, language)) for pk, names in teams]


def _members(organisation_id: int) -> QuerySet[Membership, tuple[int, str]]:
    members = Membership.objects.filter(
        organisation_id=organisation_id, ended_at__isnull=True, user__is_active=True
    ).exclude(role=Membership.Role.ADMINISTRATOR)
    return members.order_by("user__name", "pk").values_list("pk", "user__name")[:200]


_COLLEAGUES = Question(_members)
KINDS: Question[Any] = Question(
    lambda organisation_id: Kind.objects.filter(organisation_id=organisation_id, retired_at__isnull=True).values_list(
        "pk", "names"
    )
)
TEAMS: Question[Any] = Question(
    lambda organisation_id: (
        Team.objects.filter(organisation_id=organisation_id, ended_at__isnull=True)
        .order_by("id")
        .values_list("pk", "names")
    )
)
#: Of all organisations, where several are listed.
_OWN_TEAMS: Question[Any] = Question(
    lambda person: Team.objects.filter(pk__in=sorted(person.team_ids)).order_by("pk").values_list("pk", "names")
)
_OF_VIEW = ("id", "name", "list_name", "words", "team_id", "member_id")
_VIEWS: Question[Any] = Question(lambda person: SavedView.objects.seen_by(person).values_list(*_OF_VIEW))
