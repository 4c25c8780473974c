"""What the pages of the archive show: tabs by right, the place of a ticket, codes in words."""

from __future__ import annotations

from typing import Any, Final

from django.urls import reverse
from django.utils.translation import gettext_lazy

from sportello.foundation.tenancy.models import Organisation
from sportello.foundation.ui.nav import Tab
from sportello.records.accounts.people import Person
from sportello.records.tickets.models import Closure, Ticket
from sportello.service.backoffice.archive import explaining, holds, plan, seen, solutions
from sportello.service.backoffice.models import FileClass, Filing, Solution, Tombstone

from .sentences import language_now

#: How sure a figure is, in few words.
CONFIDENCE: Final[dict[str, Any]] = {
    "A": gettext_lazy("read in the source"),
    "B": gettext_lazy("several sources agree"),
    "C": gettext_lazy("sources differ"),
    "M": gettext_lazy("a proposal, to be confirmed by your office"),
    "H": gettext_lazy("rule of the house"),
}
#: Why a ticket on an approved list was not disposed of.
SPARED: Final[dict[str, Any]] = {
    "refused": gettext_lazy("the list was refused"),
    "gone": gettext_lazy("it was disposed of before"),
    "open": gettext_lazy("it was opened again"),
    "not_due": gettext_lazy("its date or class changed"),
    "held": gettext_lazy("a legal hold was placed"),
    "leaving": gettext_lazy("a letter of it is still being sent"),
    "trouble": gettext_lazy("it could not be emptied: the log of the worker says why"),
}
#: Why a package was not made.
TROUBLE: Final[dict[str, Any]] = {
    "damaged": gettext_lazy("a file on the disk is not the one that was kept: restore it from the backup"),
    "internal": gettext_lazy("an error of ours: the log of the worker says which"),
}
#: (key, word, address, who)
_TABS: Final = (
    ("archive", gettext_lazy("Search"), "desk:archive", "serves"),
    ("plan", gettext_lazy("File plan"), "desk:file_plan", "knows"),
    ("holds", gettext_lazy("Legal holds"), "desk:holds", "leads"),
    ("disposals", gettext_lazy("Disposal"), "desk:disposals", "leads"),
    ("packages", gettext_lazy("Transfer packages"), "desk:packages", "supervises"),
)


def leads(person: Person, organisation: Organisation) -> bool:
    """Who places holds, changes the plan, proposes and decides on disposal."""
    return person.supervises(organisation) or person.administers(organisation)


def tabs(person: Person, organisation: Organisation, current: str) -> list[Tab]:
    """The pages of the archive this person may open."""
    rights = {
        "serves": person.serves(organisation),
        "leads": leads(person, organisation),
        "supervises": person.supervises(organisation),
    }
    rights["knows"] = rights["serves"] or rights["leads"]
    return [
        Tab(word, reverse(name, args=[organisation.slug]), current=key == current)
        for key, word, name, who in _TABS
        if rights[who]
    ]


def class_choices(organisation: Organisation, *, whole: bool = False) -> list[tuple[str, str]]:
    """(code, "2.1 Complaints"); `whole`: classes with classes below them too."""
    found = plan.in_force(organisation)
    return [(one.code, class_name(one)) for one in (found if whole else plan.leaves(found))]


def class_name(row: FileClass) -> str:
    return f"{row.code} {row.title_in(language_now())}"


def about(ticket: Ticket) -> dict[str, Any]:
    """The place of one ticket: class, date with its reasoning, holds, solution, tombstone."""
    filing = Filing.objects.filter(ticket=ticket).select_related("file_class", "organisation").first()
    tombstone = Tombstone.objects.filter(ticket=ticket).select_related("disposal", "approved_by__user",
                                                                       "proposed_by__user").first()
    found = holds.of_ticket(ticket) if tombstone is None else []
    return {
        "filing": filing,
        "filed_class": class_name(filing.file_class) if filing else "",
        "why_kept": explaining.explained(filing, found) if filing and tombstone is None else [],
        "holds": found,
        "tombstone": tombstone,
    }


def side(person: Person, ticket: Ticket) -> dict[str, Any]:
    """For the panel beside a ticket: its place in the archive, and what was seen before that is like it."""
    filing = Filing.objects.filter(ticket=ticket).select_related("file_class").first()
    return {
        "filing": filing,
        "filed_class": class_name(filing.file_class) if filing else "",
        "holds": holds.of_ticket(ticket),
        "solution": Solution.objects.filter(ticket=ticket).select_related("message__entry", "marked_by__user").first(),
        "answers": solutions.answers(ticket) if ticket.is_closed else [],
        "seen": seen.seen_before(person, ticket.organisation, ticket.subject, kind=ticket.kind, but=ticket),
    }


def spared_word(code: str) -> str:
    return str(SPARED.get(code, code))


def outcome_words() -> dict[str, Any]:
    return dict(Closure.Outcome.choices)


#: A list of disposal in one word with its look.
STATES: Final[dict[str, tuple[str, str]]] = {
    "proposed": ("warn", "clock"), "refused": ("neutral", "close"), "approved": ("info", "check"),
    "done": ("ok", "check-circle"), "writing": ("info", "clock"), "failed": ("danger", "danger"),
    "gone": ("neutral", "delete"),
}
