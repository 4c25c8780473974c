"""What is kept of it: what the provider says when a message is settled, and, asked of the DNS, what it does not say
afterwards. Neither is a guard: a message that fails goes where it would have gone."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db.models import QuerySet

from sportello.foundation.files.actions import read
from sportello.foundation.tenancy import clock
from sportello.service.channels.mailkit import authenticity, pec
from sportello.service.channels.mailkit.authenticity import METHODS, Authenticity
from sportello.service.channels.mailkit.spf import Names
from sportello.service.channels.models import IncomingMail

from .verifying import Way, verify

if TYPE_CHECKING:
    from sportello.service.channels.steps.mail import Arrived

log = logging.getLogger("sportello.authenticity")

BATCH = 20
#: Keys and policies of older mail may have been changed since: it stays as it is.
YOUNG = timedelta(days=3)
#: So long a DNS that gives no answer is asked again.
PATIENT = timedelta(hours=1)


def told_by_provider(mail: Arrived) -> dict[str, Any] | None:
    """What the host believed in this mailbox says; None where it says nothing and the DNS will be asked."""
    if mail.record.pec == pec.ENVELOPE:
        return {}  # the PEC provider certifies its sender, in another way
    host = mail.desk.believed_host(mail.row.mailbox_id)
    found = authenticity.believed(mail.record.authentication, host) if host else Authenticity()
    if found.by or not settings.MAIL_DNS or mail.row.is_archive:
        return found.as_json()
    return None


def work(names: Names | None = None) -> int:
    """Ask the DNS about the newest messages nobody has looked at; how many are settled. Safe in several processes: two
    who ask the same write the same."""
    if not settings.MAIL_DNS:
        return 0
    now = clock.server_now()
    newest = (
        IncomingMail.objects.filter(authenticity__isnull=True).exclude(state=IncomingMail.State.PENDING)
        .select_related("raw").order_by("-pk")[:BATCH]
    )  # fmt: skip
    done = 0
    for row in newest:
        if now - row.stored_at > YOUNG:
            break
        found = verify(read(row.raw), _way(row), names or _dns())
        unanswered = any(getattr(found, name).result == "temperror" for name in METHODS)
        if unanswered and now - row.stored_at < PATIENT:
            continue
        done += IncomingMail.objects.filter(pk=row.pk, authenticity__isnull=True).update(authenticity=found.as_json())
    return done


@cache
def _dns() -> Names:
    from .names import Dns

    return Dns()


def _way(row: IncomingMail) -> Way:
    sender = "" if row.envelope_from == "<>" else row.envelope_from
    return Way(row.peer, row.peer_name, sender)


def of_messages(message_ids: Iterable[int]) -> QuerySet[IncomingMail]:
    """The mails these messages came by, each with what is known of its sender (`authenticity.from_json`). What came by
    no mail is left out, and so is PEC."""
    rows = IncomingMail.objects.filter(message__pk__any_of=list(message_ids), mailbox__channel="email")
    return rows.filter(state=IncomingMail.State.TICKETED)
