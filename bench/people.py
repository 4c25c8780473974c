"""The people of the tests in an installation that was made before."""

from __future__ import annotations

from sportello.foundation.tenancy.models import Organisation
from sportello.records.accounts.models import Membership, User
from tests.cast import Cast


def cast_again() -> Cast:
    """As `tests.cast.assemble` made them."""
    users = {user.name.removesuffix(" Prova"): user for user in User.objects.filter(name__endswith=" Prova")}
    people = Cast(Organisation.objects.get(slug="borgo"), Organisation.objects.get(slug="bottega"), {}, users)
    for member in Membership.objects.select_related("organisation", "user"):
        people.members[f"{member.user.name.removesuffix(' Prova')}@{member.organisation.slug}"] = member
    return people
