"""The fixed people of every test, each with a role, so that a test says "Bruno may not".

Two organisations: the municipality of Borgo Lieto (`borgo`) and the shop Bottega Chiara (`bottega`).

    Anna      operator in Borgo, front office team
    Bruno     operator in Borgo, taxes team
    Carla     supervisor in Borgo, front office team
    Dario     specialist in Borgo, taxes team: sees his team's tickets only
    Elena     administrator in Borgo: sets up, reads no tickets
    Fabio     trainee, Gina assessor in Borgo: nothing in a live organisation
    Hugo      operator in the shop AND in Borgo (front office): one person in both
    Irene     supervisor in the shop
    Leo       left Borgo last month
    Root      runs the installation; reads no tickets
    Maria Popescu and John Baker are customers.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.hashers import make_password

from sportello.config.founding import KindPlan, MailboxPlan, Plan, found
from sportello.foundation.journal import actor
from sportello.foundation.tenancy import clock
from sportello.foundation.tenancy.models import Organisation
from sportello.records.accounts.models import Membership, Team, TeamMembership, User
from sportello.records.accounts.people import Person, person_for
from sportello.records.procedures.models import Kind
from sportello.records.tickets.actions.opening import Opened, Opening, open_ticket
from sportello.records.tickets.models import Ticket
from sportello.records.tickets.words import Words
from sportello.service.routing.actions import team_for

PASSWORD = "una-frase-lunga-9"

HOURS = {
    "timezone": "Europe/Rome",
    "hours": {day: [["08:30", "13:00"], ["14:30", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")},
    "holidays": [],
    "special": {},
    "always": False,
}

BORGO = Plan(
    slug="borgo",
    name="Comune di Borgo Lieto",
    sector=Organisation.Sector.PUBLIC_BODY,
    teams={"front": {"it": "Sportello", "en": "Front office"}, "taxes": {"it": "Tributi", "en": "Taxes"}},
    kinds=(
        KindPlan("information", {"it": "Informazione", "en": "Information"}, "information", "front", 30),
        KindPlan(
            "complaint", {"it": "Reclamo", "en": "Complaint"}, "complaint", "taxes", 30, source="Carta dei servizi"
        ),
    ),
    mailboxes=(
        MailboxPlan("urp@borgo.test", "URP Borgo Lieto", is_default=True),
        MailboxPlan("tributi@borgo.test", "Tributi Borgo Lieto", team="taxes"),
    ),
    calendar=HOURS,
    privacy_notice={"it": "Usiamo i dati per rispondere.", "en": "We use the data to answer."},
)
BOTTEGA = Plan(
    slug="bottega",
    name="Bottega Chiara",
    sector=Organisation.Sector.SHOP,
    teams={"care": {"it": "Assistenza", "en": "Customer care"}},
    kinds=(KindPlan("order", {"it": "Ordine", "en": "Order"}, "service", "care", 14),),
    mailboxes=(MailboxPlan("aiuto@bottega.test", "Bottega Chiara", is_default=True),),
    calendar=HOURS,
    privacy_notice={"it": "Usiamo i dati per rispondere.", "en": "We use the data to answer."},
)


#: 25 November 2026, by the wall in Rome.
NOON = datetime(2026, 11, 25, 11, tzinfo=UTC)


@dataclass
class Cast:
    borgo: Organisation
    bottega: Organisation
    members: dict[str, Membership]
    users: dict[str, User]

    def at_noon(self) -> None:
        """From now on it is noon in Borgo, a Wednesday: for what counts in days, which near midnight, on a holiday or where
        the clocks change would be another one."""
        clock.move_to(self.borgo, NOON)

    def person(self, name: str) -> Person:
        """The person as the screens see them now."""
        return person_for(User.objects.get(pk=self.users[name].pk))

    def member(self, name: str, organisation: Organisation | None = None) -> Membership:
        return self.members[f"{name}@{(organisation or self.borgo).slug}"]

    def team(self, slug: str) -> Team:
        return Team.objects.get(slug=slug)

    def ticket(
        self,
        subject: str = "Mensa: addebito doppio",
        *,
        address: str = "maria@example.org",
        kind: str = "information",
        organisation: Organisation | None = None,
        text: str = "",
        **extra: object,
    ) -> Ticket:
        """A ticket Maria opened by mail."""
        return self.opened(subject, address=address, kind=kind, organisation=organisation, text=text, **extra).ticket

    def opened(
        self,
        subject: str = "Mensa: addebito doppio",
        *,
        address: str = "maria@example.org",
        name: str = "Maria Popescu",
        kind: str = "information",
        organisation: Organisation | None = None,
        text: str = "",
        channel: str = "email",
        **extra: object,
    ) -> Opened:
        from sportello.records.customers.actions.registering import find_or_add

        where = organisation or self.borgo
        wanted = Kind.objects.filter(organisation=where, slug=kind).first() or Kind.objects.get(
            organisation=where, is_default=True
        )
        routed = team_for(where, wanted)
        customer = find_or_add(
            where, name=name, identities=[("email", address)] if address else [], language="it", actor=actor.MACHINE
        )
        words = Words(
            text=text or f"Buongiorno, scrivo per: {subject}.",
            subject=subject,
            sender_name=name,
            sender_address=address,
            language="it",
        )
        return open_ticket(
            where,
            Opening(
                kind=wanted,
                team=routed.team,
                route=(routed.code, routed.facts),
                channel=channel,
                subject=subject,
                language="it",
                customer=customer,
                words=words,
                address=address,
                **extra,
            ),
            actor.customer(customer.pk),
        )


@pytest.fixture
def cast(db: None) -> Cast:
    return assemble()


#: Who works where, as what, in which teams.
_ROLE = Membership.Role
_MEMBERS = (
    ("Anna", "borgo", _ROLE.OPERATOR, "front"),
    ("Bruno", "borgo", _ROLE.OPERATOR, "taxes"),
    ("Carla", "borgo", _ROLE.SUPERVISOR, "front"),
    ("Dario", "borgo", _ROLE.SPECIALIST, "taxes"),
    ("Elena", "borgo", _ROLE.ADMINISTRATOR, ""),
    ("Fabio", "borgo", _ROLE.TRAINEE, "front"),
    ("Gina", "borgo", _ROLE.ASSESSOR, ""),
    ("Hugo", "bottega", _ROLE.OPERATOR, "care"),
    ("Hugo", "borgo", _ROLE.OPERATOR, "front"),
    ("Irene", "bottega", _ROLE.SUPERVISOR, "care"),
    ("Leo", "borgo", _ROLE.OPERATOR, "front"),
)


def assemble() -> Cast:
    """Both organisations and everybody, in the current database; most tests begin with it, so in few statements."""
    people = Cast(found(BORGO), found(BOTTEGA), {}, {})
    here = {one.slug: one for one in (people.borgo, people.bottega)}
    began = {slug: clock.now(one) - timedelta(days=100) for slug, one in here.items()}
    names = dict.fromkeys(name for name, *_rest in _MEMBERS)
    password = make_password(PASSWORD)
    users = [_user(name, password) for name in names] + [_user("Root", password, runs_installation=True)]
    people.users.update(zip([*names, "Root"], User.objects.bulk_create(users), strict=True))
    members = Membership.objects.bulk_create(
        Membership(organisation=here[slug], user=people.users[name], role=role, began_at=began[slug])
        for name, slug, role, _team in _MEMBERS
    )
    people.members.update({f"{name}@{slug}": one for (name, slug, *_rest), one in zip(_MEMBERS, members, strict=True)})
    teams = {team.slug: team for team in Team.objects.filter(organisation__in=here.values())}
    TeamMembership.objects.bulk_create(
        TeamMembership(organisation=here[slug], membership=one, team=teams[team])
        for (_name, slug, _role, team), one in zip(_MEMBERS, members, strict=True) if team
    )
    Membership.objects.filter(pk=people.member("Leo").pk).update(ended_at=clock.now(people.borgo) - timedelta(days=30))
    return people


def _user(name: str, password: str, *, runs_installation: bool = False) -> User:
    return User(email=f"{name.lower()}@sportello.test", password=password, name=f"{name} Prova",
                language="it", runs_installation=runs_installation)
