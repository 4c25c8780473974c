"""Raw first: every message that was answered 250 has a row and its bytes before anything reads it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from sportello.foundation.files.models import Blob
from sportello.foundation.tenancy.models import HangingModel, OrganisationModel, OwnedKey
from sportello.records.tickets.models import Message

from .mailbox import Mailbox


class IncomingMail(HangingModel):
    """received = pending + ticketed + machine + quarantined + duplicate, always: `state` is exactly one of them."""

    class State(models.TextChoices):
        PENDING = "pending", _("To be read")
        TICKETED = "ticketed", _("On a ticket")
        MACHINE = "machine", _("Written by a machine")
        QUARANTINED = "quarantined", _("In quarantine")
        DUPLICATE = "duplicate", _("Duplicate")

    mailbox = OwnedKey(Mailbox, related_name="incoming", db_index=False)
    raw = OwnedKey(Blob, related_name="+")
    door = models.CharField(max_length=10)  # smtp, lmtp, pipe, imap
    #: MAIL FROM; `<>` is the null sender of reports, empty is "the door did not say".
    envelope_from = models.CharField(max_length=320, blank=True)
    envelope_to = models.CharField(max_length=320, blank=True)
    #: Who wrote and about what, once read: for lists and for counting, never for trusting.
    sender = models.CharField(max_length=320, blank=True, db_collation="C")
    subject = models.CharField(max_length=300, blank=True)
    #: The organisation's instant and the server's.
    received_at = models.DateTimeField()
    stored_at = models.DateTimeField()
    #: Older than the mailbox's cut-off: it keeps its date, starts nothing and sends nothing.
    is_archive = models.BooleanField(default=False)
    #: Who handed it to our own door, and by which name; empty: it came another way, or from our own network.
    peer = models.CharField(max_length=45, blank=True, default="")
    peer_name = models.CharField(max_length=255, blank=True, default="")
    #: What DKIM, SPF and DMARC say (`authenticity/`): `mailkit.authenticity.Authenticity.as_json`, empty when nobody
    #: says anything; null until it was looked at.
    authenticity = models.JSONField(null=True, blank=True)

    state = models.CharField(max_length=15, choices=State.choices, default=State.PENDING)
    #: Why it is where it is: a guard's code (loop, auto_submitted, too_large, blocked, unreadable, no_sender…).
    cause = models.CharField(max_length=40, blank=True)
    cause_facts = models.JSONField(default=dict)
    message = OwnedKey(Message, related_name="+", null=True, blank=True)
    duplicate_of = OwnedKey("self", related_name="+", null=True, blank=True, db_index=False)
    rfc_id = models.CharField(max_length=500, blank=True, db_collation="C")

    attempts = models.PositiveIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True, blank=True)
    error = models.TextField(blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    #: The colleague who released it from quarantine or set it aside.
    released_by_id = models.BigIntegerField(null=True, blank=True)

    class Meta(OrganisationModel.Meta):
        indexes = [
            # whom or what few rows name, for who takes that away
            models.Index(
                fields=["duplicate_of"], name="incoming_duplicate_of", condition=models.Q(duplicate_of__isnull=False)
            ),
            # what intake claims next
            models.Index(
                fields=["next_attempt_at", "id"], name="incoming_pending", condition=models.Q(state="pending")
            ),
            # the oldest of them first, without sorting the fifty thousand of a first import, which come last
            models.Index(
                fields=["is_archive", "id"], name="incoming_pending_first", condition=models.Q(state="pending")
            ),
            # the quarantine page
            models.Index(
                fields=["organisation", "-received_at"],
                name="incoming_quarantine",
                condition=models.Q(state="quarantined"),
            ),
            # has this mailbox seen this message
            models.Index(fields=["mailbox", "rfc_id"], name="incoming_by_id", condition=~models.Q(rfc_id="")),
            models.Index(fields=["mailbox", "raw"], name="incoming_by_raw"),
            # how much this sender wrote to this mailbox lately
            models.Index(
                fields=["mailbox", "sender", "-received_at"], name="incoming_by_sender", condition=~models.Q(sender="")
            ),
            # whose authenticity is still to be looked at
            models.Index(fields=["id"], name="incoming_to_check", condition=models.Q(authenticity__isnull=True)),
        ]
