"""What every message of a batch asks about its organisation again: read once, and kept while nothing of it changes.

The mark of the organisation's set-up (`tenancy/set_up.py`) comes with the rows a batch begins with, so that what
changed before, in whatever process, counts for it. A batch takes a second or two; who blocks a sender meanwhile is
heard by the next one.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from functools import cached_property
from uuid import UUID

from django.conf import settings
from django.db.models import Q

from sportello.foundation.tenancy.models import Organisation
from sportello.records.procedures.models import Kind
from sportello.records.procedures.queries import default_kind
from sportello.records.tickets.prepared import Prepared
from sportello.service.channels.email.addresses import addresses_of
from sportello.service.channels.mailkit.record import MailRecord
from sportello.service.channels.models import BlockedSender, Collector, FormSender, IncomingMail, Mailbox
from sportello.service.routing.actions import Routed, team_for

from .senders import patterns_of

#: Desks of this thread, which alone settles with them, by organisation.
_KEPT = threading.local()
_MOST_KEPT = 1_000
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
    """One organisation as intake knows it. What it has read is kept by the process; nobody changes it."""

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
        #: Messages that are parsed and wait for what becomes of an earlier one, by row: the next round has them again.
        self.read: dict[int, MailRecord] = {}

    def keep_read(self, waiting: set[int]) -> None:
        """Of what was parsed, only what waits."""
        self.read = {row_id: record for row_id, record in self.read.items() if row_id in waiting}

    def desk(self, organisation_id: int, mark: UUID | None = None) -> Desk:
        """`mark` of its set-up, read in this transaction; without one the desk is made anew for this batch."""
        if organisation_id not in self._desks:
            self._desks[organisation_id] = _kept(organisation_id, mark)
        return self._desks[organisation_id]

    def seat(self, row: IncomingMail) -> Desk:
        """The desk of a message, whose organisation and mailbox are put on its row."""
        desk = self.desk(row.organisation_id, row.__dict__.get("set_up"))
        row.organisation, row.mailbox = desk.organisation, desk.mailbox(row.mailbox_id)
        return desk

    def more_wait(self, *, many: bool) -> None:
        """Whether as many as were just settled may follow at once: then their numbers are taken ahead, outside of the
        transaction that opens them. Where not, what was taken and not used is left out, so that numbers follow time."""
        if not many:
            for taken in _TAKEN.values():
                taken.clear()
        for desk in self._desks.values():
            if many:
                desk.prepared.take_ahead()
            else:
                desk.prepared.forget_used()

    def forget(self) -> None:
        """A transaction was undone, and rows read in it may be gone. So may the counter from which numbers were taken
        ahead, whose commit nobody waited for: where the database went away, others may be given the same numbers."""
        self._desks.clear()
        self.read.clear()
        _KEPT.__dict__.clear()
        for taken in _TAKEN.values():
            taken.clear()


def _kept(organisation_id: int, mark: UUID | None) -> Desk:
    """The desk of an earlier batch where nothing has changed since. Its mark is read before anything it knows, so that
    it is never the younger of the two."""
    desks: dict[int, Desk] = _KEPT.__dict__.setdefault("desks", {})
    known = desks.get(organisation_id)
    if known is not None and mark is not None and known.organisation.set_up == mark:
        return known
    fresh = Desk(Organisation.objects.get(pk=organisation_id))
    if len(desks) >= _MOST_KEPT:
        desks.clear()
    desks[organisation_id] = fresh
    return fresh
