"""Fetching mail that waits in a mailbox of a provider: how, up to where, and what became of each message there."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from sportello.foundation.tenancy.models import OrganisationModel, OwnedKey, OwnedOneToOne

from .incoming import IncomingMail
from .mailbox import Mailbox


class Collector(OrganisationModel):
    """How a mailbox is read. A mailbox without one is fed by the listener or the pipe."""

    class Protocol(models.TextChoices):
        IMAP = "imap", "IMAP"
        POP3 = "pop3", "POP3"

    class Security(models.TextChoices):
        TLS = "tls", "TLS"
        STARTTLS = "starttls", "STARTTLS"
        NONE = "none", _("None: only inside one's own network")

    class Proof(models.TextChoices):
        PASSWORD = "password", _("Password")
        OAUTH2 = "oauth2", _("OAuth2")

    class Copy(models.TextChoices):
        LEAVE = "leave", _("Leave it as it is")
        MOVE = "move", _("Move it to another folder")
        DELETE = "delete", _("Delete it")

    mailbox = OwnedOneToOne(Mailbox, related_name="collector")
    #: False: paused by the administrator.
    is_on = models.BooleanField(default=True)
    protocol = models.CharField(max_length=4, choices=Protocol.choices, default=Protocol.IMAP)
    host = models.CharField(max_length=255)
    port = models.PositiveIntegerField(default=993)
    security = models.CharField(max_length=10, choices=Security.choices, default=Security.TLS)
    user = models.CharField(max_length=255)
    folder = models.CharField(max_length=255, default="INBOX")

    #: How we prove who we are. Password, client secret and refresh token are files of the home
    #: (`collecting/secrets.py`).
    proof = models.CharField(max_length=10, choices=Proof.choices, default=Proof.PASSWORD)
    token_url = models.CharField(max_length=500, blank=True)
    client_id = models.CharField(max_length=255, blank=True)
    scope = models.CharField(max_length=500, blank=True)

    #: What happens to the server's copy of what is safely stored, and after how many days.
    server_copy = models.CharField(max_length=10, choices=Copy.choices, default=Copy.LEAVE)
    copy_days = models.PositiveIntegerField(default=30)
    copy_folder = models.CharField(max_length=255, blank=True)
    #: The host whose Authentication-Results we believe (RFC 8601 section 5); empty: none.
    trusted_host = models.CharField(max_length=255, blank=True)

    #: Null until somebody decided it for a folder that was not empty. Older mail is archive.
    cut_off_at = models.DateTimeField(null=True, blank=True)
    #: So many messages wait for that decision.
    asks_cut_off = models.PositiveIntegerField(default=0)
    #: Messages the first import began with, for its progress; 0: none is under way.
    import_total = models.PositiveIntegerField(default=0)

    #: The server's instants: last answer, last new message, since when it fails.
    last_contact_at = models.DateTimeField(null=True, blank=True)
    last_new_at = models.DateTimeField(null=True, blank=True)
    failing_since = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True, blank=True)
    #: A code of `collecting/trouble.py` and the server's own words.
    trouble = models.CharField(max_length=40, blank=True)
    trouble_words = models.CharField(max_length=500, blank=True)
    began_at = models.DateTimeField()

    class Meta(OrganisationModel.Meta):
        pass


class FolderPosition(OrganisationModel):
    """Up to where a folder has been read (RFC 9051 section 2.3.1.1). A new UIDVALIDITY is a new row: numbers of two
    epochs are never compared. POP3 has one row with UIDVALIDITY 0; its keys are UIDLs."""

    collector = OwnedKey(Collector, related_name="positions")
    folder = models.CharField(max_length=255)
    uidvalidity = models.BigIntegerField(default=0)
    last_uid = models.BigIntegerField(default=0)
    #: Null: the epoch in force.
    ended_at = models.DateTimeField(null=True, blank=True)
    began_at = models.DateTimeField()

    #: The server's count at the last look, and how many of those we had not stored yet.
    on_server = models.PositiveIntegerField(default=0)
    waiting = models.PositiveIntegerField(default=0)
    looked_at = models.DateTimeField(null=True, blank=True)
    #: The full comparison of the server's list with ours: what was below the position and unknown to us.
    missing = models.PositiveIntegerField(default=0)
    compared_at = models.DateTimeField(null=True, blank=True)

    class Meta(OrganisationModel.Meta):
        constraints = [
            *OrganisationModel.Meta.constraints,
            models.UniqueConstraint(fields=["collector", "folder", "uidvalidity"], name="position_once"),
        ]


class CollectedMessage(OrganisationModel):
    """One message of a server, by its key there (UID or UIDL), and the mail we made of it."""

    class State(models.TextChoices):
        STORED = "stored", _("Stored")
        #: The very message we had under another key: the folder was numbered anew, or it was moved back.
        AGAIN = "again", _("Known already")
        #: Too large to be fetched, or the server could not give it: it stays there, and somebody is told.
        LEFT = "left", _("Left on the server")

    position = OwnedKey(FolderPosition, related_name="messages")
    key = models.CharField(max_length=255, db_collation="C")
    state = models.CharField(max_length=10, choices=State.choices, default=State.STORED)
    mail = OwnedKey(IncomingMail, related_name="collected", null=True, blank=True)
    size = models.BigIntegerField(default=0)
    taken_at = models.DateTimeField()
    attempts = models.PositiveIntegerField(default=0)
    error = models.CharField(max_length=300, blank=True)
    #: When the server's copy was moved or deleted by us.
    cleared_at = models.DateTimeField(null=True, blank=True)

    class Meta(OrganisationModel.Meta):
        constraints = [
            *OrganisationModel.Meta.constraints,
            models.UniqueConstraint(fields=["position", "key"], name="collected_once"),
        ]
        indexes = [
            # which row knew this mail before
            models.Index(fields=["mail"], name="collected_by_mail"),
            # what may be moved or deleted there
            models.Index(fields=["position", "taken_at"], name="collected_to_clear",
                         condition=models.Q(cleared_at__isnull=True)),
            models.Index(fields=["position"], name="collected_left", condition=models.Q(state="left")),
        ]
