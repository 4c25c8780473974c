"""An organisation with what every ticket of it needs, looked up once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sportello.config.supervisor.trouble import Trouble
from sportello.foundation.files.actions import keep_all
from sportello.foundation.journal.reader import current_epoch
from sportello.foundation.tenancy import clock
from sportello.foundation.tenancy.models import Organisation
from sportello.records.accounts.models import Membership
from sportello.records.procedures.models import Kind, Procedure
from sportello.records.procedures.queries import NoticeText
from sportello.records.tickets.models import Ticket
from sportello.records.tickets.notices import required_moments
from sportello.records.tickets.prepared import Prepared
from sportello.service.backoffice.archive import filing, plan
from sportello.service.backoffice.models import Archive, FileClass
from sportello.service.channels.models import Mailbox
from sportello.service.routing.actions import Routed, team_for

#: The bytes of a mail of ours: what stands behind "the original message" of every mail of a load.
_RAW = (
    "From: Sportello <load@example.org>\r\nTo: Sportello <load@example.org>\r\nSubject: sportello load {n}\r\n"
    "Message-ID: <load.{n}@example.org>\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
    "Questo messaggio non è mai arrivato: lo ha scritto sportello load.\r\n"
    "This message never came in: sportello load wrote it.\r\n"
)
_RAW_MAILS = 16
MOMENTS = ("receipt", "closed")


@dataclass(frozen=True, eq=False)
class Way:
    """A kind of request by one door: who answers for it and under which rules."""

    kind: Kind
    procedure: Procedure
    routed: Routed
    mailbox: Mailbox
    file_class: FileClass
    members: tuple[Membership, ...]
    #: Notices the procedure asks for.
    required: frozenset[str]

    @property
    def is_complaint(self) -> bool:
        return bool(self.kind.family == Kind.Family.COMPLAINT)


@dataclass(frozen=True)
class Office:
    organisation: Organisation
    now: datetime
    epoch: int
    #: Of every kind by each mailbox and by the web form.
    by_mail: tuple[Way, ...]
    by_form: tuple[Way, ...]
    texts: dict[tuple[str, str], NoticeText]
    languages: tuple[str, ...]
    raw_ids: tuple[int, ...]
    prepared: Prepared

    def kept(self, way: Way, closed_at: datetime) -> tuple[int, date | None]:
        """Years the procedure asks for beyond the class, and the last day a ticket closed then is kept."""
        retention = way.procedure.defined.retention
        asked, own = retention.years if retention is not None else 0, way.file_class.years
        closed_on = clock.local(self.organisation, closed_at).date()
        return asked if own is not None and asked > own else 0, plan.keep_until(own and max(own, asked), closed_on)


def office_of(organisation: Organisation) -> Office:
    """Trouble, with a sentence, for an organisation that could not take a request either."""
    now = clock.now(organisation)
    prepared = Prepared(organisation)
    mailboxes = list(
        Mailbox.objects.filter(organisation=organisation, retired_at__isnull=True, channel=Mailbox.Channel.EMAIL)
        .select_related("team").order_by("-is_default", "pk")
    )  # fmt: skip
    kinds = list(Kind.objects.filter(organisation=organisation, retired_at__isnull=True).order_by("pk"))
    if not mailboxes or not kinds:
        raise Trouble(f"{organisation.slug} has no mailbox or no kind of request yet: set them up first.")
    members = _members(organisation)
    plan.ensure(organisation)

    def way(kind: Kind, mailbox: Mailbox, asked: Mailbox | None) -> Way:
        routed = team_for(organisation, kind, None, asked.team if asked else None)
        at_work = members.get(routed.team.pk) or [one for some in members.values() for one in some]
        if not at_work:
            raise Trouble(f"nobody works in {organisation.slug} yet: no ticket of it could be answered.")
        today = clock.local(organisation, now).date()
        procedure = prepared.procedure(kind, today)
        return Way(
            kind, procedure, routed, mailbox, plan.class_for(kind), tuple(dict.fromkeys(at_work)),
            frozenset(required_moments(Ticket(organisation=organisation, procedure=procedure))),
        )  # fmt: skip

    languages = tuple(dict.fromkeys(organisation.language_for(one) for one in ("it", "en")))
    return Office(
        organisation, now, current_epoch(),
        by_mail=tuple(way(kind, box, box) for kind in kinds for box in mailboxes),
        by_form=tuple(way(kind, mailboxes[0], None) for kind in kinds),
        texts={(moment, one): prepared.notice(moment, one) for moment in MOMENTS for one in languages},
        languages=languages,
        raw_ids=tuple(blob.pk for blob in keep_all(organisation, [_raw(n) for n in range(_RAW_MAILS)])),
        prepared=prepared,
    )  # fmt: skip


def _raw(n: int) -> bytes:
    return _RAW.format(n=n).encode()


def _members(organisation: Organisation) -> dict[int, list[Membership]]:
    """Who may answer, by team."""
    found: dict[int, list[Membership]] = {}
    at_work = Membership.objects.filter(
        organisation=organisation, ended_at__isnull=True, role__in=("operator", "supervisor", "specialist")
    )
    for member in at_work.select_related("user").prefetch_related("team_places").order_by("pk"):
        for place in member.team_places.all():
            found.setdefault(place.team_id, []).append(member)
    return found


def file_what_closed_before(organisation: Organisation) -> None:
    """Let the archive catch up first: it would else look at each loaded ticket one by one, though it is filed."""
    Archive.objects.get_or_create(organisation=organisation)
    for _ in range(1_000_000):
        if Archive.objects.filter(organisation=organisation, caught_up_at__isnull=False).exists():
            return
        if filing.catch_up() == 0:
            return
