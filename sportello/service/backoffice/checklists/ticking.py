"""Checklists on tickets: hung by the kind or by hand, ticked by persons; mandatory items stand against closing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from sportello.foundation.core.errors import Refusal
from sportello.foundation.core.questions import Question
from sportello.foundation.core.text import clean, in_language, one_line
from sportello.foundation.journal.actions import record
from sportello.foundation.journal.actor import SYSTEM, person
from sportello.foundation.journal.reader import Read
from sportello.foundation.tenancy import clock
from sportello.foundation.tenancy.models import Organisation
from sportello.records.accounts.models import Membership
from sportello.records.procedures.definition import Checklist as Rule
from sportello.records.procedures.models import Kind
from sportello.records.tickets.actions.change import Change, changing
from sportello.records.tickets.blockers import WITHOUT_ANSWER, Missing
from sportello.records.tickets.models import Ticket
from sportello.records.tickets.rules import rules_of

from ..models import Checklist, ChecklistItem, ChecklistTemplate, ChecklistTick

MOST_ITEMS = 60


@dataclass(frozen=True)
class Item:
    text: str
    mandatory: bool = False


def items_from(written: str) -> list[Item]:
    """One a line; a leading `!` makes it mandatory. Empty lines are left out."""
    found = []
    for line in clean(written).split("\n"):
        mandatory = line.lstrip().startswith("!")
        text = one_line(line.lstrip().removeprefix("!"), 500)
        if text:
            found.append(Item(text, mandatory))
    return found


@transaction.atomic
def make_template(
    organisation: Organisation, name: str, items: Sequence[Item], *, kind: Kind | None, by: Membership,
    replaces: ChecklistTemplate | None = None,
) -> ChecklistTemplate:
    """Written once; a changed one is a new row, and the one it replaces is retired."""
    _refuse(name, items)
    template = ChecklistTemplate.objects.create(
        organisation=organisation, kind=kind, name=one_line(name, 200),
        items=[{"text": one.text, "mandatory": one.mandatory} for one in items],
        made_at=clock.now(organisation), by_member=by,
    )
    record(
        organisation, "checklist_template.made", template, person(by.user_id), kind_id=kind.pk if kind else None,
        items=len(items),
    )
    if replaces is not None:
        retire(replaces, by=by)
    return template


@transaction.atomic
def retire(template: ChecklistTemplate, *, by: Membership) -> None:
    """Hung no more; what hangs stays."""
    if template.retired_at is None:
        template.retired_at = clock.now(template.organisation)
        template.save(update_fields=["retired_at"])
        record(template.organisation, "checklist_template.retired", template, person(by.user_id))


def hang(ticket: Ticket, template: ChecklistTemplate, *, by: Membership, at: datetime | None = None) -> Checklist:
    """By hand, from one that was written."""
    if template.organisation_id != ticket.organisation_id or template.retired_at is not None:
        raise Refusal(_("This checklist is not used any more. Choose another."), field="template")
    with changing(ticket, person(by.user_id), at) as change:
        _refuse_closed(change.ticket)
        there = Checklist.objects.filter(ticket=ticket, template=template).first()
        if there is not None:
            raise Refusal(_("This checklist is on the ticket already."), field="template")
        items = [Item(one["text"], bool(one.get("mandatory"))) for one in template.items]
        return _hang(change, template.name, items, template, by)


def write(ticket: Ticket, name: str, items: Sequence[Item], *, by: Membership, at: datetime | None = None) -> Checklist:
    """By hand, for this ticket alone."""
    _refuse(name, items)
    with changing(ticket, person(by.user_id), at) as change:
        _refuse_closed(change.ticket)
        return _hang(change, one_line(name, 200), items, None, by)


def hang_by_kind(event: Read) -> None:
    """A durable reaction to what says the kind or the procedure of a ticket: the checklists of its kind and those its
    procedure names, each once. Two looks where there is none."""
    _hang_of_rules(event.subject_id)
    wanted = ChecklistTemplate.objects.filter(
        organisation=event.organisation_id, kind=event.payload["kind_id"], retired_at__isnull=True
    )
    hung = Checklist.objects.filter(ticket=event.subject_id, template=OuterRef("pk"))
    missing = list(wanted.exclude(Exists(hung)).order_by("pk"))
    if not missing:
        return
    ticket = Ticket.objects.select_related("organisation").get(pk=event.subject_id)
    with changing(ticket, SYSTEM) as change:
        if not change.ticket.is_closed:
            for template in missing:
                items = [Item(one["text"], bool(one.get("mandatory"))) for one in template.items]
                _hang(change, template.name, items, template, None)


def _hang_of_rules(ticket_id: int) -> None:
    named = Ticket.objects.filter(pk=ticket_id).values_list("procedure__definition__checklists", flat=True)
    if not named.first():
        return
    with changing(Ticket.objects.get(pk=ticket_id), SYSTEM) as change:
        if not change.ticket.is_closed:
            for rule in _wanted_by_rules(change.ticket):
                _hang(change, _said(rule.names), _items_of(rule), None, None, rule=rule.code)


def _wanted_by_rules(ticket: Ticket) -> list[Rule]:
    """Checklists of its procedure that do not hang yet; no query where it names none."""
    named = rules_of(ticket.procedure).checklists
    if not named:
        return []
    hung = set(Checklist.objects.filter(ticket=ticket).exclude(rule="").values_list("rule", flat=True))
    return [one for one in named if one.code not in hung]


def _items_of(rule: Rule) -> list[Item]:
    return [Item(_said(one.names), one.mandatory) for one in rule.items]


def _said(names: dict[str, str]) -> str:
    """Kept on the ticket in the language of who works there; the rule has both."""
    return in_language(names, "it")


def tick(item: ChecklistItem, *, by: Membership, at: datetime | None = None) -> None:
    """Done. Twice is once: the first who ticked it stays."""
    ticket = item.checklist.ticket
    with changing(ticket, person(by.user_id), at) as change:
        _refuse_closed(change.ticket)
        if not item.ticks.filter(back_at__isnull=True).exists():
            ChecklistTick.objects.create(organisation_id=item.organisation_id, item=item, by_member=by, at=change.at)
            _tell(change, item.checklist, "checklist.ticked", item_id=item.pk)


def untick(item: ChecklistItem, *, by: Membership, at: datetime | None = None) -> None:
    """It was not done: who said so first keeps their row, with who took it back."""
    with changing(item.checklist.ticket, person(by.user_id), at) as change:
        _refuse_closed(change.ticket)
        if item.ticks.filter(back_at__isnull=True).update(back_at=change.at, back_by=by):
            _tell(change, item.checklist, "checklist.unticked", item_id=item.pk)


def take_off(checklist: Checklist, *, by: Membership, reason: str, at: datetime | None = None) -> None:
    """It does not belong here; why is kept, for its mandatory items stand against closing no more."""
    stated = clean(reason)
    if not stated:
        raise Refusal(_("Say why."), field="reason")
    with changing(checklist.ticket, person(by.user_id), at) as change:
        _refuse_closed(change.ticket)
        if checklist.taken_off_at is None:
            checklist.taken_off_at, checklist.taken_off_by, checklist.taken_off_reason = change.at, by, stated
            checklist.save(update_fields=["taken_off_at", "taken_off_by", "taken_off_reason"])
            _tell(change, checklist, "checklist.taken_off")


def unticked(ticket: Ticket, outcome: str) -> Iterable[Missing]:
    """A blocker: mandatory items nobody has ticked; also those of a checklist of the kind that is just being hung."""
    if outcome in WITHOUT_ANSWER:
        return
    some, more = _ANY.tuples(
        ticket_id=ticket.pk, organisation_id=ticket.organisation_id, kind_id=ticket.kind_id, opened_at=ticket.opened_at
    )[0]
    for rule in _wanted_by_rules(ticket):
        for named in _items_of(rule):
            if named.mandatory:
                yield Missing("checklist", _("on the checklist, “%(item)s”") % {"item": named.text}, "checklists")
    if not some and not more:
        return  # most tickets: one query
    for item in _left(ticket.pk).order_by("checklist_id", "position"):
        yield Missing("checklist", _("on the checklist, “%(item)s”") % {"item": item.text}, "checklists")
    coming = _coming(ticket.pk, ticket.organisation_id, ticket.kind_id, ticket.opened_at)
    for template in coming.order_by("pk"):
        for one in template.items:
            if one.get("mandatory"):
                yield Missing("checklist", _("on the checklist, “%(item)s”") % {"item": one["text"]}, "checklists")


def _left(ticket_id: int) -> QuerySet[ChecklistItem]:
    """Mandatory items that nobody has ticked."""
    done = ChecklistTick.objects.filter(item=OuterRef("pk"), back_at__isnull=True)
    return ChecklistItem.objects.filter(
        ~Exists(done), checklist__ticket_id=ticket_id, checklist__taken_off_at__isnull=True, mandatory=True
    )


def _coming(
    ticket_id: int, organisation_id: int, kind_id: int, opened_at: datetime
) -> QuerySet[ChecklistTemplate]:
    """Checklists of its kind that the worker has not hung yet."""
    hung = Checklist.objects.filter(ticket_id=ticket_id, template=OuterRef("pk"))
    return ChecklistTemplate.objects.filter(
        ~Exists(hung), made_at__lte=opened_at, organisation=organisation_id, kind=kind_id, retired_at__isnull=True
    )


_ANY: Question[Ticket] = Question(
    lambda ticket_id, organisation_id, kind_id, opened_at: Ticket.objects.filter(pk=ticket_id).values_list(
        Exists(_left(ticket_id)), Exists(_coming(ticket_id, organisation_id, kind_id, opened_at))
    ),
    planned=True,
)


def _hang(
    change: Change, name: str, items: Sequence[Item], template: ChecklistTemplate | None, by: Membership | None, *,
    rule: str = "",
) -> Checklist:
    organisation_id = change.ticket.organisation_id
    checklist = Checklist.objects.create(
        organisation_id=organisation_id, ticket=change.ticket, template=template, name=one_line(name, 200),
        made_at=change.at, by_member=by, rule=rule,
    )
    ChecklistItem.objects.bulk_create(
        ChecklistItem(
            organisation_id=organisation_id, checklist=checklist, position=number, text=one.text,
            mandatory=one.mandatory,
        )
        for number, one in enumerate(items, 1)
    )
    _tell(
        change, checklist, "checklist.hung", template_id=template.pk if template else None, items=len(items)
    )
    return checklist


def _refuse(name: str, items: Sequence[Item]) -> None:
    if not one_line(name, 200):
        raise Refusal(_("Give the checklist a name."), field="name")
    if not 0 < len(items) <= MOST_ITEMS:
        raise Refusal(_("Write between one and %(most)d items, one a line.") % {"most": MOST_ITEMS}, field="items")


def _refuse_closed(ticket: Ticket) -> None:
    if ticket.is_closed:
        raise Refusal(_("This ticket is closed. Reopen it first."))


def _tell(change: Change, checklist: Checklist, verb: str, **payload: object) -> None:
    record(
        change.ticket.organisation, verb, checklist, change.actor, at=change.at, ticket_id=change.ticket.pk, **payload
    )
    change.tell("ticket.checked", checklist_id=checklist.pk)
