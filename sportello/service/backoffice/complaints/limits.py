"""Up to how much somebody may grant by themselves on one complaint, in cents."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from sportello.foundation.core.errors import NotAllowed, Refusal
from sportello.foundation.journal.actions import record
from sportello.foundation.journal.actor import person
from sportello.foundation.tenancy import clock
from sportello.foundation.tenancy.models import Organisation
from sportello.records.accounts.models import Membership

from ..models import OfferedRemedy, RemedyLimit

_ROLE = Membership.Role
#: Until an office sets its own: whoever answers for others decides, nobody else spends.
DEFAULTS: dict[str, int | None] = {_ROLE.SUPERVISOR: None, _ROLE.OPERATOR: 0, _ROLE.SPECIALIST: 0}


@dataclass(frozen=True)
class Limit:
    """`amount` in cents; None: without limit."""

    amount: int | None

    def suffices(self, cost: int) -> bool:
        return self.amount is None or cost <= self.amount


def limit_of(member: Membership, sort: str) -> Limit:
    """A person's own goes before their role's, a sort's own before every sort's; one query."""
    rows = RemedyLimit.objects.filter(
        Q(member=member) | Q(role=member.role), organisation_id=member.organisation_id, sort__in=("", sort)
    ).order_by("-id")
    newest: dict[tuple[bool, bool], RemedyLimit] = {}
    for row in rows:
        newest.setdefault((row.member_id is not None, bool(row.sort)), row)
    for key in ((True, True), (True, False), (False, True), (False, False)):
        if key in newest:
            return Limit(newest[key].amount)
    return Limit(DEFAULTS.get(member.role, 0))


def in_force(organisation: Organisation) -> list[RemedyLimit]:
    """The newest of each bearer and sort, as the page of limits shows them."""
    rows = (
        RemedyLimit.objects.filter(organisation=organisation)
        .order_by("role", "member_id", "sort", "-id").distinct("role", "member_id", "sort")
        .select_related("member__user", "set_by__user")
    )
    return list(rows)


def set_limit(
    organisation: Organisation, *, by: Membership, amount: int | None, role: str = "", member: Membership | None = None,
    sort: str = "",
) -> RemedyLimit:
    """A new row for a role or a person; the old one stays in view. Nobody sets their own."""
    if bool(role) == (member is not None):
        raise Refusal(_("Choose a role or a person, not both."), field="member")
    if role and role not in DEFAULTS:
        raise Refusal(_("This role grants nothing."), field="role")
    if sort and sort not in OfferedRemedy.Sort.values:
        raise Refusal(_("Choose a remedy from the list."), field="sort")
    if member is not None and (member.organisation_id != organisation.pk or not member.is_active):
        raise Refusal(_("This colleague does not work there. Choose another."), field="member")
    if (member is not None and member.pk == by.pk) or role == by.role:
        raise NotAllowed(_("Nobody sets their own limit: ask who sets the organisation up."))
    instant = clock.now(organisation)
    with transaction.atomic():
        row = RemedyLimit.objects.create(
            organisation=organisation, role=role, member=member, sort=sort, amount=amount, set_at=instant, set_by=by
        )
        record(organisation, "remedy_limit.set", row, person(by.user_id), at=instant,
               role=role, member_id=member.pk if member else None, sort=sort, amount=amount)
    return row
