"""The tenant: a public body, a shop, a client of a call centre."""

from __future__ import annotations

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from sportello.foundation.core.fields import check_texts
from sportello.foundation.core.questions import loaded


class Organisation(models.Model):
    """One tenant. Every business row belongs to exactly one, and no row can point into another."""

    class Sort(models.TextChoices):
        LIVE = "live", _("Live")
        PRACTICE = "practice", _("Practice")

    class Sector(models.TextChoices):
        PUBLIC_BODY = "public_body", _("Public body")
        SHOP = "shop", _("Shop")
        CALL_CENTRE = "call_centre", _("Call centre")

    slug = models.CharField(
        max_length=40,
        unique=True,
        validators=[RegexValidator(r"^[a-z][a-z0-9-]*$")],
        help_text="In every address; never changed once letters carry it.",
    )
    name = models.CharField(max_length=200)
    sort = models.CharField(max_length=20, choices=Sort.choices, default=Sort.LIVE)
    sector = models.CharField(max_length=20, choices=Sector.choices, default=Sector.PUBLIC_BODY)
    timezone = models.CharField(max_length=60, default="Europe/Rome")
    #: Languages of the organisation, of equal rank; the first is used where nobody chose.
    languages = models.JSONField(default=list)
    accent = models.CharField(max_length=7, default="#0066cc", validators=[RegexValidator(r"^#[0-9a-f]{6}$")])
    #: `{language: text}`: what the portal says about the use of personal data, before anything is sent.
    privacy_notice = models.JSONField(default=dict, blank=True, validators=[check_texts])
    #: `{language: text}`: address, phone, hours: the foot of portal and paper.
    contact_lines = models.JSONField(default=dict, blank=True)
    #: The line above the name on the portal: the region, the group a company belongs to.
    owner_line = models.CharField(max_length=200, blank=True, default="")
    #: `[{"names": {language: text}, "url": "https://…"}]`: what a body owes at the foot of every page, in its order.
    footer_links = models.JSONField(default=list, blank=True)
    #: A closed ticket opens again when its customer writes within so many days, later they open a new one that follows
    #: it; null: as the procedure of each says (30 days, unless it says otherwise).
    reopen_days = models.PositiveSmallIntegerField(null=True, blank=True)
    #: The organisation's clock is the server's moved by this many seconds (see `tenancy.clock`).
    clock_offset_seconds = models.BigIntegerField(default=0)
    #: Another one after every change of what it is set up as; the database sets it (see `tenancy.set_up`).
    set_up = models.UUIDField(null=True, blank=True, editable=False)

    from_db = classmethod(loaded)  # type: ignore[assignment, var-annotated]  # the stubs are of a later Django

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(slug__regex=r"^[a-z][a-z0-9-]*$"), name="organisation_slug_form"),
        ]

    def __str__(self) -> str:
        return self.slug

    @property
    def first_language(self) -> str:
        return str(self.languages[0]) if self.languages else "it"

    def language_for(self, wanted: str | None) -> str:
        """The language to write to someone in: theirs if this organisation has it, else its first."""
        if wanted and wanted in self.languages:
            return wanted
        return self.first_language
