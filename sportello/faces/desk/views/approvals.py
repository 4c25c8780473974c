"""Approvals: what waits, one with its story, the verdicts, and the words changed by their author."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from sportello.foundation.core.errors import Refusal
from sportello.foundation.tenancy import clock
from sportello.records.accounts.guard import serves_here
from sportello.records.accounts.people import Person
from sportello.records.tickets.access import get_ticket
from sportello.records.tickets.models import Ticket
from sportello.records.tickets.reach import reach
from sportello.records.tickets.words import File
from sportello.service.backoffice.approvals import access, asking, rules
from sportello.service.backoffice.models import Approval, ApprovalText

from .. import backoffice_page, nav
from ..actions import drafting
from ..forms.approvals import AskForm, DraftForm, SendingBackForm
from ..forms.writing import write_addresses
from ..models import Draft
from .answers import Asked, member_of, posted, verb
from .handling import asks

_MOST = 100


@serves_here
@require_GET
def approvals_home(request: HttpRequest, person: Person) -> HttpResponse:
    """Theirs to approve first, then what they asked, then the rest they see."""
    found = list(access.open_for(person)[:_MOST])
    turns = access.turns(person, found)
    rows: dict[str, list[Any]] = {"mine": [], "asked": [], "others": []}
    for one in found:
        step = turns.get(one.pk)
        waits = one.state == Approval.State.PENDING and step is not None
        mine = waits and step is not None and access.is_turn_of(person, step, one)
        part = "mine" if mine else "asked" if one.author_id in person.membership_ids else "others"
        rows[part].append((one, who(step) if waits and step else "", clock.now(one.organisation)))
    return render(request, "desk/approvals/home.html", backoffice_page.page(request, person, "approvals", parts=rows))


def who(step: Any) -> str:
    """Whose turn a step is, in words."""
    if step.member_id is not None:
        return str(step.member.user.name)
    from ..sentences import language_now

    return str(step.team.name_in(language_now())) if step.team_id is not None else _("any supervisor")


@serves_here
@asks
def new(request: HttpRequest, person: Person, slug: str, number: str) -> HttpResponse:
    """Ask for approval: begins with the reply the person was writing."""
    ticket = get_ticket(person, slug, number)
    member = member_of(person, ticket)
    draft = drafting.drafts_of(ticket, member).get(Draft.Kind.REPLY)
    rule = rules.rule_of(ticket)
    form = AskForm(ticket, person, rule is not None, posted(request), initial=_initial(ticket, draft))
    files = [File(one.filename, one.blob) for one in draft.files.select_related("blob").order_by("pk")] if draft else []
    by_rule = _("The approvers are those of its kind. It leaves by itself after the last approval, unchanged.")
    by_hand = _("It leaves by itself after the last approval, unchanged. Changed words are approved anew.")
    asked = Asked(_("Ask for approval"), _("Ask for it"), by_rule if rule else by_hand, "check-circle")

    def act() -> None:
        asking.ask(ticket, form.draft(files), by=member, steps=form.steps())
        drafting.drop(ticket, member, Draft.Kind.REPLY)

    return verb(request, person, ticket, form, asked, act, _("It waits for approval."), ends=True)


def _initial(ticket: Ticket, draft: Draft | None) -> dict[str, Any]:
    if draft is not None:
        to, cc, text = draft.to, draft.cc, draft.text
    else:
        way = reach(ticket)
        to, cc, text = write_addresses([(way.name, way.address)]) if way.writes else "", "", ""
    return {"to": to, "cc": cc, "text": text, "base_position": ticket.last_public_position}


def _of(person: Person, slug: str, number: str, approval_id: int) -> Approval:
    found = access.get_approval(person, slug, approval_id)
    if found.ticket.number != number:
        raise Http404
    return found


@serves_here
@require_GET
def page(request: HttpRequest, person: Person, slug: str, number: str, approval_id: int) -> HttpResponse:
    return _page(request, person, _of(person, slug, number, approval_id), SendingBackForm())


def _page(
    request: HttpRequest, person: Person, found: Approval, form: SendingBackForm, status: int = 200
) -> HttpResponse:
    wordings = list(
        found.texts.select_related("by_member__user")
        .prefetch_related("verdicts__by_member__user", "verdicts__step", "files__blob")
        .order_by("-number")
    )
    step = asking.next_step(found, wordings[0]) if found.state == Approval.State.PENDING else None
    address = reverse("desk:ticket", args=[found.ticket.organisation.slug, found.ticket.number])
    steps = found.steps.select_related("member__user", "team").order_by("position")
    context: dict[str, Any] = {
        "approval": found,
        "ticket": found.ticket,
        "newest": wordings[0],
        "wordings": wordings,
        "form": form,
        "steps": [(one, who(one), _verdict(wordings[0], one.pk)) for one in steps],
        "turn": who(step) if step else "",
        "now": clock.now(found.organisation),
        "is_my_turn": step is not None and access.is_turn_of(person, step, found),
        "is_mine": found.author_id in person.membership_ids,
        "address": f"{address}approvals/{found.pk}/",
        "back_url": address,
    }
    shown = nav.page(request, person, "backoffice", organisation=found.organisation, **context)
    return render(request, "desk/approvals/page.html", shown, status=status)


def _verdict(wording: ApprovalText, step_id: int) -> Any:
    return next((one for one in wording.verdicts.all() if one.step_id == step_id), None)


def _did(request: HttpRequest, found: Approval, act: Callable[[], object], said: str) -> HttpResponse:
    """Do it, say what came of it, and show the approval again."""
    try:
        act()
    except Refusal as refusal:
        messages.error(request, str(refusal.sentence))
    else:
        messages.success(request, said)
    return HttpResponseRedirect(
        reverse("desk:approval", args=[found.ticket.organisation.slug, found.ticket.number, found.pk])
    )


@serves_here
@require_POST
def approving(request: HttpRequest, person: Person, slug: str, number: str, approval_id: int) -> HttpResponse:
    found = _of(person, slug, number, approval_id)
    wording = _whole(request.POST.get("number", ""))
    return _did(
        request, found, lambda: asking.approve(found, wording, by=member_of(person, found.ticket)), _("Approved.")
    )


@serves_here
@require_POST
def sending_back(request: HttpRequest, person: Person, slug: str, number: str, approval_id: int) -> HttpResponse:
    found = _of(person, slug, number, approval_id)
    form = SendingBackForm(request.POST)
    if not form.is_valid():
        return _page(request, person, found, form, 422)
    wording = _whole(request.POST.get("number", ""))
    return _did(
        request,
        found,
        lambda: asking.send_back(found, wording, form.cleaned_data["words"], by=member_of(person, found.ticket)),
        _("Sent back to its author."),
    )


@serves_here
@asks
def wording(request: HttpRequest, person: Person, slug: str, number: str, approval_id: int) -> HttpResponse:
    """Other words, by their author; its files stay."""
    found = _of(person, slug, number, approval_id)
    newest = asking.newest(found)
    ticket = get_ticket(person, slug, number)
    initial = {
        "to": write_addresses([(name, address) for name, address in newest.to]),
        "text": newest.text,
        "cc": write_addresses([(name, address) for name, address in newest.cc]),
        "then": newest.then,
        "outcome": newest.outcome,
        "reason": newest.reason,
        "base_position": ticket.last_public_position,
    }
    form = DraftForm(posted(request), initial=initial)
    files = [File(one.filename, one.blob) for one in newest.files.select_related("blob").order_by("pk")]
    asked = Asked(
        _("Change the words"), _("Ask again"), _("Changed words are approved anew, from the first step."), "pencil"
    )
    answer = verb(
        request,
        person,
        ticket,
        form,
        asked,
        lambda: asking.reword(found, form.draft(files), by=member_of(person, ticket)),
        _("It waits for approval."),
    )
    if answer.status_code != 302:
        return answer
    return HttpResponseRedirect(reverse("desk:approval", args=[slug, number, found.pk]))


@serves_here
@require_POST
def withdrawal(request: HttpRequest, person: Person, slug: str, number: str, approval_id: int) -> HttpResponse:
    found = _of(person, slug, number, approval_id)
    return _did(request, found, lambda: asking.withdraw(found, by=member_of(person, found.ticket)), _("Withdrawn."))


@serves_here
@require_POST
def sending(request: HttpRequest, person: Person, slug: str, number: str, approval_id: int) -> HttpResponse:
    """What is approved and was held leaves, as approved; the page says up to where its author has read."""
    found = _of(person, slug, number, approval_id)
    upto = _whole(request.POST.get("base_position", ""))
    return _did(
        request, found, lambda: asking.send(found, by=member_of(person, found.ticket), base_position=upto), _("Sent.")
    )


def _whole(typed: str) -> int:
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 9 else 0
