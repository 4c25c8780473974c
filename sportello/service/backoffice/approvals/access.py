"""Who sees what waits for approval: who sees its ticket, and who is asked to approve it."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.http import Http404

from sportello.records.accounts.models import Membership
from sportello.records.accounts.people import Person
from sportello.records.tickets.access import tickets_for
from sportello.records.tickets.models import Ticket

from ..models import Approval, ApprovalStep, ApprovalText

_WITH = ("organisation", "ticket__organisation", "ticket__kind", "author__user")


def of_ticket(ticket: Ticket) -> QuerySet[Approval]:
    """Of a ticket already obtained for the person, newest first."""
    return Approval.objects.filter(ticket=ticket).select_related(*_WITH).order_by("-pk")


def get_approval(person: Person, slug: str, approval_id: int) -> Approval:
    """Http404 unless they see the ticket: an approver must see what they answer for."""
    found = (
        Approval.objects.filter(pk=approval_id, organisation__slug=slug, ticket__in=tickets_for(person))
        .select_related(*_WITH)
        .first()
    )
    if found is None:
        raise Http404
    return found


def open_for(person: Person) -> QuerySet[Approval]:
    """What is open on tickets they see, oldest first."""
    places = [place.organisation.pk for place in person.serving]
    found = Approval.objects.filter(
        organisation__in=places,
        state__in=(Approval.State.PENDING, Approval.State.SENT_BACK, Approval.State.APPROVED),
        ticket__in=tickets_for(person),
    )
    found = found.select_related(*_WITH).prefetch_related("steps__member__user", "steps__team")
    return found.order_by("asked_at", "pk")


def turns(person: Person, approvals: list[Approval]) -> dict[int, ApprovalStep]:
    """Whose turn it is: approval id → the step that decides next; two queries for all."""
    newest: dict[int, ApprovalText] = {}
    for wording in ApprovalText.objects.filter(approval__in=approvals).order_by("number").prefetch_related("verdicts"):
        newest[wording.approval_id] = wording
    found = {}
    for approval in approvals:
        last = newest.get(approval.pk)
        given = {one.step_id for one in last.verdicts.all() if one.sort == "approved"} if last else set()
        waiting = [step for step in approval.steps.all() if step.pk not in given]
        if waiting:
            found[approval.pk] = min(waiting, key=lambda step: step.position)
    return found


def is_turn_of(person: Person, step: ApprovalStep, approval: Approval) -> bool:
    """`may_decide` for a person as the screens know them, without a query."""
    place = person.place_in(approval.organisation_id)
    if place is None or place.membership.pk == approval.author_id:
        return False
    if step.member_id is not None:
        return step.member_id == place.membership.pk
    if step.team_id is not None:
        return step.team_id in place.team_ids
    return place.role == Membership.Role.SUPERVISOR


def approvers_of(ticket: Ticket, person: Person) -> QuerySet[Membership]:
    """Colleagues who may be named by hand: those who work here and could see it, but for oneself."""
    place = person.place_in(ticket.organisation_id)
    roles = (Membership.Role.OPERATOR, Membership.Role.SUPERVISOR, Membership.Role.SPECIALIST)
    here = Membership.objects.filter(organisation=ticket.organisation_id, ended_at__isnull=True, role__in=roles)
    others = here.exclude(Q(pk=place.membership.pk) if place else Q(pk__in=[]))
    return others.select_related("user").order_by("user__name")
