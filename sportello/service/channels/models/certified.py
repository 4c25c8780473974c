"""What is certified about a message of a PEC box: the envelope it came in, or the receipt it is.

Evidence: the row repeats what the provider's daticert.xml said, the bytes are those of the incoming mail.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from sportello.foundation.files.models import Blob
from sportello.foundation.tenancy.models import OrganisationModel, OwnedKey, OwnedOneToOne

from .dispatch import Delivery, Dispatch
from .incoming import IncomingMail


class CertifiedMail(OrganisationModel):
    class Signature(models.TextChoices):
        VALID = "valid", _("Signature valid")
        NOT_CHECKED = "not_checked", _("Signature not checked")
        UNTRUSTED = "untrusted", _("Signed by nobody we trust")
        BROKEN = "broken", _("Signature broken")
        MISSING = "missing", _("Not signed")

    class Bound(models.TextChoices):
        NOT = "", _("to nothing we sent")
        BY_MSGID = "msgid", _("by the identifier in its data")
        BY_HEADER = "header", _("by the identifier in its header")
        BY_IDENTIFIER = "identifier", _("by the provider's number")

    mail = OwnedOneToOne(IncomingMail, on_delete=models.PROTECT, related_name="certified")
    #: `posta-certificata`, `anomalia`, `accettazione`, `avvenuta-consegna`…; an unknown kind as written.
    kind = models.CharField(max_length=60)
    #: The provider's code (`no-dest`, `virus`…); `daticert_missing` and `daticert_malformed` are ours.
    error = models.CharField(max_length=60, blank=True)
    error_text = models.TextField(blank=True)
    sender = models.CharField(max_length=320, blank=True)
    subject = models.CharField(max_length=500, blank=True)
    issuer = models.CharField(max_length=200, blank=True)
    #: The provider's number of the message, the same in all receipts about it.
    identifier = models.CharField(max_length=500, blank=True, db_collation="C")
    #: Message-ID of the message it is about.
    msgid = models.CharField(max_length=500, blank=True, db_collation="C")
    #: `completa`, `breve`, `sintetica`: how much a receipt of delivery brings back.
    receipt_form = models.CharField(max_length=20, blank=True)
    #: The recipient a receipt is about; empty: all.
    about = models.CharField(max_length=320, blank=True, db_collation="C")
    #: The legal instant, as certified; null where the data could not be read.
    certified_at = models.DateTimeField(null=True, blank=True)
    signature = models.CharField(max_length=12, choices=Signature.choices)
    #: `{"signer": …, "issuer": …, "code": …}`
    signature_facts = models.JSONField(default=dict)
    bound = models.CharField(max_length=12, choices=Bound.choices, blank=True, default=Bound.NOT)
    dispatch = OwnedKey(Dispatch, related_name="certified", null=True, blank=True)
    delivery = OwnedKey(Delivery, related_name="+", null=True, blank=True)

    class Meta(OrganisationModel.Meta):
        indexes = [
            # the same receipt sent twice; a reply that names the provider's number
            models.Index(
                fields=["organisation", "identifier"], name="certified_by_number", condition=~models.Q(identifier="")
            ),
        ]

    @property
    def brings_doubt(self) -> bool:
        """Whether its proof is weaker than it should be."""
        return self.signature not in (self.Signature.VALID, self.Signature.NOT_CHECKED)


class CertifiedLetter(OrganisationModel):
    """The bytes of an answer as they were handed to the PEC provider: what the proof is about."""

    dispatch = OwnedOneToOne(Dispatch, on_delete=models.PROTECT, related_name="certified_letter")
    raw = OwnedKey(Blob, related_name="+")
    handed_at = models.DateTimeField()


class CertifiedOutcome(OrganisationModel):
    """What receipts proved about one recipient, each with its legal instant; null: not proved (yet).

    Written once each, in whatever order receipts arrive; `Delivery.state` follows, and never goes back.
    """

    delivery = OwnedOneToOne(Delivery, on_delete=models.PROTECT, related_name="certified")
    accepted_at = models.DateTimeField(null=True, blank=True)
    #: Not delivered within 12 hours, within 24 hours: in doubt.
    warned_at = models.DateTimeField(null=True, blank=True)
    warned_again_at = models.DateTimeField(null=True, blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)
    failed_at = models.DateTimeField(null=True, blank=True)

    @property
    def in_doubt(self) -> bool:
        """Warned about, and neither delivered nor failed since."""
        return self.warned_at is not None and self.delivered_at is None and self.failed_at is None
