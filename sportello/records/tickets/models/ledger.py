"""The ledger of notices: what the customer was owed to be told, when, and what became of it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from sportello.foundation.tenancy.models import HangingModel, OrganisationModel, OwnedKey
from sportello.records.accounts.models import Membership

from .message import Message
from .ticket import Ticket


class Notice(HangingModel):
    class State(models.TextChoices):
        DUE = "due", pgettext_lazy("notice", "Due")
        GIVEN = "given", _("Given")
        NO_WAY = "no_way", _("No way to reach them")

    class Party(models.TextChoices):
        CUSTOMER = "customer", _("the customer")
        THIRD_PARTY = "third_party", _("a third party concerned")

    ticket = OwnedKey(Ticket, on_delete=models.PROTECT, related_name="notices", db_index=False)
    #: receipt, taken, waiting, …: `NoticeTemplate.Moment`
    moment = models.CharField(max_length=20)
    state = models.CharField(max_length=10, choices=State.choices, default=State.DUE)
    due_at = models.DateTimeField()
    given_at = models.DateTimeField(null=True, blank=True)
    #: By which channel (email, webform: on screen, counter: on paper or in words).
    how = models.CharField(max_length=20, blank=True)
    message = OwnedKey(Message, related_name="+", null=True, blank=True)
    party = models.CharField(max_length=20, choices=Party.choices, default=Party.CUSTOMER)
    #: The third party's name; empty for the customer.
    party_name = models.CharField(max_length=300, blank=True)
    #: The procedure asks for it: the ticket is not closed while it is due.
    is_required = models.BooleanField(default=False)
    #: What a colleague wrote as proof of a notice given outside: a registered letter's number, a signed copy.
    #: The proof of what left by mail or PEC is its delivery.
    proof = models.CharField(max_length=300, blank=True)
    by_member = OwnedKey(Membership, related_name="+", null=True, blank=True, db_index=False)

    class Meta(OrganisationModel.Meta):
        indexes = [
            # whom or what few rows name, for who takes that away
            models.Index(fields=["by_member"], name="notice_by_member", condition=models.Q(by_member__isnull=False)),
            # the page of silent tickets: what is due and was not given
            models.Index(fields=["organisation", "due_at"], name="notice_due", condition=models.Q(state="due")),
            # the ledger of a ticket, and what is missing before it is closed
            models.Index(fields=["ticket", "id"], name="notice_of_ticket"),
        ]
