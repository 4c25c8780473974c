"""What an organisation knows about who writes: whom it does not listen to, and which programs speak for people."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from sportello.foundation.tenancy.models import OrganisationModel, OwnedKey
from sportello.records.accounts.models import Membership

from .mailbox import Mailbox


class BlockedSender(OrganisationModel):
    """Mail from this address or domain is held back, never thrown away. A row is ended, not deleted: who blocked
    whom, why and for how long stays known."""

    #: `a@example.org`, or `example.org` with all that is under it; lower case.
    sender = models.CharField(max_length=320, db_collation="C")
    reason = models.CharField(max_length=300)
    blocked_by = OwnedKey(Membership, related_name="+")
    blocked_at = models.DateTimeField()
    #: Null: until somebody unblocks it.
    until = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = OwnedKey(Membership, related_name="+", null=True, blank=True)

    class Meta(OrganisationModel.Meta):
        constraints = [
            *OrganisationModel.Meta.constraints,
            models.UniqueConstraint(
                fields=["organisation", "sender"],
                condition=models.Q(ended_at__isnull=True),
                name="blocked_sender_once",
            ),
        ]
        indexes = [models.Index(fields=["organisation", "-blocked_at"], name="blocked_newest")]


class FormSender(OrganisationModel):
    """A program that speaks for people: a web form, a portal of others. Its mail is a customer's request whatever
    its headers say, and the customer is found where `customer_in` says."""

    class CustomerIn(models.TextChoices):
        REPLY_TO = "reply_to", _("in Reply-To")
        BODY = "body", _("in the text, on a line of its own")
        NOBODY = "nobody", _("nowhere: it names nobody")

    #: As of `BlockedSender`.
    sender = models.CharField(max_length=320, db_collation="C")
    #: Null: whichever mailbox it writes to.
    mailbox = OwnedKey(Mailbox, related_name="+", null=True, blank=True)
    customer_in = models.CharField(max_length=10, choices=CustomerIn.choices, default=CustomerIn.REPLY_TO)
    #: What stands before the address and before the name, where the form does not say "E-mail:" and "Nome:".
    address_label = models.CharField(max_length=60, blank=True)
    name_label = models.CharField(max_length=60, blank=True)
    added_by = OwnedKey(Membership, related_name="+", null=True, blank=True)
    added_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta(OrganisationModel.Meta):
        constraints = [
            *OrganisationModel.Meta.constraints,
            models.UniqueConstraint(
                fields=["organisation", "sender", "mailbox"],
                nulls_distinct=False,
                condition=models.Q(ended_at__isnull=True),
                name="form_sender_once",
            ),
        ]
