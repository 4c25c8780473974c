"""The journal's rows. `Event` is a table partitioned by month, made in SQL by the first migration."""

from __future__ import annotations

from django.db import models


class Event(models.Model):
    """One thing that happened. Append-only: nothing references it, nothing changes it.

    `xid` is the writing transaction's id: readers go by (xid, id) and only below the snapshot's oldest running
    transaction, so that events which commit out of order are never passed over.
    """

    id = models.BigAutoField(primary_key=True)
    xid = models.CharField(max_length=20, editable=False)
    epoch = models.IntegerField()
    #: The server's instant, which also chooses the partition; and the organisation's.
    at = models.DateTimeField()
    happened_at = models.DateTimeField()
    organisation_id = models.BigIntegerField()
    actor_kind = models.CharField(max_length=20)
    actor_id = models.BigIntegerField(null=True)
    verb = models.CharField(max_length=60)
    subject_kind = models.CharField(max_length=30)
    subject_id = models.BigIntegerField()
    payload = models.JSONField(default=dict)

    class Meta:
        managed = False
        db_table = "journal_event"


class Epoch(models.Model):
    """A restore begins a new epoch: transaction ids start again, so cursors of an older one start over from here."""

    number = models.IntegerField(unique=True)
    began_at = models.DateTimeField()
    first_event_id = models.BigIntegerField(default=0)


class Cursor(models.Model):
    """How far a durable consumer has read."""

    name = models.CharField(max_length=60, unique=True)
    epoch = models.IntegerField(default=1)
    xid = models.CharField(max_length=20, default="0")
    event_id = models.BigIntegerField(default=0)
    moved_at = models.DateTimeField(null=True)


class ParkedEvent(models.Model):
    """An event a consumer failed on: kept with what went wrong, tried again, shown until it is done."""

    consumer = models.CharField(max_length=60)
    event_id = models.BigIntegerField()
    verb = models.CharField(max_length=60)
    error = models.TextField()
    attempts = models.IntegerField(default=1)
    parked_at = models.DateTimeField()
    next_attempt_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["consumer", "event_id"], name="parked_once")]
