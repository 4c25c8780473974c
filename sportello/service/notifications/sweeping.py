"""Old notifications go: after three months the ticket itself tells what happened."""

from __future__ import annotations

from datetime import timedelta

from .due import now_there
from .models import Notification, NotificationMail

KEPT = timedelta(days=90)
#: Rows of one look: a long transaction would hold readers of the journal back.
BATCH = 1_000


def work() -> int:
    """Forget what is older, with the pushes and mails that told it; how many rows went."""
    gone = 0
    for model in (Notification, NotificationMail):
        rows = model._default_manager.filter(made_at__lt=now_there(back=KEPT)).order_by("pk")
        found = list(rows.values_list("pk", flat=True)[:BATCH])
        if found:
            gone += model._default_manager.filter(pk__in=found).delete()[0]
    return gone
