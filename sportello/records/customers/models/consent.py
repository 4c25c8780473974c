"""What a customer agreed to, for what, when and how we know (GDPR art. 7(1): we must be able to show it)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from sportello.foundation.tenancy.models import OrganisationModel, OwnedKey

from .customer import Customer


class Consent(OrganisationModel):
    """Withdrawn, never deleted. Answering a request needs none: it rests on the task or the contract."""

    class Purpose(models.TextChoices):
        NEWS = "news", _("News about services")
        SURVEY = "survey", _("Surveys on our work")
        MARKETING = "marketing", _("Offers")
        PROFILING = "profiling", _("Offers by habits")
        RECORDING = "recording", _("Recording of calls")
        SHARING = "sharing", _("Passing data to others")

    class Source(models.TextChoices):
        COUNTER = "counter", _("Signed at the counter")
        PHONE = "phone", _("Said on the phone")
        FORM = "webform", _("Web form")
        MAIL = "email", _("E-mail")
        LETTER = "letter", _("Letter")
        IMPORT = "import", _("Imported list")

    customer = OwnedKey(Customer, on_delete=models.PROTECT, related_name="consents")
    purpose = models.CharField(max_length=20, choices=Purpose.choices)
    source = models.CharField(max_length=20, choices=Source.choices)
    #: What exactly, or where it is kept: "form 12/2026, binder 4".
    about = models.CharField(max_length=300, blank=True)
    given_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    recorded_at = models.DateTimeField()

    class Meta(OrganisationModel.Meta):
        constraints = [
            *OrganisationModel.Meta.constraints,
            models.UniqueConstraint(
                fields=["customer", "purpose"], condition=models.Q(withdrawn_at__isnull=True),
                name="consent_in_force_once",
            ),
        ]
