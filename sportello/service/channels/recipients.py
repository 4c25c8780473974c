"""To whom an answer goes: exactly to the addresses its author sees as chips, each once, and to nobody else."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from sportello.foundation.core.errors import Refusal
from sportello.foundation.tenancy.models import Organisation
from sportello.records.customers.models import Identity
from sportello.records.customers.queries import identities_of, surviving
from sportello.records.tickets.models import Ticket
from sportello.service.channels.mailkit.wire import BadMail, wire_address

from .email.addresses import is_ours, our_addresses

Person = tuple[str, str]
"""Name (may be empty) and address."""

#: Of one answer: more is a circular, not an answer. Servers take at least 100 (RFC 5321 section 4.5.3.1.8).
MOST = 50


def key(address: str) -> str:
    """Two addresses with the same key are one recipient: the domain's forms and the case of letters do not count."""
    try:
        return wire_address(address).lower()
    except BadMail:
        return address.strip().lower()


def reply_all(ours: frozenset[str], sender: Person, others: Iterable[Person]) -> tuple[list[Person], list[Person]]:
    """(to, cc) of an answer to a message of `sender` that also went to `others`: the sender, and in copy everybody else
    they wrote to but `ours`, our own mailboxes, to which a copy would come in again."""
    seen = {key(sender[1])}
    to = [] if is_ours(sender[1], ours) else [sender]
    cc = []
    for name, address in others:
        if not address or key(address) in seen or is_ours(address, ours):
            continue
        seen.add(key(address))
        cc.append((name, address))
    return to, cc[: MOST - len(to)]


def checked(
    organisation: Organisation, to: Sequence[Person], cc: Sequence[Person]
) -> tuple[list[Person], list[Person]]:
    """The same people, each once (To before Cc). Refusal when they are too many, cannot be written to, or are one of
    our own mailboxes: nobody is left out in silence."""
    ours = our_addresses(organisation)
    seen: set[str] = set()
    kept: list[list[Person]] = [[], []]
    for place, (field, people) in enumerate((("to", to), ("cc", cc))):
        for name, address in people:
            if key(address) in seen:
                continue
            _refuse_impossible(address, field)
            if is_ours(address, ours):
                raise Refusal(
                    _("%(address)s is a mailbox of ours: the answer would come in again. Take it out.")
                    % {"address": address},
                    field=field,
                )
            seen.add(key(address))
            kept[place].append((name, address.strip()))
    if len(seen) > MOST:
        raise Refusal(_("At most %(most)d recipients at once.") % {"most": MOST}, field="to")
    if kept[1] and not kept[0]:
        raise Refusal(_("Somebody has to stand under To: move one of the copies there."), field="to")
    return kept[0], kept[1]


def _refuse_impossible(address: str, field: str) -> None:
    try:
        wire_address(address)
    except BadMail:
        raise Refusal(
            _("“%(typed)s” is not an e-mail address. Correct it or take it out.") % {"typed": address}, field=field
        ) from None


def undeliverable(organisation_id: int, address: str) -> QuerySet[Identity]:
    """Whose `address` it is, where mail to it is known not to arrive."""
    return Identity.objects.filter(
        organisation=organisation_id,
        sort__in=("email", "pec"),
        value=address.strip().lower(),
        undeliverable_at__isnull=False,
    )


def other_addresses(ticket: Ticket, avoid: Iterable[str]) -> list[str]:
    """Where else the ticket's customer can be written to, newest known first; not those of `avoid`."""
    if ticket.customer is None:
        return []
    passed = {key(address) for address in avoid}
    return [
        identity.shown or identity.value
        for identity in identities_of(surviving(ticket.customer))
        if identity.sort in ("email", "pec") and identity.undeliverable_at is None and key(identity.value) not in passed
    ]
