"""The outside protocol system: asked over HTTP with JSON until it has given a number (docs/operations/protocol.md).

Each request is claimed with a lease, asked without a lock, and settled under one; a try cut anywhere is repeated with
the same key, which the outside system must treat as the same registration.
"""

from __future__ import annotations

import json
import os
import re
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sportello.foundation.core.calling import CallFailure, call
from sportello.foundation.core.errors import Refusal
from sportello.foundation.core.text import one_line
from sportello.foundation.journal.actions import record
from sportello.foundation.journal.actor import SYSTEM
from sportello.foundation.tenancy import clock
from sportello.foundation.tenancy.clock import server_now

from ..documents import issuing
from ..models import ProtocolRequest, ProtocolSettings
from .registering import settle

#: Names of hosts inside the house that may be asked, parted by commas.
HOSTS: Final = "SPORTELLO_PROTOCOL_HOSTS"
#: A token is read from the environment under such a name only.
TOKEN_NAME: Final = re.compile(r"SPORTELLO_PROTOCOL_[A-Z0-9_]{1,40}")
SECONDS: Final = 10.0
MOST_BYTES: Final = 64 * 1024
_LEASE: Final = timedelta(seconds=60)
_PAUSES: Final = tuple(timedelta(seconds=one) for one in (10, 60, 300, 900, 3600))
_STATE = ProtocolRequest.State
#: Why a request is not registered yet, in words.
TROUBLES: Final[dict[str, Any]] = {
    "address": gettext_lazy("The address of the system is not one we can ask."),
    "private": gettext_lazy("The address is inside the house: who runs the installation must allow it."),
    "away": gettext_lazy("The system does not answer."),
    "slow": gettext_lazy("The system took too long to answer."),
    "not_understood": gettext_lazy("The system answered something that is no number."),
    "error": gettext_lazy("The system says it has a fault."),
    "refused": gettext_lazy("The system refused it: read what it says, mend it, ask again."),
    "number_taken": gettext_lazy("The system gave a number that another entry has: ask who runs it."),
    "off": gettext_lazy("The outside system is switched off here."),
    "paper": gettext_lazy("It gave a number, but the letter could not be printed: it is tried again."),
    "taken_back": gettext_lazy("It gave this number after the letter was taken back: have it annulled there."),
}


def work() -> int:
    """Ask for one request that is due; how many were asked. For the schedule."""
    with transaction.atomic():
        due = ProtocolRequest.objects.filter(state=_STATE.WAITING, next_at__lte=server_now())
        row = due.select_for_update(skip_locked=True, of=("self",)).order_by("next_at", "id").first()
        if row is None:
            return 0
        row.tries, row.next_at = row.tries + 1, server_now() + _LEASE
        row.save(update_fields=["tries", "next_at"])
    _try(ProtocolRequest.objects.select_related("organisation", "ticket__organisation").get(pk=row.pk))
    return 1


def _try(request: ProtocolRequest) -> None:
    setting = ProtocolSettings.objects.filter(organisation=request.organisation).first()
    if setting is None or not setting.is_on or setting.keeper != ProtocolSettings.Keeper.OUTSIDE:
        _later(request, "off", "")
        return
    try:
        answer = call("POST", setting.url, _headers(request, setting), json.dumps(said(request, setting)).encode(),
                      allowed=HOSTS, seconds=SECONDS, most_bytes=MOST_BYTES)  # fmt: skip
    except CallFailure as failure:
        _later(request, failure.code, "")
        return
    words = one_line(answer.content.decode("utf-8", "replace"), 500)
    if answer.status in (200, 201):
        number, year = number_in(answer.content, clock.local(request.organisation, request.asked_at))
        if number:
            _settle(request, number, year)
        else:
            _later(request, "not_understood", words)
    elif 400 <= answer.status < 500 and answer.status not in (408, 425, 429):
        _refuse(request, "refused", words)
    else:
        _later(request, "error", words)


def _headers(request: ProtocolRequest, setting: ProtocolSettings) -> dict[str, str]:
    headers = {"Accept": "application/json", "Content-Type": "application/json", "Idempotency-Key": str(request.key)}
    if setting.token_name and TOKEN_NAME.fullmatch(setting.token_name):
        headers["Authorization"] = f"Bearer {os.environ.get(setting.token_name, '')}"
    return headers


def said(request: ProtocolRequest, setting: ProtocolSettings) -> dict[str, Any]:
    """What is sent: the fields of art. 53(1) with our key and the ticket's number."""
    return {
        "key": str(request.key), "ticket": request.ticket.number, "asked_at": request.asked_at.isoformat(),
        "administration": setting.administration, "office": setting.office, "register": setting.register,
        **request.matter,
    }  # fmt: skip


def number_in(content: bytes, asked: datetime) -> tuple[str, int]:
    """(number, year) in an answer such as `{"number": "0001234", "year": 2026}`; ("", 0) when there is none."""
    try:
        data = json.loads(content)
    except (ValueError, RecursionError):
        return "", 0
    if not isinstance(data, dict):
        return "", 0
    number, year = data.get("number"), data.get("year", asked.year)
    text = one_line(str(number), 60) if isinstance(number, (str, int)) and not isinstance(number, bool) else ""
    if not text or not isinstance(year, int) or not 1990 <= year <= 2200:
        return "", 0
    return text, year


def _settle(request: ProtocolRequest, number: str, year: int) -> None:
    """The same number comes at every try of one key: what fails here is done the next time."""
    try:
        with transaction.atomic():
            row = _locked(request)
            if row is None:
                return
            if row.state == _STATE.WITHDRAWN:
                _given_in_vain(row, number, year)
            elif row.draft_id is not None:
                issuing.issue_numbered(row, number, year)
            else:
                settle(row, number, year)
    except IntegrityError:
        _refuse(request, "number_taken", number)
    except Refusal as refusal:
        _later(request, "paper", str(refusal.sentence))


def _given_in_vain(row: ProtocolRequest, number: str, year: int) -> None:
    """Somebody must have the number annulled there: it is shown until they say it was."""
    row.state, row.trouble, row.answer, row.next_at = _STATE.REFUSED, "taken_back", f"{number}/{year}", None
    row.save(update_fields=["state", "trouble", "answer", "next_at"])
    record(row.organisation, "protocol.refused", row, SYSTEM, ticket_id=row.ticket_id, trouble=row.trouble)


def _locked(request: ProtocolRequest) -> ProtocolRequest | None:
    """The row as it is now; None when it was settled by another worker, whose lease ended ours."""
    rows = ProtocolRequest.objects.select_for_update(of=("self",)).select_related("organisation", "asked_by__user")
    return rows.filter(pk=request.pk).exclude(state=_STATE.DONE).first()


def _later(request: ProtocolRequest, trouble: str, words: str) -> None:
    pause = _PAUSES[min(request.tries, len(_PAUSES)) - 1]
    ProtocolRequest.objects.filter(pk=request.pk, state=_STATE.WAITING, tries=request.tries).update(
        trouble=trouble, answer=words, next_at=server_now() + pause
    )


def _refuse(request: ProtocolRequest, trouble: str, words: str) -> None:
    with transaction.atomic():
        row = _locked(request)
        if row is None:
            return
        row.state, row.trouble, row.answer, row.next_at = _STATE.REFUSED, trouble, words, None
        row.save(update_fields=["state", "trouble", "answer", "next_at"])
        record(row.organisation, "protocol.refused", row, SYSTEM, ticket_id=row.ticket_id, trouble=trouble)


def ask_again(request: ProtocolRequest) -> None:
    """Now, without waiting for the next try. Refusal when it has its number, or was taken back."""
    rows = ProtocolRequest.objects.open().filter(pk=request.pk).exclude(trouble="taken_back")
    if not rows.update(state=_STATE.WAITING, next_at=server_now()):
        raise Refusal(_("It is registered already, or was taken back."))


def annulled_there(request: ProtocolRequest) -> None:
    """Somebody had a number annulled that came after its letter was taken back: nothing is open any more."""
    ProtocolRequest.objects.filter(pk=request.pk, trouble="taken_back").update(state=_STATE.WITHDRAWN)
