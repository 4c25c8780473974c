"""Founding the demo: organisations, colleagues, service sheets, saved replies, articles."""

from __future__ import annotations

from datetime import timedelta

from sportello.config.day.known import tell_what_is_known
from sportello.config.day.organisations import COLLEAGUES, OFFICES, PASSWORD, REPLIES, SHEETS, SHOP, TOWN, Colleague
from sportello.config.founding import found
from sportello.foundation.journal.actor import SYSTEM
from sportello.foundation.tenancy import clock
from sportello.foundation.tenancy.models import Organisation
from sportello.records.accounts.models import Membership, Team, TeamMembership, User
from sportello.records.knowledge.models import SavedReply, SavedReplyText, ServiceSheet, ServiceSheetText
from sportello.service.backoffice.forms import publishing
from sportello.service.backoffice.offices.setting_up import Plan
from sportello.service.backoffice.offices.setting_up import add as add_office


def found_demo() -> list[Organisation]:
    """Both organisations with everything but requests. Each only once: one that is there is left as it is."""
    made = []
    for plan in (TOWN, SHOP):
        if Organisation.objects.filter(slug=plan.slug).exists():
            continue
        organisation = found(plan)
        _sheets(organisation)
        _replies(organisation)
        _offices(organisation)
        made.append(organisation)
    for colleague in COLLEAGUES:
        _colleague(colleague)
    for organisation in made:
        tell_what_is_known(organisation)
        _forms(organisation)
    return made


def _colleague(colleague: Colleague) -> None:
    if User.objects.filter(email=colleague.email).exists():
        return
    user = User.objects.create_user(
        colleague.email,
        PASSWORD,
        name=colleague.name,
        language=colleague.language,
        runs_installation=colleague.runs_installation,
    )
    for slug, role, teams in colleague.places:
        organisation = Organisation.objects.get(slug=slug)
        member = Membership.objects.create(
            organisation=organisation, user=user, role=role, began_at=clock.now(organisation) - timedelta(days=400)
        )
        for team in Team.objects.filter(organisation=organisation, slug__in=teams):
            TeamMembership.objects.create(organisation=organisation, membership=member, team=team)


def _sheets(organisation: Organisation) -> None:
    for position, (slug, team, texts) in enumerate(SHEETS[organisation.slug]):
        sheet = ServiceSheet.objects.create(
            organisation=organisation,
            slug=slug,
            position=position,
            team=Team.objects.get(organisation=organisation, slug=team),
        )
        for language, (title, summary, body, documents, cost, times) in texts.items():
            ServiceSheetText.objects.create(
                organisation=organisation,
                sheet=sheet,
                language=language,
                title=title,
                summary=summary,
                body=body,
                documents_needed=documents,
                cost=cost,
                times=times,
                reviewed_at=clock.now(organisation),
            )


def _forms(organisation: Organisation) -> None:
    """The ready-made forms, looked at and published by who sets up; a shop asks for none of them."""
    if organisation.sector != Organisation.Sector.PUBLIC_BODY:
        return
    member = Membership.objects.filter(organisation=organisation, role=Membership.Role.ADMINISTRATOR).first()
    if member is not None:
        for form in publishing.bring_in(organisation, member, publishing.shipped(organisation)):
            publishing.publish(form, member)


def _offices(organisation: Organisation) -> None:
    """Whom the desk may ask: a team inside, an office or firm outside."""
    for plan in OFFICES[organisation.slug]:
        name, competence, team, address, days = plan
        inside = Team.objects.filter(organisation=organisation, slug=team).first() if team else None
        channel = "inside" if inside else "email"
        add_office(organisation, Plan(name, channel, competence, inside, address, days=days), SYSTEM)


def _replies(organisation: Organisation) -> None:
    for slug, team, texts in REPLIES[organisation.slug]:
        reply = SavedReply.objects.create(
            organisation=organisation, slug=slug, team=Team.objects.filter(organisation=organisation, slug=team).first()
        )
        for language, (title, body) in texts.items():
            SavedReplyText.objects.create(
                organisation=organisation, reply=reply, language=language, title=title, body=body
            )
