"""The right to read a ticket's follow-up page, held by the session after number and code were given.

It ends after half an hour without use, when the visitor leaves, and when a newer code is in force.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from django.http import HttpRequest

from sportello.foundation.core.ids import digest, matches
from sportello.foundation.tenancy.clock import server_now
from sportello.foundation.tenancy.models import Organisation
from sportello.records.tickets import codes
from sportello.records.tickets.access import by_code
from sportello.records.tickets.models import Ticket
from sportello.records.tickets.surviving import surviving

IDLE: Final = timedelta(minutes=30)
_HELD = "portal_rights"
_WORDS = "portal_words"
#: A family may follow several requests in one browser; no more are remembered.
_MOST = 5


def open_by_code(request: HttpRequest, organisation: Organisation, number: str, code: str) -> Ticket | None:
    """The ticket of number and code, and the session holds the right to it; None for anything wrong."""
    ticket = by_code(organisation, number, code)
    if ticket is None:
        return None
    # a session known before the code was given must not be worth anything after it
    request.session.cycle_key()
    _hold(request, ticket, codes.code_of(ticket))
    return _where_it_goes_on(request, ticket)


def held(request: HttpRequest, organisation: Organisation, number: str) -> Ticket | None:
    """The ticket, if this session may read it, or the one it goes on in; using the right prolongs it."""
    right = _rights(request).get(_key(organisation, number))
    if right is not None and right.get("by"):
        return _held_by(request, organisation, number, right["by"])
    if right is None:
        return None
    ticket = (
        Ticket.objects.filter(organisation=organisation, number=number)
        .select_related("organisation", "team", "customer", "kind", "procedure__calendar", "service_sheet")
        .first()
    )
    code = codes.code_of(ticket) if ticket else ""
    if ticket is None or right["until"] < server_now().timestamp() or not matches(code, right["code"]):
        drop(request, organisation, number)
        return None
    _hold(request, ticket, code)
    return _where_it_goes_on(request, ticket)


def _where_it_goes_on(request: HttpRequest, ticket: Ticket) -> Ticket:
    """After a merge the old number and code open the ticket it goes on in; both are of one customer."""
    if ticket.merged_into_id is None:
        return ticket
    found = surviving(ticket, "team", "customer", "kind", "procedure__calendar", "service_sheet")
    rights = _rights(request)
    rights.setdefault(_key(found.organisation, found.number), {"by": ticket.number})
    request.session[_HELD] = dict(list(rights.items())[-_MOST:])
    return found


def _held_by(request: HttpRequest, organisation: Organisation, number: str, by: str) -> Ticket | None:
    """The right to `number` comes from that to `by`, as long as the one goes on in the other: no longer once a merge is
    undone."""
    found = held(request, organisation, by) if by != number else None
    if found is None or found.number != number:
        drop(request, organisation, number)
        return None
    return found


def drop(request: HttpRequest, organisation: Organisation, number: str) -> None:
    rights = _rights(request)
    if rights.pop(_key(organisation, number), None) is not None:
        request.session[_HELD] = rights


def keep_words(request: HttpRequest, organisation: Organisation, number: str, text: str) -> None:
    """Hold what was typed when the right had ended, until the code is given again."""
    request.session[_WORDS] = {"key": _key(organisation, number), "text": text}


def kept_words(request: HttpRequest, organisation: Organisation, number: str) -> str:
    """What was typed and not received; only for who shows the code again. Given once."""
    kept = request.session.get(_WORDS) or {}
    if kept.get("key") != _key(organisation, number):
        return ""
    del request.session[_WORDS]
    return str(kept.get("text", ""))


def _key(organisation: Organisation, number: str) -> str:
    return f"{organisation.pk}:{number}"


def _rights(request: HttpRequest) -> dict[str, Any]:
    return dict(request.session.get(_HELD) or {})


def _hold(request: HttpRequest, ticket: Ticket, code: str) -> None:
    key = _key(ticket.organisation, ticket.number)
    rights = {name: right for name, right in _rights(request).items() if name != key}
    rights[key] = {"until": (server_now() + IDLE).timestamp(), "code": digest(code)}
    request.session[_HELD] = dict(list(rights.items())[-_MOST:])
