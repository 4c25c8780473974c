"""The operators of a day: each step of a story done by somebody who may do it, by the same verbs the desk uses."""

from __future__ import annotations

import random
from datetime import timedelta

from sportello.config.day.needs import Need, Question
from sportello.config.day.stories import Step
from sportello.foundation.core.errors import Refusal
from sportello.foundation.journal import actor
from sportello.foundation.tenancy import clock
from sportello.foundation.tenancy.models import Organisation
from sportello.records.accounts.models import Membership, Team
from sportello.records.customers.actions.registering import find_or_add
from sportello.records.knowledge.models import ServiceSheet
from sportello.records.procedures.models import Kind
from sportello.records.tickets.actions import classifying, contacts, ending, handling, messages
from sportello.records.tickets.actions.opening import Opening, open_ticket
from sportello.records.tickets.models import Contact, Ticket
from sportello.service.routing.actions import team_for

_SERVING = (Membership.Role.OPERATOR, Membership.Role.SUPERVISOR, Membership.Role.SPECIALIST)


def somebody_for(ticket: Ticket, chance: random.Random) -> Membership:
    """Its owner, else somebody of its team, else anybody who serves there."""
    if ticket.owner is not None:
        owner: Membership = ticket.owner
        return owner
    serving = Membership.objects.filter(
        organisation_id=ticket.organisation_id, role__in=_SERVING, ended_at__isnull=True
    ).select_related("user", "organisation")
    team = list(serving.filter(teams=ticket.team_id).order_by("id"))
    chosen: Membership = chance.choice(team or list(serving.order_by("id")))
    return chosen


def do(ticket: Ticket, step: Step, need: Need, chance: random.Random) -> None:
    """One step. A Refusal (closed meanwhile, owner changed) ends the step, as it would for a person."""
    ticket.refresh_from_db()
    member = somebody_for(ticket, chance)
    verb, *words = step
    try:
        if ticket.kind.slug != need.story.kind:  # a mail is of the first kind until somebody reads it
            kind = Kind.objects.get(organisation_id=ticket.organisation_id, slug=need.story.kind)
            classifying.classify(ticket, kind, by=member, reason="Si capisce da quello che chiede.")
        if ticket.owner_id is None and chance.random() < 0.6 and verb != "move":
            handling.take(ticket, member)
        _VERBS[verb](ticket, member, words, need)
    except Refusal:
        return


def _fill(text: str, need: Need, member: Membership) -> str:
    return text.replace("{name}", need.name).replace("{operator}", member.user.name)


def _answer(ticket: Ticket, member: Membership, words: list[str], need: Need) -> None:
    text = _fill(words[0], need, member)
    messages.answer(ticket, member, text, base_position=ticket.last_public_position)


def _ask(ticket: Ticket, member: Membership, words: list[str], need: Need) -> None:
    text = _fill(words[0], need, member)
    messages.answer(ticket, member, text, base_position=ticket.last_public_position, then="wait")


def _note(ticket: Ticket, member: Membership, words: list[str], need: Need) -> None:
    messages.note(ticket, member, words[0])


def _move(ticket: Ticket, member: Membership, words: list[str], need: Need) -> None:
    handling.move(
        ticket, Team.objects.get(organisation_id=ticket.organisation_id, slug=words[0]), by=member, reason=words[1]
    )


def _promise(ticket: Ticket, member: Membership, words: list[str], need: Need) -> None:
    until = clock.now(ticket.organisation) + timedelta(days=int(words[0]))
    handling.promise(ticket, until, by=member, reason=words[1])


def _close(ticket: Ticket, member: Membership, words: list[str], need: Need) -> None:
    ending.close(ticket, by=member, outcome=words[0], reason=words[1])


_VERBS = {"answer": _answer, "ask": _ask, "note": _note, "move": _move, "promise": _promise, "close": _close}


def record(organisation: Organisation, need: Need, chance: random.Random) -> Ticket:
    """Somebody at the counter or on the phone: the contact with its intervals, and the ticket it leaves."""
    kind = Kind.objects.get(organisation=organisation, slug=need.story.kind)
    sheet = ServiceSheet.objects.filter(organisation=organisation, slug=need.story.sheet).first()
    routed = team_for(organisation, kind, sheet)
    serving = Membership.objects.filter(organisation=organisation, role=Membership.Role.OPERATOR, ended_at__isnull=True)
    member = chance.choice(list(serving.select_related("user").order_by("id")))
    identities = [("phone", need.phone)] + ([("email", need.address)] if chance.random() < 0.6 else [])
    by = actor.person(member.user_id)
    customer = find_or_add(organisation, name=need.name, identities=identities, language=need.story.language, actor=by)
    contact = contacts.begin(organisation, member, need.channel)
    opening = Opening(
        kind=kind,
        team=routed.team,
        route=(routed.code, routed.facts),
        channel=need.channel,
        subject=need.subject,
        language=need.story.language,
        customer=customer,
        contact=contact,
        summary=need.text,
        member=member,
        sheet=sheet,
        address=need.address if len(identities) > 1 else "",
        sensitivity=need.story.sensitivity,
    )
    ticket = open_ticket(organisation, opening, by).ticket
    after = clock.now(organisation) + timedelta(minutes=chance.randint(3, 14))
    contacts.end(contact, Contact.Outcome.TICKET, kind=kind, customer=customer, identified="document", at=after)
    return ticket


def count(organisation: Organisation, question: Question, chance: random.Random) -> None:
    serving = Membership.objects.filter(organisation=organisation, role=Membership.Role.OPERATOR, ended_at__isnull=True)
    contacts.count_question(
        organisation, chance.choice(list(serving.select_related("user").order_by("id"))), question.channel
    )
