"""Organisations and people for the tests of accounts and customers; nothing else of the product is needed."""

from django.core.mail.backends.base import BaseEmailBackend

from sportello.foundation.tenancy import clock
from sportello.foundation.tenancy.models import Organisation
from sportello.records.accounts.models import Membership, Team, TeamMembership, User

PASSWORD = "una lunga frase"


class NoServer(BaseEmailBackend):
    def send_messages(self, email_messages):
        raise OSError("no server")


def town(slug="comune", sort="live", name=""):
    return Organisation.objects.create(slug=slug, name=name or f"Comune di {slug.title()}", sort=sort,
                                       languages=["it", "en"])


def team(organisation, slug="urp"):
    return Team.objects.create(organisation=organisation, slug=slug, names={"it": slug.upper(), "en": slug.upper()})


def user(name="Anna Bianchi", **fields):
    first = name.split()[0].lower()
    return User.objects.create_user(f"{first}@desk.example", PASSWORD, name=name, **fields)


def employ(who, organisation, role="operator", teams=()):
    membership = Membership.objects.create(organisation=organisation, user=who, role=role,
                                           began_at=clock.now(organisation))
    for one in teams:
        TeamMembership.objects.create(organisation=organisation, membership=membership, team=one)
    return membership
