"""What sending a PEC needs beside sending mail: its bytes are kept, and doubt waits for the provider's receipt."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from sportello.foundation.files.actions import keep
from sportello.foundation.tenancy import clock
from sportello.service.channels.models import CertifiedLetter, CertifiedOutcome, Dispatch

#: How long a dispatch in doubt waits for its receipt of acceptance before the same bytes leave again: providers
#: answer within seconds, and a second copy would be a second certified message.
PATIENCE = timedelta(minutes=30)


def keep_letter(dispatch: Dispatch, raw: bytes) -> None:
    """Keep the bytes before they leave; those of the first attempt stand, for later ones are the same."""
    if CertifiedLetter.objects.filter(dispatch=dispatch).exists():
        return
    with transaction.atomic():
        CertifiedLetter.objects.get_or_create(
            organisation=dispatch.organisation,
            dispatch=dispatch,
            defaults={"raw": keep(dispatch.organisation, raw), "handed_at": clock.now(dispatch.organisation)},
        )


def again_at(dispatch: Dispatch, otherwise: datetime) -> datetime:
    """When a dispatch in doubt is sent again. At once where the provider has accepted it: then nothing is left to
    send and the dispatch ends."""
    accepted = CertifiedOutcome.objects.filter(delivery__dispatch=dispatch, accepted_at__isnull=False)
    if accepted.exists():
        return clock.server_now()
    return max(otherwise, clock.server_now() + PATIENCE)
