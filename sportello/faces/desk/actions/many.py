"""One verb over many tickets: each in its own transaction and with its own rights, so that one refused stops no other.

The work goes in portions; between them everything known travels in a signed `Work`, nothing is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from django.core import signing
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sportello.foundation.core.errors import Refusal
from sportello.records.accounts.models import Membership, Team
from sportello.records.accounts.people import Person
from sportello.records.tickets.access import get_ticket
from sportello.records.tickets.actions import ending, handling, tagging
from sportello.records.tickets.models import Ticket

#: So many tickets at once, and so many before the page says how far it is.
MOST: Final = 200
PORTION: Final = 20
_SALT: Final = "desk.many"

#: Does it to one ticket and answers what was before, to be undone with.
Deed = Callable[[Person, Membership, Ticket, Mapping[str, Any]], Any]


@dataclass(frozen=True)
class ManyVerb:
    word: Any
    icon: str
    keys: str
    act: Deed
    #: Gives back what was before; None: what was done is not undone from here.
    undo: Deed | None = None
    #: Fields of `forms.many.ManyForm` it asks for.
    fields: tuple[str, ...] = ()
    hint: Any = ""


def _take(person: Person, member: Membership, ticket: Ticket, said: Mapping[str, Any]) -> Any:
    return _assign(person, member, ticket, {"member": member.pk})


def _assign(person: Person, member: Membership, ticket: Ticket, said: Mapping[str, Any]) -> Any:
    before, chosen = ticket.owner_id, said.get("member")
    owner = Membership.objects.filter(pk=chosen, organisation_id=ticket.organisation_id).first() if chosen else None
    if chosen and owner is None:
        raise Refusal(_("This colleague does not work there. Choose another."))
    handling.assign(ticket, owner, by=member, expected_owner_id=before)
    return before


def _assign_back(person: Person, member: Membership, ticket: Ticket, said: Mapping[str, Any]) -> Any:
    return _assign(person, member, ticket, {"member": said["before"]})


def _move(person: Person, member: Membership, ticket: Ticket, said: Mapping[str, Any]) -> Any:
    before = ticket.team_id
    team = Team.objects.filter(pk=said["team"], organisation_id=ticket.organisation_id).first()
    if team is None:
        raise Refusal(_("This team is of another organisation. Choose another."))
    handling.move(ticket, team, by=member, reason=str(said.get("reason", "")))
    return before


def _move_back(person: Person, member: Membership, ticket: Ticket, said: Mapping[str, Any]) -> Any:
    return _move(person, member, ticket, {"team": said["before"]})


def _priority(person: Person, member: Membership, ticket: Ticket, said: Mapping[str, Any]) -> Any:
    before = ticket.priority
    handling.change_priority(ticket, said["priority"], by=member)
    return before


def _priority_back(person: Person, member: Membership, ticket: Ticket, said: Mapping[str, Any]) -> Any:
    return _priority(person, member, ticket, {"priority": said["before"]})


def _close(person: Person, member: Membership, ticket: Ticket, said: Mapping[str, Any]) -> Any:
    ending.close(ticket, by=member, outcome=said["outcome"], reason=said["reason"])


def _tag(person: Person, member: Membership, ticket: Ticket, said: Mapping[str, Any]) -> Any:
    return tagging.change_tags(ticket, by=member, add=said["tags"])[0]


def _tag_back(person: Person, member: Membership, ticket: Ticket, said: Mapping[str, Any]) -> Any:
    return tagging.change_tags(ticket, by=member, remove=said["before"])[1]


def _untag(person: Person, member: Membership, ticket: Ticket, said: Mapping[str, Any]) -> Any:
    return tagging.change_tags(ticket, by=member, remove=said["tags"])[1]


def _untag_back(person: Person, member: Membership, ticket: Ticket, said: Mapping[str, Any]) -> Any:
    return tagging.change_tags(ticket, by=member, add=said["before"])[0]


VERBS: Final[dict[str, ManyVerb]] = {
    "take": ManyVerb(gettext_lazy("Take"), "user", "shift+t", _take, _assign_back),
    "assign": ManyVerb(gettext_lazy("Give"), "team", "shift+a", _assign, _assign_back, ("member",)),
    "move": ManyVerb(
        gettext_lazy("Pass on"), "exchange", "shift+m", _move, _move_back, ("team", "reason"),
        gettext_lazy("Each customer is told which team answers now; undone, they are told again."),
    ),
    "priority": ManyVerb(gettext_lazy("Priority"), "flag", "shift+p", _priority, _priority_back, ("priority",)),
    "tag": ManyVerb(gettext_lazy("Tag"), "bookmark", "shift+e", _tag, _tag_back, ("tags",)),
    "untag": ManyVerb(gettext_lazy("Take tags off"), "minus", "shift+r", _untag, _untag_back, ("tags",)),
    "close": ManyVerb(
        gettext_lazy("Close"), "check-circle", "shift+c", _close, None, ("outcome", "reason"),
        gettext_lazy("Each customer reads the reason as it is. What was told them is not undone from here."),
    ),
}  # fmt: skip


@dataclass
class Work:
    """What is to be done, and what became of it so far. Tickets are `slug/number`."""

    verb: str
    said: dict[str, Any]
    to_do: list[str]
    undoes: bool = False
    #: ticket → what was before
    done: dict[str, Any] = field(default_factory=dict)
    #: ticket → the sentence why not
    failed: dict[str, str] = field(default_factory=dict)
    #: ticket → what it was before the deed that is being undone
    before: dict[str, Any] = field(default_factory=dict)
    back: str = ""
    user_id: int = 0

    @property
    def total(self) -> int:
        return len(self.to_do) + len(self.done) + len(self.failed)

    @property
    def is_over(self) -> bool:
        return not self.to_do

    @property
    def can_undo(self) -> bool:
        return self.is_over and bool(self.done) and not self.undoes and VERBS[self.verb].undo is not None

    def signed(self) -> str:
        return signing.dumps(asdict(self), salt=_SALT, compress=True)

    def undone(self) -> Work:
        """The work that takes this one back."""
        return Work(self.verb, {}, list(self.done), True, before=dict(self.done), back=self.back, user_id=self.user_id)


def unsigned(token: str, person: Person) -> Work:
    """The work a page carries on. Refused when it is not ours, a day old or somebody else's."""
    try:
        work = Work(**signing.loads(token, salt=_SALT, max_age=86_400))
    except signing.BadSignature:
        work = Work("", {}, [])
    if work.verb not in VERBS or work.user_id != person.user.pk:
        raise Refusal(_("This cannot be continued. Choose the tickets again."))
    return work


def go_on(person: Person, work: Work) -> None:
    """The next portion."""
    verb = VERBS[work.verb]
    deed = verb.undo if work.undoes else verb.act
    if deed is None:
        raise Refusal(_("What was done here cannot be undone for all at once."))
    portion, work.to_do = work.to_do[:PORTION], work.to_do[PORTION:]
    for name in portion:
        slug, _slash, number = name.partition("/")
        try:
            ticket = get_ticket(person, slug, number)
            place = person.place_in(ticket.organisation_id)
            if place is None:
                raise Http404
            work.done[name] = deed(person, place.membership, ticket, {**work.said, "before": work.before.get(name)})
        except Refusal as refusal:
            work.failed[name] = str(refusal.sentence)
        except Http404:
            work.failed[name] = _("There is no such ticket for you any more.")
