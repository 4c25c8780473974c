"""What every message of a batch asks about its organisation again: read once a batch, never kept longer.

A batch takes a second or two; who blocks a sender meanwhile is heard by the next one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from django.conf import settings
from django.db.models import Q

from sportello.foundation.tenancy.models import Organisation
from sportello.records.procedures.models import Kind
from sportello.records.procedures.queries import default_kind
from sportello.records.tickets.prepared import Prepared
from sportello.service.channels.email.addresses import addresses_of
from sportello.service.channels.models import BlockedSender, Collector, FormSender, IncomingMail, Mailbox
from sportello.service.routing.actions import Routed, team_for

from .senders import patterns_of

#: Numbers of tickets that are taken while hundreds of messages wait, by organisation and year.
_TAKEN: dict[int, dict[int, list[int]]] = {}
#: Who has their mailbox with a provider shares its domain with strangers.
_PROVIDERS = frozenset({
    "gmail.com", "googlemail.com", "outlook.com", "outlook.it", "hotmail.com", "hotmail.it", "live.it", "live.com",
    "yahoo.com", "yahoo.it", "libero.it", "virgilio.it", "tiscali.it", "alice.it", "tim.it", "tin.it", "icloud.com",
    "aruba.it", "pec.it", "legalmail.it", "postecert.it",
})  # fmt: skip


@dataclass
class Desk:
    """One organisation as intake knows it in this batch."""

    organisation: Organisation
    _routed: dict[tuple[int, int | None], Routed] = field(default_factory=dict)

    @cached_property
    def mailboxes(self) -> dict[int, Mailbox]:
        """Also retired ones: what came while they were in use is still read."""
        found = Mailbox.objects.filter(organisation=self.organisation).select_related("team", "kind")
        return {mailbox.pk: mailbox for mailbox in found}

    def mailbox(self, mailbox_id: int) -> Mailbox:
        """One of them; one that was added while the batch runs is read anew."""
        if mailbox_id not in self.mailboxes:
            self.__dict__.pop("mailboxes")
            self.__dict__.pop("ours", None)
        return self.mailboxes[mailbox_id]

    @cached_property
    def prepared(self) -> Prepared:
        """What every ticket it opens asks."""
        return Prepared(self.organisation, _TAKEN.setdefault(self.organisation.pk, {}))

    @cached_property
    def ours(self) -> frozenset[str]:
        """Every address the organisation has or had, lower case."""
        return addresses_of(self.mailboxes.values())

    @cached_property
    def _believed(self) -> dict[int, str]:
        named = Collector.objects.filter(organisation=self.organisation).exclude(trusted_host="")
        return dict(named.values_list("mailbox_id", "trusted_host"))

    def believed_host(self, mailbox_id: int) -> str:
        """Whose Authentication-Results count in a mailbox; empty: nobody's."""
        return self._believed.get(mailbox_id, "") or str(settings.MAIL_BELIEVES)

    @cached_property
    def domains(self) -> frozenset[str]:
        """Domains that are the organisation's own: its programs may speak for its customers."""
        return frozenset(address.rpartition("@")[2] for address in self.ours) - _PROVIDERS

    @cached_property
    def default_kind(self) -> Kind:
        return default_kind(self.organisation)

    @cached_property
    def _blocks_somebody(self) -> bool:
        return BlockedSender.objects.filter(organisation=self.organisation, ended_at__isnull=True).exists()

    @cached_property
    def _forms(self) -> list[FormSender]:
        found = FormSender.objects.filter(organisation=self.organisation, ended_at__isnull=True)
        # a rule of one mailbox before those of all
        return sorted(found, key=lambda one: (one.mailbox_id is None, -len(one.sender)))

    def blocked_by(self, sender: str, at: object) -> str:
        """The pattern that blocks `sender` (normal form) at this instant, or empty."""
        patterns = patterns_of(sender) if sender and self._blocks_somebody else ()
        if not patterns:
            return ""
        lasting = Q(until__isnull=True) | Q(until__gt=at)
        active = BlockedSender.objects.filter(
            lasting, organisation=self.organisation, ended_at__isnull=True, blocked_at__lte=at, sender__in=patterns
        )
        return next(iter(active.values_list("sender", flat=True)[:1]), "")

    def form_of(self, sender: str, mailbox_id: int) -> FormSender | None:
        """The rule that says that this sender speaks for customers."""
        patterns = set(patterns_of(sender)) if sender and self._forms else set()
        return next(
            (one for one in self._forms if one.sender in patterns and one.mailbox_id in (None, mailbox_id)), None
        )

    def route(self, mailbox: Mailbox) -> tuple[Kind, Routed]:
        """What is asked by a mailbox, and who answers."""
        kind = mailbox.kind or self.default_kind
        key = (kind.pk, mailbox.team_id)
        if key not in self._routed:
            self._routed[key] = team_for(self.organisation, kind, asked=mailbox.team)
        return kind, self._routed[key]


class Known:
    """The desks of a batch."""

    def __init__(self) -> None:
        self._desks: dict[int, Desk] = {}

    def desk(self, organisation_id: int) -> Desk:
        if organisation_id not in self._desks:
            self._desks[organisation_id] = Desk(Organisation.objects.get(pk=organisation_id))
        return self._desks[organisation_id]

    def seat(self, row: IncomingMail) -> Desk:
        """The desk of a message, whose organisation and mailbox are put on its row."""
        desk = self.desk(row.organisation_id)
        row.organisation, row.mailbox = desk.organisation, desk.mailbox(row.mailbox_id)
        return desk

    def more_wait(self, *, many: bool) -> None:
        """Whether as many as were just settled may follow at once: then their numbers are taken ahead, outside of the
        transaction that opens them. Where not, what was taken and not used is left out, so that numbers follow time."""
        if not many:
            for taken in _TAKEN.values():
                taken.clear()
            return
        for desk in self._desks.values():
            desk.prepared.take_ahead()

    def forget(self) -> None:
        """A transaction was undone, and rows read in it may be gone. So may the counter from which numbers were taken
        ahead, whose commit nobody waited for: where the database went away, others may be given the same numbers."""
        self._desks.clear()
        for taken in _TAKEN.values():
            taken.clear()
