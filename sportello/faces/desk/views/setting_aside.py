"""Putting a ticket aside and taking it back, its tags, and whom a note may name."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.html import format_html_join
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from sportello.records.accounts.guard import serves_here
from sportello.records.accounts.people import Person
from sportello.records.tickets import sleeping
from sportello.records.tickets.access import colleagues, get_ticket, sees
from sportello.records.tickets.actions import snoozing, tagging
from sportello.records.tickets.models import Tag, TicketTag

from ..forms.verbs import SnoozeForm, TagsForm
from ..sentences import exactly
from .answers import Asked, done, member_of, posted, verb
from .handling import asks

#: Suggestions while typing: the newest, more than anybody reads.
_SUGGESTED = 200
#: Of these to tick.
_OFFERED = 12


@serves_here
@asks
def snooze(request: HttpRequest, person: Person, slug: str, number: str) -> HttpResponse:
    ticket = get_ticket(person, slug, number)
    term = sleeping.limit(ticket)
    form = SnoozeForm(ticket, term.safe_at if term else None, posted(request))
    hint = _("It leaves the lists of what waits and comes back by itself; when the customer writes, at once.")
    if term is not None:
        words = {"term": str(term.get_kind_display()).lower(), "day": exactly(term.safe_at)}
        hint += " " + _("Not past “%(term)s”, which ends on %(day)s.") % words
    return verb(
        request, person, ticket, form,
        Asked(_("Put the ticket aside"), _("Put aside"), hint, "moon"),
        lambda: snoozing.snooze(
            ticket, by=member_of(person, ticket), until=form.until(), reason=form.cleaned_data["reason"]
        ),
        _("Put aside: it comes back by itself."),
    )  # fmt: skip


@serves_here
@require_POST
def waking(request: HttpRequest, person: Person, slug: str, number: str) -> HttpResponse:
    ticket = get_ticket(person, slug, number)
    snoozing.wake(ticket, by=member_of(person, ticket))
    return done(request, person, ticket, _("It is back in the lists."))


@serves_here
@asks
def tags(request: HttpRequest, person: Person, slug: str, number: str) -> HttpResponse:
    ticket = get_ticket(person, slug, number)
    there = TicketTag.objects.filter(ticket=ticket).order_by("pk").values_list("tag__name", flat=True)
    known = Tag.objects.filter(organisation=ticket.organisation).order_by("-pk").values_list("name", flat=True)
    suggested = list(known[:_SUGGESTED])
    form = TagsForm(list(there), suggested[:_OFFERED], posted(request))
    form.suggestions = suggested  # type: ignore[attr-defined]  # drawn beside the field by the verb's template
    return verb(
        request, person, ticket, form,
        Asked(_("Tags"), _("Keep these tags"), _("Only colleagues see them. Lists are filtered by them."), "bookmark"),
        lambda: tagging.set_tags(ticket, form.chosen(), by=member_of(person, ticket)),
        _("The tags were changed."),
    )  # fmt: skip


@serves_here
@require_GET
def tag_names(request: HttpRequest, person: Person) -> HttpResponse:
    """The tags of the organisations somebody serves in, as options of a field that suggests them."""
    here = [place.organisation.pk for place in person.serving]
    names = Tag.objects.filter(organisation__in=here).order_by("-pk").values_list("name", flat=True)[:_SUGGESTED]
    once = ((name,) for name in dict.fromkeys(names))
    return HttpResponse(format_html_join("", '<option value="{}"></option>', once))


@serves_here
@require_GET
def who_sees(request: HttpRequest, person: Person, slug: str, number: str) -> HttpResponse:
    """Names of the colleagues a note may name, for the field in which "@" offers them."""
    ticket = get_ticket(person, slug, number)
    me = member_of(person, ticket).pk
    names = [one.user.name for one in colleagues(ticket.organisation_id) if one.pk != me and sees(one, ticket)]
    return JsonResponse(names, safe=False)
