"""Which mailbox an address means: itself, a reply address with our token, or a `+alias`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sportello.foundation.tenancy.models import Organisation
from sportello.foundation.tenancy.set_up import kept
from sportello.service.channels.mailkit import tokens
from sportello.service.channels.models import Mailbox

_LONGEST = 320


def mailbox_for(address: str) -> Mailbox | None:
    """The mailbox in use that mail to `address` belongs to, with its organisation; None for an unknown address.

    An exact address wins over one whose `+…` was cut, and that one over a domain of replies.
    """
    candidates = list(_candidates(address))
    if not candidates:
        return None
    in_use = Mailbox.objects.filter(retired_at__isnull=True).select_related("organisation")
    found = {mailbox.address: mailbox for mailbox in in_use.filter(address__in=candidates)}
    exact = next((found[candidate] for candidate in candidates if candidate in found), None)
    if exact is not None or len(candidates) == 1:
        return exact
    # `urp+sp-TOKEN@risposte.ente.it`: the mailbox of that name whose replies go to this domain
    local, _at, domain = candidates[1].rpartition("@")
    answering = in_use.filter(reply_form=Mailbox.ReplyForm.DOMAIN, reply_domain=domain, address__startswith=f"{local}@")
    return answering.order_by("pk").first()


def _candidates(address: str) -> Iterator[str]:
    """`urp+a+sp-TOKEN@x`: itself, `urp+a@x`, `urp@x`."""
    bare = address.strip().strip("<>").lower()
    local, at, domain = bare.rpartition("@")
    if not at or not local or not domain or len(bare) > _LONGEST or "\0" in bare:
        return
    yield bare
    without_token = tokens.mailbox_of(bare)
    if without_token != bare:
        yield without_token
        local = without_token.rpartition("@")[0]
    while "+" in local[1:]:
        local = local[: local.rindex("+")]
        yield f"{local}@{domain}"


def our_addresses(organisation: Organisation) -> frozenset[str]:
    """Every address the organisation has or had, lower case, and where their replies go: mail from or to them is never
    a customer's."""

    def read() -> frozenset[str]:
        return addresses_of(Mailbox.objects.filter(organisation=organisation.pk).only("address", "reply_domain"))

    return kept(organisation, "our addresses", read)


def addresses_of(mailboxes: Iterable[Mailbox]) -> frozenset[str]:
    """The addresses of these mailboxes, and where their replies go."""
    found: set[str] = set()
    for mailbox in mailboxes:
        found.add(mailbox.address.lower())
        if mailbox.reply_domain:
            found.add(f"{mailbox.address.rpartition('@')[0]}@{mailbox.reply_domain}".lower())
    return frozenset(found)


def is_ours(address: str, ours: frozenset[str]) -> bool:
    """Whether `address` is one of `ours`, also with a token or alias behind a plus."""
    return any(candidate in ours for candidate in _candidates(address))
